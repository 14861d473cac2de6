"""The SQL of the facts of processing times."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from analytics.facts.orders import ORDERS_OF_DAYS
from analytics.facts.spans import DAYS_OF_SPANS, SpanTable

# A time that is guessed, or of which only the day is known, measures nothing.
_IS_TIMED: Final = "e.precision IN ('exact', 'observed')"
_FIRST: Final = "min(e.happened_at) FILTER (WHERE e.new_status = '{}') AS {}_at"
_MOMENTS: Final = ", ".join(
    _FIRST.format(word, word) for word in ("accepted", "packed", "shipped", "delivered")
)
# Rounded up as StepTimes says; a clock that runs ahead makes nothing quicker than at once.
_MINUTES: Final = """
    CASE
        WHEN seconds <= 43200 THEN ceil(greatest(seconds, 0) / 900) * 15
        WHEN seconds <= 259200 THEN ceil(seconds / 3600) * 60
        ELSE least(ceil(seconds / 21600) * 360, 86400)
    END::int
"""
_LONGER: Final = f"""
    SELECT span, day, {{key}}, array_agg(minute ORDER BY minute) AS minutes, array_agg(count ORDER BY minute) AS orders
    FROM (
        SELECT s.span, s.day, {{key}}, one.minute, sum(one.count)::int AS count
        FROM {DAYS_OF_SPANS}
        CROSS JOIN LATERAL unnest(t.minutes, t.orders) AS one (minute, count)
        GROUP BY s.span, s.day, {{key}}, one.minute
    ) counted
    GROUP BY span, day, {{key}}
"""  # noqa: S608 - constants of these modules


@dataclass(frozen=True, slots=True, kw_only=True)
class HistogramTable(SpanTable):
    """A SpanTable whose rows are histograms: `sums` are the values, ascending, and how many there are of each."""

    @property
    def longer(self) -> str:
        """The SELECT of the weeks and months, out of the days held."""
        return _LONGER.format(key=", ".join(self.key), table=self.name)


STEPS: Final = HistogramTable(
    name="analytics_steptimes",
    key=("account_id", "axis", "place", "step"),
    sums=("minutes", "orders"),
    select=f"""
        SELECT account_id, day, axis, place, step,
               array_agg(minutes ORDER BY minutes) AS minutes, array_agg(orders ORDER BY minutes) AS orders
        FROM (
            SELECT account_id, day, p.axis, p.place, step, {_MINUTES} AS minutes, count(*)::int AS orders
            FROM (
                SELECT o.account_id, o.placed_date AS day, o.warehouse_name, o.cluster_to, t.step,
                       extract(epoch FROM t.lasted) AS seconds
                FROM {ORDERS_OF_DAYS}
                JOIN LATERAL (
                    SELECT {_MOMENTS} FROM orders_orderevent e WHERE e.order_id = o.id AND {_IS_TIMED}
                ) m ON true
                CROSS JOIN LATERAL (VALUES
                    ('assembly', m.packed_at - m.accepted_at),
                    ('handover', m.shipped_at - m.packed_at),
                    ('delivery', m.delivered_at - m.shipped_at),
                    ('whole', m.delivered_at - o.placed_at)
                ) AS t (step, lasted)
                WHERE t.lasted IS NOT NULL
            ) timed
            CROSS JOIN LATERAL (VALUES
                ('all', ''), ('warehouse', warehouse_name), ('cluster', cluster_to)
            ) AS p (axis, place)
            GROUP BY account_id, day, p.axis, p.place, step, 6
        ) counted
        GROUP BY account_id, day, axis, place, step
    """,  # noqa: S608 - constants of this module
)
