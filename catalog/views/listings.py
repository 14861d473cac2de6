"""The pages of the catalog: listings and a product."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from catalog.filters import ListingFilter
from catalog.models import Product
from catalog.selectors import listings, variants
from catalog.selectors.choices import freshness
from catalog.tables import ListingTable
from catalog.views.lists import about_list, exports_of, fresh_of
from companies.choices import Permission
from companies.permissions import requires
from core import formats
from core.components import Counter, Crumb
from core.exports import export_response
from core.listing import Listing as ListPage
from core.listing import link, listing, ready_views, select
from marketplaces.contracts.products import ListingStatus

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from companies.http import CompanyRequest

LISTING_VIEWS: list[tuple[StrOrPromise, dict[str, str]]] = [
    (gettext_lazy("All listings"), {}),
    (gettext_lazy("On sale"), {"status": "on_sale"}),
    (gettext_lazy("On one marketplace only"), {"matching": "alone", "archived": "false"}),
    (gettext_lazy("No stock"), {"stock": "false", "archived": "false"}),
    (gettext_lazy("Archive"), {"archived": "true"}),
]


@require_GET
@requires(Permission.VIEW)
def listing_list(request: CompanyRequest) -> HttpResponse:
    """The listings of the company."""
    rows = listings.listing_list(request.company)
    found = listing(request, rows, table=ListingTable, filterset=ListingFilter)
    sold_on = variants.sold_on(request.company, [row.product_id for row in found.rows])
    for row in found.rows:
        row.also_on = [code for code in sold_on[row.product_id] if code != row.account.marketplace]
    context = {
        "found": found,
        "fresh": fresh_of(request, "products"),
        "counters": _listing_counters(request, found),
        "views": ready_views(request.GET, LISTING_VIEWS),
        "exports": exports_of(request, found, "catalog:listing-export"),
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
    about = about_list(
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
        "can_edit": request.membership.can(Permission.EDIT_CATALOG),
        "fresh": freshness(request.company, stream="stock"),
        "crumbs": [
            Crumb(label=_("Catalog"), url=reverse("catalog:listing-list", args=[request.company.slug]))
        ],
    }
    return render(request, "catalog/product.html", context)


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
