"""supplies.services.record: rows, lines, boxes, papers and events, whatever the order in which answers come."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.models import TouchedDay
from core.money import LARGEST
from marketplaces.contracts.orders import Precision
from marketplaces.contracts.supplies import (
    BoxSnapshot,
    DocumentSnapshot,
    SupplyKind,
    SupplyLineSnapshot,
    SupplySnapshot,
    SupplyStatus,
)
from marketplaces.models import StreamState
from marketplaces.streams import PageResult
from marketplaces.wildberries.supply_rows import SupplyName, gone_snapshot
from supplies.choices import SupplyEventKind
from supplies.models import BoxLine, Supply, SupplyBox, SupplyDocument, SupplyEvent
from supplies.services.lines import link_lines
from tests.factories.catalog import CostPriceFactory, ListingFactory
from tests.factories.marketplaces import AccountFactory, StreamStateFactory
from tests.factories.supplies import SupplyFactory, SupplyLineFactory
from tests.supplies.recording import details, everything, history, record, the_lines, the_supply
from tests.supplies.snapshots import CREATED, HOUR, SEEN, SLOT, line, supply

if TYPE_CHECKING:
    from marketplaces.models import MarketplaceAccount

MINUTE = timedelta(minutes=1)


def test_new_supply_is_written_whole(account: MarketplaceAccount) -> None:
    listing = ListingFactory(account=account, marketplace_sku="1482000001")

    result = record(account, supply(lines=(line(), line("7", declared=5))))

    assert result == PageResult(inserted=1)
    held = the_supply(account)
    assert (held.status, held.number, held.kind) == (SupplyStatus.BOOKED, "2000031847", SupplyKind.SUPPLY)
    assert (held.slot_from, held.slot_zone) == (SLOT, "Europe/Moscow")
    assert (held.warehouse.name, held.marketplace, held.declared, held.lines_count) == (
        "ХОРУГВИНО_РФЦ",
        "ozon",
        105,
        2,
    )
    assert held.planned_at == CREATED
    assert (held.accepted, held.missing_units) == (None, None)
    assert [(one.listing_id, one.declared) for one in the_lines(account)] == [(listing.pk, 100), (None, 5)]
    assert history(account) == [("", "draft"), ("draft", "booked")]


def test_page_read_twice_changes_nothing(account: MarketplaceAccount) -> None:
    papers = (DocumentSnapshot(kind="act", number="А-1", created_at=SEEN),)
    boxes = (BoxSnapshot(code="A1", contents=(("1482000001", 100),)),)
    told = supply(
        SupplyStatus.ACCEPTED, lines=(line(accepted=97, shortage=3),), documents=papers, boxes=boxes
    )
    record(account, told)
    before = everything(account)

    again = record(account, told)
    later = record(account, told, at=SEEN + HOUR)

    assert (again, later) == (PageResult(unchanged=1), PageResult(unchanged=1))
    assert everything(account) == before
    assert the_supply(account).observed_at == SEEN + HOUR  # only how new it is
    assert the_supply(account).changed_at == SEEN


def test_steps_leave_events_with_both_times(account: MarketplaceAccount) -> None:
    record(account, supply(changed_at=CREATED + MINUTE), at=CREATED + 2 * MINUTE)
    record(account, supply(SupplyStatus.READY, changed_at=SLOT - HOUR), at=SLOT - HOUR + MINUTE)
    record(account, supply(SupplyStatus.ARRIVED, shipped_at=SLOT, arrived_at=SLOT + HOUR), at=SEEN)

    assert history(account) == [
        ("", "draft"),
        ("draft", "booked"),
        ("booked", "ready"),
        ("ready", "shipped"),
        ("shipped", "arrived"),
    ]
    ready, arrived = (
        SupplyEvent.objects.for_company(account.company_id).get(new_status=status)
        for status in ("ready", "arrived")
    )
    assert (ready.happened_at, ready.precision) == (SLOT - HOUR, Precision.EXACT)
    assert (arrived.happened_at, arrived.precision) == (SLOT + HOUR, Precision.EXACT)
    assert arrived.recorded_at > arrived.happened_at


def test_status_without_a_moment_is_dated_by_our_look(account: MarketplaceAccount) -> None:
    record(account, supply())
    record(account, supply(SupplyStatus.ACCEPTING), at=SEEN + HOUR)

    event = SupplyEvent.objects.for_company(account.company_id).get(new_status="accepting")
    assert (event.happened_at, event.precision) == (SEEN + HOUR, Precision.OBSERVED)


def test_answer_older_by_the_marketplaces_word_changes_nothing(account: MarketplaceAccount) -> None:
    record(account, supply(SupplyStatus.SHIPPED, changed_at=SLOT, cluster_name="Урал"))
    before = everything(account)

    result = record(
        account, supply(SupplyStatus.BOOKED, changed_at=SLOT - HOUR, cluster_name="Сибирь"), at=SEEN + HOUR
    )

    assert result == PageResult(unchanged=1)
    assert everything(account) == before


@pytest.mark.parametrize("changed_at", [None, SLOT])
def test_status_never_goes_back_unless_the_marketplace_says_it_changed(
    account: MarketplaceAccount, changed_at: datetime | None
) -> None:
    record(account, supply(SupplyStatus.ACCEPTING, changed_at=changed_at))

    record(account, supply(SupplyStatus.BOOKED, changed_at=changed_at), at=SEEN + HOUR)

    assert the_supply(account).status is SupplyStatus.ACCEPTING


def test_a_status_that_comes_again_is_an_event_again(account: MarketplaceAccount) -> None:
    for number, status in enumerate([SupplyStatus.DRAFT, SupplyStatus.BOOKED] * 2):
        moment = SEEN + number * HOUR
        record(account, supply(status, changed_at=moment), at=moment + MINUTE)

    assert history(account) == [("", "draft"), ("draft", "booked"), ("booked", "draft"), ("draft", "booked")]


def test_acceptance_that_is_opened_and_closed_again_is_told_twice(account: MarketplaceAccount) -> None:
    for number, status in enumerate([SupplyStatus.ACCEPTED, SupplyStatus.ACCEPTING, SupplyStatus.ACCEPTED]):
        moment = SEEN + number * HOUR
        record(account, supply(status, accepted_at=SLOT, changed_at=moment), at=moment + MINUTE)

    assert [new for _old, new in history(account) if new in ("accepted", "accepting")] == [
        "accepted", "accepting", "accepted",
    ]  # fmt: skip


def test_a_supply_that_was_gone_goes_on_when_the_marketplace_changed_it_since(
    account: MarketplaceAccount,
) -> None:
    record(account, supply(changed_at=SEEN - 5 * HOUR), at=SEEN - 4 * HOUR)
    gone = gone_snapshot(SupplyName(preorder_id="2000031847"))
    record(account, gone, at=SEEN - 3 * HOUR)
    record(account, supply(changed_at=SEEN - 5 * HOUR), at=SEEN - 2 * HOUR)
    assert the_supply(account).status == SupplyStatus.CANCELLED

    for minutes, status in enumerate((SupplyStatus.BOOKED, SupplyStatus.READY, SupplyStatus.ACCEPTING)):
        told = supply(status, changed_at=SEEN - HOUR + minutes * MINUTE)
        record(account, told, at=SEEN + minutes * MINUTE)
    record(account, gone, at=SEEN - 3 * HOUR)

    assert the_supply(account).status == SupplyStatus.ACCEPTING
    assert history(account)[-4:] == [
        ("booked", "cancelled"),
        ("cancelled", "booked"),
        ("booked", "ready"),
        ("ready", "accepting"),
    ]


def test_final_status_moves_only_by_a_correction(account: MarketplaceAccount) -> None:
    accepted = supply(SupplyStatus.ACCEPTED, accepted_at=SLOT, changed_at=SLOT)
    record(account, accepted)

    record(
        account, replace(accepted, status=SupplyStatus.DISCREPANCY, changed_at=SLOT + HOUR), at=SEEN + HOUR
    )

    held = the_supply(account)
    assert held.status is SupplyStatus.DISCREPANCY
    event = SupplyEvent.objects.for_company(account.company_id).get(kind=SupplyEventKind.CORRECTION)
    assert (event.old_status, event.new_status) == (SupplyStatus.ACCEPTED, SupplyStatus.DISCREPANCY)
    assert event.happened_at == SLOT + HOUR


def test_unknown_word_is_kept_and_moves_nothing(account: MarketplaceAccount) -> None:
    record(account, supply(SupplyStatus.SHIPPED))

    record(account, supply(SupplyStatus.UNKNOWN), at=SEEN + HOUR)

    held = the_supply(account)
    assert (held.status, held.external_status) == (SupplyStatus.SHIPPED, "WAITING_FOR_THE_MOON")


def test_supply_first_seen_with_an_unknown_word_takes_the_next_known_one(account: MarketplaceAccount) -> None:
    record(account, supply(SupplyStatus.UNKNOWN, changed_at=SLOT))
    assert the_supply(account).status is SupplyStatus.UNKNOWN

    record(account, supply(SupplyStatus.BOOKED, changed_at=SLOT - HOUR), at=SEEN + HOUR)

    assert the_supply(account).status is SupplyStatus.BOOKED


def test_lines_not_told_stay(account: MarketplaceAccount) -> None:
    record(account, supply(SupplyStatus.SHIPPED))

    record(account, supply(SupplyStatus.ARRIVED, lines=None), at=SEEN + HOUR)

    assert [one.declared for one in the_lines(account)] == [100]
    assert the_supply(account).declared == 100


def test_older_answer_with_lines_fills_what_the_newer_left_out(account: MarketplaceAccount) -> None:
    record(account, supply(SupplyStatus.ARRIVED, lines=None, changed_at=SLOT + HOUR))

    record(account, supply(SupplyStatus.SHIPPED, changed_at=SLOT), at=SEEN - HOUR)

    assert the_supply(account).status is SupplyStatus.ARRIVED
    assert [one.declared for one in the_lines(account)] == [100]


def test_lines_of_one_product_are_added_up(account: MarketplaceAccount) -> None:
    record(account, supply(lines=(line(declared=3), line(declared=4, accepted=4))))

    assert [(one.declared, one.accepted) for one in the_lines(account)] == [(7, 4)]


def test_lines_that_are_no_more_go_with_an_event(account: MarketplaceAccount) -> None:
    record(account, supply(lines=(line(), line("7", declared=5))))
    record(account, supply(lines=(line(declared=90),)), at=SEEN + HOUR)

    assert [one.declared for one in the_lines(account)] == [90]
    assert details(account, SupplyEventKind.CONTENTS) == [
        {"line:LN-1482000001": [100, 90], "line:LN-7": [5, None]}
    ]


def test_sizes_of_one_article_are_told_apart(account: MarketplaceAccount) -> None:
    small = line("1", seller_sku="LN-1", barcode="46001", declared=10)
    middle = line("2", seller_sku="LN-1", barcode="46002", declared=20)
    record(account, supply(lines=(small, middle)))

    record(account, supply(lines=(replace(middle, accepted=20), small)), at=SEEN + HOUR)
    record(account, supply(lines=(middle, replace(small, declared=12))), at=SEEN + 2 * HOUR)

    assert details(account, SupplyEventKind.CONTENTS) == [{"line:LN-1 · 46001": [10, 12]}]


def test_moved_slot_is_an_event(account: MarketplaceAccount) -> None:
    record(account, supply())
    record(account, supply(slot_from=SLOT + HOUR, slot_to=SLOT + HOUR), at=SEEN + HOUR)

    assert details(account, SupplyEventKind.CONTENTS) == [
        {"slot_from": [SLOT.isoformat(), (SLOT + HOUR).isoformat()]}
    ]


def test_counted_numbers_are_events_with_the_difference(account: MarketplaceAccount) -> None:
    told = supply(
        SupplyStatus.ACCEPTED, accepted_at=SLOT, lines=(line(shipped=100, accepted=97, on_sale=20),)
    )
    record(account, told)
    sold = replace(told, lines=(line(shipped=100, accepted=97, on_sale=60),))
    record(account, sold, at=SEEN + HOUR)
    more = replace(told, lines=(line(shipped=100, accepted=99, on_sale=99),))
    record(account, more, at=SEEN + 2 * HOUR)

    # Coming on sale bit by bit is no event; a later count and the end of it are.
    assert details(account, SupplyEventKind.NUMBERS) == [
        {"accepted": [97, 99], "missing_units": [3, 1], "on_sale": [60, 99]}
    ]


def test_missing_units_are_worth_their_cost_price(account: MarketplaceAccount) -> None:
    listing = ListingFactory(account=account, marketplace_sku="1482000001")
    CostPriceFactory(product=listing.product, cost=Decimal("310.50"))
    ListingFactory(account=account, marketplace_sku="7", price=Decimal("2490.00"))

    record(
        account,
        supply(
            SupplyStatus.DISCREPANCY,
            lines=(
                line(shipped=100, accepted=96, shortage=3, defect=1),
                line("7", accepted=9, declared=10, defect=0),  # not told short, yet one does not add up
                line("8", declared=10, accepted=8, price=Decimal("10.00")),  # not in the assortment
                line("9", declared=10, accepted=10),
            ),
        ),
    )

    held = the_supply(account)
    assert held.missing_units == 4 + 1 + 2
    assert held.missing_amount == 4 * Decimal("310.50") + Decimal("2490.00") + 2 * Decimal("10.00")


def test_a_cost_price_with_too_many_noughts_stops_nothing(account: MarketplaceAccount) -> None:
    listing = ListingFactory(account=account, marketplace_sku="1")
    CostPriceFactory(product=listing.product, cost=LARGEST)

    record(account, supply(SupplyStatus.ACCEPTED, lines=(line("1", accepted=97),)))

    assert the_supply(account).missing_amount == LARGEST


def test_nothing_is_missing_before_it_is_counted(account: MarketplaceAccount) -> None:
    record(account, supply(SupplyStatus.ACCEPTING, lines=(line(accepted=10),)))

    assert the_supply(account).missing_units is None


def test_accepted_and_not_on_sale_waits_since_acceptance(account: MarketplaceAccount) -> None:
    told = supply(SupplyStatus.ACCEPTED, accepted_at=SLOT, lines=(line(accepted=100, on_sale=40),))
    record(account, told)
    assert the_lines(account)[0].waiting_since == SLOT

    record(account, replace(told, lines=(line(accepted=100, on_sale=100),)), at=SEEN + HOUR)

    assert the_lines(account)[0].waiting_since is None


def test_what_is_accepted_anew_waits_since_it_was_told(account: MarketplaceAccount) -> None:
    told = supply(SupplyStatus.ACCEPTED, accepted_at=SLOT, lines=(line(accepted=100, on_sale=100),))
    record(account, told)

    record(account, replace(told, lines=(line(accepted=110, on_sale=100),)), at=SEEN + HOUR)
    record(account, replace(told, lines=(line(accepted=110, on_sale=104),)), at=SEEN + 2 * HOUR)

    assert the_lines(account)[0].waiting_since == SEEN + HOUR


def test_boxes_are_told_with_their_contents(account: MarketplaceAccount) -> None:
    boxes = (
        BoxSnapshot(code="046012340318470014", contents=(("1482000001", 60), ("stranger", 3))),
        BoxSnapshot(code="046012340318470021", is_pallet=True, contents=(("461482000001", 40),)),
    )
    record(account, supply(boxes=boxes))

    rows = SupplyBox.objects.for_company(account.company_id).order_by("position")
    assert [(one.position, one.kind, one.code, one.is_told) for one in rows] == [
        (1, "box", "046012340318470014", True),
        (2, "pallet", "046012340318470021", True),
    ]
    contents = BoxLine.objects.for_company(account.company_id).order_by("box__position")
    assert [one.quantity for one in contents] == [60, 40]

    record(account, supply(boxes=boxes[:1]), at=SEEN + HOUR)
    assert SupplyBox.objects.for_company(account.company_id).get().position == 1


def test_boxes_told_before_their_lines_get_their_contents_later(account: MarketplaceAccount) -> None:
    told = supply(boxes=(BoxSnapshot(code="1", contents=(("1482000001", 60),)),))
    record(account, replace(told, lines=None))
    record(account, replace(told, boxes=None), at=SEEN + HOUR)
    record(account, told, at=SEEN + 2 * HOUR)

    assert [one.quantity for one in BoxLine.objects.for_company(account.company_id)] == [60]


def test_papers_are_added_and_never_go(account: MarketplaceAccount) -> None:
    act = DocumentSnapshot(kind="act", number="А-1")
    record(account, supply(documents=(act,)))
    record(account, supply(documents=(DocumentSnapshot(kind="waybill", number="7"),)), at=SEEN + HOUR)
    record(account, supply(documents=(replace(act, created_at=SLOT),)), at=SEEN + 2 * HOUR)

    rows = SupplyDocument.objects.for_company(account.company_id).order_by("kind")
    assert [(one.kind, one.number, one.issued_at) for one in rows] == [
        ("act", "А-1", SLOT),
        ("waybill", "7", None),
    ]


def test_split_supply_is_not_counted_beside_its_children(account: MarketplaceAccount) -> None:
    record(account, supply(external_id="child", parent_external_id="parent"))
    record(account, supply(external_id="parent"))

    rows = Supply.objects.for_company(account.company_id)
    assert {one.external_id: one.is_split for one in rows} == {"child": False, "parent": True}
    assert [one.external_id for one in rows.shipments()] == ["child"]


def test_told_line_meets_the_planned_one_by_its_barcode(account: MarketplaceAccount) -> None:
    held = SupplyFactory(account=account, plan=True, external_id="2000031847", lines=0)
    planned = SupplyLineFactory(
        supply=held, listing=None, key="barcode:461482000001", barcode="461482000001", planned=120
    )
    other = SupplyLineFactory(supply=held, listing=None, key="8", marketplace_sku="8", planned=4)

    record(account, supply())

    lines = {one.pk: one for one in the_lines(account)}
    assert (lines[planned.pk].key, lines[planned.pk].planned, lines[planned.pk].declared) == (
        "1482000001",
        120,
        100,
    )
    assert (lines[other.pk].planned, lines[other.pk].declared) == (4, None)


def test_listing_is_found_by_barcode_and_later(account: MarketplaceAccount) -> None:
    known = ListingFactory(account=account, barcodes=["111", "222"])
    record(account, supply(lines=(line("", barcode="222"), line("5"), line("", barcode="333"))))
    assert [one.listing_id for one in the_lines(account)].count(known.pk) == 1

    late = ListingFactory(account=account, marketplace_sku="5", barcodes=["333"])
    ListingFactory(marketplace_sku="5")  # somebody else's

    assert link_lines(account=account) == 2
    assert [one.listing_id for one in the_lines(account)] == [late.pk, known.pk, late.pk]
    assert link_lines(account=account) == 0


def test_acceptance_asks_for_products_and_stock(account: MarketplaceAccount) -> None:
    states = [
        StreamStateFactory(account=account, stream=stream, due_at=SEEN + 10_000 * HOUR)
        for stream in ("products", "stock", "orders")
    ]
    record(account, supply(SupplyStatus.SHIPPED))
    assert not TouchedDay.all_companies.exists()

    record(
        account,
        supply(SupplyStatus.ACCEPTED, accepted_at=SLOT, lines=(line(accepted=97),)),
        at=SEEN + HOUR,
    )

    due = {
        one.stream: one.due_at for one in StreamState.all_companies.filter(pk__in=[one.pk for one in states])
    }
    assert due["products"] == due["stock"] < due["orders"]
    assert TouchedDay.all_companies.get().day == SLOT.date()


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"external_id": ""}, "missing_field"),
        ({"external_id": "1" * 101}, "out_of_range"),
        ({"lines": (line(declared=-1),)}, "out_of_range"),
        ({"lines": (line(accepted=10_000_001),)}, "out_of_range"),
        ({"lines": (line(price=Decimal(-1)),)}, "out_of_range"),
        ({"lines": (line("", barcode=""),)}, "missing_field"),
        ({"lines": (line("1" * 256),)}, "out_of_range"),
        ({"lines": (line(barcode="1" * 101),)}, "out_of_range"),
        ({"lines": tuple(line(str(n), declared=10_000_000) for n in range(201))}, "out_of_range"),
        ({"lines": tuple(line(str(n)) for n in range(10_001))}, "out_of_range"),
        ({"created_at": SEEN + 48 * HOUR}, "from_the_future"),
        ({"slot_from": SEEN + 800 * 24 * HOUR, "slot_to": None}, "out_of_range"),
        ({"slot_to": SLOT - HOUR}, "out_of_range"),
    ],
)
def test_broken_rule_goes_to_quarantine_and_the_page_goes_on(
    account: MarketplaceAccount, changes: dict[str, Any], reason: str
) -> None:
    result = record(account, replace(supply(), **changes), supply(external_id="sound"))

    assert (result.inserted, [one.reason for one in result.rejected]) == (1, [reason])
    assert the_supply(account).external_id == "sound"


def test_long_texts_are_cut(account: MarketplaceAccount) -> None:
    record(
        account, supply(reason="ы" * 10_000, warehouse_name="ы" * 10_000, lines=(line(name="ы" * 10_000),))
    )

    assert (len(the_supply(account).reason), len(the_lines(account)[0].name)) == (500, 500)


def test_accounts_do_not_meet(account: MarketplaceAccount) -> None:
    other = AccountFactory(company=account.company)
    record(account, supply())
    record(other, supply(SupplyStatus.SHIPPED))

    rows = Supply.objects.for_company(account.company_id).order_by("account_id")
    assert [str(one.status) for one in rows] == ["booked", "shipped"]


STATUSES = [
    SupplyStatus.DRAFT,
    SupplyStatus.BOOKED,
    SupplyStatus.READY,
    SupplyStatus.SHIPPED,
    SupplyStatus.ARRIVED,
    SupplyStatus.ACCEPTING,
    SupplyStatus.ACCEPTED,
]


@st.composite
def goods_told(draw: st.DrawFn) -> tuple[SupplyLineSnapshot, ...]:
    """One, two or none of two products, with the same counts told of each, nought or more."""
    told = draw(
        st.sets(st.sampled_from(["accepted", "on_sale", "shortage", "surplus", "defect"]), max_size=3)
    )
    price = draw(st.sampled_from([None, Decimal("900.00")]))
    return tuple(
        line(sku, declared=draw(st.integers(0, 100)), price=price)
        if not told
        else line(sku, price=price, **{name: draw(st.sampled_from([None, 0, 3])) for name in told})
        for sku in draw(st.sampled_from([("1",), ("1", "7"), ("7",), ()]))
    )


@st.composite
def lives(draw: st.DrawFn) -> list[tuple[SupplySnapshot, datetime]]:
    """The answers about one supply through its life, each with when it was asked; some without lines, some that count
    nothing, some that leave goods out."""
    tells_changes = draw(st.booleans())
    statuses = sorted(
        draw(st.lists(st.sampled_from(STATUSES), min_size=1, max_size=6)), key=lambda one: one.rank
    )
    if tells_changes and draw(st.booleans()):
        statuses.append(draw(st.sampled_from([SupplyStatus.DISCREPANCY, SupplyStatus.CANCELLED])))
    answers = []
    for place, status in enumerate(statuses):
        moment = SLOT + place * HOUR
        lines = draw(st.none() | goods_told())
        told = supply(
            status,
            lines=lines,
            changed_at=moment if tells_changes else None,
            slot_from=None if place % 3 == 2 else SLOT + place * HOUR,
            slot_to=None,
            warehouse_name="" if place % 2 else "ХОРУГВИНО_РФЦ",
            warehouse_external_id="" if place % 2 else "22000001",
            accepted_at=draw(st.sampled_from([None, SLOT + 5 * HOUR, SLOT + 6 * HOUR])),
        )
        if place == 0:
            told = replace(told, warehouse_name="ХОРУГВИНО_РФЦ", warehouse_external_id="22000001")
        answers.append((told, moment + MINUTE))
    return answers


@pytest.mark.django_db
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(life=lives(), data=st.data())
def test_any_order_of_answers_ends_in_the_same_state(
    life: list[tuple[SupplySnapshot, datetime]], data: st.DataObject
) -> None:
    told = data.draw(st.permutations([*life, *life[:2]]))

    states = []
    for answers in (life, told):
        account = AccountFactory()
        for snapshot, asked_at in answers:
            record(account, snapshot, at=asked_at)
        states.append(everything(account))

    assert states[0] == states[1]
