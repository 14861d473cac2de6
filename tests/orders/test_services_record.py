"""orders.services.record: rows, events, tally and holds, whatever the order in which answers come."""

from __future__ import annotations

import itertools
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.models import StockHold, TouchedDay
from catalog.services.stock import record_stock
from fbo_cabinet.truth import compare_history
from marketplaces.contracts.orders import OrderStatus, Precision
from marketplaces.contracts.stock import StockQuantities, StockSnapshot, WarehouseSnapshot
from marketplaces.streams import PageResult
from orders.models import EventKind, Order, OrderEvent, OrderLine, OrderTally
from orders.services.record import record_orders
from tests.factories.catalog import ListingFactory
from tests.factories.marketplaces import AccountFactory
from tests.orders.snapshots import PLACED, SEEN, line, order

if TYPE_CHECKING:
    from marketplaces.models import MarketplaceAccount

MINUTE = timedelta(minutes=1)
STEPS = [OrderStatus.ACCEPTED, OrderStatus.PACKED, OrderStatus.SHIPPED, OrderStatus.DELIVERED]


def record(account: MarketplaceAccount, *snapshots: Any, at: datetime = SEEN, **extra: Any) -> PageResult:
    return record_orders(account=account, snapshots=snapshots, observed_at=at, source="poll", **extra)


def the_order(account: MarketplaceAccount) -> Order:
    return Order.objects.for_company(account.company_id).get()


def history(account: MarketplaceAccount) -> list[tuple[str, str]]:
    events = OrderEvent.objects.for_company(account.company_id).order_by("id")
    return [(str(event.old_status), str(event.new_status)) for event in events]


def tally(account: MarketplaceAccount) -> dict[tuple[date, str], tuple[int, int, Decimal]]:
    rows = OrderTally.objects.for_company(account.company_id).exclude(orders=0)
    return {(row.day, str(row.status)): (row.orders, row.units, row.amount) for row in rows}


def counted_from_orders(account: MarketplaceAccount) -> dict[tuple[date, str], tuple[int, int, Decimal]]:
    sums: dict[tuple[date, str], tuple[int, int, Decimal]] = {}
    for held in Order.objects.for_company(account.company_id):
        orders, units, amount = sums.get((held.placed_date, str(held.status)), (0, 0, Decimal(0)))
        sums[held.placed_date, str(held.status)] = (orders + 1, units + held.units, amount + held.amount)
    return sums


def test_new_order_is_written_whole(account: MarketplaceAccount) -> None:
    listing = ListingFactory(account=account, marketplace_sku="1482000001")

    result = record(
        account, order(lines=(line(), line(marketplace_sku="7", quantity=1, price=Decimal("0.10"))))
    )

    assert result == PageResult(inserted=1)
    held = the_order(account)
    assert (held.status, held.amount, held.units, held.lines_count) == (
        OrderStatus.ACCEPTED,
        Decimal("1780.10"),
        3,
        2,
    )
    assert (held.title, held.warehouse.name, held.marketplace) == ("Плед 130×170", "ХОРУГВИНО_РФЦ", "ozon")
    assert held.placed_date == date(2026, 11, 21)  # the business day is Moscow's
    lines = OrderLine.objects.for_company(account.company_id).order_by("position")
    assert [(one.position, one.listing_id, one.quantity) for one in lines] == [
        (1, listing.pk, 2),
        (2, None, 1),
    ]
    assert history(account) == [("", "accepted")]
    assert tally(account) == {(date(2026, 11, 21), "accepted"): (1, 3, Decimal("1780.10"))}


def test_page_read_twice_changes_nothing(account: MarketplaceAccount) -> None:
    record(account, order())

    again = record(account, order(), at=SEEN + MINUTE)

    assert again == PageResult(unchanged=1)
    assert history(account) == [("", "accepted")]
    assert tally(account)[date(2026, 11, 21), "accepted"][0] == 1


def test_each_step_leaves_an_event_with_both_times(account: MarketplaceAccount) -> None:
    for minute, status in enumerate(STEPS):
        record(account, order(status=status), at=SEEN + minute * MINUTE)

    assert history(account) == [
        ("", "accepted"),
        ("accepted", "packed"),
        ("packed", "shipped"),
        ("shipped", "delivered"),
    ]
    packed = OrderEvent.objects.for_company(account.company_id).get(new_status="packed")
    assert (packed.happened_at, packed.precision) == (SEEN + MINUTE, Precision.OBSERVED)
    assert packed.recorded_at > packed.happened_at
    assert tally(account) == {(date(2026, 11, 21), "delivered"): (1, 2, Decimal("1780.00"))}


