"""Keeping the facts true: the days that changed are built again, and any range on demand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, ClassVar, Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from analytics import facts
from analytics.models import ClosingStock, DailyFact, FactsState, HourlyOrders
from catalog.models import Listing, TouchedDay
from core.locks import lock_until_commit, try_lock_until_commit
from core.periods import Days, business_day
from marketplaces.holdings import AccountHolding
from marketplaces.models import MarketplaceAccount

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from django_stubs_ext import StrOrPromise

    from companies.models import Company

# A first sync touches every day of a year: it is worked off in transactions of a month.
DAYS_AT_ONCE: Final = 31
# Closing stock that nobody built (no worker ran) is filled in from the history this far back.
_LONGEST_GAP: Final = timedelta(days=45)
_ONE_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class RebuiltDays:
    """What one step of a rebuild did: the days, the rows of facts and of closing stock, and wrong tallies."""

    days: tuple[date, ...]
    fact_rows: int = 0
    stock_rows: int = 0
    wrong_days: tuple[date, ...] = ()
    wrong_tallies: tuple[tuple[date, int, str, int, int], ...] = ()


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
    FactsState.all_companies.update_or_create(company=company, defaults={"refreshed_at": now})
    return days


def _days_to_close(company: Company, *, touched: Sequence[date], today: date) -> list[date]:
    """Stock readings never change the past: only the last two days move, and days that were missed."""
    yesterday = today - _ONE_DAY
    moving = {day for day in touched if yesterday <= day <= today}
    last = ClosingStock.objects.for_company(company).order_by("-day").values_list("day", flat=True).first()
    if last is not None and last < yesterday:
        moving.update(Days(first=max(last, today - _LONGEST_GAP), after=today))
    return sorted(moving)


def rebuild_range(company: Company, period: Days | None = None) -> Iterator[RebuiltDays]:
    """Build facts, closing stock and tallies of a period (or all that is known) anew, some days at a time.

    Each step is a transaction of its own; what it finds wrong it reports and repairs.
    """
    for days in _steps(company, period):
        yield _rebuild_days(company, days)


@transaction.atomic
def _rebuild_days(company: Company, days: tuple[date, ...]) -> RebuiltDays:
    # The locks of the recorder of orders first, so that no order moves between counting and writing.
    for pk in MarketplaceAccount.objects.for_company(company).order_by("pk").values_list("pk", flat=True):
        lock_until_commit("orders", pk)
    lock_until_commit("facts", company.pk)
    wrong_days, wrong_tallies = facts.wrong_days(company, days), facts.wrong_tallies(company, days)
    if wrong_tallies:
        facts.build_tallies(company, days)
    TouchedDay.objects.for_company(company).filter(day__in=days).delete()
    result = RebuiltDays(
        days=days,
        fact_rows=facts.build_days(company, days),
        stock_rows=facts.build_closing_stock(company, _past(company, days)),
        wrong_days=tuple(wrong_days),
        wrong_tallies=tuple(wrong_tallies),
    )
    FactsState.all_companies.update_or_create(company=company, defaults={"refreshed_at": timezone.now()})
    return result


def check_range(company: Company, period: Days | None = None) -> Iterator[RebuiltDays]:
    """Compare facts and tallies of a period (or all that is known) with the orders; writes nothing."""
    for days in _steps(company, period):
        yield RebuiltDays(
            days=days,
            wrong_days=tuple(facts.wrong_days(company, days)),
            wrong_tallies=tuple(facts.wrong_tallies(company, days)),
        )


def _steps(company: Company, period: Days | None) -> Iterator[tuple[date, ...]]:
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


def _past(company: Company, days: Sequence[date]) -> list[date]:
    today = business_day(timezone.now(), company.zone)
    return [day for day in days if day <= today]


class Facts(AccountHolding):
    """Facts of an account; erased after the orders and the stock that they are built from."""

    code = "facts"
    title: ClassVar[StrOrPromise] = _("Figures by day")

    @transaction.atomic(savepoint=False)
    def erase(self, *, account_id: int, company_id: int, most: int) -> int:
        """Delete from one table after the other."""
        # A rebuild that has seen the orders still must not write after us.
        lock_until_commit("facts", company_id)
        listings = Listing.objects.for_company(company_id).filter(account_id=account_id).values("pk")
        for rows in (
            DailyFact.objects.for_company(company_id).filter(account_id=account_id),
            HourlyOrders.objects.for_company(company_id).filter(account_id=account_id),
            ClosingStock.objects.for_company(company_id).filter(listing_id__in=listings),
        ):
            chosen = list(rows.values_list("pk", flat=True)[:most])
            if chosen:
                rows.model.objects.for_company(company_id).filter(pk__in=chosen).delete()
                return len(chosen)
        return 0
