"""The report of sales: tiles, the line, the classes, and the words beside them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from analytics.charts.tiles import Shapes, Tile, axis_roubles, nothing_before, roubles
from analytics.choices import Grain, Measure
from core import formats
from core.components import Part
from core.svg import LineChart, Point

if TYPE_CHECKING:
    from collections.abc import Callable

    from analytics.selectors.dynamics import Dynamics, DynamicsRow, Sold
    from core.formats import Number
    from core.periods import Days
    from core.statuses import Tone

_TONES: dict[str, Tone] = {"A": "success", "B": "info", "C": "neutral", "D": "danger"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassRow:
    """A class of ABC: how many rows, their money and its share of the whole (0–1)."""

    letter: str
    rows: int
    amount: Decimal
    share: Decimal
    tone: Tone


def tiles(found: Dynamics) -> list[Tile]:
    """The strip of figures of the report."""
    now, before = found.total, found.total_before
    figure, magnitude = formats.short_parts(now.ordered_amount)
    return [
        Tile(
            label=_("Ordered"),
            value=figure,
            unit=f"{magnitude} ₽".strip(),
            change=formats.change(now.ordered_amount, before.ordered_amount) if before else None,
            was=formats.short_money(before.ordered_amount) if before else "",
            note=nothing_before(found),
            definition=_(
                "Money of the positions ordered in the period at the seller's price, before cancellations and returns. "
                "Layer: operational."
            ),
            **_shapes(found, lambda sold: sold.ordered_amount),
        ),
        *_orders_tile(found),
        _tile(
            found,
            label=_("Units ordered"),
            unit=_("pcs."),
            get=lambda sold: sold.ordered_units,
            definition=_("Units of all positions ordered in the period, cancelled ones included."),
        ),
        _tile(
            found,
            label=_("Average price of a unit"),
            unit="₽",
            get=lambda sold: sold.average_price,
            definition=_("Ordered, in money ÷ units, cancelled ones included; at the seller's price."),
        ),
        _buyout_tile(found),
    ]


def _orders_tile(found: Dynamics) -> list[Tile]:
    if found.orders is None:
        return []
    before = found.orders_before
    return [
        Tile(
            label=_("Orders"),
            value=formats.number(found.orders),
            unit=_("pcs."),
            change=formats.change(found.orders, before),
            was="" if before is None else formats.number(before),
            note=nothing_before(found),
            definition=_(
                "Orders placed in the period, cancelled ones included. Not shown over several marketplaces, where an "
                "order is not the same, nor for chosen goods."
            ),
        )
    ]


def _buyout_tile(found: Dynamics) -> Tile:
    now, before = found.total, found.total_before
    return Tile(
        label=_("Buyout"),
        value=None if now.buyout is None else formats.number(now.buyout * 100, digits=1),
        unit="%",
        change=formats.change(now.buyout, before.buyout if before else None, shares=True),
        was=formats.percent(before.buyout) if before and before.buyout is not None else "",
        note=_("on the way %(share)s") % {"share": formats.percent(now.on_the_way)}
        if now.ordered_units
        else "",
        definition=_(
            "Bought ÷ (bought + cancelled + returned), in units of the orders placed in the period, as far as they have "
            "come to an end: what is on its way is left out. The formula that counts it as bought, (ordered − cancelled "
            "− returned) ÷ ordered, gives %(naive)s."
        )
        % {"naive": formats.percent(now.naive_buyout)},
        **_shapes(found, lambda sold: sold.buyout),
    )


def line(found: Dynamics, measure: Measure) -> LineChart:
    """Money or units by day, week or month against the days compared with."""
    is_money = measure is Measure.REVENUE
    text: Callable[[Number | None], str] = roubles if is_money else formats.number

    def get(sold: Sold | None) -> float | None:
        if sold is None:
            return None
        return float(sold.ordered_amount) if is_money else float(sold.ordered_units)

    scope, total, before = found.scope, found.total, found.total_before
    values = [value for one in found.series for value in (get(one.now), get(one.before))]
    return LineChart(
        message=_message(found, is_money=is_money),
        points=[
            Point(label=_label(one.bucket.days, found.grain), now=get(one.now), before=get(one.before))
            for one in found.series
        ],
        now_label=formats.day_range(scope.days, today=scope.today),
        before_label=formats.day_range(scope.before, today=scope.today) if before and scope.before else "",
        now_total=text(get(total)),
        before_total=text(get(before)) if before else "",
        unripe_from=len(found.series) - 1 if scope.is_open and len(found.series) > 1 else None,
        whole=not is_money,
        text=text,
        axis_text=axis_roubles(values) if is_money else None,
        place={Grain.DAY: _("Day"), Grain.WEEK: _("Week"), Grain.MONTH: _("Month")}[found.grain],
    )


def classes(rows: tuple[DynamicsRow, ...]) -> list[ClassRow]:
    """The classes that have any rows, A first."""
    whole = sum((row.now.ordered_amount for row in rows), Decimal(0))
    found = []
    for letter, tone in _TONES.items():
        amounts = [row.now.ordered_amount for row in rows if row.letter == letter]
        if amounts:
            amount = sum(amounts, Decimal(0))
            share = amount / whole if whole else Decimal(0)
            found.append(ClassRow(letter=letter, rows=len(amounts), amount=amount, share=share, tone=tone))
    return found


def parts(rows: list[ClassRow]) -> list[Part]:
    """The flat bar of the classes by money."""
    return [
        Part(label=row.letter, value=row.amount, text=formats.percent(row.share), tone=row.tone)
        for row in rows
    ]


def _tile(
    found: Dynamics, *, label: str, unit: str, get: Callable[[Sold], Number | None], definition: str
) -> Tile:
    value, before = get(found.total), found.total_before
    was = get(before) if before else None
    return Tile(
        label=label,
        value=None if value is None else formats.number(value),
        unit=unit,
        change=formats.change(value, was),
        was="" if was is None else formats.number(was),
        note=nothing_before(found),
        definition=definition,
        **_shapes(found, get),
    )


def _shapes(found: Dynamics, get: Callable[[Sold], Number | None]) -> Shapes:
    """The sparklines; a piece that is not over would always end them with a fall."""
    series = found.series[:-1] if found.scope.is_open else found.series

    def shape(sold: Sold | None) -> float | None:
        value = get(sold) if sold else None
        return None if value is None else float(value)

    return {
        "shape": tuple(shape(one.now) for one in series),
        "shape_before": tuple(shape(one.before) for one in series),
    }


def _label(days: Days, grain: Grain) -> str:
    return formats.day(days.first) if grain is Grain.DAY else formats.day_range(days)


def _message(found: Dynamics, *, is_money: bool) -> str:
    days = formats.day_range(found.scope.days, today=found.scope.today)
    if is_money:
        total = formats.money(found.total.ordered_amount)
        return _("Ordered, %(days)s: %(total)s in all") % {"days": days, "total": total}
    total = formats.number(found.total.ordered_units)
    return _("Units ordered, %(days)s: %(total)s in all") % {"days": days, "total": total}
