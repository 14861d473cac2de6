"""Processing times of the orders of a day: which steps are measured, how they are rounded, where they are summed."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from analytics.models import StepTimes
from analytics.services import refresh_facts
from catalog.models import TouchedDay
from marketplaces.contracts.orders import Precision
from tests.factories.orders import OrderEventFactory, OrderFactory

pytestmark = pytest.mark.django_db

DAY = date(2026, 11, 20)
PLACED = datetime(2026, 11, 20, 9, tzinfo=UTC)
NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)


def order(account, steps, *, precision=Precision.EXACT, **fields):
    """An order that came to each status so many minutes after it was placed."""
    made = OrderFactory(account=account, placed_at=PLACED, lines=0, **fields)
    for status, minutes in steps.items():
        OrderEventFactory(
            order=made,
            new_status=status,
            happened_at=PLACED + timedelta(minutes=minutes),
            precision=precision,
        )
    return made


def measured(account, axis="all"):
    TouchedDay.all_companies.create(company=account.company, day=DAY)
    refresh_facts(account.company, now=NOW)
    rows = StepTimes.objects.for_company(account.company).daily().filter(axis=axis)
    return [
        (row.place, row.step, *one)
        for row in rows.order_by("place", "step")
        for one in zip(row.minutes, row.orders, strict=True)
    ]


def test_each_step_is_measured_from_its_beginning_to_its_end(account):
    order(account, {"accepted": 1, "packed": 61, "shipped": 200, "delivered": 3000})

    assert measured(account) == [
        ("", "assembly", 60, 1),
        ("", "delivery", 2820, 1),
        ("", "handover", 150, 1),
        ("", "whole", 3000, 1),
    ]


@pytest.mark.parametrize(
    ("minutes", "rounded"),
    [
        (0, 0), (0.01, 15), (15, 15), (15.01, 30), (720, 720), (721, 780), (4320, 4320), (4321, 4680),
        (200_000, 86_400), (-5, 0),
    ],
)  # fmt: skip
def test_times_are_rounded_up(account, minutes, rounded):
    order(account, {"delivered": minutes})

    assert measured(account) == [("", "whole", rounded, 1)]


def test_a_step_without_one_of_its_ends_is_not_measured(account):
    order(account, {"accepted": 0, "shipped": 60})
    order(account, {"accepted": 0, "packed": 30})

    assert measured(account) == [("", "assembly", 30, 1)]


@pytest.mark.parametrize("precision", [Precision.ESTIMATED, Precision.DAY])
def test_times_that_are_guessed_measure_nothing(account, precision):
    order(account, {"accepted": 0, "delivered": 60}, precision=precision)

    assert measured(account) == []


def test_orders_are_summed_by_warehouse_and_by_cluster(account):
    order(account, {"delivered": 60}, warehouse_name="КАЗАНЬ", cluster_to="Урал")
    order(account, {"delivered": 60}, warehouse_name="КАЗАНЬ", cluster_to="Сибирь")
    order(account, {"delivered": 90}, warehouse_name="", cluster_to="Урал")

    assert measured(account, "warehouse") == [("", "whole", 90, 1), ("КАЗАНЬ", "whole", 60, 2)]
    assert measured(account, "cluster") == [
        ("Сибирь", "whole", 60, 1),
        ("Урал", "whole", 60, 1),
        ("Урал", "whole", 90, 1),
    ]


def test_orders_of_another_day_are_left_out(account):
    made = order(account, {"delivered": 60})
    made.placed_at, made.placed_date = PLACED - timedelta(days=1), DAY - timedelta(days=1)
    made.save()

    assert measured(account) == []
