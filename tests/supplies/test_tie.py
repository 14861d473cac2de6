"""Tying a plan to the marketplace's supply: by itself when one fits exactly, by a person otherwise, and undone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from analytics.choices import Comparison
from analytics.selectors import conservation, decisions
from analytics.selectors.scope import ReportScope
from catalog.models import Listing, Warehouse
from companies.models import Company, User
from core.periods import Days, business_day
from marketplaces.contracts.supplies import (
    BoxSnapshot,
    DocumentSnapshot,
    SupplyKind,
    SupplyLineSnapshot,
    SupplySnapshot,
    SupplyStatus,
)
from marketplaces.models import MarketplaceAccount
from supplies.choices import SupplyEventKind
from supplies.models import Supply, SupplyBox, SupplyDocument, SupplyEvent, SupplyLine
from supplies.selectors.lists import inbound_of_product, inbound_total
from supplies.selectors.ties import proposals
from supplies.services import boxes
from supplies.services.laying import met
from supplies.services.lines import Line
from supplies.services.papers import add_paper
from supplies.services.plan_lines import set_quantities
from supplies.services.plans import CannotChange, Target, plan_supply
from supplies.services.record import record_supplies
from supplies.services.tie import separate, tie, tie_plans
from tests.factories.catalog import ListingFactory, WarehouseFactory
from tests.factories.supplies import SupplyFactory, SupplyLineFactory

NOW = datetime(2026, 11, 28, 9, tzinfo=UTC)
Planner = Callable[..., Supply]


@pytest.fixture
def goods(account: MarketplaceAccount) -> list[Listing]:
    return [ListingFactory(account=account) for _number in range(3)]


@pytest.fixture
def warehouse(company: Company, account: MarketplaceAccount) -> Warehouse:
    made: Warehouse = WarehouseFactory(company=company, marketplace=account.marketplace, name="Хоругвино_РФЦ")
    return made


@pytest.fixture
def planned(
    company: Company, account: MarketplaceAccount, owner: User, goods: list[Listing], warehouse: Warehouse
) -> Planner:
    def make(units: tuple[int, ...] = (10, 5), **target: Any) -> Supply:
        where = Target(**({"warehouse": warehouse} | target))
        plan = plan_supply(company=company, account=account, target=where, actor=owner)
        wishes = {goods[index].pk: number for index, number in enumerate(units)}
        set_quantities(supply=plan, wishes=wishes, actor=owner)
        plan.refresh_from_db()
        return plan

    return make


def told(
    goods: list[Listing],
    warehouse: Warehouse,
    units: tuple[int, ...] = (10, 5),
    *,
    number: str = "2000031847",
    **more: Any,
) -> SupplySnapshot:
    lines = tuple(
        SupplyLineSnapshot(marketplace_sku=goods[index].marketplace_sku, declared=declared)
        for index, declared in enumerate(units)
    )
    fields: dict[str, Any] = {
        "external_id": number,
        "number": number,
        "status": SupplyStatus.BOOKED,
        "external_status": "DATA_FILLING",
        "changed_at": NOW - timedelta(hours=1),
        "warehouse_external_id": warehouse.external_id,
        "warehouse_name": warehouse.name,
        "lines": lines,
    }
    return SupplySnapshot(**(fields | more))


def record(account: MarketplaceAccount, *snapshots: SupplySnapshot, minutes: int = 0) -> None:
    record_supplies(
        account=account, snapshots=snapshots, observed_at=NOW + timedelta(minutes=minutes), source="poll"
    )


def all_of(account: MarketplaceAccount) -> list[Supply]:
    return list(Supply.objects.for_company(account.company_id).order_by("pk"))


def lines_of(supply: Supply) -> list[tuple[int | None, int | None, int | None]]:
    rows = SupplyLine.objects.for_company(supply.company_id).filter(supply=supply).order_by("key")
    return sorted(rows.values_list("planned", "declared", "accepted"), key=str)


def words_of(supply: Supply) -> list[tuple[str, ...]]:
    rows = SupplyLine.objects.for_company(supply.company_id).filter(supply=supply).order_by("key")
    return list(rows.values_list("key", "marketplace_sku", "barcode", "seller_sku", "name"))


def rename(line: SupplyLine, key: str, barcode: str) -> SupplyLine:
    """The line as it would stand under another SKU and barcode."""
    line.key = line.marketplace_sku = key
    line.barcode = barcode
    line.save()
    return line


def test_the_one_plan_that_fits_ties_by_itself_and_its_row_goes_on(
    account: MarketplaceAccount, goods: list[Listing], warehouse: Warehouse, planned: Planner, owner: User
) -> None:
    plan = planned()
    line = SupplyLine.objects.for_company(plan.company_id).filter(supply=plan).first()
    boxes.pack(supply=plan, boxes=[{line.pk: line.planned}], actor=owner)
    snapshot = told(
        goods, warehouse,
        boxes=(BoxSnapshot(code="%42", contents=((goods[0].marketplace_sku, 10),)),),
        documents=(DocumentSnapshot(kind="act", number="7"),),
    )  # fmt: skip

    record(account, snapshot)
    record(account, snapshot, minutes=5)

    (tied,) = all_of(account)
    assert (tied.pk, tied.external_id, tied.status) == (plan.pk, "2000031847", SupplyStatus.BOOKED)
    assert (tied.is_planned_here, tied.planned, tied.declared, tied.lines_count) == (True, 15, 15, 2)
    assert lines_of(tied) == [(10, 10, None), (5, 5, None)]
    held = SupplyBox.objects.for_company(plan.company_id).filter(supply=tied).order_by("is_told")
    assert [(box.is_told, box.contents.count()) for box in held] == [(False, 1), (True, 1)]
    assert SupplyDocument.objects.for_company(plan.company_id).get().supply == tied
    events = SupplyEvent.objects.for_company(plan.company_id).filter(supply=tied)
    assert events.filter(kind=SupplyEventKind.TIED).count() == 1
    assert events.filter(kind=SupplyEventKind.STATUS, source="poll").exists()


def test_what_is_told_later_comes_beside_what_was_planned(
    account: MarketplaceAccount, goods: list[Listing], warehouse: Warehouse, planned: Planner
) -> None:
    planned()
    record(account, told(goods, warehouse))
    lines = (
        SupplyLineSnapshot(marketplace_sku=goods[0].marketplace_sku, declared=10, accepted=7, shortage=3),
        SupplyLineSnapshot(marketplace_sku=goods[1].marketplace_sku, declared=5, accepted=5),
    )
    accepted = told(goods, warehouse, status=SupplyStatus.ACCEPTED, changed_at=NOW, lines=lines)
    record(account, accepted, minutes=30)

    (tied,) = all_of(account)
    assert lines_of(tied) == [(10, 10, 7), (5, 5, 5)]
    assert (tied.planned, tied.accepted, tied.missing_units) == (15, 12, 3)


@pytest.mark.parametrize("units", [(10, 4), (10,), (10, 5, 1), (5, 10)])
def test_other_goods_do_not_tie(
    account: MarketplaceAccount,
    goods: list[Listing],
    warehouse: Warehouse,
    planned: Planner,
    units: tuple[int, ...],
) -> None:
    planned()
    record(account, told(goods, warehouse, units))

    assert len(all_of(account)) == 2


def test_another_warehouse_does_not_tie_and_the_cluster_stands_in_for_one(
    account: MarketplaceAccount, goods: list[Listing], warehouse: Warehouse, planned: Planner
) -> None:
    planned(warehouse=None, cluster_name="Дальний Восток")
    other = WarehouseFactory(
        company_id=account.company_id, marketplace=account.marketplace, name="Казань_РФЦ"
    )
    record(account, told(goods, other))
    assert len(all_of(account)) == 2

    crossdock = told(
        goods,
        warehouse,
        number="2",
        warehouse_external_id="",
        warehouse_name="",
        cluster_name="дальний восток",
    )
    record(account, crossdock)
    assert sorted(one.external_id for one in all_of(account)) == ["2", "2000031847"]


def test_two_plans_that_fit_are_left_to_a_person(
    account: MarketplaceAccount, goods: list[Listing], warehouse: Warehouse, planned: Planner, owner: User
) -> None:
    first, second = planned(), planned()
    record(account, told(goods, warehouse))
    assert len(all_of(account)) == 3
    theirs = all_of(account)[-1]

    found = proposals(account.company, theirs)
    assert [(one.plan.pk, one.share, one.differing, one.is_same_place) for one in found] == [
        (second.pk, 1.0, 0, True),
        (first.pk, 1.0, 0, True),
    ]
    tied = tie(plan=first, told=theirs, actor=owner)
    assert (tied.pk, tied.external_id) == (first.pk, "2000031847")
    with pytest.raises(CannotChange):
        tie(plan=second, told=tied, actor=owner)


def test_two_supplies_that_fit_one_plan_are_left_to_a_person(
    account: MarketplaceAccount, goods: list[Listing], warehouse: Warehouse, planned: Planner
) -> None:
    planned()
    record(account, told(goods, warehouse, number="1"), told(goods, warehouse, number="2"))

    assert [one.external_id for one in all_of(account)] == ["", "1", "2"]


def test_of_two_supplies_that_come_apart_neither_is_tied(
    account: MarketplaceAccount, goods: list[Listing], warehouse: Warehouse, planned: Planner
) -> None:
    rival = told(goods, warehouse, number="1", units=(10, 5))
    record(account, rival)
    planned()
    earlier = Supply.objects.for_company(account.company_id).filter(external_id="1")
    earlier.update(created_at=timezone.now())

    record(account, told(goods, warehouse, number="2"), minutes=5)

    assert sorted(one.external_id for one in all_of(account)) == ["", "1", "2"]


def test_a_supply_that_was_there_before_the_plan_is_not_it(
    account: MarketplaceAccount, goods: list[Listing], warehouse: Warehouse, planned: Planner
) -> None:
    older = told(goods, warehouse)
    record(account, older)
    planned()

    moved = replace(older, status=SupplyStatus.READY, changed_at=NOW)
    record(account, moved, minutes=5)

    assert [one.external_id for one in all_of(account)] == ["2000031847", ""]


def test_a_supply_that_is_accepted_when_it_is_first_seen_is_the_plan(
    account: MarketplaceAccount, goods: list[Listing], warehouse: Warehouse, planned: Planner
) -> None:
    plan = planned()
    taken = {"status": SupplyStatus.ACCEPTED, "external_status": "COMPLETED"}
    seen = timezone.now()
    record_supplies(
        account=account,
        snapshots=[told(goods, warehouse, created_at=seen, changed_at=seen, **taken)],
        observed_at=seen,
        source="poll",
    )

    assert [(one.pk, one.status) for one in all_of(account)] == [(plan.pk, SupplyStatus.ACCEPTED)]


@pytest.mark.parametrize("status", [SupplyStatus.ACCEPTED, SupplyStatus.CANCELLED])
def test_a_supply_that_has_ended_who_knows_when_is_tied_by_a_person_only(
    account: MarketplaceAccount,
    goods: list[Listing],
    warehouse: Warehouse,
    planned: Planner,
    owner: User,
    status: SupplyStatus,
) -> None:
    plan = planned()
    record(account, told(goods, warehouse, status=status, external_status="COMPLETED"))

    assert [one.external_id for one in all_of(account)] == ["", "2000031847"]
    assert tie(plan=plan, told=all_of(account)[-1], actor=owner).external_id == "2000031847"


def test_what_leaves_a_warehouse_is_no_plan(
    account: MarketplaceAccount, goods: list[Listing], warehouse: Warehouse, planned: Planner, owner: User
) -> None:
    plan = planned()
    record(account, told(goods, warehouse, kind=SupplyKind.WITHDRAWAL))

    with pytest.raises(CannotChange):
        tie(plan=plan, told=all_of(account)[-1], actor=owner)


def test_papers_that_a_person_noted_stay_with_the_plan(
    account: MarketplaceAccount, goods: list[Listing], warehouse: Warehouse, planned: Planner, owner: User
) -> None:
    plan = planned()
    add_paper(supply=plan, kind="waybill", number="15", actor=owner)
    record(account, told(goods, warehouse, documents=(DocumentSnapshot(kind="act", number="7"),)))
    plan.refresh_from_db()

    theirs = separate(supply=plan, actor=owner)

    papers = SupplyDocument.objects.for_company(plan.company_id).order_by("kind")
    assert [(one.kind, one.supply_id) for one in papers] == [("act", theirs.pk), ("waybill", plan.pk)]


def test_the_likest_plan_is_proposed_first(
    account: MarketplaceAccount, goods: list[Listing], warehouse: Warehouse, planned: Planner
) -> None:
    far, near = planned((1, 1, 1)), planned((10, 4))
    record(account, told(goods, warehouse))

    found = proposals(account.company, all_of(account)[-1])
    assert [one.plan.pk for one in found] == [near.pk, far.pk]
    assert (round(found[0].share, 3), found[0].differing) == (0.933, 1)


def test_goods_that_were_not_planned_come_over_and_those_not_declared_stay(
    account: MarketplaceAccount, goods: list[Listing], warehouse: Warehouse, planned: Planner, owner: User
) -> None:
    plan = planned((10, 5))
    snapshot = told(goods, warehouse, (10,))
    stranger = SupplyLineSnapshot(marketplace_sku="999", declared=3)
    record(account, told(goods, warehouse, lines=(*(snapshot.lines or ()), stranger)))

    tied = tie(plan=plan, told=all_of(account)[-1], actor=owner)

    assert lines_of(tied) == [(10, 10, None), (5, None, None), (None, 3, None)]
    assert (tied.lines_count, tied.declared, tied.planned) == (3, 13, 15)


def test_a_line_of_a_barcode_meets_the_sku(
    account: MarketplaceAccount, goods: list[Listing], warehouse: Warehouse, planned: Planner
) -> None:
    plan = planned((10,))
    line = SupplyLine.objects.for_company(plan.company_id).get(supply=plan)
    line.key, line.marketplace_sku = f"barcode:{line.barcode}", ""
    line.save()
    lines = (SupplyLineSnapshot(marketplace_sku=goods[0].marketplace_sku, barcode=line.barcode, declared=10),)
    record(account, told(goods, warehouse, lines=lines))

    (tied,) = all_of(account)
    assert lines_of(tied) == [(10, 10, None)]


def test_a_barcode_does_not_take_the_line_whose_sku_is_told(
    account: MarketplaceAccount, goods: list[Listing], warehouse: Warehouse, planned: Planner, owner: User
) -> None:
    """One product by two SKUs, that of the plan among them: by itself and by hand, the page goes on."""
    plan = planned((10,))
    line = SupplyLine.objects.for_company(plan.company_id).get(supply=plan)
    lines = (
        SupplyLineSnapshot(marketplace_sku="1", barcode=line.barcode, declared=4),
        SupplyLineSnapshot(marketplace_sku=line.key, barcode=line.barcode, declared=6),
    )

    record(account, told(goods, warehouse, lines=lines))
    record(account, told(goods, warehouse, lines=lines, changed_at=NOW, number="2000031847"), minutes=5)

    (tied,) = all_of(account)
    assert (tied.pk, tied.declared) == (plan.pk, 10)
    assert lines_of(tied) == [(10, 6, None), (None, 4, None)]
    theirs = separate(supply=tied, actor=owner)
    assert (lines_of(tied), lines_of(theirs)) == ([(10, None, None)], [(None, 4, None), (None, 6, None)])
    assert lines_of(tie(plan=tied, told=theirs, actor=owner)) == [(10, 6, None), (None, 4, None)]


def test_lines_whose_barcodes_lead_crosswise_keep_their_skus(
    account: MarketplaceAccount, goods: list[Listing], warehouse: Warehouse, planned: Planner, owner: User
) -> None:
    """Planned are A by barcode 1, B by 2 and C by 3; told are A by 2 and B by 3, and what was not planned by 1 and 2."""
    plan = planned((10, 5, 1))
    a, b, c = SupplyLine.objects.for_company(plan.company_id).filter(supply=plan).order_by("pk")
    for line, key, barcode in ((a, "A", "1"), (b, "B", "2"), (c, "C", "3")):
        rename(line, key, barcode)
    lines = tuple(
        SupplyLineSnapshot(marketplace_sku=key, barcode=barcode, declared=units)
        for key, barcode, units in (("A", "2", 10), ("D", "1", 7), ("0", "2", 5), ("B", "3", 4))
    )
    record(account, told(goods, warehouse, lines=lines))

    tied = tie(plan=plan, told=all_of(account)[-1], actor=owner)

    rows = SupplyLine.objects.for_company(plan.company_id).filter(supply=tied).order_by("key")
    assert list(rows.values_list("key", "planned", "declared")) == [
        ("0", None, 5), ("A", 10, 10), ("B", 5, 4), ("C", 1, None), ("D", None, 7),
    ]  # fmt: skip


names = st.sampled_from(["", "1", "2", "3"])
kept_lines = st.lists(
    st.builds(Line, key=st.sampled_from("ABCDE"), barcode=names), unique_by=lambda one: one.key
)


@given(held=kept_lines, brought=kept_lines)
def test_lines_that_meet_come_out_once_each_and_under_keys_of_their_own(
    held: list[Line], brought: list[Line]
) -> None:
    pairs, others = met(held, {one.key: one for one in brought})

    assert [one for _line, one in pairs] == brought
    assert sorted(line.key for line in (*(line for line, _one in pairs if line), *others)) == sorted(
        line.key for line in held
    )
    keys = [*(one.key for _line, one in pairs), *(line.key for line in others)]
    assert len(keys) == len(set(keys))
    assert all(
        line is None or line.key == one.key or line.barcode == one.barcode != "" for line, one in pairs
    )


def test_words_that_are_not_told_stay_with_the_plan(
    account: MarketplaceAccount, goods: list[Listing], warehouse: Warehouse, planned: Planner, owner: User
) -> None:
    plan = planned()
    own = words_of(plan)
    theirs_says = {goods[0].marketplace_sku: "Плед, как его зовут там", goods[1].marketplace_sku: ""}
    lines = tuple(
        replace(one, name=theirs_says[one.marketplace_sku]) for one in told(goods, warehouse).lines or ()
    )
    record(account, told(goods, warehouse, lines=lines))

    (tied,) = all_of(account)
    assert {row[2:4] for row in words_of(tied)} == {row[2:4] for row in own}
    assert all(barcode and sku and name for _key, _sku, barcode, sku, name in words_of(tied))
    assert "Плед, как его зовут там" in {row[4] for row in words_of(tied)}

    theirs = separate(supply=tied, actor=owner)
    assert words_of(tied) == own
    assert "Плед, как его зовут там" in {row[4] for row in words_of(theirs)}


def test_separated_lines_go_by_their_own_keys_also_where_these_were_handed_on(
    account: MarketplaceAccount, goods: list[Listing], warehouse: Warehouse, planned: Planner, owner: User
) -> None:
    """Since they were tied, the two lines have come to stand under each other's SKU."""
    plan = planned()
    own = words_of(plan)
    record(account, told(goods, warehouse))
    (tied,) = all_of(account)
    a, b = SupplyLine.objects.for_company(plan.company_id).filter(supply=tied).order_by("key")
    first, second = (a.key, a.barcode), (b.key, b.barcode)
    rename(a, "aside", "aside")
    rename(b, *first)
    rename(a, *second)

    separate(supply=tied, actor=owner)

    assert words_of(tied) == own
    assert lines_of(tied) == [(10, None, None), (5, None, None)]