def test_time_told_by_a_notice_is_exact(account: MarketplaceAccount) -> None:
    record(account, order())
    told = SEEN + 30 * timedelta(seconds=1)

    record(account, order(status=OrderStatus.PACKED), at=SEEN + MINUTE, told=(told, "packed"))

    packed = OrderEvent.objects.for_company(account.company_id).get(new_status="packed")
    assert (packed.happened_at, packed.precision) == (told, Precision.EXACT)


def test_order_first_seen_delivered_is_dated_by_the_promise(account: MarketplaceAccount) -> None:
    promised = PLACED + timedelta(days=4)

    record(account, order(status=OrderStatus.DELIVERED, expected_to=promised), at=PLACED + timedelta(days=60))

    held = the_order(account)
    assert (held.status_at, held.status_precision) == (promised, Precision.ESTIMATED)
    assert history(account) == [("", "accepted"), ("accepted", "delivered")]


@pytest.mark.parametrize(
    ("status", "age", "way"),
    [
        (OrderStatus.DELIVERED, timedelta(days=60), timedelta(days=3)),
        (OrderStatus.CANCELLED, timedelta(days=60), timedelta(days=3)),
        # It cannot have ended after we looked; and what is under way may have come there just now.
        (OrderStatus.DELIVERED, timedelta(days=1), timedelta(days=1)),
        (OrderStatus.SHIPPED, timedelta(days=60), timedelta(days=60)),
    ],
)
def test_order_first_seen_at_its_end_without_a_promise_took_the_usual_time(
    account: MarketplaceAccount, status: OrderStatus, age: timedelta, way: timedelta
) -> None:
    record(account, order(status=status), at=PLACED + age)

    held = the_order(account)
    assert (held.status_at, held.status_precision) == (PLACED + way, Precision.ESTIMATED)


@pytest.mark.parametrize("late", STEPS[:3])
def test_status_already_passed_moves_nothing_back(account: MarketplaceAccount, late: OrderStatus) -> None:
    record(account, order(status=OrderStatus.DELIVERED))
    before = history(account)

    result = record(account, order(status=late), at=SEEN + MINUTE)

    assert result == PageResult(unchanged=1)
    assert the_order(account).status is OrderStatus.DELIVERED
    assert history(account) == before


def test_answer_older_than_ours_changes_nothing(account: MarketplaceAccount) -> None:
    record(account, order(status=OrderStatus.PACKED, cluster_to="Урал"), at=SEEN + MINUTE)

    record(account, order(status=OrderStatus.SHIPPED, cluster_to="Сибирь"), at=SEEN)

    held = the_order(account)
    assert (held.status, held.cluster_to) == (OrderStatus.PACKED, "Урал")


def test_final_status_gives_way_to_a_final_one_as_a_correction(account: MarketplaceAccount) -> None:
    record(account, order(status=OrderStatus.DELIVERED))

    record(
        account, order(status=OrderStatus.CANCELLED, cancel_reason="Покупатель отказался"), at=SEEN + MINUTE
    )

    correction = OrderEvent.objects.for_company(account.company_id).get(kind=EventKind.CORRECTION)
    assert (correction.old_status, correction.new_status) == (OrderStatus.DELIVERED, OrderStatus.CANCELLED)
    assert the_order(account).cancel_reason == "Покупатель отказался"


def test_unknown_word_is_kept_and_the_status_stays(account: MarketplaceAccount) -> None:
    record(account, order(status=OrderStatus.PACKED))

    record(account, order(status=OrderStatus.UNKNOWN), at=SEEN + MINUTE)

    held = the_order(account)
    assert (held.status, held.external_status) == (OrderStatus.PACKED, "waiting_for_the_moon")


def test_new_order_with_unknown_word_waits_as_unknown(account: MarketplaceAccount) -> None:
    record(account, order(status=OrderStatus.UNKNOWN))
    record(account, order(status=OrderStatus.SHIPPED), at=SEEN + MINUTE)

    assert history(account) == [("", "accepted"), ("accepted", "unknown"), ("unknown", "shipped")]


def test_unknown_at_first_and_then_accepted_is_a_step_of_its_own(account: MarketplaceAccount) -> None:
    record(account, order(status=OrderStatus.UNKNOWN))
    record(account, order(), at=SEEN + MINUTE)

    assert history(account) == [("", "accepted"), ("accepted", "unknown"), ("unknown", "accepted")]
    first, last = OrderEvent.objects.for_company(account.company_id).filter(new_status="accepted")
    assert (last.precision, first.precision) == (Precision.OBSERVED, Precision.EXACT)
    assert last.happened_at > first.happened_at
    assert compare_history(account).differing == 0


def test_what_one_answer_tells_the_next_does_not_wipe(account: MarketplaceAccount) -> None:
    arrived = SEEN + MINUTE
    record(
        account,
        order(status=OrderStatus.DELIVERED, delivered_at=arrived, status_at=arrived),
        at=SEEN + 2 * MINUTE,
    )

    record(account, order(status=OrderStatus.DELIVERED), at=SEEN + 3 * MINUTE)

    assert the_order(account).delivered_at == arrived


