"""`manage rebuild_facts`: repairs, checks, and what it says."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from analytics.models import DailyFact
from catalog.models import TouchedDay
from core.periods import business_day
from marketplaces.contracts.orders import OrderStatus
from orders.models import OrderTally
from tests.factories.orders import OrderFactory, OrderTallyFactory

pytestmark = pytest.mark.django_db


def run(company, *arguments):
    out = StringIO()
    call_command("rebuild_facts", "--company", company.slug, *arguments, stdout=out)
    return out.getvalue().splitlines()


def tallies(company):
    return list(
        OrderTally.objects.for_company(company)
        .order_by("day", "status")
        .values_list("day", "status", "orders", "units", "amount")
    )


@pytest.fixture
def today():
    return business_day(timezone.now())


def test_rebuild_repairs_tallies_and_facts(account):
    made = OrderFactory(account=account)
    OrderTallyFactory(account=account, day=made.placed_date, orders=7, units=9, amount=Decimal("1.00"))
    OrderTallyFactory(account=account, day=made.placed_date, status=OrderStatus.PACKED)

    lines = run(account.company)

    assert tallies(account.company) == [(made.placed_date, OrderStatus.ACCEPTED, 1, 1, Decimal("2490.00"))]
    assert DailyFact.objects.for_company(account.company).get().ordered_amount == Decimal("2490.00")
    assert f"  {made.placed_date}, account {account.pk}, accepted: tally 7, orders 1" in lines
    assert f"  {made.placed_date}, account {account.pk}, packed: tally 1, orders 0" in lines
    assert f"  {made.placed_date}: the facts differ from the orders" in lines
    assert lines[-1].endswith("3 differences repaired.")
    assert run(account.company, "--check")[-1].endswith("0 differences.")


def test_check_fails_and_writes_nothing(account):
    made = OrderFactory(account=account)
    OrderTallyFactory(account=account, day=made.placed_date, orders=7)

    with pytest.raises(CommandError, match="differ from the orders"):
        run(account.company, "--check")

    assert [row[2] for row in tallies(account.company)] == [7]
    assert DailyFact.all_companies.count() == 0


def test_dry_run_says_what_differs_without_failing(account):
    OrderFactory(account=account)

    lines = run(account.company, "--dry-run")

    assert lines[-1].endswith("2 differences.")
    assert tallies(account.company) == []


def test_a_day_that_waits_in_the_queue_is_not_a_difference_of_facts(account):
    made = OrderFactory(account=account)
    OrderTallyFactory(account=account, day=made.placed_date)
    TouchedDay.all_companies.create(company=account.company, day=made.placed_date)

    assert run(account.company, "--check")[-1].endswith("0 differences.")


def test_empty_tallies_are_no_difference(account, today):
    OrderTallyFactory(account=account, day=today, orders=0, units=0, amount=Decimal(0))

    assert run(account.company, "--check")[-1].endswith("0 differences.")


def test_period_limits_the_days(account, today):
    for age in (0, 5, 9):
        OrderFactory(account=account, placed_at=timezone.now() - timedelta(days=age))
    first, last = today - timedelta(days=6), today - timedelta(days=4)

    lines = run(account.company, "--from", first.isoformat(), "--to", last.isoformat())

    days = list(DailyFact.objects.for_company(account.company).values_list("day", flat=True))
    assert days == [today - timedelta(days=5)]
    assert lines[-1] == "Built 3 days, 2 differences repaired."


def test_company_without_data_has_nothing_to_do(company):
    assert run(company) == ["Built 0 days, 0 differences repaired."]


def test_unknown_company_is_said_so(company):
    with pytest.raises(CommandError, match="No company has the slug 'nobody'"):
        call_command("rebuild_facts", "--company", "nobody")


def test_period_that_ends_before_it_begins_is_refused(company):
    with pytest.raises(CommandError, match="ends before it begins"):
        run(company, "--from", date(2026, 2, 1).isoformat(), "--to", date(2026, 1, 1).isoformat())
