"""Planning a supply: target, goods, steps, and what the history says of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.utils import translation

from companies.models import Company, User
from marketplaces.contracts.supplies import SupplyStatus
from marketplaces.models import MarketplaceAccount
from supplies.choices import SupplyEventKind
from supplies.models import Supply, SupplyEvent, SupplyLine
from supplies.services import boxes
from supplies.services.plan_lines import MOST_UNITS, set_lines, set_quantities
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
    with pytest.raises(CannotChange):
        mark(supply=plan, status=SupplyStatus.CANCELLED, actor=owner)
    with pytest.raises(CannotChange):
        reopen(supply=plan, actor=owner)


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
