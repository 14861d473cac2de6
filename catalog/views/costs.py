"""The pages of the cost prices: the list, the history of a product, and files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from catalog.choices import ImportState
from catalog.filters.costs import CostFilter
from catalog.forms.costs import CostFileForm, CostForm
from catalog.models import CostImport, CostPrice, Product
from catalog.selectors import costs
from catalog.services import costs as services
from catalog.services.costs.files import column_names, errors_file, template_file
from catalog.tables.costs import CostTable
from catalog.views.lists import about_list, exports_of
from companies.choices import Permission
from companies.permissions import requires
from core import formats
from core.components import Crumb
from core.exports import export_response
from core.listing import listing, ready_views, select
from core.uploads import BadUpload

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from companies.http import CompanyRequest

COST_VIEWS: list[tuple[StrOrPromise, dict[str, str]]] = [
    (gettext_lazy("All products"), {}),
    (gettext_lazy("Without a cost price"), {"known": "false"}),
]
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_GET
@requires(Permission.VIEW)
def cost_list(request: CompanyRequest) -> HttpResponse:
    """What the products cost the seller, those without a cost price apart."""
    found = listing(request, costs.cost_list(request.company), table=CostTable, filterset=CostFilter)
    context = {
        "found": found,
        "missing": costs.without_cost(request.company),
        "files": costs.last_files(request.company),
        "views": ready_views(request.GET, COST_VIEWS),
        "exports": exports_of(request, found, "catalog:cost-export"),
        "can_change": request.membership.can(Permission.EDIT_COSTS),
    }
    return render(request, "catalog/costs.html", context)


@require_GET
@requires(Permission.EXPORT)
def cost_export(request: CompanyRequest, form: str) -> Any:
    """The same list as a file."""
    selection = select(request, costs.cost_list(request.company), table=CostTable, filterset=CostFilter)
    about = about_list(
        request,
        title=_("Cost prices"),
        name="costs",
        stream="products",
        definition=_("What a unit costs the seller today; empty where nobody has said it."),
    )
    return export_response(selection, form=form, about=about)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.VIEW, to_change=Permission.EDIT_COSTS)
def product_costs(request: CompanyRequest, pk: int) -> HttpResponse:
    """The cost prices of a product: a page, or a block of the product's page; POST adds one."""
    product = get_object_or_404(Product.objects.for_company(request.company), pk=pk)
    today = costs.today_of(request.company)
    form = CostForm(request.POST if request.method == "POST" else None, today=today)
    if form.is_valid():
        services.set_cost(product=product, **form.cleaned_data)
        messages.success(request, _("The cost price is written."))
        return redirect("catalog:product-costs", request.company.slug, product.pk)
    page = reverse("catalog:product-detail", args=[request.company.slug, product.pk])
    context = {
        "product": product,
        "costs": costs.history(request.company, product),
        "form": form,
        "can_change": request.membership.can(Permission.EDIT_COSTS),
        "crumbs": [Crumb(label=product.name, url=page)],
    }
    template = "catalog/product_costs.html"
    return render(request, f"{template}#block" if request.htmx else template, context)


@require_POST
@requires(Permission.EDIT_COSTS)
def cost_delete(request: CompanyRequest, pk: int) -> HttpResponse:
    """Forget a cost price."""
    cost = get_object_or_404(CostPrice.objects.for_company(request.company), pk=pk)
    services.delete_cost(cost=cost)
    messages.success(request, _("The cost price is deleted."))
    return redirect("catalog:product-costs", request.company.slug, cost.product_id)


@require_GET
@requires(Permission.EDIT_COSTS)
def cost_template(request: CompanyRequest) -> HttpResponse:
    """An XLSX with every product, to be filled in and loaded."""
    rows = costs.cost_list(request.company).order_by("sku").values_list("sku", "name", "cost")
    today = costs.today_of(request.company)
    return _file(template_file(rows.iterator(chunk_size=2_000), today=today), name="costs-template.xlsx")


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.EDIT_COSTS)
def cost_upload(request: CompanyRequest) -> HttpResponse:
    """Take a file and show what it would change."""
    is_sent = request.method == "POST"
    form = CostFileForm(request.POST if is_sent else None, request.FILES if is_sent else None)
    if form.is_valid():
        try:
            kept = services.upload_costs(
                company=request.company,
                name=shown_name(form.cleaned_data["file"].name),
                content=form.cleaned_data["file"].read(),
                today=costs.today_of(request.company),
                user=request.user,
            )
        except BadUpload as exc:
            form.add_error("file", exc)
        else:
            return redirect("catalog:cost-import", request.company.slug, kept.pk)
    return render(request, "catalog/cost_upload.html", {"form": form, "crumbs": _crumbs(request)})


@require_GET
@requires(Permission.EDIT_COSTS)
def cost_import(request: CompanyRequest, pk: int) -> HttpResponse:
    """What a file says: what changes, and what is wrong."""
    file = _import(request, pk)
    context = {
        "file": file,
        "preview": costs.preview(file),
        "same": costs.same_file(request.company, file),
        "is_open": file.state == ImportState.PREVIEW,
        "columns": column_names(),
        "crumbs": _crumbs(request),
    }
    return render(request, "catalog/cost_import.html", context)


@require_POST
@requires(Permission.EDIT_COSTS)
def cost_apply(request: CompanyRequest, pk: int) -> HttpResponse:
    """Write the good rows of a file."""
    file = _import(request, pk)
    try:
        count = services.apply_import(file=file)
    except services.AlreadySettled:
        messages.warning(request, _("This file was decided on before."))
        return redirect("catalog:cost-import", request.company.slug, file.pk)
    text = ngettext("%(count)s cost price is written.", "%(count)s cost prices are written.", count)
    messages.success(request, text % {"count": formats.number(count)})
    return redirect("catalog:cost-list", request.company.slug)


@require_POST
@requires(Permission.EDIT_COSTS)
def cost_discard(request: CompanyRequest, pk: int) -> HttpResponse:
    """Forget a file."""
    file = _import(request, pk)
    try:
        services.discard_import(file=file)
    except services.AlreadySettled:
        messages.warning(request, _("This file was decided on before."))
        return redirect("catalog:cost-import", request.company.slug, file.pk)
    messages.success(request, _("The file is discarded; nothing of it was written."))
    return redirect("catalog:cost-list", request.company.slug)


@require_GET
@requires(Permission.EDIT_COSTS)
def cost_errors(request: CompanyRequest, pk: int) -> HttpResponse:
    """What could not be read of a file, as an XLSX."""
    return _file(errors_file(_import(request, pk)), name="costs-errors.xlsx")


def shown_name(name: str | None) -> str:
    """The name of a file as it may be shown and kept."""
    text = (name or "").replace("\\", "/").rpartition("/")[2]
    return "".join(char for char in text if char.isprintable())[:200] or "file"


def _import(request: CompanyRequest, pk: int) -> CostImport:
    file: CostImport = get_object_or_404(CostImport.objects.for_company(request.company), pk=pk)
    return file


def _file(content: bytes, *, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=_XLSX)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _crumbs(request: CompanyRequest) -> list[Crumb]:
    return [Crumb(label=_("Cost prices"), url=reverse("catalog:cost-list", args=[request.company.slug]))]
