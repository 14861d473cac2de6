"""Planning a supply: target, goods, steps, and what the history says of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.utils import translation

from companies.models import Company, User
from marketplaces.contracts.supplies import SupplyStatus
from marketplaces.models import MarketplaceAccount
from supplies.choices import SupplyEventKind
from supplies.models import Supply, SupplyBox, SupplyEvent, SupplyLine
from supplies.services import boxes
from supplies.services.plan_lines import MOST_UNITS, Outdated, set_lines, set_quantities
from supplies.services.plans import CannotChange, Target, change_target, mark, plan_supply, reopen
from tests.factories.catalog import ListingFactory, WarehouseFactory

SLOT = {
    "slot_from": datetime(2026, 12, 1, 7, tzinfo=UTC),
    "slot_to": datetime(2026, 12, 1, 8, tzinfo=UTC),
    "slot_zone": "Asia/Vladivostok",
}


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    """What is said is compared in the words of the code."""
    with translation.override("en"):
        yield


@pytest.fixture
def plan(company: Company, account: MarketplaceAccount, owner: User) -> Supply:
    return plan_supply(company=company, account=account, target=Target(), actor=owner)


def events(supply: Supply) -> list[tuple[str, str, str, dict[str, Any]]]:
    rows = SupplyEvent.objects.for_company(supply.company_id).filter(supply=supply).order_by("pk")
    return list(rows.values_list("kind", "old_status", "new_status", "details"))


def planned(supply: Supply) -> dict[str, int]:
    rows = SupplyLine.objects.for_company(supply.company_id).filter(supply=supply)
    return dict(rows.values_list("seller_sku", "planned"))


def test_a_plan_is_a_draft_and_with_a_slot_it_is_booked(
    company: Company, account: MarketplaceAccount, owner: User
) -> None:
    warehouse = WarehouseFactory(company=company, marketplace=account.marketplace)
    draft = plan_supply(company=company, account=account, target=Target(), actor=owner)
    booked = plan_supply(
        company=company, account=account, target=Target(warehouse=warehouse, **SLOT), actor=owner
    )

    assert (draft.status, draft.external_id, draft.is_planned_here) == (SupplyStatus.DRAFT, "", True)
    assert (booked.status, booked.warehouse_name) == (SupplyStatus.BOOKED, warehouse.name)
    event = SupplyEvent.objects.for_company(company).get(supply=booked)
    assert (event.actor, event.new_status, event.old_status) == (owner, SupplyStatus.BOOKED, "")


def test_goods_are_planned_changed_and_taken_out(plan: Supply, owner: User) -> None:
    one, two = ListingFactory(account=plan.account), ListingFactory(account=plan.account)

    assert set_quantities(supply=plan, wishes={one.pk: 10, two.pk: 5}, actor=owner) == 2
    assert set_quantities(supply=plan, wishes={one.pk: 10, two.pk: 7}, actor=owner) == 1
    line = SupplyLine.objects.for_company(plan.company_id).get(supply=plan, listing=one)
    assert set_lines(supply=plan, units={line.pk: 0}, actor=owner) == 1

    plan.refresh_from_db()
    assert planned(plan) == {two.seller_sku: 7}
    assert (plan.planned, plan.lines_count) == (7, 1)
    assert [details for kind, _old, _new, details in events(plan) if kind == SupplyEventKind.CONTENTS] == [
        {one.seller_sku: [None, 10], two.seller_sku: [None, 5]},
        {two.seller_sku: [5, 7]},
        {one.seller_sku: [10, None]},
    ]


def test_goods_of_another_account_are_left_out(plan: Supply, company: Company, owner: User) -> None:
    foreign = ListingFactory(account__company=company)

    assert set_quantities(supply=plan, wishes={foreign.pk: 3}, actor=owner) == 0
    assert planned(plan) == {}


@pytest.mark.parametrize("units", [-1, MOST_UNITS + 1])
def test_senseless_numbers_are_refused(plan: Supply, owner: User, units: int) -> None:
    listing = ListingFactory(account=plan.account)

    with pytest.raises(CannotChange):
        set_quantities(supply=plan, wishes={listing.pk: units}, actor=owner)


def test_another_target_stands_in_the_history_and_a_slot_books(
    plan: Supply, company: Company, owner: User
) -> None:
    warehouse = WarehouseFactory(company=company, marketplace=plan.marketplace)
    target = Target(warehouse=warehouse, wished_on=date(2026, 12, 1), **SLOT)

    changed = change_target(supply=plan, target=target, actor=owner)
    again = change_target(supply=plan, target=target, actor=owner)

    assert changed.status == again.status == SupplyStatus.BOOKED
    kinds = [(kind, old, new) for kind, old, new, _details in events(plan)]
    assert kinds == [("status", "", "draft"), ("contents", "draft", "draft"), ("status", "draft", "booked")]
    details = events(plan)[1][3]
    assert details["slot"] == [None, "2026-12-01T07:00:00+00:00/2026-12-01T08:00:00+00:00"]
    assert details["wished_on"] == [None, "2026-12-01"]
    assert details["warehouse_name"] == ["", warehouse.name]
    assert change_target(supply=plan, target=Target(), actor=owner).status == SupplyStatus.DRAFT


def test_steps_are_marked_in_their_order_and_only_when_ready(plan: Supply, owner: User) -> None:
    with pytest.raises(CannotChange, match="no goods"):
        mark(supply=plan, status=SupplyStatus.READY, actor=owner)
    with pytest.raises(CannotChange, match="does not follow"):
        mark(supply=plan, status=SupplyStatus.SHIPPED, actor=owner)
    listing = ListingFactory(account=plan.account)
    set_quantities(supply=plan, wishes={listing.pk: 10}, actor=owner)
    line = SupplyLine.objects.for_company(plan.company_id).get(supply=plan)
    boxes.pack(supply=plan, boxes=[{line.pk: 9}], actor=owner)
    with pytest.raises(CannotChange, match="pack them anew"):
        mark(supply=plan, status=SupplyStatus.READY, actor=owner)
    boxes.pack(supply=plan, boxes=[{line.pk: 10}], actor=owner)

    assert mark(supply=plan, status=SupplyStatus.READY, actor=owner).status == SupplyStatus.READY
    with pytest.raises(CannotChange):
        set_quantities(supply=plan, wishes={listing.pk: 1}, actor=owner)
    assert reopen(supply=plan, actor=owner).status == SupplyStatus.DRAFT
    mark(supply=plan, status=SupplyStatus.READY, actor=owner)
    shipped = mark(supply=plan, status=SupplyStatus.SHIPPED, actor=owner)
    assert (shipped.shipped, shipped.shipped_at is not None) == (10, True)


@pytest.fixture
def packed(plan: Supply, owner: User) -> Supply:
    """Two products of ten units, each in a box of its own."""
    listings = [ListingFactory(account=plan.account) for _number in range(2)]
    set_quantities(supply=plan, wishes={one.pk: 10 for one in listings}, actor=owner)
    lines = SupplyLine.objects.for_company(plan.company_id).filter(supply=plan)
    boxes.pack(supply=plan, boxes=[{line.pk: 10} for line in lines], actor=owner)
    return plan


def test_a_plan_whose_boxes_were_changed_once_it_was_ready_is_not_shipped(
    packed: Supply, owner: User
) -> None:
    mark(supply=packed, status=SupplyStatus.READY, actor=owner)
    box = SupplyBox.objects.for_company(packed.company_id).filter(supply=packed).latest("position")
    boxes.remove_box(supply=packed, box_id=box.pk, actor=owner)

    with pytest.raises(CannotChange, match="pack them anew"):
        mark(supply=packed, status=SupplyStatus.SHIPPED, actor=owner)
    packed.refresh_from_db()
    assert (packed.status, packed.shipped) == (SupplyStatus.READY, None)

    lines = SupplyLine.objects.for_company(packed.company_id).filter(supply=packed)
    boxes.pack(supply=packed, boxes=[{line.pk: 10 for line in lines}], actor=owner)
    assert mark(supply=packed, status=SupplyStatus.SHIPPED, actor=owner).shipped == 20


def test_a_plan_with_empty_boxes_is_neither_ready_nor_shipped(packed: Supply, owner: User) -> None:
    empty = boxes.add_box(supply=packed, actor=owner)
    with pytest.raises(CannotChange, match=rf"1 box is empty \({empty.code}\): put goods into it"):
        mark(supply=packed, status=SupplyStatus.READY, actor=owner)

    boxes.remove_box(supply=packed, box_id=empty.pk, actor=owner)
    mark(supply=packed, status=SupplyStatus.READY, actor=owner)
    added = [boxes.add_box(supply=packed, actor=owner).code for _number in range(4)]
    with pytest.raises(CannotChange) as refused:
        mark(supply=packed, status=SupplyStatus.SHIPPED, actor=owner)
    assert str(refused.value).startswith(f"4 boxes are empty ({', '.join(added[:3])}, …):")


def test_boxes_that_are_all_empty_are_no_packing(plan: Supply, owner: User) -> None:
    set_quantities(supply=plan, wishes={ListingFactory(account=plan.account).pk: 10}, actor=owner)
    box = boxes.add_box(supply=plan, actor=owner)

    with pytest.raises(CannotChange, match="is empty"):
        mark(supply=plan, status=SupplyStatus.READY, actor=owner)
    boxes.remove_box(supply=plan, box_id=box.pk, actor=owner)
    assert mark(supply=plan, status=SupplyStatus.READY, actor=owner).status == SupplyStatus.READY


@pytest.mark.parametrize(
    ("undo", "status"),
    [
        (reopen, SupplyStatus.READY),
        (lambda **who: mark(status=SupplyStatus.CANCELLED, **who), SupplyStatus.CANCELLED),
    ],
    ids=["reopened", "cancelled"],
)
def test_a_plan_marked_as_shipped_by_mistake_is_taken_back(
    plan: Supply, owner: User, undo: Callable[..., Supply], status: SupplyStatus
) -> None:
    set_quantities(supply=plan, wishes={ListingFactory(account=plan.account).pk: 10}, actor=owner)
    for step in (SupplyStatus.READY, SupplyStatus.SHIPPED):
        mark(supply=plan, status=step, actor=owner)

    undo(supply=plan, actor=owner)

    plan.refresh_from_db()
    assert (plan.status, plan.shipped, plan.shipped_at) == (status, None, None)
    assert events(plan)[-1][:3] == ("status", "shipped", status)
    assert reopen(supply=plan, actor=owner).status == SupplyStatus.DRAFT


def test_what_the_marketplace_says_is_shipped_is_not_taken_back(plan: Supply, owner: User) -> None:
    rows = Supply.objects.for_company(plan.company_id).filter(pk=plan.pk)
    rows.update(external_id="2000031847", status=SupplyStatus.SHIPPED)

    with pytest.raises(CannotChange):
        reopen(supply=plan, actor=owner)
    with pytest.raises(CannotChange):
        mark(supply=plan, status=SupplyStatus.CANCELLED, actor=owner)


def test_products_that_the_marketplace_has_no_name_for_are_refused(plan: Supply, owner: User) -> None:
    bare = [ListingFactory(account=plan.account, marketplace_sku="", barcodes=[]) for _number in range(2)]

    for wishes in ({bare[0].pk: 1}, {one.pk: 1 for one in bare}):
        with pytest.raises(CannotChange, match="neither a marketplace SKU nor a barcode"):
            set_quantities(supply=plan, wishes=wishes, actor=owner)
    assert planned(plan) == {}


def test_two_products_of_one_name_are_refused(plan: Supply, owner: User) -> None:
    one, two = (
        ListingFactory(account=plan.account, marketplace_sku="", barcodes=["4600000000015"], seller_sku=sku)
        for sku in ("LN-1", "LN-2")
    )
    with pytest.raises(CannotChange, match="“LN-2” and “LN-1” have the same"):
        set_quantities(supply=plan, wishes={one.pk: 1, two.pk: 1}, actor=owner)
    set_quantities(supply=plan, wishes={one.pk: 1}, actor=owner)
    with pytest.raises(CannotChange, match="have the same"):
        set_quantities(supply=plan, wishes={two.pk: 1}, actor=owner)

    assert planned(plan) == {"LN-1": 1}


def test_units_that_another_changed_meanwhile_are_not_overwritten(plan: Supply, owner: User) -> None:
    one, two = ListingFactory(account=plan.account), ListingFactory(account=plan.account)
    set_quantities(supply=plan, wishes={one.pk: 12, two.pk: 5}, actor=owner)
    lines = dict(SupplyLine.objects.for_company(plan.company_id).values_list("listing_id", "pk"))

    with pytest.raises(Outdated) as refused:
        set_lines(
            supply=plan,
            units={lines[one.pk]: 20, lines[two.pk]: 6},
            shown={lines[one.pk]: 10, lines[two.pk]: 5},
            actor=owner,
        )
    assert refused.value.now == {lines[one.pk]: 12}
    assert planned(plan) == {one.seller_sku: 12, two.seller_sku: 5}
    # Both have put the same: nothing is overwritten.
    assert set_quantities(supply=plan, wishes={one.pk: 12}, shown={one.pk: 10}, actor=owner) == 0


def test_lines_whose_listing_is_gone_are_changed_and_taken_out(plan: Supply, owner: User) -> None:
    one, two = ListingFactory(account=plan.account), ListingFactory(account=plan.account)
    set_quantities(supply=plan, wishes={one.pk: 10, two.pk: 5}, actor=owner)
    first, second = SupplyLine.objects.for_company(plan.company_id).order_by("listing_id")
    one.delete()
    two.delete()

    assert set_lines(supply=plan, units={first.pk: 12, second.pk: 0}, actor=owner) == 2
    with pytest.raises(Outdated) as refused:
        set_lines(supply=plan, units={first.pk: 3}, shown={first.pk: 10}, actor=owner)

    assert refused.value.now == {first.pk: 12}
    assert planned(plan) == {one.seller_sku: 12}
    assert events(plan)[-1][-1] == {one.seller_sku: [10, 12], two.seller_sku: [5, None]}


def test_sizes_of_one_article_are_told_apart_in_the_history(plan: Supply, owner: User) -> None:
    small, large = (
        ListingFactory(
            account=plan.account,
            seller_sku="DRESS",
            size=size,
            marketplace_sku=sku,
            product__sku=f"DRESS-{size}",
        )
        for size, sku in (("42", "111"), ("44", "222"))
    )
    set_quantities(supply=plan, wishes={small.pk: 3, large.pk: 4}, actor=owner)
    set_quantities(supply=plan, wishes={large.pk: 0}, actor=owner)

    assert [details for _kind, _old, _new, details in events(plan)[1:]] == [
        {"DRESS · 42 · 111": [None, 3], "DRESS · 44 · 222": [None, 4]},
        {"DRESS · 44 · 222": [4, None]},
    ]


def test_a_target_made_from_an_older_plan_is_refused(plan: Supply, owner: User) -> None:
    change_target(supply=plan, target=Target(note="Ворота 3"), actor=owner)

    with pytest.raises(CannotChange, match="just now"):
        change_target(supply=plan, target=Target(note="Ворота 4"), actor=owner, seen=plan)


def test_a_cancelled_plan_may_be_brought_back(plan: Supply, owner: User) -> None:
    assert mark(supply=plan, status=SupplyStatus.CANCELLED, actor=owner).status == SupplyStatus.CANCELLED
    assert reopen(supply=plan, actor=owner).status == SupplyStatus.DRAFT


def test_the_marketplace_says_how_far_its_own_supply_has_come(plan: Supply, owner: User) -> None:
    Supply.objects.for_company(plan.company_id).filter(pk=plan.pk).update(external_id="2000031847")

    with pytest.raises(CannotChange, match="marketplace"):
        mark(supply=plan, status=SupplyStatus.CANCELLED, actor=owner)


def test_a_plan_of_hundreds_of_products_is_written_in_few_queries(
    plan: Supply, owner: User, django_assert_max_num_queries: Any
) -> None:
    listings = [ListingFactory(account=plan.account) for _number in range(60)]

    for units in (5, 6, 0):
        with django_assert_max_num_queries(20):
            assert set_quantities(supply=plan, wishes={one.pk: units for one in listings}, actor=owner) == 60
    named = events(plan)[-1][3]
    assert (len(named), named["more"]) == (51, [None, 10])


def test_a_plan_ends_at_a_limit_and_writes_nothing_beyond_it(
    plan: Supply, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("supplies.services.plan_lines.MOST_LINES", 2)
    listings = [ListingFactory(account=plan.account) for _number in range(3)]

    with pytest.raises(CannotChange, match="at most 2"):
        set_quantities(supply=plan, wishes={one.pk: 1 for one in listings}, actor=owner)
    assert planned(plan) == {}


def test_boxes_end_at_a_limit_and_stay_once_the_goods_left(
    plan: Supply, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    listing = ListingFactory(account=plan.account)
    set_quantities(supply=plan, wishes={listing.pk: 2}, actor=owner)
    monkeypatch.setattr("supplies.services.boxes.MOST_BOXES", 1)
    line = SupplyLine.objects.for_company(plan.company_id).get(supply=plan)
    boxes.pack(supply=plan, boxes=[{line.pk: 2}], actor=owner)

    with pytest.raises(CannotChange, match="at most 1"):
        boxes.add_box(supply=plan, actor=owner)
    for status in (SupplyStatus.READY, SupplyStatus.SHIPPED):
        mark(supply=plan, status=status, actor=owner)
    with pytest.raises(CannotChange, match="any more"):
        boxes.pack(supply=plan, boxes=[], actor=owner)
