"""The balance of units: what should be there, what is, and what the difference is called."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from analytics.choices import Comparison
from analytics.models import ListingSales, MonthlyUnits
from analytics.selectors.conservation import LONG_PAST, Verdict, conservation
from analytics.selectors.scope import ReportScope
from catalog.models import TouchedDay
from core.periods import Days, business_day
from marketplaces.models import MarketplaceAccount
from tests.factories.catalog import CostPriceFactory, ListingFactory, StockLevelFactory
from tests.factories.facts import count_supplies, sum_up
from tests.factories.marketplaces import AccountFactory, StreamStateFactory
from tests.factories.supplies import SupplyFactory, SupplyLineFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def listing(account):
    return ListingFactory(account=account)


def came(listing, accepted, *, kind="supply", status="accepted", age=60, **fields):
    """A supply of one line, settled so many days ago."""
    moment = timezone.now() - timedelta(days=age)
    supply = SupplyFactory(
        account=listing.account, kind=kind, status=status, status_at=moment, accepted_at=moment, lines=0
    )
    SupplyLineFactory(
        supply=supply, listing=listing, **({"declared": accepted or 5, "accepted": accepted} | fields)
    )
    count_supplies(listing.company)


def moved(listing, **units):
    """Of a month in which nothing else moved."""
    MonthlyUnits.all_companies.create(
        company=listing.company, account=listing.account, listing=listing, day=date(2020, 1, 1), **units
    )


def lies(listing, available, **states):
    StockLevelFactory(
        listing=listing, **({"held": 0, "preparing": 0, "other": 0} | states), available=available
    )


def balance(account):
    sum_up(account.company)
    today = business_day(timezone.now())
    accounts = MarketplaceAccount.objects.for_company(account.company)
    return conservation(
        ReportScope(
            company=account.company, accounts=tuple(accounts), days=Days(first=today, after=today), before=None,
            comparison=Comparison.NONE, today=today,
        )
    )  # fmt: skip


def test_everything_that_came_and_left_is_counted(listing, account):
    came(listing, 100)
    came(listing, 6, kind="withdrawal")
    moved(listing, ordered=50, cancelled=5, refused=4, refused_back=3, returned=6, returned_back=2, removed=1)
    lies(listing, 40, preparing=3)

    (row,) = balance(account).rows

    assert (row.accepted, row.sold, row.refused_away, row.returned_back, row.written_off) == (
        100,
        45,
        1,
        2,
        7,
    )
    assert (row.expected, row.present, row.difference) == (49, 43, 6)


def test_what_adds_up_is_even(listing, account):
    came(listing, 10)
    moved(listing, ordered=4)
    lies(listing, 6)

    (row,) = balance(account).rows

    assert (row.difference, row.verdict, row.missing) == (0, Verdict.EVEN, 0)


def test_what_is_missing_costs_money(listing, account):
    came(listing, 10)
    lies(listing, 7)
    CostPriceFactory(product=listing.product, valid_from=date(2026, 1, 1), cost=250)

    found = balance(account)

    assert (found.rows[0].verdict, found.missing, found.missing_amount) == (Verdict.MISSING, 3, 750)


def test_accepted_lately_may_not_be_on_sale_yet(listing, account):
    came(listing, 10, age=3)
    lies(listing, 7)

    found = balance(account)

    assert (found.rows[0].verdict, found.missing) == (Verdict.LATELY, 0)


def test_where_the_stock_tells_what_is_prepared_nothing_is_excused(listing, account):
    came(listing, 10, age=3)
    lies(listing, 7)
    other = ListingFactory(account=account)
    came(other, 5)
    lies(other, 3, preparing=2)

    verdicts = {row.id: row.verdict for row in balance(account).rows}

    assert verdicts == {listing.pk: Verdict.MISSING, other.pk: Verdict.EVEN}


def test_cancelled_lately_may_be_looked_over_where_nobody_says_so(listing, account):
    came(listing, 10)
    lies(listing, 8)
    ListingSales.all_companies.create(
        company=listing.company, account=account, listing=listing, day=business_day(timezone.now()),
        ordered_units=2, cancelled_units=2,
    )  # fmt: skip

    assert balance(account).rows[0].verdict is Verdict.LATELY


def test_where_cancelled_units_are_listed_the_list_says_which_are_in_check(listing, account):
    came(listing, 10)
    moved(listing, told_cancelled=4, cancelled_in_check=2)
    lies(listing, 8, other=9)

    (row,) = balance(account).rows

    assert (row.in_check, row.difference, row.verdict) == (2, 0, Verdict.EVEN)


def test_refused_units_in_check_are_not_counted_twice(listing, account):
    came(listing, 10)
    moved(listing, refused=3, refused_in_check=2)
    lies(listing, 6, other=3)

    (row,) = balance(account).rows

    assert (row.refused_away, row.in_check, row.difference) == (3, 1, 0)


def test_a_supply_that_is_counted_now_holds_the_verdict(listing, account):
    came(listing, 10)
    came(listing, None, status="accepting", declared=5)
    lies(listing, 12)

    (row,) = balance(account).rows

    assert (row.counting, row.verdict) == (5, Verdict.COUNTING)


def test_more_than_came_is_too_many(listing, account):
    came(listing, 10)
    lies(listing, 12)

    assert balance(account).rows[0].verdict is Verdict.TOO_MANY


def test_without_a_supply_nobody_knows_the_beginning(listing, account):
    moved(listing, ordered=4, first_ordered_on=date(2020, 1, 1))
    lies(listing, 6)

    found = balance(account)

    assert (found.rows, found.unknown) == ((), 1)


def test_the_first_supply_at_the_gate_is_being_counted(listing, account):
    came(listing, None, status="accepting", declared=10)

    found = balance(account)

    assert ([row.verdict for row in found.rows], found.unknown) == ([Verdict.COUNTING], 0)


def test_what_was_sold_before_its_first_supply_is_counted_is_unknown(listing, account):
    came(listing, None, status="accepting", declared=10)
    moved(listing, ordered=4, first_ordered_on=date(2020, 1, 1))

    assert (balance(account).rows, balance(account).unknown) == ((), 1)


def test_what_neither_came_nor_was_ordered_is_left_out_silently(listing, account):
    moved(listing, removed=1)

    assert (balance(account).rows, balance(account).unknown) == ((), 0)


@pytest.mark.parametrize(
    ("sort", "order"),
    [("", [2, 1, 3, 0, 4]), ("-missing_amount", [2, 1, 3, 0, 4]), ("missing_amount", [0, 4, 3, 1, 2])],
)
def test_what_is_missing_and_has_no_cost_price_comes_before_what_adds_up(owner_client, account, sort, order):
    listings = ListingFactory.create_batch(5, account=account)
    for one, missing, cost in zip(listings, (0, 3, 1, 500, 0), (10, 100, 900, None, None), strict=True):
        came(one, 500)
        lies(one, 500 - missing)
        if cost:
            CostPriceFactory(product=one.product, valid_from=date(2026, 1, 1), cost=cost)
    sum_up(account.company)
    query = f"?sort={sort}" if sort else ""

    page = owner_client.get(address(account) + query)
    file = owner_client.get(address(account, "conservation-export", "csv") + query)

    names = [listings[place].name for place in order]
    assert [row.listing.name for row in page.context["found"].rows] == names
    assert page.context["found"].warnings == ()
    lines = b"".join(file.streaming_content).decode("utf-8-sig").splitlines()[1:]
    assert [line.split(";")[0].strip('"') for line in lines] == names


def test_what_is_missing_is_on_the_first_page(owner_client, account):
    for _one in range(51):
        even = ListingFactory(account=account)
        came(even, 1)
        lies(even, 1)
        CostPriceFactory(product=even.product, valid_from=date(2026, 1, 1), cost=250)
    lost = ListingFactory(account=account)
    came(lost, 5)
    sum_up(account.company)

    first = owner_client.get(address(account)).context["found"]
    second = owner_client.get(address(account) + first.older_url).context["found"]

    assert first.rows[0].listing == lost
    assert [len(one.rows) for one in (first, second)] == [50, 2]


def test_disposals_stand_beside_the_sum(listing, account):
    came(listing, 10)
    came(listing, 2, kind="disposal")
    lies(listing, 10)

    (row,) = balance(account).rows

    assert (row.disposed, row.difference) == (2, 0)


@pytest.mark.parametrize("stream", ["orders", "supplies", "returns", "stock"])
def test_nothing_is_said_of_an_account_that_has_not_been_read(listing, account, stream):
    came(listing, 10)
    StreamStateFactory(account=account, stream=stream, succeeded_at=None)
    read = ListingFactory(account=AccountFactory(company=account.company, title="Прочитан"))
    StreamStateFactory(account=read.account, stream=stream, succeeded_at=timezone.now())
    came(read, 5)

    found = balance(account)

    assert [row.listing for row in found.rows] == [read]
    assert (found.unread, found.waits, found.missing) == ((account,), True, 5)


def test_a_stream_that_a_balance_does_not_need_holds_up_nothing(listing, account):
    came(listing, 10)
    StreamStateFactory(account=account, stream="products", succeeded_at=None)

    assert not balance(account).waits


def test_nothing_is_said_while_the_history_is_counted(owner_client, listing, account):
    came(listing, 10)
    today = business_day(timezone.now())
    TouchedDay.all_companies.create(company=account.company, day=today - LONG_PAST)
    recent = balance(account)
    TouchedDay.all_companies.create(company=account.company, day=today - LONG_PAST - timedelta(days=1))

    assert (recent.missing, recent.is_counted) == (10, False)
    assert (balance(account).rows, balance(account).is_counted) == ((), True)
    html = owner_client.get(address(account)).content.decode()
    assert "История подсчитывается" in html
    assert "Пропало по себестоимости" not in html


def test_the_page_says_which_accounts_are_waited_for(owner_client, listing, account):
    came(listing, 10)
    StreamStateFactory(account=account, stream="orders", succeeded_at=None)

    html = owner_client.get(address(account)).content.decode()

    assert "Впервые читается" in html
    assert account.title in html


def address(account, name="conservation", *parts):
    return reverse(f"analytics:{name}", args=[account.company.slug, *parts])


def test_the_page_and_the_file(owner_client, listing, account):
    came(listing, 10)
    lies(listing, 7)

    page = owner_client.get(address(account))
    none = owner_client.get(address(account) + "?verdict=even")
    file = owner_client.get(address(account, "conservation-export", "csv"))

    assert [row.difference for row in page.context["found"].rows] == [3]
    assert none.context["found"].rows == []
    assert listing.name in b"".join(file.streaming_content).decode("utf-8-sig")


def test_an_empty_company(owner_client, account):
    assert owner_client.get(address(account)).status_code == 200


def test_more_rows_ask_no_more_queries(owner_client, account, django_assert_max_num_queries):
    owner_client.get(address(account))
    counts = []
    for _more in range(2):
        for _row in range(2):
            one = ListingFactory(account=account)
            came(one, 5)
            lies(one, 5)
        with django_assert_max_num_queries(26) as asked:
            owner_client.get(address(account))
        counts.append(len(asked))

    assert counts[0] == counts[1]


def test_what_was_sold_while_its_supply_was_still_being_accepted_is_whole(listing, account):
    completed = timezone.now() - timedelta(days=60)
    supply = SupplyFactory(
        account=account, status="accepted", status_at=completed, accepted_at=completed,
        arrived_at=completed - timedelta(days=4), lines=0,
    )  # fmt: skip
    SupplyLineFactory(supply=supply, listing=listing, declared=100, accepted=100)
    count_supplies(account.company)
    moved(listing, ordered=1, first_ordered_on=business_day(completed - timedelta(days=2)))
    lies(listing, 99)

    found = balance(account)

    assert ([row.verdict for row in found.rows], found.unknown) == ([Verdict.EVEN], 0)


@pytest.mark.parametrize(("accepted", "counting"), [(None, 10), (0, 10), (7, 3), (10, 0), (12, 0)])
@pytest.mark.parametrize("status", ["arrived", "accepting"])
def test_what_a_supply_at_the_gate_has_not_counted_yet_is_being_counted(
    listing, account, status, accepted, counting
):
    came(listing, accepted, status=status, declared=10)
    lies(listing, accepted or 0)

    (row,) = balance(account).rows

    assert (row.counting, row.verdict) == (counting, Verdict.COUNTING if counting else Verdict.EVEN)


def test_what_an_accepted_supply_lacks_is_not_being_counted(listing, account):
    came(listing, 7, declared=10)
    lies(listing, 7)

    (row,) = balance(account).rows

    assert (row.counting, row.verdict) == (0, Verdict.EVEN)
