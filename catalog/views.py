"""The pages of the catalog and of the stock."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from catalog.filters import ListingFilter, StockFilter
from catalog.models import Product
from catalog.selectors import listings, stock
from catalog.selectors.choices import freshness
from catalog.tables import ListingTable, StockTable
from companies.choices import Permission
from companies.permissions import requires
from core import formats, live
from core.components import Counter, Crumb
from core.exports import About, export_menu, export_response
from core.listing import Listing as ListPage
from core.listing import account_id, link, listing, ready_views, select
from marketplaces.contracts.products import ListingStatus

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from catalog.selectors.choices import Freshness
    from companies.http import CompanyRequest

LISTING_VIEWS: list[tuple[StrOrPromise, dict[str, str]]] = [
    (gettext_lazy("All listings"), {}),
    (gettext_lazy("On sale"), {"status": "on_sale"}),
    (gettext_lazy("No stock"), {"stock": "false", "archived": "false"}),
    (gettext_lazy("Archive"), {"archived": "true"}),
]
STOCK_VIEWS: list[tuple[StrOrPromise, dict[str, str]]] = [
    (gettext_lazy("Soon to end"), {}),
    (gettext_lazy("Lies too long"), {"state": "too_long", "sort": "-cover"}),
    (gettext_lazy("Lies without sales"), {"state": "unsold", "sort": "-units"}),
    (gettext_lazy("Accepted, not on sale"), {"state": "waiting", "sort": "-preparing"}),
]


@require_GET
@requires(Permission.VIEW)
def listing_list(request: CompanyRequest) -> HttpResponse:
    """The listings of the company."""
    rows = listings.listing_list(request.company)
    found = listing(request, rows, table=ListingTable, filterset=ListingFilter)
    context = {
        "found": found,
        "fresh": _fresh(request, "products"),
        "counters": _listing_counters(request, found),
        "views": ready_views(request.GET, LISTING_VIEWS),
        "exports": _exports(request, found, "catalog:listing-export"),
        "can_refresh": request.membership.can(Permission.SYNC),
    }
    return render(request, "catalog/listings.html", context)


@require_GET
@requires(Permission.EXPORT)
def listing_export(request: CompanyRequest, form: str) -> Any:
    """The same list as a file."""
    selection = select(
        request, listings.listing_list(request.company), table=ListingTable, filterset=ListingFilter
    )
    about = _about(
        request,
        title=_("Catalog"),
        name="catalog",
        stream="products",
        definition=_("One listing of a product in one marketplace account; available over all warehouses."),
    )
    return export_response(selection, form=form, about=about)


@require_GET
@requires(Permission.VIEW)
def product_detail(request: CompanyRequest, pk: int) -> HttpResponse:
    """A product: its listings, where it lies, its last orders."""
    try:
        page = listings.product_page(request.company, pk)
    except Product.DoesNotExist as exc:
        raise Http404 from exc
    context = {
        "page": page,
        "product": page.product,
        "fresh": freshness(request.company, stream="stock"),
        "crumbs": [
            Crumb(label=_("Catalog"), url=reverse("catalog:listing-list", args=[request.company.slug]))
        ],
    }
    return render(request, "catalog/product.html", context)


@require_GET
@requires(Permission.VIEW)
def stock_list(request: CompanyRequest) -> HttpResponse:
    """The stock by listing and warehouse; for the live block 204 as long as nothing has changed."""
    fresh = _fresh(request, "stock")
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
        "exports": _exports(request, found, "catalog:stock-export"),
        "can_refresh": request.membership.can(Permission.SYNC),
    }
    return live.page_or_block(request, "catalog/stock.html", context)


@require_GET
@requires(Permission.EXPORT)
def stock_export(request: CompanyRequest, form: str) -> Any:
    """The same list as a file."""
    selection = select(request, stock.stock_list(request.company), table=StockTable, filterset=StockFilter)
    about = _about(
        request,
        title=_("Stock"),
        name="stock",
        stream="stock",
        definition=_(
            "One listing at one warehouse; available is what can be bought now, new orders taken off."
        ),
    )
    return export_response(selection, form=form, about=about)


def _fresh(request: CompanyRequest, stream: str) -> Freshness:
    return freshness(request.company, stream=stream, account_id=account_id(request.GET))


def _exports(request: CompanyRequest, found: ListPage, name: str) -> Any:
    if not request.membership.can(Permission.EXPORT) or not (found.rows or found.is_filtered):
        return []
    return export_menu(lambda form: reverse(name, args=[request.company.slug, form]), found.query)


def _about(request: CompanyRequest, *, title: str, name: str, stream: str, definition: str) -> About:
    return About(
        title=title,
        name=name,
        company=request.company.name,
        zone=request.company.zone,
        as_of=_fresh(request, stream).at,
        definition=definition,
    )


def _listing_counters(request: CompanyRequest, found: ListPage) -> list[Counter]:
    if found.errors:
        return []
    counts = listings.status_counts(found.selection.filterset.rows_besides("status"))
    chosen = request.GET.getlist("status")
    strip = [
        Counter(
            label=_("All listings"),
            value=formats.number(sum(counts.values())),
            url=link(request.GET, status=None),
            is_current=not chosen,
        )
    ]
    return strip + [
        Counter(
            label=status.label,
            value=formats.number(counts.get(status.value, 0)),
            tone=status.tone,
            url=link(request.GET, status=status.value),
            is_current=chosen == [status.value],
        )
        for status in ListingStatus
        if status != ListingStatus.UNKNOWN or counts.get(status.value)
    ]


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