def test_a_tie_that_kept_no_words_is_undone_with_those_there_are(
    account: MarketplaceAccount, goods: list[Listing], warehouse: Warehouse, planned: Planner, owner: User
) -> None:
    plan = planned()
    record(account, told(goods, warehouse))
    event = SupplyEvent.objects.for_company(plan.company_id).get(kind=SupplyEventKind.TIED)
    del event.details["words"]
    event.save(update_fields=["details"])
    (tied,) = all_of(account)
    there = words_of(tied)

    separate(supply=tied, actor=owner)

    assert words_of(tied) == there


def test_separated_they_are_two_again_and_never_tie_by_themselves(
    account: MarketplaceAccount, goods: list[Listing], warehouse: Warehouse, planned: Planner, owner: User
) -> None:
    plan = planned()
    snapshot = told(
        goods, warehouse, boxes=(BoxSnapshot(code="%42", contents=((goods[0].marketplace_sku, 10),)),)
    )
    record(account, snapshot)
    plan.refresh_from_db()

    theirs = separate(supply=plan, actor=owner)
    record(account, snapshot, minutes=5)
    assert tie_plans(account=account, supply_ids=[theirs.pk]) == 0

    plan.refresh_from_db()
    theirs.refresh_from_db()
    assert (plan.external_id, plan.status, plan.planned, plan.declared) == ("", SupplyStatus.DRAFT, 15, None)
    assert (plan.warehouse_id, plan.lines_count) == (warehouse.pk, 2)
    assert (theirs.external_id, theirs.declared, theirs.is_planned_here) == ("2000031847", 15, False)
    assert lines_of(plan) == [(10, None, None), (5, None, None)]
    assert lines_of(theirs) == [(None, 10, None), (None, 5, None)]
    box = SupplyBox.objects.for_company(plan.company_id).get(is_told=True)
    assert (box.supply_id, box.contents.get().line.supply_id) == (theirs.pk, theirs.pk)
    assert len(all_of(account)) == 2
    with pytest.raises(CannotChange):
        separate(supply=plan, actor=owner)

    again = tie(plan=plan, told=theirs, actor=owner)
    assert lines_of(again) == [(10, 10, None), (5, 5, None)]
    separate(supply=again, actor=owner)
    assert len(all_of(account)) == 2


