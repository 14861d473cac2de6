"""The page of the stock."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from catalog.filters import StockFilter
from catalog.selectors import stock
from catalog.tables import StockTable
from catalog.views.lists import about_list, exports_of, fresh_of
from companies.choices import Permission
from companies.permissions import requires
from core import formats, live
from core.components import Counter
from core.exports import export_response
from core.listing import Listing as ListPage
from core.listing import link, listing, ready_views, select

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from companies.http import CompanyRequest

STOCK_VIEWS: list[tuple[StrOrPromise, dict[str, str]]] = [
    (gettext_lazy("Soon to end"), {}),
    (gettext_lazy("Lies too long"), {"state": "too_long", "sort": "-cover"}),
    (gettext_lazy("Lies without sales"), {"state": "unsold", "sort": "-units"}),
    (gettext_lazy("Accepted, not on sale"), {"state": "waiting", "sort": "-preparing"}),
]


@require_GET
@requires(Permission.VIEW)
def stock_list(request: CompanyRequest) -> HttpResponse:
    """The stock by listing and warehouse; for the live block 204 as long as nothing has changed."""
    fresh = fresh_of(request, "stock")
    changed_at = stock.last_change(request.company)
    seen = live.marker(changed_at, fresh.at)
    if (silence := live.nothing_new(request, seen)) is not None:
        return silence
    found = listing(request, stock.stock_list(request.company), table=StockTable, filterset=StockFilter)
    context = {
        "found": found,
        "fresh": fresh,
        "seen": seen,
        "has_stock": changed_at is not None,
        "counters": _stock_counters(request, found),
        "views": ready_views(request.GET, STOCK_VIEWS),
        "exports": exports_of(request, found, "catalog:stock-export"),
        "can_refresh": request.membership.can(Permission.SYNC),
    }
    return live.page_or_block(request, "catalog/stock.html", context)


@require_GET
@requires(Permission.EXPORT)
def stock_export(request: CompanyRequest, form: str) -> Any:
    """The same list as a file."""
    selection = select(request, stock.stock_list(request.company), table=StockTable, filterset=StockFilter)
    about = about_list(
        request,
        title=_("Stock"),
        name="stock",
        stream="stock",
        definition=_(
            "One listing at one warehouse; available is what can be bought now, new orders taken off."
        ),
    )
    return export_response(selection, form=form, about=about)


def _stock_counters(request: CompanyRequest, found: ListPage) -> list[Counter]:
    if found.errors:
        return []
    sums, chosen = stock.totals(found.selection.filterset.rows_besides("state")), request.GET.get("state", "")
    cells: list[tuple[str, int, str, str, Any]] = [
        (_("Available, pcs."), sums.sellable, _("can be bought now"), "present", "success"),
        (_("Reserved, pcs."), sums.states["reserved"], _("for orders"), "", "info"),
        (_("In transit, pcs."), sums.states["in_transit"], _("to the warehouses"), "", "progress"),
        (_("Coming back, pcs."), sums.states["from_customers"], _("from buyers"), "", "neutral"),
        (_("Less than 7 days"), sums.soon, _("product × warehouse"), "soon", "warning"),
        (_("Out of stock"), sums.out, _("though it sells"), "out", "danger"),
    ]
    return [
        Counter(
            label=label,
            value=formats.number(count),
            note=note,
            tone=tone,
            url=link(request.GET, state=state or None),
            is_current=bool(state) and chosen == state,
        )
        for label, count, note, state, tone in cells
    ]
