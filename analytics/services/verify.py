"""Comparing every table of facts, row by row, with what it is made of; mending on demand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.db import transaction

from analytics import facts
from analytics.services.rebuild import days_in_steps, lock_sources, past

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from companies.models import Company
    from core.periods import Days

TABLES: Final = (*facts.TOUCHED, *facts.CLOSED, *facts.SUMMED, facts.TALLIES)
_BUILT_TOGETHER: Final = (
    ((*facts.TOUCHED, *facts.SUMMED), facts.build_days),
    (facts.CLOSED, facts.build_closing_stock),
    ((facts.TALLIES,), facts.build_tallies),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedDays:
    """What one step found: the days compared and every row that is not what it should be."""

    days: tuple[date, ...]
    differences: tuple[facts.Difference, ...]


def verify_range(
    company: Company, period: Days | None = None, *, repairs: bool = False
) -> Iterator[VerifiedDays]:
    """Compare all facts of a period (or all that is known), some days at a time; with `repairs` build again what
    differs, each step in a transaction of its own.

    Days that wait in the queue of touched days may differ: they are built within seconds.
    """
    for days in days_in_steps(company, period):
        yield _repair(company, days) if repairs else _compare(company, days)


def _compare(company: Company, days: tuple[date, ...]) -> VerifiedDays:
    found = [one for table in TABLES for one in table.differences(company, _asked_of(table, company, days))]
    return VerifiedDays(days=days, differences=tuple(found))


@transaction.atomic
def _repair(company: Company, days: tuple[date, ...]) -> VerifiedDays:
    lock_sources(company)
    found = _compare(company, days)
    # Of tables that are built together one may be summed from another: all of them are built again.
    for tables, build in _BUILT_TOGETHER:
        names = {table.name for table in tables}
        wrong = sorted({one.day for one in found.differences if one.table in names})
        if wrong:
            build(company, wrong)
    return found


def _asked_of(table: facts.FactTable, company: Company, days: tuple[date, ...]) -> Sequence[date]:
    """A day that has not begun has no closing stock yet, though orders may be placed on it where it has."""
    return past(company, days) if table in facts.CLOSED else days
