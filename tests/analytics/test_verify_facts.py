"""`manage verify_facts`: a planted corruption is found in every table of facts, named, and mended."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from analytics import facts
from analytics.facts.steps import STEPS
from analytics.services import refresh_facts
from analytics.services.verify import TABLES
from catalog.models import StockInterval, TouchedDay
from core.periods import business_day
from marketplaces.contracts.returns import ReturnKind, ReturnStatus
from returns.models import Return
from tests.factories.catalog import ListingFactory, WarehouseFactory
from tests.factories.orders import OrderEventFactory, OrderFactory, OrderTallyFactory

pytestmark = pytest.mark.django_db


def run(company, *arguments):
    out = StringIO()
    call_command("verify_facts", "--company", company.slug, *arguments, stdout=out)
    return out.getvalue().splitlines()


def sql(statement: str, *parameters: Any) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.rowcount


@pytest.fixture
def shop(account):
    """A company with something in every table of facts, all of it right."""
    made = OrderFactory(account=account, delivered=True, placed_at=timezone.now() - timedelta(days=2))
    OrderEventFactory(order=made)
    OrderEventFactory(
        order=made,
        old_status="accepted",
        new_status="delivered",
        happened_at=made.placed_at + timedelta(hours=30),
    )
    OrderTallyFactory(account=account, day=made.placed_date, status="delivered")
    listing = ListingFactory(account=account)
    StockInterval.all_companies.create(
        company=account.company,
        listing=listing,
        warehouse=WarehouseFactory(company=account.company),
        available=7,
        reserved=1,
        valid_from=timezone.now() - timedelta(days=1),
    )
    line = made.lines.get()
    Return.all_companies.create(
        company=account.company,
        account=account,
        marketplace=account.marketplace,
        external_id="1000015552",
        kind=ReturnKind.CLIENT_RETURN,
        status=ReturnStatus.BACK_ON_SALE,
        status_at=made.placed_at,
        registered_at=made.placed_at,
        registered_date=made.placed_date,
        placed_date=made.placed_date,
        order=made,
        line=line,
        listing=line.listing,
        amount=line.price,
        storage_cost=Decimal("12.50"),
        observed_at=timezone.now(),
        changed_at=timezone.now(),
    )
    today = business_day(timezone.now())
    for day in (made.placed_date, today - timedelta(days=1), today):
        TouchedDay.all_companies.create(company=account.company, day=day)
    refresh_facts(account.company)
    return account.company


def test_facts_that_are_right_differ_in_nothing(shop):
    assert run(shop)[-1].endswith(" days, 0 differences.")


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_a_wrong_figure_is_found_in_every_table_and_mended(shop, table):
    changed = table.sums[0]
    more = "|| 1" if table is STEPS else "+ 1"
    assert sql(f"UPDATE {table.name} SET {changed} = {changed} {more}") > 0

    with pytest.raises(CommandError, match="run with --repair"):
        run(shop)
    lines = run(shop, "--repair")

    assert f" {table.name} " in lines[0]
    assert ", right " in lines[0]
    assert lines[-1].endswith(" repaired.")
    assert run(shop)[-1].endswith(" days, 0 differences.")


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_a_lost_row_is_found_in_every_table_and_mended(shop, table):
    # Weeks and months are the sums of the days held: without those there is nothing to miss.
    days_only = " WHERE span = 'day'" if "span" in table.names else ""
    lost = sql(f"DELETE FROM {table.name}{days_only}")
    assert lost > 0

    lines = run(shop, "--repair")

    assert len([line for line in lines if f" {table.name} " in line and "is missing" in line]) == lost
    assert run(shop)[-1].endswith(" days, 0 differences.")


@pytest.mark.parametrize(
    "table", [one for one in TABLES if "span" in one.names], ids=lambda table: table.name
)
def test_a_lost_week_and_month_are_found_and_mended(shop, table):
    lost = sql(f"DELETE FROM {table.name} WHERE span <> 'day'")
    assert lost >= 2

    lines = run(shop, "--repair")

    assert len([line for line in lines if f" {table.name} " in line and "is missing" in line]) == lost
    assert run(shop)[-1].endswith(" days, 0 differences.")


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_a_row_too_much_is_found_in_every_table_and_mended(shop, table):
    moved = sql(f"UPDATE {table.name} SET day = day - 9 WHERE day = (SELECT max(day) FROM {table.name})")
    assert moved > 0

    lines = run(shop, "--repair")

    assert any(
        f" {table.name} " in line and ("should not be" in line or ", right " in line) for line in lines
    )
    assert run(shop)[-1].endswith("0 differences.")


def test_of_days_that_wait_to_be_built_only_the_tallies_are_told(shop):
    sql("UPDATE analytics_dailyfact SET ordered_units = 99")
    sql("UPDATE orders_ordertally SET units = 99")
    day = business_day(timezone.now() - timedelta(days=2))
    TouchedDay.all_companies.create(company=shop, day=day)

    found = run(shop, "--repair")

    assert [line.split()[1] for line in found[:-1]] == [facts.TALLIES.name]


def test_a_period_limits_what_is_compared(shop):
    sql("UPDATE analytics_hourlyorders SET orders = 99")
    yesterday = (business_day(timezone.now()) - timedelta(days=1)).isoformat()

    assert run(shop, "--from", yesterday)[-1] == "Compared 2 days, 0 differences."


def test_another_company_is_neither_read_nor_mended(shop, other_company):
    sql("UPDATE analytics_dailyfact SET ordered_units = 99")

    assert run(other_company)[-1] == "Compared 0 days, 0 differences."


def test_a_period_that_ends_before_it_begins_is_refused(company):
    with pytest.raises(CommandError, match="ends before it begins"):
        run(company, "--from", "2026-02-01", "--to", "2026-01-01")


def test_an_unknown_company_is_said_so(db):
    with pytest.raises(CommandError, match="No company has the slug 'nobody'"):
        call_command("verify_facts", "--company", "nobody")