def test_what_is_told_of_goods_that_are_not_listed_goes_over_and_back(
    account: MarketplaceAccount, goods: list[Listing], warehouse: Warehouse, planned: Planner, owner: User
) -> None:
    """Nothing was accepted of the second product, which the list of the goods then leaves out, and has again later."""
    plan = planned((10, 5))
    snapshot = told(goods, warehouse)
    listed = snapshot.lines or ()
    counted = tuple(replace(line, accepted=units) for line, units in zip(listed, (9, 0), strict=True))
    record(account, replace(snapshot, lines=counted))
    record(account, replace(snapshot, lines=listed[:1]), minutes=5)
    plan.refresh_from_db()
    assert lines_of(plan) == [(10, 10, 9), (5, None, None)]

    theirs = separate(supply=plan, actor=owner)
    plan.refresh_from_db()
    assert (plan.unlisted, [one["accepted"] for one in theirs.unlisted]) == ([], [0])
    assert lines_of(theirs) == [(None, 10, 9)]

    tie(plan=plan, told=theirs, actor=owner)
    record(account, snapshot, minutes=10)
    plan.refresh_from_db()
    assert lines_of(plan) == [(10, 10, 9), (5, 5, 0)]
    assert plan.unlisted == []


def test_a_plan_whose_supply_was_split_is_a_plan_again_once_separated(
    account: MarketplaceAccount, goods: list[Listing], warehouse: Warehouse, planned: Planner, owner: User
) -> None:
    plan = planned()
    record(account, told(goods, warehouse))
    parts = [
        told(goods, warehouse, (5, 1), number=one, parent_external_id="2000031847") for one in ("1", "2")
    ]
    record(account, told(goods, warehouse, kind=SupplyKind.VIRTUAL), *parts, minutes=5)
    plan.refresh_from_db()
    assert (plan.external_id, plan.is_split) == ("2000031847", True)

    theirs = separate(supply=plan, actor=owner)

    plan.refresh_from_db()
    assert (plan.is_split, plan.kind, theirs.is_split) == (False, SupplyKind.SUPPLY, True)
    shown = Supply.objects.for_company(account.company_id).shipments().order_by("external_id")
    assert list(shown.values_list("external_id", flat=True)) == ["", "1", "2"]