def test_changed_lines_replace_the_old_ones(account: MarketplaceAccount) -> None:
    record(account, order())

    record(account, order(lines=(line(marketplace_sku="9", quantity=1),)), at=SEEN + MINUTE)

    lines = OrderLine.objects.for_company(account.company_id)
    assert [(one.marketplace_sku, one.quantity) for one in lines] == [("9", 1)]
    assert tally(account) == {(date(2026, 11, 21), "accepted"): (1, 1, Decimal("890.00"))}


def test_order_twice_in_a_page_counts_once_and_the_furthest_wins(account: MarketplaceAccount) -> None:
    record(account, order(status=OrderStatus.SHIPPED), order(status=OrderStatus.ACCEPTED))

    assert the_order(account).status is OrderStatus.SHIPPED
    assert sum(count for count, *_rest in tally(account).values()) == 1


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        ({"lines": ()}, "no_lines"),
        ({"lines": (line(quantity=0),)}, "out_of_range"),
        ({"lines": (line(price=Decimal("-1")),)}, "out_of_range"),
        ({"lines": (line(quantity=2_000_000_000, price=Decimal("99999999999")),)}, "out_of_range"),
        ({"placed_at": SEEN + timedelta(days=2)}, "from_the_future"),
    ],
)
def test_broken_order_is_rejected_and_the_good_one_stays(
    account: MarketplaceAccount, broken: dict[str, Any], reason: str
) -> None:
    result = record(account, order("good"), order("bad", **broken))

    assert [one.external_id for one in result.rejected] == ["bad"]
    assert result.rejected[0].reason == reason
    assert the_order(account).external_id == "good"


def test_touched_days_are_queued(account: MarketplaceAccount) -> None:
    record(account, order())

    days = TouchedDay.objects.for_company(account.company_id).values_list("day", flat=True)
    assert list(days) == [date(2026, 11, 21)]


def stocked(account: MarketplaceAccount, at: datetime, available: int = 10) -> None:
    ListingFactory(account=account, marketplace_sku="1482000001")
    read_stock(account, at, available)


def read_stock(account: MarketplaceAccount, at: datetime, available: int) -> None:
    snapshot = StockSnapshot(
        marketplace_sku="1482000001",
        warehouse=WarehouseSnapshot(external_id="22000001", name="ХОРУГВИНО_РФЦ"),
        quantities=StockQuantities(available=available),
    )
    record_stock(account=account, snapshots=[snapshot], covers=["1482000001"], observed_at=at)


def available(account: MarketplaceAccount) -> int:
    return int(account.listings.get().stock_available)


def test_new_order_lowers_the_available_stock_until_it_is_read_again(account: MarketplaceAccount) -> None:
    stocked(account, at=PLACED - MINUTE)

    record(account, order())
    assert available(account) == 8

    record(account, order(), at=SEEN + MINUTE)
    assert available(account) == 8

    read_stock(account, SEEN + 2 * MINUTE, available=8)
    assert available(account) == 8
    assert not StockHold.objects.for_company(account.company_id).exists()


def test_order_that_the_stock_already_knew_holds_nothing(account: MarketplaceAccount) -> None:
    stocked(account, at=PLACED + MINUTE)

    record(account, order())

    assert available(account) == 10


def test_cancelled_order_gives_back_what_it_held(account: MarketplaceAccount) -> None:
    stocked(account, at=PLACED - MINUTE)
    record(account, order())

    record(account, order(status=OrderStatus.CANCELLED), at=SEEN + MINUTE)

    assert available(account) == 10


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_order_of_answers_ends_in_the_furthest_status(
    account: MarketplaceAccount, data: st.DataObject
) -> None:
    """Late, doubled and shuffled answers: the end is the same, the history is a chain, the tally adds up."""
    Order.all_companies.all().delete()
    OrderTally.all_companies.all().delete()
    end = data.draw(st.sampled_from([OrderStatus.DELIVERED, OrderStatus.CANCELLED]))
    walk = [*STEPS[: data.draw(st.integers(1, 3))], end]
    answers = data.draw(st.lists(st.sampled_from(walk), max_size=6)) + walk
    answers = data.draw(st.permutations(answers))

    for minute, status in enumerate(answers):
        record(account, order(status=status), at=SEEN + minute * MINUTE)

    assert the_order(account).status is end
    chain = history(account)
    assert all(earlier[1] == later[0] for earlier, later in itertools.pairwise(chain))
    assert (chain[0][0], chain[-1][1]) == ("", end.value)
    assert tally(account) == counted_from_orders(account)


def test_two_accounts_may_hold_one_number(account: MarketplaceAccount) -> None:
    second = AccountFactory(company=account.company)

    record(account, order())
    record(second, order())

    assert Order.objects.for_company(account.company_id).count() == 2
