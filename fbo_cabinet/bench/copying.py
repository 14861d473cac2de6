"""Copies of recorded orders and of their returns, made inside PostgreSQL.

A copy has the life of one order (its template) and the goods and places of another, at a pace of its own: so the
copies differ in what facts are kept by, as real orders do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from fbo_cabinet.bench.database import run
from orders.models import Order, OrderEvent, OrderLine
from returns.models import Return, ReturnEvent

if TYPE_CHECKING:
    from collections.abc import Mapping

    from companies.models import Company

# A copy is placed this much earlier than the one before: a thousand of them fill the time until the order before.
_APART: Final = "interval '63 seconds'"
_NUMBER_COPIES: Final = f"""
    CREATE TEMPORARY TABLE copies ON COMMIT DROP AS
    SELECT (SELECT max(id) FROM orders_order) + row_number() OVER (ORDER BY o.placed_at - g * {_APART}) AS id,
           o.id AS template_id, g AS number, o.placed_at - g * {_APART} AS placed_at,
           o.placed_at AS was_placed_at, 0.5 + (g * 37 %% 101) / 200.0 AS pace,
           (%(templates)s::bigint[])[1 + (t.rank + g * 37) %% cardinality(%(templates)s::bigint[])] AS goods_id
    FROM unnest(%(templates)s::bigint[]) WITH ORDINALITY AS t (id, rank)
    JOIN orders_order o ON o.id = t.id
    CROSS JOIN generate_series(%(first)s, %(last)s) AS g
"""  # noqa: S608 - constants of this module
_MOMENT: Final = "copies.placed_at + ({column} - copies.was_placed_at) * copies.pace"
_NEW_ID: Final = "nextval(pg_get_serial_sequence('{table}', 'id'))"
_DAY: Final = "(({moment}) AT TIME ZONE %(zone)s)::date"
# What waits does not wait until one day.
_LATER: Final = "copies.number %% 14"
_OF_COPY: Final = "copies.number || '-' || {column}"

_FROM_ORDERS: Final = """
    FROM copies
    JOIN orders_order t ON t.id = copies.template_id
    JOIN orders_order goods ON goods.id = copies.goods_id
    ORDER BY copies.id
"""
_FROM_LINES: Final = "FROM copies JOIN orders_orderline t ON t.order_id = copies.goods_id ORDER BY copies.id"
_FROM_EVENTS: Final = (
    "FROM copies JOIN orders_orderevent t ON t.order_id = copies.template_id ORDER BY copies.id, t.id"
)
# The copied return is of the first position of the copied order; buyers take turns in what they say.
_FROM_RETURNS: Final = """
    FROM copies
    JOIN returns_return t ON t.order_id = copies.template_id
    JOIN orders_order placed ON placed.id = copies.id
    JOIN orders_orderline line ON line.order_id = copies.id AND line.position = 1
    JOIN returns_return words ON words.id = CASE
        WHEN t.kind <> 'client_return' THEN t.id
        ELSE (%(words)s::bigint[])[1 + (copies.number * 7 + t.id) %% cardinality(%(words)s::bigint[])]
    END
    ORDER BY copies.id
"""
_FROM_RETURN_EVENTS: Final = """
    FROM copies
    JOIN returns_return r ON r.order_id = copies.template_id
    JOIN returns_return copy
        ON copy.company_id = r.company_id AND copy.account_id = r.account_id
        AND copy.external_id = copies.number || '-' || r.external_id
    JOIN returns_returnevent t ON t.return_of_id = r.id
    ORDER BY copies.id, t.id
"""


def copy_orders(company: Company, templates: list[int], *, first: int, last: int) -> None:
    """Copies number `first` to `last` of the orders, with their lines, events and returns; in a transaction."""
    returns = Return.objects.for_company(company).filter(order__in=templates, kind="client_return")
    parameters: dict[str, Any] = {
        "templates": templates, "first": first, "last": last, "zone": company.time_zone,
        "words": list(returns.order_by("pk").values_list("pk", flat=True)),
    }  # fmt: skip
    run(_NUMBER_COPIES, **parameters)
    run("ANALYZE copies")
    run(_insert(Order, _order(), _FROM_ORDERS), **parameters)
    run("SELECT setval(pg_get_serial_sequence('orders_order', 'id'), (SELECT max(id) FROM orders_order))")
    run(_insert(OrderLine, {"order_id": "copies.id", "placed_at": "copies.placed_at"}, _FROM_LINES))
    run(_insert(OrderEvent, {"order_id": "copies.id", **_moments("happened_at")}, _FROM_EVENTS))
    run("ANALYZE orders_order, orders_orderline, returns_return, returns_returnevent")
    run(_insert(Return, _return(), _FROM_RETURNS), **parameters)
    run("ANALYZE returns_return")
    run(_insert(ReturnEvent, {"return_of_id": "copy.id", **_moments("happened_at")}, _FROM_RETURN_EVENTS))


def _order() -> dict[str, str]:
    goods = (
        "warehouse_id", "warehouse_name", "cluster_from", "cluster_to", "city", "amount", "units", "lines_count",
        "title",
    )  # fmt: skip
    return {
        "id": "copies.id",
        **_copied("external_id", "number"),
        "placed_at": "copies.placed_at",
        "placed_date": _DAY.format(moment="copies.placed_at"),
        **_moments("accepted_at", "status_at", "delivered_at", "changed_at"),
        **{name: f"goods.{name}" for name in goods},
    }


def _return() -> dict[str, str]:
    registered = _MOMENT.format(column="t.registered_at")
    return {
        **_copied("external_id", "number", "order_external_id", "order_number"),
        **_moments("registered_at", "status_at", "received_at", "settled_at", "told_at", "changed_at"),
        "registered_date": _DAY.format(moment=registered),
        **{name: f"t.{name} + {_LATER}" for name in ("pick_up_until", "disposal_on")},
        "order_id": "copies.id",
        "placed_date": "placed.placed_date",
        "cluster_to": "placed.cluster_to",
        "line_id": "line.id",
        "amount": "line.price * t.quantity",
        **{name: f"line.{name}" for name in ("listing_id", "marketplace_sku", "seller_sku", "name", "price")},
        **{
            name: f"words.{name}"
            for name in ("reason_id", "external_reason", "external_reason_id", "place_name")
        },
    }


def _moments(*names: str) -> dict[str, str]:
    return {name: _MOMENT.format(column=f"t.{name}") for name in names}


def _copied(*names: str) -> dict[str, str]:
    return {name: _OF_COPY.format(column=f"t.{name}") for name in names}


def _insert(model: Any, changed: Mapping[str, str], source: str) -> str:
    """The statement that copies the rows `t` of a table, some columns changed."""
    table = model._meta.db_table  # noqa: SLF001 - Django's own way to a model's table
    values = {"id": _NEW_ID.format(table=table), **changed}
    names = [field.column for field in model._meta.concrete_fields]  # noqa: SLF001 - Django's own way to a model's table
    columns = ", ".join(values.get(name, f"t.{name}") for name in names)
    return f"INSERT INTO {table} ({', '.join(names)}) SELECT {columns} {source}"
