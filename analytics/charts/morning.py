"""The first page: tiles, lines, parts, and the words beside them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from statistics import median
from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from analytics.charts.tiles import Shapes, Tile, axis_roubles, orders_since, roubles
from analytics.choices import Measure
from core import formats
from core.components import Part
from core.svg import LineChart, NamedMark, Point
from marketplaces.registry import adapters
from orders.models import OPEN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from decimal import Decimal

    from analytics.selectors.sales import Sales, StatusCount, Totals
    from analytics.selectors.stock import StockOut
    from analytics.selectors.stuck import StuckOrders
    from analytics.selectors.windows import Window

# A day this many times the usual one is worth a name on the plot.
_STANDS_OUT: Final = 1.4
_FEWEST_DAYS_TO_JUDGE: Final = 7


def tiles(sales: Sales) -> list[Tile]:
    """The strip of figures of a period."""
    return _tiles_of_units(sales) if sales.is_mixed else _tiles_of_orders(sales)


def _tiles_of_units(sales: Sales) -> list[Tile]:
    """Where marketplaces are summed: an order is one unit here and a parcel there, so units are counted."""
    now, before = sales.total, sales.total_before
    return [
        _money_tile(sales),
        _tile(
            sales,
            label=_("Units ordered"),
            unit=_("pcs."),
            get=lambda totals: totals.units,
            definition=_(
                "Units of all positions ordered in the period, cancelled ones included. An order is not the same on "
                "every marketplace, a unit is: the orders of each stand side by side below."
            ),
        ),
        _tile(
            sales,
            label=_("Average price of a unit"),
            unit="₽",
            get=lambda totals: totals.average_unit,
            definition=_("Ordered, in money ÷ units, cancelled ones included; at the seller's price."),
        ),
        Tile(
            label=_("Delivered units"),
            value=formats.number(now.delivered_units),
            unit=_("pcs."),
            note=_("%(share)s, on the way %(rest)s")
            % {
                "share": formats.percent(now.delivered_units_share),
                "rest": formats.number(now.units_on_the_way),
            },
            definition=_(
                "Units of the period that the buyer has already got, also those that came back later. The latest "
                "ones are still on the way, so the figure goes on growing and is not compared."
            ),
            **_shapes(sales, lambda totals: totals.delivered_units),
        ),
        Tile(
            label=_("Cancellations"),
            value=None
            if now.cancelled_units_share is None
            else formats.number(now.cancelled_units_share * 100, digits=1),
            unit="%",
            change=formats.change(
                now.cancelled_units_share,
                before.cancelled_units_share if before else None,
                more_is_better=None,
                shares=True,
            ),
            was=formats.percent(before.cancelled_units_share) if before and before.units else "",
            note="" if before else orders_since(sales.known, today=sales.window.today),
            definition=_("Units of cancelled orders ÷ all units of the period."),
            **_shapes(sales, lambda totals: totals.cancelled_units_share),
        ),
    ]


def _tiles_of_orders(sales: Sales) -> list[Tile]:
    now, before = sales.total, sales.total_before
    return [
        _money_tile(sales),
        _tile(
            sales,
            label=_("Orders"),
            unit=_("pcs."),
            get=lambda totals: totals.orders,
            definition=_("Orders placed in the period, cancelled ones included. Today counts up to now."),
        ),
        _tile(
            sales,
            label=_("Units ordered"),
            unit=_("pcs."),
            get=lambda totals: totals.units,
            definition=_("Units of all positions of these orders, cancelled ones included."),
        ),
        _tile(
            sales,
            label=_("Average order"),
            unit="₽",
            get=lambda totals: totals.average,
            definition=_("Ordered, in money ÷ orders, cancelled ones included."),
        ),
        Tile(
            label=_("Delivered orders"),
            value=formats.number(now.delivered),
            unit=_("pcs."),
            note=_("%(share)s, on the way %(rest)s")
            % {"share": formats.percent(now.delivered_share), "rest": formats.number(now.on_the_way)},
            definition=_(
                "Orders of the period that the buyer has already got. The latest ones are still on the way, "
                "so the figure goes on growing and is not compared with the period before."
            ),
            **_shapes(sales, lambda totals: totals.delivered),
        ),
        Tile(
            label=_("Cancellations"),
            value=None
            if now.cancelled_share is None
            else formats.number(now.cancelled_share * 100, digits=1),
            unit="%",
            change=formats.change(
                now.cancelled_share,
                before.cancelled_share if before else None,
                more_is_better=None,
                shares=True,
            ),
            was=formats.percent(before.cancelled_share) if before and before.orders else "",
            note="" if before else orders_since(sales.known, today=sales.window.today),
            definition=_(
                "Cancelled orders ÷ all orders of the period. The latest orders may still be cancelled, "
                "so the share of the period before is a little riper."
            ),
            **_shapes(sales, lambda totals: totals.cancelled_share),
        ),
    ]


def line(sales: Sales, measure: Measure) -> LineChart:
    """Orders or money by day against the days before; today is dotted, it is not over."""
    is_money = measure is Measure.REVENUE
    get: Callable[[Totals], float] = (
        (lambda totals: float(totals.amount)) if is_money else partial(_counted, sales)
    )
    text: Callable[[float | None], str] = roubles if is_money else formats.number
    window, now, before = sales.window, _values(sales.now, get), _values(sales.before, get)
    total = sum(value for value in now if value is not None)
    total_before = sum(value for value in before if value is not None)
    has_before = any(value is not None for value in before)
    return LineChart(
        message=_message(sales, measure),
        points=[
            Point(label=formats.day(day, today=window.today), now=value, before=old)
            for day, value, old in zip(window.days, now, before, strict=True)
        ],
        now_label=formats.day_range(window.days, today=window.today),
        before_label=formats.day_range(window.before, today=window.today) if has_before else "",
        now_total=text(total),
        before_total=text(total_before) if sales.total_before is not None else "",
        marks=_marks(window, now, text=text),
        unripe_from=len(now) - 1 if len(now) > 1 else None,
        whole=not is_money,
        text=text,
        axis_text=axis_roubles([*now, *before]) if is_money else None,
    )


def parts(sales: Sales) -> list[Part]:
    """The flat bar of orders by status, in the order of the process."""
    return [
        Part(
            label=count.status.label,
            value=count.count,
            text=formats.number(count.count),
            tone=count.status.tone,
        )
        for count in sales.statuses
        if count.count
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketplaceRow:
    """One marketplace beside the others; `order_is` says what it calls an order."""

    code: str
    title: str
    order_is: str
    total: Totals
    share: Decimal | None


def side_by_side(sales: Sales) -> list[MarketplaceRow]:
    """The marketplaces of the scope, the largest first; nothing where there is one."""
    known = adapters()
    return [
        MarketplaceRow(
            code=one.marketplace,
            title=known.title(one.marketplace),
            order_is=_(known[one.marketplace].order_is)
            if one.marketplace in known and known[one.marketplace].order_is
            else "",
            total=one.total,
            share=one.share,
        )
        for one in sales.marketplaces
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusRow:
    """A status with how many orders of any day are stuck in it; None where an order may stand for ever."""

    now: StatusCount
    stuck: int | None


def status_rows(sales: Sales, stuck: StuckOrders) -> list[StatusRow]:
    """The table of statuses."""
    return [
        StatusRow(now=one, stuck=stuck.by_status.get(one.status, 0) if one.status in OPEN else None)
        for one in sales.statuses
    ]


def stuck_norms() -> str:
    """What "stuck" means, in words."""
    return _(
        "Orders of any day that stand in their status longer than nine of ten of the shop's orders did; where too few "
        "orders tell that, longer than the cabinet's default. The report on processing names the norms and the orders."
    )


def today_so_far(sales: Sales) -> str:
    """The sentence under the title."""
    today = sales.today
    if not today.orders:
        return _("No orders yet today.")
    if sales.is_mixed:
        return ngettext(
            "Today: %(count)s unit for %(amount)s.", "Today: %(count)s units for %(amount)s.", today.units
        ) % {"count": formats.number(today.units), "amount": formats.money(today.amount)}
    orders = ngettext(
        "Today: %(count)s order for %(amount)s.", "Today: %(count)s orders for %(amount)s.", today.orders
    ) % {"count": formats.number(today.orders), "amount": formats.money(today.amount)}
    if not today.cancelled:
        return orders
    cancelled = ngettext(
        "Cancelled of them: %(count)s order.", "Cancelled of them: %(count)s orders.", today.cancelled
    ) % {"count": formats.number(today.cancelled)}
    return f"{orders} {cancelled}"


def waits(count: int) -> str:
    """How much needs a decision, behind that sentence."""
    if not count:
        return ""
    return ngettext("%(count)s decision waits.", "%(count)s decisions wait.", count) % {
        "count": formats.number(count)
    }


def where(row: StockOut) -> str:
    """At how many warehouses a listing stands, and how many of them are empty."""
    places = ngettext("%(count)s warehouse", "%(count)s warehouses", row.places) % {
        "count": formats.number(row.places)
    }
    if not row.empty_places:
        return places
    return _("%(places)s, empty: %(empty)s") % {"places": places, "empty": formats.number(row.empty_places)}


def _money_tile(sales: Sales) -> Tile:
    figure, magnitude = formats.short_parts(sales.total.amount)
    before = sales.total_before
    return Tile(
        label=_("Ordered"),
        value=figure,
        unit=f"{magnitude} ₽".strip(),
        change=formats.change(sales.total.amount, before.amount) if before else None,
        was=formats.short_money(before.amount) if before else "",
        note="" if before else orders_since(sales.known, today=sales.window.today),
        definition=_(
            "Sum of the orders placed in the period at the seller's price, before cancellations and returns. "
            "Layer: operational. Today and the day it is compared with count up to %(hour)s:00."
        )
        % {"hour": sales.window.until_hour},
        **_shapes(sales, lambda totals: totals.amount),
    )


def _tile(
    sales: Sales,
    *,
    label: str,
    unit: str,
    get: Callable[[Totals], float | Decimal | None],
    definition: str,
) -> Tile:
    value, before = get(sales.total), sales.total_before
    was = get(before) if before else None
    return Tile(
        label=label,
        value=None if value is None else formats.number(value),
        unit=unit,
        change=formats.change(value, was),
        was=formats.number(was) if was is not None else "",
        note="" if before else orders_since(sales.known, today=sales.window.today),
        definition=definition,
        **_shapes(sales, get),
    )


def _shapes(sales: Sales, get: Callable[[Totals], float | Decimal | None]) -> Shapes:
    """The sparkline of whole days: today would always end it with a fall."""
    return {"shape": _values(sales.now[:-1], get), "shape_before": _values(sales.before[:-1], get)}


def _values(
    days: Iterable[Totals | None], get: Callable[[Totals], float | Decimal | None]
) -> tuple[float | None, ...]:
    found = (None if totals is None else get(totals) for totals in days)
    return tuple(None if value is None else float(value) for value in found)


def _message(sales: Sales, measure: Measure) -> str:
    days = formats.day_range(sales.window.days)
    if measure is Measure.REVENUE:
        return _("Ordered by day, %(days)s: %(total)s in all") % {
            "days": days,
            "total": formats.money(sales.total.amount),
        }
    words = (
        _("Units ordered by day, %(days)s: %(total)s in all")
        if sales.is_mixed
        else _("Orders by day, %(days)s: %(total)s in all")
    )
    return words % {"days": days, "total": formats.number(sales.counted)}


def _counted(sales: Sales, totals: Totals) -> int:
    return totals.units if sales.is_mixed else totals.orders


def _marks(
    window: Window, values: Sequence[float | None], *, text: Callable[[float | None], str]
) -> list[NamedMark]:
    """The sale days of the trade calendar on which sales indeed stood out."""
    known = [value for value in values[:-1] if value]
    if len(known) < _FEWEST_DAYS_TO_JUDGE:
        return []
    usual = median(known)
    return [
        NamedMark(index=index, label=f"{_sale_name(day)}: {text(value)}")
        for index, (day, value) in enumerate(zip(window.days, values, strict=True))
        if value and value > _STANDS_OUT * usual and _sale_name(day)
    ]


def _sale_name(day: date) -> str:
    """The sale that marketplaces hold on the day, if any."""
    if (day.month, day.day) == (11, 11):
        return _("sale 11.11")
    if day.month == 11 and day.weekday() == 4 and day + timedelta(days=7) > date(day.year, 11, 30):
        return _("Black Friday")
    return ""
