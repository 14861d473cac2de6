"""The charts of the page of reasons."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext as _

from core import formats
from core.svg import HeatMap, LineChart, Pareto, Point, Share

if TYPE_CHECKING:
    from returns.selectors.reasons import ReasonsPage

# Rows and columns of the product × reason map.
_MOST_PRODUCTS: Final = 8
_MOST_REASONS: Final = 7
# Letters of their names that there is room for.
_LONGEST_ROW: Final = 26
_LONGEST_COLUMN: Final = 16
# Reasons of the Pareto, the rest in one.
_MOST_CAUSES: Final = 12


def pareto(page: ReasonsPage) -> Pareto:
    """What to fix first."""
    shares = [Share(label=row.name, value=row.sums.units) for row in page.reasons[:_MOST_CAUSES]]
    rest = sum(row.sums.units for row in page.reasons[_MOST_CAUSES:])
    if rest:
        shares.append(Share(label=_("Others"), value=rest))
    told = ", ".join(f"{share.label} {formats.number(share.value)}" for share in shares)
    return Pareto(
        message=_("Reasons of returns from the most frequent: %(reasons)s") % {"reasons": told},
        shares=shares,
        heading=_("Reason"),
        value_heading=_("Units"),
    )


def heat(page: ReasonsPage) -> HeatMap:
    """Which products come back for which reasons."""
    products, reasons = page.products[:_MOST_PRODUCTS], page.reasons[:_MOST_REASONS]
    columns = [row.reason.pk if row.reason else None for row in reasons]
    rows = [row.product.pk if row.product else None for row in products]
    return HeatMap(
        message=_("Products with the most returns by reason, units"),
        rows=[
            _short(row.product.name, _LONGEST_ROW) if row.product else _("Not in the assortment")
            for row in products
        ],
        columns=[_short(row.name, _LONGEST_COLUMN) for row in reasons],
        values=[[page.cells.get((product, reason)) for reason in columns] for product in rows],
        corner=_("Product"),
    )


def trend(page: ReasonsPage) -> LineChart:
    """Units by the week in which they began."""
    return LineChart(
        message=_("Units returned by week, the last %(count)s weeks") % {"count": len(page.weeks)},
        points=[Point(label=formats.day(day), now=units) for day, units in page.weeks],
        now_label=_("returned, units"),
        place=_("Week from"),
    )


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1].rstrip(' ,.')}…"
