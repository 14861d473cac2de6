"""The SQL that builds facts out of orders and stock history; when and for which days is in services."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from django.db import connection

from core.periods import Days

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from companies.models import Company

_ONE_DAY: Final = timedelta(days=1)
_FACT_KEY = "account_id, listing_id, day, cluster_to"
_FACT_SUMS = (
    "ordered_units, ordered_amount, cancelled_units, cancelled_amount, delivered_units, delivered_amount,"
    " returned_units, returned_amount"
)
# The moments let the index on placed_at find the orders of a day; the date decides.
_SUMMED_ORDERS = """
    SELECT
        o.account_id, l.listing_id, o.placed_date AS day, o.cluster_to,
        sum(l.quantity)::int AS ordered_units,
        sum(l.quantity * l.price) AS ordered_amount,
        coalesce(sum(l.quantity) FILTER (WHERE o.status = 'cancelled'), 0)::int AS cancelled_units,
        coalesce(sum(l.quantity * l.price) FILTER (WHERE o.status = 'cancelled'), 0) AS cancelled_amount,
        coalesce(sum(l.quantity) FILTER (WHERE o.status IN ('delivered', 'partly_returned', 'returned')), 0)::int
            AS delivered_units,
        coalesce(sum(l.quantity * l.price) FILTER (WHERE o.status IN ('delivered', 'partly_returned', 'returned')), 0)
            AS delivered_amount,
        coalesce(sum(l.quantity) FILTER (WHERE o.status = 'returned'), 0)::int AS returned_units,
        coalesce(sum(l.quantity * l.price) FILTER (WHERE o.status = 'returned'), 0) AS returned_amount
    FROM unnest(%(days)s::date[], %(starts)s::timestamptz[], %(ends)s::timestamptz[]) AS d (day, starts, ends)
    JOIN orders_order o
        ON o.company_id = %(company)s
        AND o.placed_at >= d.starts AND o.placed_at < d.ends
        AND o.placed_date = d.day
    JOIN orders_orderline l ON l.order_id = o.id
    GROUP BY o.account_id, l.listing_id, o.placed_date, o.cluster_to
"""
_BUILD_DAYS = f"""
    INSERT INTO analytics_dailyfact (company_id, {_FACT_KEY}, {_FACT_SUMS})
    SELECT %(company)s, {_FACT_KEY}, {_FACT_SUMS} FROM ({_SUMMED_ORDERS}) summed
"""  # noqa: S608 - constants of this module
_BUILD_HOURS = """
    INSERT INTO analytics_hourlyorders (
        company_id, account_id, day, hour, orders, units, amount, delivered, cancelled, delivered_units,
        cancelled_units
    )
    SELECT
        o.company_id, o.account_id, o.placed_date, extract(hour FROM o.placed_at AT TIME ZONE %(zone)s),
        count(*), sum(o.units), sum(o.amount),
        count(*) FILTER (WHERE o.status IN ('delivered', 'partly_returned', 'returned')),
        count(*) FILTER (WHERE o.status = 'cancelled'),
        coalesce(sum(o.units) FILTER (WHERE o.status IN ('delivered', 'partly_returned', 'returned')), 0),
        coalesce(sum(o.units) FILTER (WHERE o.status = 'cancelled'), 0)
    FROM unnest(%(days)s::date[], %(starts)s::timestamptz[], %(ends)s::timestamptz[]) AS d (day, starts, ends)
    JOIN orders_order o
        ON o.company_id = %(company)s
        AND o.placed_at >= d.starts AND o.placed_at < d.ends
        AND o.placed_date = d.day
    GROUP BY 1, 2, 3, 4
"""
_WRONG_DAYS = f"""
    WITH right_now AS (SELECT {_FACT_KEY}, {_FACT_SUMS} FROM ({_SUMMED_ORDERS}) summed),
    held AS (
        SELECT {_FACT_KEY}, {_FACT_SUMS} FROM analytics_dailyfact
        WHERE company_id = %(company)s AND day = ANY(%(days)s)
    )
    SELECT DISTINCT day FROM (
        (TABLE right_now EXCEPT TABLE held) UNION ALL (TABLE held EXCEPT TABLE right_now)
    ) different
    WHERE NOT EXISTS (
        SELECT FROM catalog_touchedday t WHERE t.company_id = %(company)s AND t.day = different.day
    )
    ORDER BY day
"""  # noqa: S608 - constants of this module

# An interval is half-open: one that ended with the day was still what the day closed with.
_BUILD_CLOSING_STOCK = """
    INSERT INTO analytics_closingstock (company_id, listing_id, day, available, reserved)
    SELECT s.company_id, s.listing_id, d.day, sum(s.available), sum(s.reserved)
    FROM unnest(%(days)s::date[], %(ends)s::timestamptz[]) AS d (day, ends)
    JOIN catalog_stockinterval s
        ON s.company_id = %(company)s
        AND s.valid_from < d.ends
        AND (s.valid_to IS NULL OR s.valid_to >= d.ends)
    GROUP BY s.company_id, s.listing_id, d.day
