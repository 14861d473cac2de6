"""The seller's own measure of a product."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from catalog.forms.goods import MeasureForm
from catalog.models import Product
from catalog.services.dimensions import measure_product
from companies.choices import Permission
from companies.permissions import requires
from core.components import Crumb

if TYPE_CHECKING:
    from companies.http import CompanyRequest


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.EDIT_CATALOG)
def product_measure(request: CompanyRequest, pk: int) -> HttpResponse:
    """Write down what the seller measured himself."""
    product: Product = get_object_or_404(Product.objects.for_company(request.company), pk=pk)
    form = MeasureForm(request.POST or None, initial=_initial(product))
    if request.method == "POST" and form.is_valid():
        measure_product(company=request.company, product_id=product.pk, **form.measure)
        messages.success(request, _("Your measure is written down."))
        return redirect("catalog:product-detail", request.company.slug, product.pk)
    context: dict[str, Any] = {
        "form": form,
        "product": product,
        "crumbs": [
            Crumb(label=_("Catalog"), url=reverse("catalog:listing-list", args=[request.company.slug])),
            Crumb(
                label=product.sku,
                url=reverse("catalog:product-detail", args=[request.company.slug, product.pk]),
            ),
        ],
    }
    return render(request, "catalog/measure.html", context, status=422 if form.is_bound else 200)


def _initial(product: Product) -> dict[str, Decimal | None]:
    def scaled(value: int | None, unit: int) -> Decimal | None:
        return None if value is None else Decimal(value) / unit

    return {
        "length": scaled(product.length_mm, 10),
        "width": scaled(product.width_mm, 10),
        "height": scaled(product.height_mm, 10),
        "weight": scaled(product.weight_g, 1000),
    }
