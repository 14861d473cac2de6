"""The SQL of the facts of the level of returns, summed from the facts of deliveries, sales and returns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from analytics.facts.spans import SpanTable
from analytics.facts.tables import rows

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from companies.models import Company

_SUMS: Final = ("returned", "refused", "refused_in_part", "technical", "amount", "cost")
_BY_KIND: Final = """
    CASE WHEN kind = 'client_return' THEN units ELSE 0 END AS returned,
    CASE WHEN kind = 'refusal' THEN units ELSE 0 END AS refused,
    CASE WHEN kind = 'partial_refusal' THEN units ELSE 0 END AS refused_in_part,
    CASE WHEN kind = 'technical' THEN units ELSE 0 END AS technical,
    CASE WHEN kind = 'client_return' THEN amount ELSE 0 END AS amount,
    cost
"""
_NOTHING_BACK: Final = "0 AS returned, 0, 0, 0, 0::numeric, 0::numeric"
# Both ways to count the day of a return.
_BACK: Final = f"""
    SELECT account_id, listing_id, reason_id, warehouse_name, cluster_to, 'event' AS basis, day, {_BY_KIND}
    FROM analytics_dailyreturns
    WHERE company_id = %(company)s AND day = ANY(%(days)s)
    UNION ALL
    SELECT account_id, listing_id, reason_id, warehouse_name, cluster_to, 'cohort', placed_day, {_BY_KIND}
    FROM analytics_dailyreturns
    WHERE company_id = %(company)s AND placed_day = ANY(%(days)s)
"""  # noqa: S608 - constants of this module
_SUMMED: Final = ", ".join(
    f"sum({name}){'' if name in {'amount', 'cost'} else '::int'} AS {name}" for name in _SUMS
)

LISTING_RETURNS: Final = SpanTable(
    name="analytics_listingreturns",
    key=("account_id", "listing_id", "basis"),
    sums=("delivered", *_SUMS),
    select=f"""
        SELECT account_id, listing_id, basis, day, sum(delivered)::int AS delivered, {_SUMMED}
        FROM (
            SELECT account_id, listing_id, 'event' AS basis, delivered_day AS day, units AS delivered, {_NOTHING_BACK}
            FROM analytics_deliveries
            WHERE company_id = %(company)s AND delivered_day = ANY(%(days)s)
            UNION ALL
            SELECT account_id, listing_id, 'cohort', day, delivered_units, {_NOTHING_BACK}
            FROM analytics_listingsales
            WHERE company_id = %(company)s AND span = 'day' AND day = ANY(%(days)s) AND delivered_units <> 0
            UNION ALL
            SELECT account_id, listing_id, basis, day, 0, {", ".join(_SUMS)} FROM ({_BACK}) back
        ) AS moved (account_id, listing_id, basis, day, delivered, {", ".join(_SUMS)})
        GROUP BY account_id, listing_id, basis, day
    """,  # noqa: S608 - constants of this module
    is_queued=False,
)
LISTING_REASONS: Final = SpanTable(
    name="analytics_listingreasons",
    key=("account_id", "listing_id", "reason_id", "basis"),
    sums=_SUMS,
    select=f"""
        SELECT account_id, listing_id, reason_id, basis, day, {_SUMMED}
        FROM ({_BACK}) back
        GROUP BY account_id, listing_id, reason_id, basis, day
    """,  # noqa: S608 - constants of this module
    is_queued=False,
)
REASON_RETURNS: Final = SpanTable(
    name="analytics_reasonreturns",
    key=("account_id", "reason_id", "basis"),
    sums=_SUMS,
    select=f"""
        SELECT account_id, reason_id, basis, day, {_SUMMED}
        FROM ({_BACK}) back
        GROUP BY account_id, reason_id, basis, day
    """,  # noqa: S608 - constants of this module
    is_queued=False,
)
PLACE_RETURNS: Final = SpanTable(
    name="analytics_placereturns",
    key=("account_id", "warehouse_name", "cluster_to", "basis"),
    sums=("delivered", *_SUMS),
    select=f"""
        SELECT account_id, warehouse_name, cluster_to, basis, day, sum(delivered)::int AS delivered, {_SUMMED}
        FROM (
            SELECT account_id, warehouse_name, cluster_to, 'event' AS basis, delivered_day AS day, units AS delivered,
                   {_NOTHING_BACK}
            FROM analytics_placedeliveries
            WHERE company_id = %(company)s AND delivered_day = ANY(%(days)s)
            UNION ALL
            SELECT account_id, warehouse_name, cluster_to, 'cohort', day, units, {_NOTHING_BACK}
            FROM analytics_placedeliveries
            WHERE company_id = %(company)s AND day = ANY(%(days)s)
            UNION ALL
            SELECT account_id, warehouse_name, cluster_to, basis, day, 0, {", ".join(_SUMS)} FROM ({_BACK}) back
        ) AS moved (account_id, warehouse_name, cluster_to, basis, day, delivered, {", ".join(_SUMS)})
        GROUP BY account_id, warehouse_name, cluster_to, basis, day
    """,  # noqa: S608 - constants of this module
    is_queued=False,
)

_MOVED: Final = """
    SELECT placed_day FROM analytics_dailyreturns
    WHERE company_id = %(company)s AND day = ANY(%(days)s) AND placed_day IS NOT NULL
    UNION
    SELECT delivered_day FROM analytics_deliveries WHERE company_id = %(company)s AND day = ANY(%(days)s)
    UNION
    SELECT delivered_day FROM analytics_placedeliveries WHERE company_id = %(company)s AND day = ANY(%(days)s)
"""


def moved_days(company: Company, days: Sequence[date]) -> set[date]:
    """The days on which what is held of some days counts too: when those orders were delivered, and when the orders
    of what came back were placed."""
    return {day for (day,) in rows(_MOVED, {"company": company.pk, "days": list(days)})}
