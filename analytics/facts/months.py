"""The SQL of the units of a month: what came, what was sold, what came back and what was taken away."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from analytics.facts.returns import IS_RETURN
from analytics.facts.tables import DAYS, Difference, FactTable
from supplies.models import CAME_AT_NAMES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from companies.models import Company

# The order of a full refusal, or of what never reached its buyer, is cancelled; that of every other return is not.
_IS_REFUSAL: Final = "(r.kind = 'refusal' OR (r.kind = 'technical' AND r.order_id IS NOT NULL))"
_IS_OF_BUYER: Final = "r.kind IN ('client_return', 'partial_refusal')"
# Goods that travel to the seller without any buyer's order were taken off the shelf.
_IS_REMOVAL: Final = "(r.kind = 'technical' AND r.order_id IS NULL)"
# Where the marketplace never says that a unit is on sale again, the state in which it rests stands for that, and so does
# the way back: there the stock itself tells how many travel.
_IS_BACK: Final = (
    "(r.status = 'back_on_sale' OR (r.marketplace || ':' || r.status) = ANY(%(resting)s::text[]))"
)

_IS_IN_CHECK: Final = "r.status IN ('received', 'checked')"
_CAME_AT: Final = f"coalesce({', '.join(f's.{name}' for name in CAME_AT_NAMES)})"
# Since when its units may be sold: they are counted while the rest of the supply is still being accepted.
_ON_HAND_AT: Final = "coalesce(least(s.accepted_at, s.arrived_at), s.status_at)"
# A supply that was split is told once more by its parts.
_CAME: Final = "(s.kind IN ('supply', 'virtual') AND NOT s.is_split AND l.accepted > 0)"
_LEFT: Final = "(s.kind IN ('withdrawal', 'disposal') AND s.status = 'accepted')"
# Of what left, the last number that is told.
_LEFT_UNITS: Final = "coalesce(l.accepted, l.shipped, l.declared, 0)"


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthTable(FactTable):
    """Facts of whole months, built for the months of the days asked; `day` is the first of its month.

    The days themselves are asked too: a row on any other day than a first has no right to be there.
    """

    def build(self, company: Company, days: Sequence[date]) -> int:
        return super(MonthTable, self).build(company, sorted({*days, *months_of(days)}))

    def differences(self, company: Company, days: Sequence[date]) -> list[Difference]:
        return super(MonthTable, self).differences(company, sorted({*days, *months_of(days)}))


def months_of(days: Sequence[date]) -> list[date]:
    """The first days of the months that the days are in, oldest first."""
    return sorted({day.replace(day=1) for day in days})


# Orders are summed from the facts by day, which are built before it in the same transaction.
MONTHLY: Final = MonthTable(
    name="analytics_monthlyunits",
    key=("account_id", "listing_id"),
    sums=(
        "ordered", "cancelled", "refused", "refused_back", "refused_in_check", "returned", "returned_back", "removed",
        "told_cancelled", "cancelled_in_check", "first_ordered_on", "accepted", "withdrawn", "disposed",
        "first_accepted_on",
    ),
    select=f"""
        SELECT
            account_id, listing_id, d.day,
            sum(ordered)::int AS ordered, sum(cancelled)::int AS cancelled,
            sum(refused)::int AS refused, sum(refused_back)::int AS refused_back,
            sum(refused_in_check)::int AS refused_in_check,
            sum(returned)::int AS returned, sum(returned_back)::int AS returned_back, sum(removed)::int AS removed,
            sum(told_cancelled)::int AS told_cancelled, sum(cancelled_in_check)::int AS cancelled_in_check,
            min(ordered_on) AS first_ordered_on,
            sum(accepted)::int AS accepted, sum(withdrawn)::int AS withdrawn, sum(disposed)::int AS disposed,
            min(accepted_on) AS first_accepted_on
        FROM {DAYS}
        JOIN LATERAL (
            SELECT
                f.account_id, f.listing_id, f.ordered_units AS ordered, f.cancelled_units AS cancelled,
                0 AS refused, 0 AS refused_back, 0 AS refused_in_check, 0 AS returned, 0 AS returned_back, 0 AS removed,
                0 AS told_cancelled, 0 AS cancelled_in_check, f.day AS ordered_on,
                0 AS accepted, 0 AS withdrawn, 0 AS disposed, NULL::date AS accepted_on
            FROM analytics_dailyfact f
            WHERE f.company_id = %(company)s AND f.listing_id IS NOT NULL
                AND f.day >= d.day AND f.day < d.day + interval '1 month'
            UNION ALL
            SELECT
                r.account_id, r.listing_id, 0, 0,
                CASE WHEN {_IS_REFUSAL} THEN r.quantity ELSE 0 END,
                CASE WHEN {_IS_REFUSAL} AND {_IS_BACK} THEN r.quantity ELSE 0 END,
                CASE WHEN {_IS_REFUSAL} AND NOT {_IS_BACK} AND {_IS_IN_CHECK} THEN r.quantity ELSE 0 END,
                CASE WHEN {_IS_OF_BUYER} THEN r.quantity ELSE 0 END,
                CASE WHEN {_IS_OF_BUYER} AND {_IS_BACK} THEN r.quantity ELSE 0 END,
                CASE WHEN {_IS_REMOVAL} THEN r.quantity ELSE 0 END,
                CASE WHEN r.kind = 'cancellation' THEN r.quantity ELSE 0 END,
                CASE WHEN r.kind = 'cancellation' AND NOT {_IS_BACK} THEN r.quantity ELSE 0 END,
                NULL, 0, 0, 0, NULL
            FROM returns_return r
            WHERE r.company_id = %(company)s AND r.listing_id IS NOT NULL AND {IS_RETURN}
                AND r.registered_date >= d.day AND r.registered_date < d.day + interval '1 month'
            UNION ALL
            SELECT
                s.account_id, l.listing_id, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, NULL,
                CASE WHEN {_CAME} THEN l.accepted ELSE 0 END,
                CASE WHEN {_LEFT} AND s.kind = 'withdrawal' THEN {_LEFT_UNITS} ELSE 0 END,
                CASE WHEN {_LEFT} AND s.kind = 'disposal' THEN {_LEFT_UNITS} ELSE 0 END,
                CASE WHEN {_CAME} THEN ({_ON_HAND_AT} AT TIME ZONE %(zone)s)::date END
            FROM supplies_supply s
            JOIN supplies_supplyline l ON l.supply_id = s.id
            WHERE s.company_id = %(company)s AND l.listing_id IS NOT NULL AND ({_CAME} OR {_LEFT})
                AND {_CAME_AT} >= d.starts
                AND {_CAME_AT} < (d.day + interval '1 month') AT TIME ZONE %(zone)s
        ) moved ON extract(day FROM d.day) = 1
        GROUP BY 1, 2, 3
    """,  # noqa: S608 - constants of this module
    queued="t.day >= different.day AND t.day < different.day + interval '1 month'",
)  # fmt: skip
