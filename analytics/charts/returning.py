"""The report on returns: tiles, the line of weeks, the reasons."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from analytics.charts.tiles import Tile, nothing_before
from core import formats
from core.svg import LineChart, Pareto, Point, Share

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from analytics.selectors.levels import LevelRow, ReasonShare, ReturnLevel
    from core.formats import Number

_REASONS_SHOWN = 9
# So many times the average is what one looks at first.
_HIGH = 2
_SCALE = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class RateBar:
    """A rate as a bar (shares of 0–1) and whether it stands out."""

    share: Decimal | None
    mark: Decimal | None
    is_high: bool


def tiles(found: ReturnLevel) -> list[Tile]:
    """The strip of figures of the report."""
    now, before = found.total, found.total_before
    nothing = nothing_before(found)
    return [
        Tile(
            label=_("Return rate by order"),
            value=_figure(now.cohort_rate),
            unit="%",
            change=formats.change(now.cohort_rate, before.cohort_rate if before else None, more_is_better=False, shares=True),
            was=formats.percent(before.cohort_rate) if before and before.cohort_rate is not None else "",
            note=nothing if found.is_ripe else _("still ripening"),
            definition=_(
                "Of the orders placed in the period: units that the buyers returned, on whichever day, ÷ units delivered. "
                "Right for the quality of goods; the last month goes on ripening. Refusals at hand-over do not count."
            ),
        ),
        Tile(
            label=_("Return rate by day"),
            value=_figure(now.event_rate),
            unit="%",
            change=formats.change(now.event_rate, before.event_rate if before else None, more_is_better=False, shares=True),
            was=formats.percent(before.event_rate) if before and before.event_rate is not None else "",
            note=nothing,
            definition=_(
                "Units that the buyers returned in the period, whenever they were ordered, ÷ units delivered in it. Simple, "
                "but mixes orders of different months and moves with the volume of sales. Where a marketplace tells no day "
                "of delivery, what was delivered before the first reading counts three days after its order."
            ),
        ),
        Tile(
            label=_("Returned by buyers"),
            value=formats.number(now.returned),
            unit=_("pcs."),
            change=formats.change(now.returned, before.returned if before else None, more_is_better=False),
            was="" if before is None else formats.number(before.returned),
            note=formats.short_money(now.amount) if now.amount else nothing,
            definition=_("Units that buyers handed back in the period, at the seller's price."),
        ),
        Tile(
            label=_("Refused at hand-over"),
            value=formats.number(now.all_refused),
            unit=_("pcs."),
            change=formats.change(now.all_refused, before.all_refused if before else None, more_is_better=False),
            was="" if before is None else formats.number(before.all_refused),
            note=_("in part %(units)s") % {"units": formats.number(now.refused_in_part)} if now.refused_in_part else nothing,
            definition=_(
                "Units that buyers did not take, of whole orders and of parts, in the period. They count in buyout, not "
                "in the return rate."
            ),
        ),
        Tile(
            label=_("Storage and disposal"),
            value=formats.number(now.cost, digits=2),
            unit="₽",
            note=_("as far as it is told"),
            definition=_(
                "What the marketplaces have charged so far for keeping and disposing of what came back in the period, "
                "where they tell it with the return."
            ),
        ),
    ]  # fmt: skip


def line(found: ReturnLevel) -> LineChart:
    """The rate by the week of the order, against the weeks compared with."""
    before = found.weeks_before
    points = [
        Point(
            label=formats.day(week.first),
            now=_percents(week.rate),
            before=_percents(before[place].rate) if place < len(before) else None,
        )
        for place, week in enumerate(found.weeks)
    ]
    unripe = next((place for place, week in enumerate(found.weeks) if not week.is_ripe), None)
    return LineChart(
        message=_message(found),
        points=points,
        now_label=_("by the week of the order"),
        before_label=_("the days compared with") if before else "",
        unripe_from=unripe,
        whole=False,
        text=_percent_text,
        place=_("Week from"),
    )


def reasons(found: ReturnLevel) -> Pareto | None:
    """The reasons of buyers' returns; None when nothing came back."""
    if not found.reasons:
        return None
    shown, rest = found.reasons[:_REASONS_SHOWN], found.reasons[_REASONS_SHOWN:]
    shares = [Share(label=name_of(one), value=one.units) for one in shown]
    if rest:
        shares.append(Share(label=_("Other reasons"), value=sum(one.units for one in rest)))
    first = shown[0]
    return Pareto(
        message=_("The main reason is “%(reason)s”: %(units)s of %(total)s units.")
        % {
            "reason": name_of(first),
            "units": formats.number(first.units),
            "total": formats.number(found.total.returned),
        },
        shares=shares,
        heading=_("Reason"),
        value_heading=_("Units"),
    )


def bars(
    rows: Sequence[LevelRow], *, average: Decimal | None, largest: Decimal
) -> list[tuple[LevelRow, RateBar]]:
    """The rows of a page with their bars, drawn to the largest rate of the table but no further than some averages, so
    that one outlier does not flatten the rest; the tick is the average."""
    largest = min(largest, average * _SCALE) if average else largest
    mark = average / largest if average is not None and largest else None
    return [
        (
            row,
            RateBar(
                share=row.rate / largest if row.rate is not None and largest else None,
                mark=mark,
                is_high=bool(row.rate and average and row.rate >= average * _HIGH),
            ),
        )
        for row in rows
    ]


def name_of(share: ReasonShare) -> str:
    """The reason in words."""
    return str(share.reason) if share.reason else _("Not told")


def _message(found: ReturnLevel) -> str:
    rate = found.total.cohort_rate
    if rate is None:
        return _("Nothing of the orders of these days was delivered yet.")
    return _("Of what was ordered in these days and delivered, %(rate)s came back.") % {"rate": formats.percent(rate)}  # fmt: skip


def _figure(rate: Decimal | None) -> str | None:
    return None if rate is None else formats.number(rate * 100, digits=1)


def _percents(rate: Decimal | None) -> float | None:
    return None if rate is None else float(rate * 100)


def _percent_text(value: Number | None) -> str:
    return formats.UNKNOWN if value is None else f"{formats.number(value, digits=1)}{formats.NBSP}%"
