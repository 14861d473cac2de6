"""The report of processing: tiles of steps, the line by week, and the words beside them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext as _

from analytics.charts.tiles import Tile
from analytics.choices import Step
from core import formats
from core.components import Part
from core.periods import Days
from core.svg import LineChart, Point
from marketplaces.contracts.orders import OrderStatus
from marketplaces.registry import adapters

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from analytics.selectors.processing import Processing, ProcessingRow, StepFigure
    from analytics.selectors.stuck import Norm

_WEEK: Final = timedelta(days=7)


def tiles(found: Processing) -> list[Tile]:
    """A figure a step: in how many hours half of the orders were through it."""
    return [_tile(one) for one in found.steps]


def line(found: Processing) -> LineChart:
    """The whole way by week of placing: half of the orders, and nine of ten."""
    weeks = found.weeks
    unripe = next((place for place, week in enumerate(weeks) if not week.is_ripe), None)
    return LineChart(
        message=_("Hours from the order to the buyer, by week of the order"),
        points=[
            Point(label=formats.day(week.first), now=week.whole.median, before=week.whole.p90)
            for week in weeks
        ],
        now_label=_("half of the orders"),
        before_label=_("nine of ten"),
        unripe_from=unripe if len(weeks) > 1 else None,
        whole=False,
        text=hours,
        axis_text=formats.number,
        place=_("Week from"),
    )


def parts(found: Processing) -> list[Part]:
    """The flat bar of orders by status."""
    return [
        Part(label=one.status.label, value=one.orders, text=formats.number(one.orders), tone=one.status.tone)
        for one in found.statuses
        if one.orders
    ]


def dated(rows: Sequence[ProcessingRow], days: Days) -> list[tuple[ProcessingRow, Days]]:
    """The rows of a page with the days on which their orders were placed: of a week those that the report is of."""
    return [(row, _within(row, days)) for row in rows]


def norms(found: Processing) -> str:
    """The norms of the scope, in words."""
    return "; ".join(_norm(one) for one in found.stuck.norms if one.status is not OrderStatus.UNKNOWN)


def hours(value: Decimal | float | None) -> str:
    """`5,25 h`."""
    return formats.UNKNOWN if value is None else f"{formats.number(value, digits=1)}{formats.NBSP}{_('h')}"


def _within(row: ProcessingRow, days: Days) -> Days:
    if row.day is None:
        return days
    return Days(first=max(row.day, days.first), after=min(row.day + _WEEK, days.after))


def _norm(norm: Norm) -> str:
    known = adapters()
    title, status = known.title(norm.marketplace), str(norm.status.label).lower()
    text = f"{title}, {status}: {formats.duration(norm.after)}"
    return text if norm.is_usual else _("%(norm)s (default)") % {"norm": text}


def _tile(one: StepFigure) -> Tile:
    now, before = one.now, one.before
    return Tile(
        label=one.step.label,
        value=None if now.median is None else formats.number(now.median, digits=1),
        unit=_("h"),
        change=formats.change(now.median, before.median if before else None, more_is_better=False),
        was=formats.number(before.median, digits=1) if before and before.median is not None else "",
        note=_("9 of 10 within %(hours)s") % {"hours": hours(now.p90)} if now.orders else "",
        definition=_definition(one.step, now.orders),
    )


def _definition(step: Step, orders: int) -> str:
    texts = {
        Step.ASSEMBLY: _("From accepted to packed."),
        Step.HANDOVER: _("From packed to handed over to delivery."),
        Step.DELIVERY: _("From handed over to delivery to the buyer's hands."),
        Step.WHOLE: _("From the buyer's order to the buyer's hands."),
    }
    measured = _(
        "Hours within which half of the orders placed in the period were through, rounded up (to 15 minutes up to 12 "
        "hours, to an hour up to three days, to 6 hours beyond). Measured where the marketplace tells both ends: "
        "%(orders)s orders. Orders still under way are not in it, so the latest days look quicker than they are."
    ) % {"orders": formats.number(orders)}
    return f"{texts[step]} {measured}"