def test_an_open_list_learns_that_two_have_become_one(
    owner_client: Client, account: MarketplaceAccount, owner: User
) -> None:
    SupplyFactory(account=account, changed_at=timezone.now())
    earlier = timezone.now() - timedelta(hours=1)
    plan = SupplyFactory(account=account, plan=True, changed_at=earlier)
    told = SupplyFactory(account=account, changed_at=earlier)
    address = reverse("supplies:supply-list", args=[account.company.slug])
    seen = owner_client.get(address).context["seen"]

    tie(plan=plan, told=told, actor=owner)

    assert owner_client.get(f"{address}?seen={seen}", headers={"HX-Request": "true"}).status_code == 200


def test_a_supply_that_was_split_is_no_plan(
    account: MarketplaceAccount,
    goods: list[Listing],
    warehouse: Warehouse,
    planned: Planner,
    owner: User,
    owner_client: Client,
) -> None:
    parts = [
        told(goods, warehouse, (5, 1), number=one, parent_external_id="2000031847") for one in ("1", "2")
    ]
    record(account, told(goods, warehouse), *parts)
    plan = planned()
    whole, part = (
        Supply.objects.for_company(account.company_id).get(external_id=one) for one in ("2000031847", "1")
    )

    with pytest.raises(CannotChange):
        tie(plan=plan, told=whole, actor=owner)

    asks = [
        reverse("supplies:tie-choose", args=[account.company.slug, one.pk])
        in owner_client.get(one.get_absolute_url()).content.decode()
        for one in (whole, part)
    ]
    assert asks == [False, True]


