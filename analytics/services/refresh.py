"""Keeping the facts true: the days that changed are built again."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.utils import timezone

from analytics import facts
from analytics.models import ClosingStock, FactsState
from catalog.models import TouchedDay
from catalog.services.days import touch_days
from core.locks import try_lock_until_commit
from core.periods import Days, business_day

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from companies.models import Company

# A first sync touches every day of a year: it is worked off in transactions of a month.
DAYS_AT_ONCE: Final = 31
# Closing stock that nobody built (no worker ran) is filled in from the history this far back.
_LONGEST_GAP: Final = timedelta(days=45)
_ONE_DAY: Final = timedelta(days=1)


def refresh_facts(company: Company, *, now: datetime | None = None) -> int:
    """Build the facts of the days that changed since the last time; returns how many days were built.

    Safe to run at any moment and any number of times at once: a second run leaves the work to the first.
    """
    built = 0
    while days := _refresh_some(company, now=now or timezone.now()):
        built += len(days)
    return built


@transaction.atomic
def _refresh_some(company: Company, *, now: datetime) -> Sequence[date]:
    """Take up to DAYS_AT_ONCE touched days off the queue and build them."""
    if not try_lock_until_commit("facts", company.pk):
        return ()
    _follow_zone(company)
    waiting = TouchedDay.objects.for_company(company)
    days = sorted(waiting.order_by().values_list("day", flat=True).distinct()[:DAYS_AT_ONCE])
    if not days:
        return ()
    # Taken first, built after: whatever commits in between stays in the queue for the next time.
    waiting.filter(day__in=days).delete()
    facts.build_days(company, days)
    facts.build_closing_stock(
        company, _days_to_close(company, touched=days, today=business_day(now, company.zone))
    )
    FactsState.all_companies.update_or_create(
        company=company, defaults={"refreshed_at": now, "time_zone": company.time_zone}
    )
    return days


def _follow_zone(company: Company) -> None:
    """Touch every known day when the company has moved to another zone: days of two zones must not stand side by
    side, what came on the border would count on both."""
    company.refresh_from_db(fields=["time_zone"])
    moved = FactsState.objects.for_company(company).of_another_zone()
    known = facts.known_days(company) if moved.update(time_zone=company.time_zone) else None
    if known is not None:
        touch_days(company_id=company.pk, days=Days(first=known[0], after=known[1] + _ONE_DAY))


def _days_to_close(company: Company, *, touched: Sequence[date], today: date) -> list[date]:
    """Stock readings never change the past: only the last two days move, and days that were missed."""
    yesterday = today - _ONE_DAY
    moving = {day for day in touched if yesterday <= day <= today}
    last = ClosingStock.objects.for_company(company).order_by("-day").values_list("day", flat=True).first()
    if last is not None and last < yesterday:
        moving.update(Days(first=max(last, today - _LONGEST_GAP), after=today))
    return sorted(moving)
