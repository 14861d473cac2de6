"""The page of the tariffs, and the tariffs of a product."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from catalog.filters.tariffs import TariffFilter
from catalog.models import Product
from catalog.selectors import tariffs
from catalog.tables.tariffs import TariffTable
from catalog.views.lists import about_list, exports_of, fresh_of
from companies.choices import Permission
from companies.permissions import requires
from core.components import Crumb
from core.exports import export_response
from core.listing import listing, ready_views, select

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from companies.http import CompanyRequest

TARIFF_VIEWS: list[tuple[StrOrPromise, dict[str, str]]] = [
    (gettext_lazy("All tariffs"), {}),
    (gettext_lazy("In force"), {"state": "now"}),
    (gettext_lazy("Changed within 30 days"), {"changed": "30"}),
    (gettext_lazy("Became dearer"), {"changed": "30", "moved": "up"}),
]


@require_GET
@requires(Permission.VIEW)
def tariff_list(request: CompanyRequest) -> HttpResponse:
    """What the marketplaces charge, as they published it, the latest change first."""
    rows = tariffs.tariff_list(request.company)
    found = listing(request, rows, table=TariffTable, filterset=TariffFilter)
    context = {
        "found": found,
        "rows": [
            {"tariff": row, "value": tariffs.value_of(row), "change": tariffs.change_of(row)}
            for row in found.rows
        ],
        "fresh": fresh_of(request, "tariffs"),
        "missed": tariffs.missed_days(request.company),
        "views": ready_views(request.GET, TARIFF_VIEWS),
        "exports": exports_of(request, found, "catalog:tariff-export"),
        "can_refresh": request.membership.can(Permission.SYNC),
    }
    return render(request, "catalog/tariffs.html", context)


@require_GET
@requires(Permission.EXPORT)
def tariff_export(request: CompanyRequest, form: str) -> Any:
    """The same list as a file."""
    rows = tariffs.tariff_list(request.company)
    selection = select(request, rows, table=TariffTable, filterset=TariffFilter)
    about = about_list(
        request,
        title=_("Tariffs"),
        name="tariffs",
        stream="tariffs",
        definition=_("One tariff as the marketplace published it, for as long as its value stayed."),
    )
    return export_response(selection, form=form, about=about)


@require_GET
@requires(Permission.VIEW)
def product_tariffs(request: CompanyRequest, pk: int) -> HttpResponse:
    """What is charged for the listings of a product: a page, or a block of the product's page."""
    product = get_object_or_404(Product.objects.for_company(request.company), pk=pk)
    groups = [
        {
            "listing": group.listing,
            "rows": [
                {"tariff": one, "value": tariffs.value_of(one), "change": tariffs.change_of(one)}
                for one in group.tariffs
            ],
        }
        for group in tariffs.tariffs_of_product(request.company, product)
    ]
    page = reverse("catalog:product-detail", args=[request.company.slug, product.pk])
    context = {"product": product, "groups": groups, "crumbs": [Crumb(label=product.name, url=page)]}
    template = "catalog/product_tariffs.html"
    return render(request, f"{template}#block" if request.htmx else template, context)
