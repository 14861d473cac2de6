"""Filling a company with as many orders as one likes: copies of recorded ones, made inside PostgreSQL."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from django.db import connection, transaction
from django.utils import timezone

from analytics import facts
from catalog.models import Listing, StockLevel, Warehouse
from core.periods import Days
from fbo_cabinet.bench import shop
from fbo_cabinet.bench.database import run, vacuum
from marketplaces.models import RunOutcome, SyncRun
from orders.models import Order, OrderEvent, OrderLine
from orders.services.record import record_orders

if TYPE_CHECKING:
    from companies.models import Company
    from marketplaces.models import MarketplaceAccount

TEMPLATES: Final = 1_000
_DAYS_AT_ONCE: Final = 31
# A copy is placed this much earlier than the one before: copies of an order spread over hours, not days.
_APART: Final = "interval '29 seconds'"

_NUMBER_COPIES: Final = f"""
    CREATE TEMPORARY TABLE copies ON COMMIT DROP AS
    SELECT (SELECT max(id) FROM orders_order) + row_number() OVER (ORDER BY o.placed_at - g * {_APART}) AS id,
           o.id AS template_id, g AS number, o.placed_at - g * {_APART} AS placed_at
    FROM orders_order o, generate_series(%(first)s, %(last)s) AS g
    WHERE o.company_id = %(company)s AND o.id = ANY(%(templates)s)
"""  # noqa: S608 - constants of this module
_OF_AN_ORDER: Final = {
    "id": "copies.id",
    "external_id": "copies.number || '-' || o.external_id",
    "number": "copies.number || '-' || o.number",
    "placed_at": "copies.placed_at",
    "placed_date": "(copies.placed_at AT TIME ZONE %(zone)s)::date",
    "accepted_at": f"o.accepted_at - copies.number * {_APART}",
}
_OF_A_PART: Final = {"id": "nextval(pg_get_serial_sequence('{table}', 'id'))", "order_id": "copies.id"}


def begin(company: Company) -> MarketplaceAccount:
    """An account with recorded orders to copy, stock at every warehouse and some runs."""
    account = shop.make_account(company)
    now = timezone.now()
    snapshots = list(shop.orders(TEMPLATES, until=now))
    record_orders(account=account, snapshots=snapshots, observed_at=now, source="poll")
    _stock(account)
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


def fill(company: Company, count: int) -> None:
    """Bring the company to `count` orders, with their lines, events, tallies and facts."""
    templates = list(
        Order.objects.for_company(company).order_by("pk").values_list("pk", flat=True)[:TEMPLATES]
    )
    held = Order.objects.for_company(company).count()
    if count > held:
        _copy(company, templates, first=held // TEMPLATES, last=count // TEMPLATES - 1)
    _sum_up(company)
    vacuum()


@transaction.atomic
def _copy(company: Company, templates: list[int], *, first: int, last: int) -> None:
    parameters: dict[str, Any] = {
        "company": company.pk, "templates": templates, "first": first, "last": last, "zone": company.time_zone,
    }  # fmt: skip
    run(_NUMBER_COPIES, **parameters)
    run(_insert(Order, "o", _OF_AN_ORDER, join="o.id"), **parameters)
    run("SELECT setval(pg_get_serial_sequence('orders_order', 'id'), (SELECT max(id) FROM orders_order))")
    for model, own in ((OrderLine, {"placed_at": "copies.placed_at"}), (OrderEvent, {})):
        part = {name: sql.format(table=model._meta.db_table) for name, sql in _OF_A_PART.items()}  # noqa: SLF001 - Django's own way to a model's table
        run(_insert(model, "p", part | own, join="p.order_id"), **parameters)


def _insert(model: Any, alias: str, changed: dict[str, str], *, join: str) -> str:
    """The statement that copies the rows of a table, some columns changed, in the order of the new orders."""
    names = [field.column for field in model._meta.concrete_fields]  # noqa: SLF001 - Django's own way to a model's table
    values = [changed.get(name, f"{alias}.{name}") for name in names]
    table = model._meta.db_table  # noqa: SLF001 - Django's own way to a model's table
    return (
        f"INSERT INTO {table} ({', '.join(names)}) SELECT {', '.join(values)}"  # noqa: S608 - names of our models
        f" FROM copies JOIN {table} {alias} ON {join} = copies.template_id ORDER BY copies.id"
    )


def _sum_up(company: Company) -> None:
    known = facts.known_days(company)
    if known is None:
        return
    for days in batched_days(Days(first=known[0], after=known[1] + timedelta(days=1))):
        with transaction.atomic():
            facts.build_tallies(company, days)
            facts.build_days(company, days)


def batched_days(days: Days) -> list[list[Any]]:
    """The days, a month at a time."""
    listed = list(days)
    return [listed[start : start + _DAYS_AT_ONCE] for start in range(0, len(listed), _DAYS_AT_ONCE)]


def _stock(account: MarketplaceAccount) -> None:
    now = timezone.now()
    warehouses = list(Warehouse.objects.for_company(account.company_id).order_by("pk"))
    listings = list(Listing.objects.for_company(account.company_id).order_by("pk"))
    StockLevel.all_companies.bulk_create(
        StockLevel(
            company_id=account.company_id,
            account=account,
            listing=listing,
            warehouse=warehouse,
            available=(listing.pk * 7 + warehouse.pk) % 40,
            ads=Decimal(listing.pk % 9),
            observed_at=now,
        )
        for listing in listings
        for warehouse in warehouses
    )
    Listing.objects.for_company(account.company_id).update(stock_as_of=now)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE catalog_stocklevel")
