"""returns.services.record: rows, events and touched days, whatever the order in which answers come."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import permutations
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.models import TouchedDay
from marketplaces.contracts.orders import Precision
from marketplaces.contracts.returns import ReturnKind, ReturnStatus
from marketplaces.streams import PageResult
from returns.choices import ReturnEventKind, Unmatched
from returns.models import ReasonWord, Return, ReturnEvent
from returns.services.record import record_returns
from tests.factories.catalog import ListingFactory
from tests.factories.marketplaces import AccountFactory
from tests.returns.snapshots import BEGAN, HOUR, SEEN, part, told

if TYPE_CHECKING:
    from marketplaces.contracts.returns import ReturnSnapshot
    from marketplaces.models import MarketplaceAccount

# Not of the answers: when we asked, and how we keep apart what is old.
_OURS = ("id", "created_at", "changed_at", "observed_at", "fingerprint", "told")


def record(account: MarketplaceAccount, *snapshots: Any, at: datetime = SEEN) -> PageResult:
    return record_returns(account=account, snapshots=snapshots, observed_at=at, source="poll")


def the_return(account: MarketplaceAccount) -> Return:
    return Return.objects.for_company(account.company_id).get()


def history(account: MarketplaceAccount) -> list[tuple[str, str, str]]:
    events = ReturnEvent.objects.for_company(account.company_id).order_by("id")
    return [(event.kind, str(event.old_status), str(event.new_status)) for event in events]


def said(account: MarketplaceAccount) -> list[dict[str, Any]]:
    rows = Return.objects.for_company(account.company_id).order_by("external_id").values()
    return [{name: value for name, value in row.items() if name not in _OURS} for row in rows]


def test_a_new_return_is_written_whole(account: MarketplaceAccount) -> None:
    listing = ListingFactory(account=account, marketplace_sku="1482000001")

    result = record(account, told(quantity=2))

    assert result == PageResult(inserted=1)
    held = the_return(account)
    assert (held.kind, held.status, held.quantity) == ("client_return", ReturnStatus.IN_TRANSIT, 2)
    assert (held.price, held.amount) == (Decimal("890.00"), Decimal("1780.00"))
    assert (held.registered_at, held.registered_date) == (BEGAN, date(2026, 11, 21))
    assert (held.status_at, held.status_precision) == (BEGAN, Precision.EXACT)
    assert (held.listing_id, held.unmatched) == (listing.pk, Unmatched.ORDER_UNKNOWN)
    assert history(account) == [("status", "", "in_transit")]
    days = TouchedDay.objects.for_company(account.company_id).values_list("day", flat=True)
    assert set(days) == {date(2026, 11, 21)}


def test_the_same_page_twice_changes_nothing(account: MarketplaceAccount) -> None:
    page = (told(), told(external_id="2", hours=None), part(external_id="3"))
    record(account, *page)
    before = said(account)

    assert record(account, *page, at=SEEN + HOUR) == PageResult(unchanged=3)
    assert said(account) == before
    assert len(history(account)) == 3


def test_steps_that_the_marketplace_dates_stand_in_the_history(account: MarketplaceAccount) -> None:
    record(account, told(ReturnStatus.BACK_ON_SALE, hours=50, received_at=BEGAN + 40 * HOUR))

    assert history(account) == [
        ("status", "", "in_transit"),
        ("status", "in_transit", "received"),
        ("status", "received", "back_on_sale"),
    ]
    held = the_return(account)
    assert (held.received_at, held.settled_at) == (BEGAN + 40 * HOUR, BEGAN + 50 * HOUR)


def test_an_older_answer_changes_no_status(account: MarketplaceAccount) -> None:
    record(account, told(ReturnStatus.RECEIVED, hours=5))

    result = record(account, told(ReturnStatus.IN_TRANSIT, hours=1), at=SEEN + HOUR)

    assert (result.changed, the_return(account).status) == (0, ReturnStatus.RECEIVED)


def test_a_newer_answer_may_lead_back(account: MarketplaceAccount) -> None:
    record(account, told(ReturnStatus.WAITING_PICKUP, hours=5))
    record(account, told(ReturnStatus.IN_TRANSIT, hours=6), at=SEEN + HOUR)

    assert the_return(account).status == ReturnStatus.IN_TRANSIT


def test_out_of_a_final_status_leads_a_correction_only(account: MarketplaceAccount) -> None:
    record(account, told(ReturnStatus.DISPOSED, hours=5))
    record(account, told(ReturnStatus.COMPENSATED, hours=6))
    record(account, told(ReturnStatus.WAITING_PICKUP, hours=7))

    held = the_return(account)
    assert (held.status, held.settled_at) == (ReturnStatus.WAITING_PICKUP, None)
    assert [kind for kind, _old, _new in history(account)] == [
        ReturnEventKind.STATUS,
        ReturnEventKind.STATUS,
        ReturnEventKind.CORRECTION,
        ReturnEventKind.CORRECTION,
    ]


def test_an_end_that_is_told_too_early_waits_for_the_status(account: MarketplaceAccount) -> None:
    ended = BEGAN + 20 * HOUR
    record(account, told(ReturnStatus.RECEIVED, hours=5, settled_at=ended))
    assert the_return(account).settled_at is None
    assert record(account, told(ReturnStatus.RECEIVED, hours=5, settled_at=ended, reason="")).changed == 0

    record(account, told(ReturnStatus.HANDED_OVER, hours=30), at=SEEN + HOUR)

    assert the_return(account).settled_at == ended


def test_of_undated_answers_the_furthest_stands(account: MarketplaceAccount) -> None:
    record(account, told(ReturnStatus.RECEIVED, hours=None))
    record(account, told(ReturnStatus.IN_TRANSIT, hours=None), at=SEEN + HOUR)

    held = the_return(account)
    assert (held.status, held.status_at, held.status_precision) == (
        ReturnStatus.RECEIVED,
        SEEN,
        Precision.OBSERVED,
    )


def test_a_word_that_we_do_not_know_is_shown_and_moves_nothing(account: MarketplaceAccount) -> None:
    record(account, told(ReturnStatus.RECEIVED, hours=1))
    record(account, told(ReturnStatus.UNKNOWN, hours=2, external_status="OnTheMoon"), at=SEEN + HOUR)

    held = the_return(account)
    assert (held.status, held.external_status) == (ReturnStatus.RECEIVED, "OnTheMoon")


def test_what_an_answer_does_not_tell_stays(account: MarketplaceAccount) -> None:
    record(account, told(place_name="ХОРУГВИНО", storage_cost=Decimal(15)))
    record(account, told(ReturnStatus.RECEIVED, hours=4, reason="", price=None), at=SEEN + HOUR)

    held = the_return(account)
    assert (held.place_name, held.storage_cost) == ("ХОРУГВИНО", Decimal("15.00"))
    assert (held.external_reason, held.price) == ("Не подошёл размер", Decimal("890.00"))


def test_sources_that_tell_a_part_each_make_a_whole(account: MarketplaceAccount) -> None:
    pages = [
        part(ReturnStatus.RECEIVED, hours=30, kind=ReturnKind.CLIENT_RETURN, registered_at=BEGAN + 2 * HOUR),
        part(ReturnStatus.CLAIMED, hours=1, reason="Брак", price=Decimal(890), registered_at=BEGAN),
        part(ReturnStatus.WAITING_PICKUP, hours=None, kind=ReturnKind.TECHNICAL, place_name="ПВЗ 7"),
    ]
    for page in pages:
        record(account, page)

    held = the_return(account)
    assert (held.kind, held.status, held.registered_at) == ("client_return", "waiting_pickup", BEGAN)
    assert (held.external_reason, held.price, held.place_name) == ("Брак", Decimal(890), "ПВЗ 7")


def test_of_two_sources_the_reason_of_the_one_that_knows_more_stands(account: MarketplaceAccount) -> None:
    record(account, part(hours=30, kind=ReturnKind.TECHNICAL, reason="Возврат брака"))
    record(account, part(hours=2, kind=ReturnKind.REFUSAL, reason_id="expire"))
    record(account, part(hours=40, kind=ReturnKind.TECHNICAL, reason="Возврат"), at=SEEN + HOUR)

    held = the_return(account)
    assert (held.external_reason_id, held.external_reason) == ("expire", "")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"quantity": 0}, "out_of_range"),
        ({"quantity": 10**9}, "out_of_range"),
        ({"price": Decimal(-1)}, "out_of_range"),
        ({"price": Decimal(10) ** 12, "quantity": 2}, "out_of_range"),
        ({"storage_cost": Decimal(-5)}, "out_of_range"),
        ({"registered_at": SEEN + timedelta(days=2)}, "from_the_future"),
        ({"external_id": ""}, "missing_field"),
        ({"external_id": "x" * 400}, "missing_field"),
    ],
)
def test_what_breaks_a_rule_is_set_aside(
    account: MarketplaceAccount, changes: dict[str, Any], reason: str
) -> None:
    result = record(account, told(**changes), told(external_id="good"))

    assert [record.reason for record in result.rejected] == [reason]
    assert the_return(account).external_id == "good"


def test_hostile_words_are_kept_within_bounds(account: MarketplaceAccount) -> None:
    long = "ы\x00\u202e" * 5_000
    record(account, told(reason=long, name=long, external_status=long, place_address=long, reason_id=long))

    held = the_return(account)
    assert len(held.external_reason) == 300
    assert "\x00" not in held.name


def test_words_are_counted_once_a_return(account: MarketplaceAccount) -> None:
    record(account, told(), told(external_id="2"), told(external_id="3", reason=""))
    record(account, told(ReturnStatus.RECEIVED, hours=4), at=SEEN + HOUR)

    word = ReasonWord.objects.get(words="Не подошёл размер")
    assert (word.marketplace, word.seen) == ("ozon", 2)


# Three versions of a return at each of two marketplaces' ways: dated and whole, or undated and in parts.
_STATUSES = st.sampled_from(list(ReturnStatus))
_TEXTS = st.sampled_from(["", "Брак", "Размер"])
_AMOUNTS = st.sampled_from([None, Decimal(10), Decimal("20.5")])
_WHOLE = st.lists(
    st.builds(
        lambda status, reason, cost, hours: told(status, hours=hours, reason=reason, storage_cost=cost),
        _STATUSES,
        _TEXTS,
        _AMOUNTS,
        st.integers(0, 40),
    ),
    min_size=1,
    max_size=5,
    unique_by=lambda one: one.changed_at,
)
_PARTS = st.lists(
    st.builds(
        lambda status, reason, cost, hours, kind: part(
            status, hours=hours, reason=reason, storage_cost=cost, kind=kind, registered_at=BEGAN
        ),
        _STATUSES,
        _TEXTS,
        _AMOUNTS,
        st.one_of(st.none(), st.integers(0, 40)),
        st.sampled_from(list(ReturnKind)),
    ),
    min_size=1,
    max_size=5,
)


# A marketplace tells a return wholly, or in parts from several sources; none does both.
@given(snapshots=st.one_of(_WHOLE, _PARTS), data=st.data())
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_any_order_and_any_repetition_end_the_same(
    company: Any, snapshots: list[ReturnSnapshot], data: st.DataObject
) -> None:
    one, other = AccountFactory(company=company), AccountFactory(company=company)
    record(one, *snapshots)
    shuffled = data.draw(
        st.permutations(snapshots + data.draw(st.lists(st.sampled_from(snapshots), max_size=3)))
    )
    for snapshot in shuffled:
        record(other, snapshot)

    def of(account: MarketplaceAccount) -> list[dict[str, Any]]:
        return [
            {name: value for name, value in row.items() if name != "account_id"}
            for row in said(account)
            if row["account_id"] == account.pk
        ]

    assert of(one) == of(other)
    last = ReturnEvent.objects.for_company(company).filter(return_of__account=other).order_by("-pk").first()
    assert last is not None
    assert str(last.new_status) == of(other)[0]["status"]


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_goods_that_come_back_are_a_return_whatever_a_claim_was_told(
    account: MarketplaceAccount, order: tuple[int, ...]
) -> None:
    answers = [
        part(ReturnStatus.CLAIMED, hours=1),
        part(ReturnStatus.REJECTED, hours=5),
        part(ReturnStatus.IN_TRANSIT, hours=40),
        part(ReturnStatus.RECEIVED, hours=90),
    ]

    for number in order:
        record(account, answers[number])

    assert the_return(account).status == ReturnStatus.RECEIVED


def test_a_claim_that_was_turned_down_stays_so_while_nothing_moves(account: MarketplaceAccount) -> None:
    record(account, part(ReturnStatus.REJECTED, hours=5))
    record(account, part(ReturnStatus.CLAIMED, hours=1))

    assert the_return(account).status == ReturnStatus.REJECTED


def test_another_account_of_the_same_ids_is_apart(account: MarketplaceAccount) -> None:
    other = AccountFactory(company=account.company)
    record(account, told())
    record(other, replace(told(), reason="Брак"))

    rows = Return.objects.for_company(account.company_id).order_by("account_id")
    assert [row.external_reason for row in rows] == ["Не подошёл размер", "Брак"]


def test_a_source_that_tells_no_currency_leaves_the_one_that_is_held(account: MarketplaceAccount) -> None:
    record(account, part(currency="KZT", price=Decimal(9000)))
    record(account, part(ReturnStatus.RECEIVED, hours=5), at=SEEN + HOUR)

    held = the_return(account)
    assert (held.status, held.currency, held.amount) == (ReturnStatus.RECEIVED, "KZT", Decimal(9000))


@pytest.mark.parametrize("order", list(permutations(range(3))))
@pytest.mark.parametrize("tells", [told, part], ids=["whole", "part"])
def test_what_was_seen_again_is_as_new_as_when_it_was_seen_last(
    account: MarketplaceAccount, tells: Any, order: tuple[int, ...]
) -> None:
    answers = [
        (tells(hours=None, price=Decimal(100), reason="Брак", number="1"), SEEN + HOUR),
        (tells(hours=None, price=Decimal(200), reason="Размер", number="2"), SEEN + 2 * HOUR),
        (tells(hours=None, price=Decimal(100), reason="Брак", number="3"), SEEN + 3 * HOUR),
    ]

    for number in order:
        snapshot, at = answers[number]
        record(account, snapshot, at=at)

    held = the_return(account)
    assert (held.price, held.external_reason, held.number) == (100, "Брак", "3")


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_an_answer_that_does_not_know_the_kind_leaves_the_one_that_was_told(
    account: MarketplaceAccount, order: tuple[int, ...]
) -> None:
    guess = {"kind": ReturnKind.UNKNOWN, "kind_else": ReturnKind.REFUSAL}
    answers = [
        (told(hours=1, **guess), SEEN + HOUR),
        (told(hours=2, kind=ReturnKind.TECHNICAL), SEEN + 2 * HOUR),
        (told(hours=3, number="3", **guess), SEEN + 3 * HOUR),
    ]

    for number in order:
        snapshot, at = answers[number]
        record(account, snapshot, at=at)

    assert the_return(account).kind == ReturnKind.TECHNICAL


def test_while_nobody_tells_the_kind_it_is_what_it_is_taken_for(account: MarketplaceAccount) -> None:
    record(account, told(kind=ReturnKind.UNKNOWN, kind_else=ReturnKind.REFUSAL))

    assert the_return(account).kind == ReturnKind.REFUSAL


def test_a_dated_part_that_is_read_again_between_others_writes_nothing(account: MarketplaceAccount) -> None:
    answers = (part(hours=1, price=Decimal(100)), part(ReturnStatus.RECEIVED, hours=5, number="5"))
    record(account, *answers)
    before = the_return(account)

    for hours in (1, 2):
        assert record(account, *answers, at=SEEN + hours * HOUR) == PageResult(unchanged=2)
    assert the_return(account).changed_at == before.changed_at
