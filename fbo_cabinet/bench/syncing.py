"""A whole sync over HTTP from a sandbox, against the ORM row by row and against the marketplace's ceiling."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django.db import transaction
from django.test.utils import override_settings

from fbo_cabinet.bench import shop
from fbo_cabinet.bench.database import vacuum
from fbo_cabinet.bench.report import Finding, Stopwatch, per_second
from fbo_cabinet.proving import Sandbox, connect
from marketplaces.models import RunOutcome
from marketplaces.ratelimit import ALL, Limit
from marketplaces.registry import adapters
from marketplaces.sync.engine import run_stream
from marketplaces.sync.schedule import Trigger
from orders.models import Order, OrderEvent, OrderLine

if TYPE_CHECKING:
    from collections.abc import Iterator

    from marketplaces.models import MarketplaceAccount

ORDERS_COUNT: Final = 100_000
QUICK_COUNT: Final = 10_000
# The ORM is measured on fewer orders and reckoned by the order: it takes minutes otherwise.
_BY_ORM: Final = 1_000
# Ozon: 50 requests a second for an account, 100 postings each.
CEILING: Final = 5_000
_UNPACED: Final = Limit(requests=1_000_000)


class SyncFailed(Exception):
    """The sync did not bring what the sandbox holds."""


def measure(*, quick: bool = False, count: int | None = None) -> list[Finding]:
    """Sync the orders of a seller end to end; then write the same rows by `update_or_create`."""
    count = count or (QUICK_COUNT if quick else ORDERS_COUNT)
    company, _owner = shop.make_company("sync")
    # Well inside what a first sync asks for, at whatever hour it begins.
    days = settings.ORDER_HISTORY_DAYS - 2
    with (
        Sandbox("--orders", str(count), "--days", str(days), "--rate", "0") as sandbox,
        override_settings(MARKETPLACE_EXTRA_HOSTS=[*settings.MARKETPLACE_EXTRA_HOSTS, sandbox.host]),
    ):
        account = connect(company, "ozon", sandbox)
        found, seconds = _sync(account)
    if found < count:
        raise SyncFailed(f"{found} orders came of {count}")
    rate, by_orm = found / seconds, _by_orm(account)
    return [
        Finding(
            what=f"sync of {found} orders over HTTP",
            against="the same rows by update_or_create",
            ours=per_second(found, seconds),
            theirs=f"{by_orm:,.0f}/s".replace(",", " "),
            ratio=rate / by_orm,
            goal=10,
            at_least=True,
        ),
        Finding(
            what="the same sync, one worker, our own pace lifted",
            against="Ozon's ceiling for an account",
            ours=per_second(found, seconds),
            theirs=f"{CEILING}/s",
            ratio=rate / CEILING,
            goal=1,
            at_least=True,
        ),
    ]


def _sync(account: MarketplaceAccount) -> tuple[int, float]:
    """Products and stock first, as every worker does; then the orders by the clock, as fast as they can be taken."""
    for stream in ("products", "stock"):
        run_stream(account_id=account.pk, stream=stream, trigger=Trigger.COMMAND)
    vacuum()
    with _unpaced("ozon"), Stopwatch() as watch:
        run = run_stream(account_id=account.pk, stream="orders", trigger=Trigger.COMMAND)
    if run.outcome is not RunOutcome.DONE:
        raise SyncFailed(f"the run ended as {run.outcome}: {run.message}")
    return run.inserted, watch.seconds


@contextmanager
def _unpaced(marketplace: str) -> Iterator[None]:
    """Lift our own limits: they stay below the marketplace's, and would be all that is measured."""
    adapter = adapters()[marketplace]
    held = adapter.limits
    adapter.limits = {ALL: _UNPACED}
    try:
        yield
    finally:
        adapter.limits = held


def _by_orm(account: MarketplaceAccount) -> float:
    """Orders a second of `update_or_create`, their lines and events by it as well, in one transaction."""
    orders = list(Order.objects.for_company(account.company).order_by("pk")[:_BY_ORM])
    pks = [order.pk for order in orders]
    kept = [(Order, orders)] + [
        (model, list(model.objects.for_company(account.company).filter(order_id__in=pks).order_by("pk")))
        for model in (OrderLine, OrderEvent)
    ]
    Order.objects.for_company(account.company).filter(pk__in=pks).delete()
    writes = [_write_of(model, row) for model, rows in kept for row in rows]
    with Stopwatch() as watch, transaction.atomic():
        for model, key, values in writes:
            model.all_companies.update_or_create(**key, defaults=values)
    return len(orders) / watch.seconds


_KEYS: Final = {
    Order: ("company_id", "account_id", "external_id"),
    OrderLine: ("order_id", "position"),
    OrderEvent: ("order_id", "new_status", "happened_at"),
}


def _write_of(model: Any, row: Any) -> tuple[Any, dict[str, Any], dict[str, Any]]:
    """What `update_or_create` is given for the row."""
    values = {field.attname: getattr(row, field.attname) for field in model._meta.concrete_fields}  # noqa: SLF001 - Django's own way to a model's table
    key = {name: values.pop(name) for name in _KEYS[model]}
    return model, key, values
