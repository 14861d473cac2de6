"""Every figure of yesterday equals what the world adds up by itself, on each marketplace, to the unit and kopeck."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from analytics.selectors.scope import scope_of
from analytics.selectors.yesterday import yesterday

if TYPE_CHECKING:
    from tests.analytics.conftest import Told

pytestmark = pytest.mark.django_db

_REFUSED = ("refusal", "partial_refusal")


def test_yesterday_is_true(told: Told) -> None:
    scope = scope_of(told.account.company)
    ordered = 0
    # The page shows one day; what it would have shown on the days before must be true, too.
    for age in range(7):
        found = yesterday(scope, today=told.today - timedelta(days=age), known_from=date(2020, 1, 1))
        sold = of_day(told, "sales", found.day)
        back = of_day(told, "returns", found.day)
        assert found.now.units == total(sold, "ordered_units")
        assert found.now.amount == total(sold, "ordered_amount")
        assert found.now.cancelled_units == total(sold, "cancelled_units")
        returned = [row for row in back if row["kind"] == "client_return"]
        assert found.now.returned_units == total(returned, "units")
        assert found.now.returned_amount == total(returned, "amount")
        assert found.now.refused_units == total([row for row in back if row["kind"] in _REFUSED], "units")
        if told.account.marketplace == "wildberries":
            # The others do not tell the day of every delivery to a first reader (test_truth_balance).
            assert found.now.delivered_units == total(of_day(told, "deliveries", found.day, "day"), "units")
        ordered += found.now.units
        assert found.before is not None
        assert found.before.units == total(of_day(told, "sales", found.day_before), "ordered_units")
    assert ordered > 50


def of_day(told: Told, report: str, day: date, column: str = "day") -> list[dict[str, Any]]:
    return [row for row in told.rows[report] if row[column] == day.isoformat()]


def total(rows: list[dict[str, Any]], column: str) -> Decimal:
    return sum((Decimal(row[column]) for row in rows), Decimal(0))
