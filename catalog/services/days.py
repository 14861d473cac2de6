"""The queue of business days whose facts must be built again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from catalog.models import TouchedDay

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date


def touch_days(*, company_id: int, days: Iterable[date]) -> None:
    """Ask for the facts of these days to be built again, once this transaction commits."""
    TouchedDay.all_companies.bulk_create(
        [TouchedDay(company_id=company_id, day=day) for day in sorted(set(days))]
    )
