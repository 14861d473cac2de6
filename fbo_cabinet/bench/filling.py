"""Filling a company with as many orders and returns as one likes: copies of recorded ones, made inside PostgreSQL."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from analytics import facts
from analytics.models import FactsState
from analytics.services.rebuild import past
from catalog.models import TouchedDay
from core.periods import Days
from fbo_cabinet.bench import circle, copying, shop, stock
from fbo_cabinet.bench.database import vacuum
from marketplaces.models import MarketplaceAccount, RunOutcome, SyncRun
from orders.models import Order
from orders.services.record import record_orders
from returns.models import Return
from returns.services.record import record_returns
from supplies.services.record import record_supplies

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

    from companies.models import Company

TEMPLATES: Final = 1_000
# Of the orders, one of so many came back.
_RETURNED: Final = 10
# So many wait to be picked up besides, whatever the size: ten at each warehouse.
WAITING: Final = 10 * shop.WAREHOUSES
_AT_ONCE: Final = 100
_DAYS_AT_ONCE: Final = 31


def begin(company: Company) -> MarketplaceAccount:
    """An account with recorded orders and returns to copy, stock at every warehouse and some runs."""
    account = shop.make_account(company)
    now = timezone.now()
    for snapshots in shop.looks(list(shop.orders(TEMPLATES, until=now))):
        record_orders(account=account, snapshots=snapshots, observed_at=now, source="poll")
    # As if each step had been read when it was made.
    Order.objects.for_company(company).update(changed_at=F("status_at"))
    _return_some(account, now)
    stock.stock_up(account)
    SyncRun.all_companies.bulk_create(
        SyncRun(
            company=company,
            account=account,
            stream="orders",
            lease_token="00000000-0000-0000-0000-000000000000",  # noqa: S106 - nobody holds it
            started_at=now - timedelta(minutes=number),
            finished_at=now - timedelta(minutes=number),
            inserted=number % 3,
            outcome=RunOutcome.DONE,
        )
        for number in range(500)
    )
    return account


def _return_some(account: MarketplaceAccount, now: datetime) -> None:
    """Every tenth order that has ended comes back."""
    ended = Order.objects.for_company(account.company_id).filter(status__in=["delivered", "cancelled"])
    orders = list(ended.order_by("pk").prefetch_related("lines"))[::_RETURNED]
    snapshots = list(circle.returns(orders, until=now))
    record_returns(account=account, snapshots=snapshots, observed_at=now, source="poll")


def supply(account: MarketplaceAccount, count: int) -> None:
    """So many supplies of two years, and how the stock was in that time."""
    now = timezone.now()
    snapshots = list(circle.supplies(count, until=now))
    for start in range(0, count, _AT_ONCE):
        some = snapshots[start : start + _AT_ONCE]
        record_supplies(account=account, snapshots=some, observed_at=now, source="poll")
    stock.remember(account.company)
    known = facts.known_days(account.company) or (now.date(), now.date())
    for days in batched_days(Days(first=known[0], after=known[1] + timedelta(days=1))):
        facts.build_closing_stock(account.company, past(account.company, days))


def fill(company: Company, count: int) -> None:
    """Bring the company to `count` orders and a tenth of returns, with all that hangs on them, tallies and facts."""
    templates = list(
        Order.objects.for_company(company).order_by("pk").values_list("pk", flat=True)[:TEMPLATES]
    )
    held = Order.objects.for_company(company).count()
    if count > held:
        with transaction.atomic():
            copying.copy_orders(company, templates, first=held // TEMPLATES, last=count // TEMPLATES - 1)
        _wait_for_pick_up(company)
    _sum_up(company)
    vacuum()


def _wait_for_pick_up(company: Company) -> None:
    """The last orders of which nothing came back yet come back, and wait at the warehouses; once for a company."""
    if Return.objects.for_company(company).filter(external_id=str(circle.WAITING_FROM)).exists():
        return
    now = timezone.now()
    delivered = Order.objects.for_company(company).filter(status="delivered", returns=None)
    orders = list(delivered.order_by("-placed_at", "-pk").prefetch_related("lines")[:WAITING])
    record_returns(
        account=MarketplaceAccount.objects.for_company(company).get(),
        snapshots=list(circle.waiting(orders, until=now)),
        observed_at=now,
        source="poll",
    )


def _sum_up(company: Company) -> None:
    known = facts.known_days(company)
    if known is None:
        return
    for days in batched_days(Days(first=known[0], after=known[1] + timedelta(days=1))):
        with transaction.atomic():
            facts.build_tallies(company, days)
            facts.build_days(company, days)
    TouchedDay.objects.for_company(company).delete()
    FactsState.all_companies.update_or_create(company=company, defaults={"refreshed_at": timezone.now()})


def batched_days(days: Iterable[date]) -> list[list[date]]:
    """The days, a month at a time."""
    listed = list(days)
    return [listed[start : start + _DAYS_AT_ONCE] for start in range(0, len(listed), _DAYS_AT_ONCE)]
