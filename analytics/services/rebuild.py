"""Building any range of days anew, and comparing it with the orders."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.utils import timezone

from analytics import facts
from analytics.models import FactsState
from analytics.services.refresh import DAYS_AT_ONCE
from catalog.models import TouchedDay
from core.locks import lock_until_commit
from core.periods import Days, business_day
from marketplaces.models import MarketplaceAccount

if TYPE_CHECKING:
    from collections.abc import Sequence

    from companies.models import Company

# Day, account id, status, orders tallied, orders counted.
WrongTally = tuple[date, int, str, int, int]
_ONE_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class RebuiltDays:
    """What one step of a rebuild did: the days, the rows of facts and of closing stock, and wrong tallies."""

    days: tuple[date, ...]
    fact_rows: int = 0
    stock_rows: int = 0
    wrong_days: tuple[date, ...] = ()
    wrong_tallies: tuple[WrongTally, ...] = ()


def rebuild_range(company: Company, period: Days | None = None) -> Iterator[RebuiltDays]:
    """Build facts, closing stock and tallies of a period (or all that is known) anew, some days at a time.

    Each step is a transaction of its own; what it finds wrong it reports and repairs.
    """
    for days in days_in_steps(company, period):
        yield _rebuild_days(company, days)


@transaction.atomic
def _rebuild_days(company: Company, days: tuple[date, ...]) -> RebuiltDays:
    lock_sources(company)
    wrong_days, wrong_tallies = _wrong_days(company, days), _wrong_tallies(company, days)
    if wrong_tallies:
        facts.build_tallies(company, days)
    TouchedDay.objects.for_company(company).filter(day__in=days).delete()
    result = RebuiltDays(
        days=days,
        fact_rows=facts.build_days(company, days),
        stock_rows=facts.build_closing_stock(company, past(company, days)),
        wrong_days=tuple(wrong_days),
        wrong_tallies=tuple(wrong_tallies),
    )
    now = timezone.now()
    # A part that is built in a new zone leaves the rest to the next refresh.
    FactsState.all_companies.update_or_create(
        company=company,
        defaults={"refreshed_at": now},
        create_defaults={"refreshed_at": now, "time_zone": company.time_zone},
    )
    return result


def lock_sources(company: Company) -> None:
    """Wait for whoever records or builds, and keep them waiting until this transaction ends."""
    # The locks of the recorders first, so that nothing moves between counting and writing.
    for pk in MarketplaceAccount.objects.for_company(company).order_by("pk").values_list("pk", flat=True):
        lock_until_commit("orders", pk)
    lock_until_commit("facts", company.pk)


def check_range(company: Company, period: Days | None = None) -> Iterator[RebuiltDays]:
    """Compare facts and tallies of a period (or all that is known) with the orders; writes nothing."""
    for days in days_in_steps(company, period):
        yield RebuiltDays(
            days=days,
            wrong_days=tuple(_wrong_days(company, days)),
            wrong_tallies=tuple(_wrong_tallies(company, days)),
        )


def days_in_steps(company: Company, period: Days | None) -> Iterator[tuple[date, ...]]:
    """The days of the period that can hold anything, oldest first, DAYS_AT_ONCE at a time."""
    known = facts.known_days(company)
    if known is None:
        return
    first, after = known[0], max(known[1], business_day(timezone.now(), company.zone)) + _ONE_DAY
    if period is not None:
        first, after = max(first, period.first), min(after, period.after)
    days = tuple(Days(first=first, after=max(first, after)))
    for start in range(0, len(days), DAYS_AT_ONCE):
        yield days[start : start + DAYS_AT_ONCE]


def past(company: Company, days: Sequence[date]) -> list[date]:
    """The days that have begun."""
    today = business_day(timezone.now(), company.zone)
    return [day for day in days if day <= today]


def _wrong_days(company: Company, days: Sequence[date]) -> list[date]:
    """The days whose facts differ from the orders, those that wait in the queue apart."""
    return sorted(
        {one.day for table in (*facts.TOUCHED, *facts.SUMMED) for one in table.differences(company, days)}
    )


def _wrong_tallies(company: Company, days: Sequence[date]) -> list[WrongTally]:
    """The tallies that differ from the orders."""
    found = []
    for one in facts.TALLIES.differences(company, days):
        key, held, right = dict(one.key), dict(one.held or ()), dict(one.right or ())
        found.append(
            (one.day, key["account_id"], key["status"], held.get("orders", 0), right.get("orders", 0))
        )
    return found
