"""Yesterday in tiles and in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from analytics.charts.tiles import Tile
from core import formats

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from analytics.selectors.yesterday import Arrived, DayFigures, Yesterday
    from core.formats import Number
    from supplies.models import Supply


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """The panel of yesterday: which day it is, against which, and the figures."""

    title: str
    note: str
    tiles: list[Tile]


def yesterday_panel(found: Yesterday, *, is_mixed: bool) -> Panel:
    """The panel; figures of units where several marketplaces are summed."""
    note = formats.day(found.day_before, weekday=True)
    return Panel(
        title=_("Yesterday, %(day)s") % {"day": formats.day(found.day, weekday=True)},
        note=_("against %(day)s") % {"day": note} if found.before else "",
        tiles=_tiles(found, is_mixed=is_mixed),
    )


def accepted(supply: Supply) -> str:
    """What a warehouse counted, in a line."""
    words = _("Supply %(number)s: %(units)s accepted") % {
        "number": str(supply),
        "units": formats.units(supply.accepted),
    }
    if not supply.missing_units:
        return words
    return _("%(words)s, %(missing)s missing") % {
        "words": words,
        "missing": formats.units(supply.missing_units),
    }


def arrived(place: Arrived) -> str:
    """What came back to a place, in a line."""
    units = formats.units(place.units)
    if place.waiting and place.place:
        words = _("Returns: %(units)s arrived at %(place)s, %(waiting)s may be picked up")
    elif place.waiting:
        words = _("Returns: %(units)s arrived, %(waiting)s may be picked up")
    elif place.place:
        words = _("Returns: %(units)s arrived at %(place)s")
    else:
        words = _("Returns: %(units)s arrived")
    return words % {"units": units, "place": place.place, "waiting": formats.units(place.waiting)}


def _tiles(found: Yesterday, *, is_mixed: bool) -> list[Tile]:
    """Ordered, orders or units, delivered, cancelled, returned, accepted: one business day."""
    now, before = found.now, found.before
    return [
        _money_tile(found),
        _counted(found, is_mixed=is_mixed),
        _tile(
            pgettext("units of a day", "Delivered"),
            now.delivered_units,
            before.delivered_units if before else None,
            unit=_("pcs."),
            note=formats.short_money(now.delivered_amount) if now.delivered_units else "",
            definition=_(
                "Units that the buyers got on that day, of orders of any day, at the seller's price."
            ),
        ),
        _cancelled(now, before, is_mixed=is_mixed),
        _tile(
            pgettext("units of a day", "Returned"),
            now.returned_units,
            before.returned_units if before else None,
            unit=_("pcs."),
            note=_("refused at hand-over %(count)s") % {"count": formats.number(now.refused_units)}
            if now.refused_units
            else "",
            more_is_better=False,
            definition=_(
                "Units of which the buyers began a return on that day, of orders of any day. What was refused at "
                "hand-over is told apart and is no return."
            ),
        ),
        Tile(
            label=pgettext("units of a day", "Accepted"),
            value=formats.number(found.accepted_units),
            unit=_("pcs."),
            note=_supplies(found.supplies_count),
            definition=_(
                "Units that the marketplaces counted as good in the supplies they accepted on that day."
            ),
        ),
    ]


def _money_tile(found: Yesterday) -> Tile:
    figure, magnitude = formats.short_parts(found.now.amount)
    before = found.before
    return Tile(
        label=_("Ordered"),
        value=figure,
        unit=f"{magnitude} ₽".strip(),
        change=formats.change(found.now.amount, before.amount) if before else None,
        was=formats.short_money(before.amount) if before else "",
        definition=_(
            "Sum of the orders placed on that day at the seller's price, before cancellations and returns. "
            "Layer: operational."
        ),
    )


def _counted(found: Yesterday, *, is_mixed: bool) -> Tile:
    """Orders, or units where marketplaces are summed: an order is not the same on each."""
    now, before = found.now, found.before
    if is_mixed:
        return _tile(
            _("Units ordered"),
            now.units,
            before.units if before else None,
            unit=_("pcs."),
            definition=_("Units of all positions ordered on that day, cancelled ones included."),
        )
    return _tile(
        _("Orders"),
        now.orders,
        before.orders if before else None,
        unit=_("pcs."),
        note=formats.units(now.units) if now.units != now.orders else "",
        definition=_("Orders placed on that day, cancelled ones included; beside them their units."),
    )


def _cancelled(now: DayFigures, before: DayFigures | None, *, is_mixed: bool) -> Tile:
    """No change is shown: the older day has had a week more to be cancelled in."""
    count, whole = (now.cancelled_units, now.units) if is_mixed else (now.cancelled, now.orders)
    was = "" if before is None else formats.number(before.cancelled_units if is_mixed else before.cancelled)
    share = formats.percent(count / whole) if count and whole else ""
    return Tile(
        label=pgettext("units of a day", "Cancelled"),
        value=formats.number(count),
        unit=_("pcs."),
        was=was,
        note=share,
        definition=_(
            "Of the orders placed on that day: those cancelled so far, and their share. More may be cancelled yet, so "
            "it is not compared with the day a week before, which has had its time."
        ),
    )


def _tile(
    label: StrOrPromise,
    value: Number,
    was: Number | None,
    *,
    unit: str,
    definition: str,
    note: str = "",
    more_is_better: bool = True,
) -> Tile:
    return Tile(
        label=label,
        value=formats.number(value),
        unit=unit,
        change=formats.change(value, was, more_is_better=more_is_better),
        was="" if was is None else formats.number(was),
        note=note,
        definition=definition,
    )


def _supplies(count: int) -> str:
    if not count:
        return ""
    return ngettext("%(count)s supply", "%(count)s supplies", count) % {"count": formats.number(count)}