def test_goods_that_the_marketplaces_supply_does_not_name_are_not_on_their_way(
    company: Company,
    account: MarketplaceAccount,
    goods: list[Listing],
    warehouse: Warehouse,
    planned: Planner,
    owner: User,
) -> None:
    plan = planned((10, 5))
    record(account, told(goods, warehouse, (10,)))
    tie(plan=plan, told=Supply.objects.for_company(company).get(external_id="2000031847"), actor=owner)

    record(account, told(goods, warehouse, (10,), status=SupplyStatus.SHIPPED, changed_at=NOW), minutes=5)

    plan.refresh_from_db()
    assert (plan.status, lines_of(plan)) == (SupplyStatus.SHIPPED, [(10, 10, None), (5, None, None)])
    assert [inbound_of_product(company, one.product_id) for one in goods[:2]] == [10, 0]
    assert inbound_total(company).units == 10


def test_the_reports_do_not_count_on_them_either(company: Company, account: MarketplaceAccount) -> None:
    """Goods that were planned and that the marketplace's supply does not name, and those of a plan not yet told of."""
    told_of = SupplyFactory(account=account, status=SupplyStatus.ACCEPTING, is_planned_here=True, lines=0)
    plan = SupplyFactory(account=account, plan=True, status=SupplyStatus.ARRIVED, lines=0)
    named = SupplyLineFactory(supply=told_of, planned=100, declared=90)
    SupplyLineFactory(supply=told_of, planned=50, declared=None)
    hoped = SupplyLineFactory(supply=plan, planned=7)
    today = business_day(timezone.now())
    scope = ReportScope(
        company=company,
        accounts=(account,),
        days=Days(first=today, after=today),
        before=None,
        comparison=Comparison.NONE,
        today=today,
    )

    wanted = {named.listing_id: 90, hoped.listing_id: 7}

    assert {pk: units for pk, units in decisions._coming(scope).items() if units} == wanted
    counting = {pk: one.counting for pk, one in conservation._coming(scope).items() if one.counting}
    assert counting == wanted


def test_a_plan_of_another_account_is_not_tied(
    account: MarketplaceAccount,
    company: Company,
    goods: list[Listing],
    warehouse: Warehouse,
    planned: Planner,
    owner: User,
) -> None:
    plan = planned()
    theirs = ListingFactory(account__company=company)
    lines = (SupplyLineSnapshot(marketplace_sku=theirs.marketplace_sku, declared=5),)
    record(theirs.account, told(goods, warehouse, lines=lines))

    other = Supply.objects.for_company(company).get(account=theirs.account)
    with pytest.raises(CannotChange):
        tie(plan=plan, told=other, actor=owner)


def test_a_cancelled_plan_is_not_tied(
    account: MarketplaceAccount, goods: list[Listing], warehouse: Warehouse, planned: Planner
) -> None:
    plan = planned()
    Supply.objects.for_company(account.company_id).filter(pk=plan.pk).update(status=SupplyStatus.CANCELLED)
    record(account, told(goods, warehouse))

    assert len(all_of(account)) == 2
