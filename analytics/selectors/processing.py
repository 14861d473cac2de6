"""How orders go: where they stand, how long each step takes, by warehouse, cluster and week."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any, Final

from django.db.models import Count, Sum
from django.db.models.functions import TruncWeek

from analytics.choices import Axis, Span, Step
from analytics.formulas.percentiles import nearest_ranks
from analytics.selectors.known import known_since
from analytics.selectors.scope import on_days
from analytics.selectors.stuck import StuckOrders, stuck_orders
from analytics.selectors.timings import histograms, step_times
from catalog.models import Warehouse
from marketplaces.contracts.orders import OrderStatus
from marketplaces.registry import untold_steps
from orders.models import OPEN, OrderTally

if TYPE_CHECKING:
    from collections.abc import Iterable

    from analytics.selectors.scope import ReportScope
    from analytics.selectors.timings import Counts

_HALF: Final = 0.5
_NINE_OF_TEN: Final = 0.9
_HOUR: Final = Decimal(60)
_CENT: Final = Decimal("0.01")
# A week of which more than this share of orders is still on the way will still change.
_RIPE: Final = Decimal("0.05")
_ENDS: Final = {
    Step.ASSEMBLY: {OrderStatus.PACKED},
    Step.HANDOVER: {OrderStatus.PACKED, OrderStatus.SHIPPED},
    Step.DELIVERY: {OrderStatus.SHIPPED},
    Step.WHOLE: set(),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """How long a step takes: orders measured; the hours in which half of them, and nine of ten, were through."""

    orders: int = 0
    median: Decimal | None = None
    p90: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StepFigure:
    """A step in the days of the report and in those compared with."""

    step: Step
    now: Timing
    before: Timing | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessingRow:
    """A warehouse, a cluster or a week. `name` is empty where the marketplace tells no place; `day` is the first of a
    week. `warehouse_id` is known where no other warehouse has the name."""

    id: int
    name: str
    day: date | None
    assembly: Timing
    handover: Timing
    delivery: Timing
    whole: Timing
    warehouse_id: int | None = None

    @property
    def orders(self) -> int:
        """The orders of which any step was measured, at least."""
        return max(one.orders for one in (self.assembly, self.handover, self.delivery, self.whole))


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusShare:
    """The orders placed in the period that stand in a status now."""

    status: OrderStatus
    orders: int
    share: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """A week of placed orders: the whole way of those that have come to its end, and the share still under way."""

    first: date
    whole: Timing
    open_share: Decimal

    @property
    def is_ripe(self) -> bool:
        """Whether so few are under way that the figure will hardly change."""
        return self.open_share <= _RIPE


@dataclass(frozen=True, slots=True, kw_only=True)
class Processing:
    """The whole report; `rows` are the table, by what `by` says: a warehouse, a cluster or a week."""

    scope: ReportScope
    by: str
    statuses: tuple[StatusShare, ...]
    orders: int
    steps: tuple[StepFigure, ...]
    weeks: tuple[Week, ...]
    rows: tuple[ProcessingRow, ...]
    stuck: StuckOrders


def processing(scope: ReportScope, *, by: str, now: datetime) -> Processing:
    """Read the report: eight queries whatever the size, nine by cluster, ten by warehouse (eleven where
    marketplaces are summed); none counts orders."""
    weeks = histograms(
        step_times(scope, scope.days, longest=Span.WEEK).annotate(week=TruncWeek("day")), "week", "step"
    )
    tally = _tally(scope)
    rows = _week_rows(weeks) if by == "week" else _place_rows(scope, Axis(by))
    return Processing(
        scope=scope,
        by=by,
        statuses=_statuses(tally),
        orders=sum(tally.values()),
        steps=tuple(_figures(scope)),
        weeks=tuple(_weeks(weeks, tally)),
        rows=tuple(rows),
        stuck=stuck_orders(scope, now=now),
    )


def told_steps(scope: ReportScope) -> tuple[Step, ...]:
    """The steps of which some marketplace of the scope tells both ends."""
    untold = [untold_steps(code) for code in {account.marketplace for account in scope.accounts}]
    return tuple(step for step in Step if any(not (_ENDS[step] & steps) for steps in untold))


def timing(counts: Mapping[int, int]) -> Timing:
    """The figures of a histogram of minutes, by nearest rank."""
    median, p90 = nearest_ranks(counts, _HALF, _NINE_OF_TEN)
    return Timing(orders=sum(counts.values()), median=_hours(median), p90=_hours(p90))


def _hours(minutes: int | None) -> Decimal | None:
    return None if minutes is None else (minutes / _HOUR).quantize(_CENT, rounding=ROUND_HALF_UP)


def _tally(scope: ReportScope) -> dict[tuple[date, str], int]:
    """Orders placed in the period by week and by the status they stand in now."""
    rows: Any = (
        OrderTally.objects.for_company(scope.company)
        .filter(on_days(scope.days), **scope.filters)
        .annotate(week=TruncWeek("day"))
        .values_list("week", "status")
        .annotate(Sum("orders"))
        .order_by()
    )
    return {(week, status): orders for week, status, orders in rows}


def _statuses(tally: Mapping[tuple[date, str], int]) -> tuple[StatusShare, ...]:
    counts: dict[str, int] = defaultdict(int)
    for (_week, status), orders in tally.items():
        counts[status] += orders
    whole = sum(counts.values())
    return tuple(
        StatusShare(
            status=status,
            orders=counts[status],
            share=Decimal(counts[status]) / whole if whole else Decimal(0),
        )
        for status in OrderStatus
        if status.is_always_shown or counts[status]
    )


def _figures(scope: ReportScope) -> Iterable[StepFigure]:
    # Months are fewer rows than the weeks that the chart is drawn from.
    measured = histograms(step_times(scope, scope.days), "step")
    before_days = known_since(scope).compared(scope)
    earlier = histograms(step_times(scope, before_days), "step") if before_days else {}
    for step in told_steps(scope):
        now, before = timing(measured.get((step,), {})), timing(earlier.get((step,), {}))
        yield StepFigure(step=step, now=now, before=before if before.orders else None)


def _weeks(timed: Mapping[tuple[Any, ...], Counts], tally: Mapping[tuple[date, str], int]) -> Iterable[Week]:
    for week in sorted({week for week, _status in tally}):
        placed = sum(orders for (when, _status), orders in tally.items() if when == week)
        still = sum(tally.get((week, status), 0) for status in OPEN)
        yield Week(
            first=week,
            whole=timing(timed.get((week, Step.WHOLE), {})),
            open_share=Decimal(still) / placed if placed else Decimal(0),
        )


def _week_rows(timed: Mapping[tuple[Any, ...], Counts]) -> Iterable[ProcessingRow]:
    for place, (week, steps) in enumerate(sorted(_by_step(timed).items())):
        yield _row(place, name="", day=week, steps=steps)


def _place_rows(scope: ReportScope, axis: Axis) -> Iterable[ProcessingRow]:
    places = _by_step(histograms(step_times(scope, scope.days, axis=axis), "place", "step"))
    known = _warehouses(scope, places) if axis is Axis.WAREHOUSE else {}
    for number, place in enumerate(sorted(places)):
        yield _row(number, name=place, day=None, steps=places[place], warehouse_id=known.get(place))


def _warehouses(scope: ReportScope, names: Iterable[str]) -> dict[str, int]:
    """The warehouses that have one of these names for themselves: a list of orders is of one warehouse, a row of all
    that are called so (one query; one more where marketplaces are summed, not all of which tell their warehouses)."""
    marketplaces = {account.marketplace for account in scope.accounts}
    held = Warehouse.objects.for_company(scope.company).filter(
        name__in=list(names), marketplace__in=marketplaces
    )
    found: dict[str, list[int]] = defaultdict(list)
    for name, pk in held.values_list("name", "pk"):
        found[name].append(pk)
    shared = _shared_places(scope) if scope.is_mixed else set()
    return {name: pks[0] for name, pks in found.items() if len(pks) == 1 and name not in shared}


def _shared_places(scope: ReportScope) -> set[str]:
    """The names of warehouses that orders of several marketplaces left (one query)."""
    rows = step_times(scope, scope.days, axis=Axis.WAREHOUSE).order_by().values_list("place")
    told = rows.annotate(marketplaces=Count("account__marketplace", distinct=True)).filter(marketplaces__gt=1)
    return set(told.values_list("place", flat=True))


def _by_step(timed: Mapping[tuple[Any, ...], Counts]) -> dict[Any, dict[str, Counts]]:
    """Histograms by (row, step), a row at a time."""
    found: dict[Any, dict[str, Counts]] = defaultdict(dict)
    for (row, step), counts in timed.items():
        found[row][step] = counts
    return found


def _row(
    number: int,
    *,
    name: str,
    day: date | None,
    steps: Mapping[str, Mapping[int, int]],
    warehouse_id: int | None = None,
) -> ProcessingRow:
    known = {step.value: timing(steps.get(step, {})) for step in Step}
    return ProcessingRow(id=number, name=name, day=day, warehouse_id=warehouse_id, **known)
