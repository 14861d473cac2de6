"""The benchmarks compare like with like, and leave nothing behind."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from analytics.models import ClosingStock, DailyFact, DailyReturns, StepTimes
from analytics.services import check_range
from catalog.models import StockLevel
from companies.models import Company
from fbo_cabinet.bench import circle, database, exporting, filling, merging, pages, shop, stock, syncing
from fbo_cabinet.bench.browser import Browser, PageBroken, as_served
from fbo_cabinet.bench.database import scratch_database
from fbo_cabinet.management.commands import bench
from marketplaces.contracts.orders import OrderStatus
from marketplaces.contracts.returns import ReturnStatus
from marketplaces.registry import adapters
from orders.models import Order, OrderEvent, OrderLine, OrderTally
from returns.models import Return, ReturnEvent
from supplies.models import Supply, SupplyLine
from tests.bench.test_report import finding

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]


@pytest.fixture(autouse=True)
def few_templates(monkeypatch):
    monkeypatch.setattr(filling, "TEMPLATES", 60)
    monkeypatch.setattr(stock, "HISTORY", timedelta(days=15))


@pytest.fixture
def no_tables(monkeypatch):
    """A scratch database in which nothing is asked for needs no tables: to make them takes longer than the test."""
    monkeypatch.setattr(database, "call_command", lambda *_args, **_options: None)


def databases():
    with connection.cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE 'bench_%'")
        return [name for (name,) in cursor.fetchall()]


def test_both_ways_of_merging_write_the_same_rows():
    new, changed = merging.measure(count=300)

    assert (new.ratio > 0, changed.ratio > 0) == (True, True)
    rows = {
        slug: list(
            Order.all_companies.filter(company__slug=slug)
            .order_by("external_id")
            .values_list("external_id", "status", "amount", "units", "placed_date", "fingerprint")
        )
        for slug in ("merge", "byhand")
    }
    assert rows["merge"] == rows["byhand"]
    events = {
        slug: list(
            OrderEvent.all_companies.filter(company__slug=slug)
            .order_by("order__external_id", "pk")
            .values_list("order__external_id", "old_status", "new_status")
        )
        for slug in ("merge", "byhand")
    }
    assert events["merge"] == events["byhand"]


def test_a_tenth_of_the_orders_has_moved_on_at_the_next_look():
    snapshots = list(shop.orders(50))

    moved = shop.later(snapshots, share=0.1)

    assert sum(old.status is not new.status for old, new in zip(snapshots, moved, strict=True)) == 5


def test_an_order_is_seen_at_every_step_up_to_its_status():
    snapshots = list(shop.orders(200))

    seen = {snapshot.external_id: [] for snapshot in snapshots}
    for look in shop.looks(snapshots):
        for snapshot in look:
            seen[snapshot.external_id].append(snapshot)

    for snapshot in snapshots:
        steps = seen[snapshot.external_id]
        assert steps[-1].status is snapshot.status
        moments = [step.status_at for step in steps]
        assert moments == sorted(moments)
        assert moments[-1] < timezone.now()
        if snapshot.status is OrderStatus.DELIVERED:
            assert [step.status for step in steps] == [
                OrderStatus.ACCEPTED, OrderStatus.PACKED, OrderStatus.SHIPPED, OrderStatus.DELIVERED,
            ]  # fmt: skip


def test_orders_of_two_years_are_the_same_every_time_and_ripen():
    first, again = list(shop.orders(400)), list(shop.orders(400))

    assert [one.external_id for one in first] == [one.external_id for one in again]
    assert len({one.external_id for one in first}) == 400
    assert {one.status for one in first[:300]} == {OrderStatus.DELIVERED, OrderStatus.CANCELLED}


def test_filling_copies_whole_orders_and_sums_them_up():
    company, _owner = shop.make_company("fill")
    filling.begin(company)

    filling.fill(company, 180)
    filling.fill(company, 240)

    orders = Order.objects.for_company(company)
    assert orders.count() == 240
    assert OrderLine.objects.for_company(company).filter(order__in=orders[:60]).exists()
    for model in (OrderLine, OrderEvent):
        assert model.objects.for_company(company).count() % 4 == 0
    assert sum(OrderTally.objects.for_company(company).values_list("orders", flat=True)) == 240
    assert DailyFact.objects.for_company(company).exists()
    assert [step for step in check_range(company) if step.wrong_days or step.wrong_tallies] == []


def test_filling_copies_returns_with_the_orders_they_are_of(monkeypatch):
    monkeypatch.setattr(filling, "WAITING", 7)
    company, _owner = shop.make_company("fill")
    filling.begin(company)
    recorded = Return.objects.for_company(company).count()

    filling.fill(company, 240)

    rows = list(Return.objects.for_company(company).select_related("order", "line"))
    waiting = [row for row in rows if row.external_id >= str(circle.WAITING_FROM)]
    assert len(rows) - len(waiting) == 4 * recorded > 0
    assert (len(waiting), {row.status for row in waiting}) == (7, {ReturnStatus.WAITING_PICKUP})
    events = ReturnEvent.objects.for_company(company).exclude(return_of__in=[row.pk for row in waiting])
    assert events.count() % 4 == 0
    for row in rows:
        assert row.order_external_id == row.order.external_id
        assert (row.line.order_id, row.line.listing_id) == (row.order_id, row.listing_id)
        assert row.registered_at >= row.order.status_at
        assert row.registered_date >= row.placed_date == row.order.placed_date
    facts = DailyReturns.objects.for_company(company).values_list("units", flat=True)
    assert sum(facts) == sum(row.quantity for row in rows)
    times = StepTimes.objects.for_company(company).filter(axis="all")
    assert set(times.values_list("step", flat=True)) == {"assembly", "handover", "delivery", "whole"}


def test_a_shop_is_supplied_and_its_stock_remembered():
    company, _owner = shop.make_company("supplied")
    account = filling.begin(company)

    filling.supply(account, 80)

    supplies = Supply.objects.for_company(company)
    assert supplies.count() == 80
    assert SupplyLine.objects.for_company(company).exclude(listing=None).count() == 80 * circle.LINES
    assert supplies.filter(status="accepted").exists()
    assert supplies.open().filter(slot_from__gt=timezone.now()).exists()
    closing = ClosingStock.objects.for_company(company).order_by("-day")
    held = StockLevel.objects.for_company(company).values_list("available", flat=True)
    assert sum(closing.filter(day=closing[0].day).values_list("available", flat=True)) == sum(held)
    assert closing.values("cluster").distinct().count() == len(shop.CLUSTERS)


def test_export_is_compared_with_its_own_cells():
    (found,) = exporting.measure(count=120)

    assert found.what == "export of 120 rows to XLSX"
    assert found.ratio > 0


def test_sync_writes_its_orders_and_the_orm_the_same_again():
    pace = adapters()["ozon"].limits
    against_orm, against_ceiling = syncing.measure(count=300)

    assert adapters()["ozon"].limits is pace
    company = Company.objects.get(slug="sync")
    orders = Order.objects.for_company(company)
    assert orders.count() >= 300
    assert OrderLine.objects.for_company(company).values("order").distinct().count() == orders.count()
    assert OrderEvent.objects.for_company(company).values("order").distinct().count() == orders.count()
    assert against_orm.ours == against_ceiling.ours
    assert against_ceiling.ratio == pytest.approx(
        against_orm.ratio * float(against_orm.theirs.removesuffix("/s").replace(" ", "")) / syncing.CEILING,
        rel=0.05,
    )


def test_a_sync_that_brings_too_little_is_no_figure(monkeypatch):
    monkeypatch.setattr(syncing, "_sync", lambda _account: (299, 1.0))

    with pytest.raises(syncing.SyncFailed, match="299 orders came of 300"):
        syncing.measure(count=300)


def test_a_page_that_does_not_answer_is_no_figure():
    company, owner = shop.make_company("broken")

    with as_served(), pytest.raises(PageBroken, match="404"):
        Browser(owner).get(f"/{company.slug}/no-such-page/")


def test_scratch_database_is_whole_and_gone_afterwards():
    usual = connection.settings_dict["NAME"]

    with scratch_database() as name:
        Company.objects.create(name="Лавка", slug="scratch")
        assert name in databases()

    assert connection.settings_dict["NAME"] == usual
    assert name not in databases()
    assert not Company.objects.filter(slug="scratch").exists()


@pytest.mark.usefixtures("no_tables")
def test_scratch_database_is_dropped_when_a_benchmark_breaks():
    with pytest.raises(ZeroDivisionError), scratch_database() as name:
        1 / 0  # noqa: B018 - the breaking benchmark

    assert name not in databases()


@pytest.mark.usefixtures("no_tables")
def test_command_runs_what_is_asked_for(monkeypatch):
    asked = []
    monkeypatch.setattr(
        bench,
        "BENCHES",
        {
            "merge": lambda *, quick: asked.append(("merge", quick)) or [finding()],
            "sync": lambda *, quick: asked.append(("sync", quick)) or [],
        },
    )
    out = StringIO()

    call_command("bench", "--quick", "--only", "merge", stdout=out)

    assert asked == [("merge", True)]
    assert "| merge | by hand |" in out.getvalue()


def test_command_refuses_an_unknown_benchmark():
    with pytest.raises(CommandError, match="No benchmark is called speed"):
        call_command("bench", "--only", "speed")


def test_pages_are_measured_at_two_sizes_in_turn(monkeypatch):
    monkeypatch.setattr(pages, "QUICK_FEW", 60)
    monkeypatch.setattr(pages, "QUICK_MANY", 120)
    monkeypatch.setattr(pages, "ROUNDS", 1)
    monkeypatch.setattr(pages, "RUNS", 1)

    found = pages.measure(quick=True)

    assert {one.what for one in found} >= {
        "orders at 120 orders",
        "morning page at 120 orders",
        "calendar of supplies at 120 orders",
        "reasons of returns at 120 orders",
        "report on turnover, 365d at 120 orders",
        "balance of units, 28d at 120 orders",
    }
    assert [one.what for one in found[-3:]] == [
        "list page of orders", "list page of supplies", "list page of returns",
    ]  # fmt: skip