"""

_COUNTED_ORDERS = """
    SELECT o.account_id, o.placed_date AS day, o.status,
           count(*)::int AS orders, sum(o.units)::int AS units, sum(o.amount) AS amount
    FROM unnest(%(days)s::date[], %(starts)s::timestamptz[], %(ends)s::timestamptz[]) AS d (day, starts, ends)
    JOIN orders_order o
        ON o.company_id = %(company)s
        AND o.placed_at >= d.starts AND o.placed_at < d.ends
        AND o.placed_date = d.day
    GROUP BY o.account_id, o.placed_date, o.status
"""
_WRONG_TALLIES = f"""
    SELECT day, account_id, status, coalesce(t.orders, 0), coalesce(c.orders, 0)
    FROM (
        SELECT account_id, day, status, orders, units, amount FROM orders_ordertally
        WHERE company_id = %(company)s AND day = ANY(%(days)s) AND (orders, units, amount) <> (0, 0, 0)
    ) t
    FULL JOIN ({_COUNTED_ORDERS}) c USING (account_id, day, status)
    WHERE (t.orders, t.units, t.amount) IS DISTINCT FROM (c.orders, c.units, c.amount)
    ORDER BY day, account_id, status
"""  # noqa: S608 - constants of this module
_BUILD_TALLIES = f"""
    INSERT INTO orders_ordertally (company_id, account_id, day, status, orders, units, amount)
    SELECT %(company)s, account_id, day, status, orders, units, amount FROM ({_COUNTED_ORDERS}) counted
"""  # noqa: S608 - constants of this module
_KNOWN_DAYS = """
    SELECT least(
        (SELECT min(placed_date) FROM orders_order WHERE company_id = %(company)s),
        (SELECT min(day) FROM orders_ordertally WHERE company_id = %(company)s),
        (SELECT min(valid_from AT TIME ZONE %(zone)s)::date FROM catalog_stockinterval WHERE company_id = %(company)s)
    ), greatest(
        (SELECT max(placed_date) FROM orders_order WHERE company_id = %(company)s),
        (SELECT max(day) FROM orders_ordertally WHERE company_id = %(company)s),
        (SELECT max(valid_from AT TIME ZONE %(zone)s)::date FROM catalog_stockinterval WHERE company_id = %(company)s)
    )
"""


def build_days(company: Company, days: Sequence[date]) -> int:
    """Replace the order facts of the days, in the caller's transaction; returns how many daily rows they have."""
    _replace("analytics_hourlyorders", _BUILD_HOURS, company=company, days=days)
    return _replace("analytics_dailyfact", _BUILD_DAYS, company=company, days=days)


def build_closing_stock(company: Company, days: Sequence[date]) -> int:
    """Replace the closing stock of the days, in the caller's transaction; returns how many rows they have.

    A day that has not ended is closed with what is held now.
    """
    return _replace("analytics_closingstock", _BUILD_CLOSING_STOCK, company=company, days=days)


def build_tallies(company: Company, days: Sequence[date]) -> int:
    """Replace the order tallies of the days; the caller holds the "orders" lock of every account."""
    return _replace("orders_ordertally", _BUILD_TALLIES, company=company, days=days)


def wrong_days(company: Company, days: Sequence[date]) -> list[date]:
    """The days whose facts differ from the orders, those that wait in the queue apart."""
    return [row[0] for row in _rows(_WRONG_DAYS, _bounds(company, days))]


def wrong_tallies(company: Company, days: Sequence[date]) -> list[tuple[date, int, str, int, int]]:
    """The tallies that differ from the orders: day, account id, status, orders tallied, orders counted."""
    return _rows(_WRONG_TALLIES, _bounds(company, days))


def known_days(company: Company) -> tuple[date, date] | None:
    """The first and the last day of which anything is known."""
    first, last = _rows(_KNOWN_DAYS, {"company": company.pk, "zone": company.time_zone})[0]
    return None if first is None else (first, last)


def _replace(table: str, statement: str, *, company: Company, days: Sequence[date]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            f"DELETE FROM {table} WHERE company_id = %s AND day = ANY(%s)",  # noqa: S608 - our own table names
            [company.pk, list(days)],
        )
        cursor.execute(statement, _bounds(company, days))
        return int(cursor.rowcount)


def _rows(statement: str, parameters: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return list(cursor.fetchall())


def _bounds(company: Company, days: Sequence[date]) -> dict[str, Any]:
    """The days with their first moments and the first moments after them, in the company's zone."""
    moments = [Days(first=day, after=day + _ONE_DAY).moments(company.zone) for day in days]
    return {
        "company": company.pk,
        "zone": company.time_zone,
        "days": list(days),
        "starts": [one.start for one in moments],
        "ends": [one.end for one in moments],
    }
