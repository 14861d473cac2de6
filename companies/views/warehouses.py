"""The company's own warehouses: the list, the form, the archive."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from companies import selectors, services
from companies.choices import AuditSubject, Permission
from companies.forms.warehouses import WarehouseForm
from companies.models import OwnWarehouse
from companies.permissions import requires
from companies.selectors.audit import last_changes
from companies.services import NameTaken
from core.components import Crumb

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpResponse

    from companies.http import CompanyRequest


@require_safe
@requires(Permission.VIEW)
def warehouse_list(request: CompanyRequest) -> HttpResponse:
    """The warehouses in use, and those in the archive."""
    context = {
        "warehouses": selectors.own_warehouses(company=request.company),
        "can_manage": request.membership.can(Permission.MANAGE_WAREHOUSES),
        "wide": True,
    }
    return render(request, "settings/warehouses.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.MANAGE_WAREHOUSES)
def warehouse_create(request: CompanyRequest) -> HttpResponse:
    """Add a warehouse."""
    form = WarehouseForm(
        request.POST if request.method == "POST" else None, time_zone=request.company.time_zone
    )
    if form.is_valid():
        saved = _attempt(
            form,
            lambda: services.add_warehouse(company=request.company, details=form.details, actor=request.user),
        )
        if saved is not None:
            messages.success(request, _("The warehouse is added: %(name)s.") % {"name": saved.name})
            return _to_list(request)
    return _form_page(request, form)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.MANAGE_WAREHOUSES)
def warehouse_edit(request: CompanyRequest, pk: int) -> HttpResponse:
    """Change what is known of a warehouse."""
    warehouse = _warehouse(request, pk)
    form = WarehouseForm(request.POST if request.method == "POST" else None, warehouse=warehouse)
    if form.is_valid():
        saved = _attempt(
            form,
            lambda: services.change_warehouse(warehouse=warehouse, details=form.details, actor=request.user),
        )
        if saved is not None:
            messages.success(request, _("The warehouse is saved: %(name)s.") % {"name": saved.name})
            return _to_list(request)
    return _form_page(request, form)


@require_POST
@requires(Permission.MANAGE_WAREHOUSES)
def warehouse_archive(request: CompanyRequest, pk: int) -> HttpResponse:
    """Put a warehouse into the archive; the list has the button that takes it back."""
    warehouse = services.archive_warehouse(warehouse=_warehouse(request, pk), actor=request.user)
    messages.success(
        request,
        _("%(name)s is in the archive and can be taken back from there.") % {"name": warehouse.name},
    )
    return _to_list(request)


@require_POST
@requires(Permission.MANAGE_WAREHOUSES)
def warehouse_restore(request: CompanyRequest, pk: int) -> HttpResponse:
    """Take a warehouse back out of the archive."""
    warehouse = services.restore_warehouse(warehouse=_warehouse(request, pk), actor=request.user)
    messages.success(request, _("%(name)s is in use again.") % {"name": warehouse.name})
    return _to_list(request)


def _warehouse(request: CompanyRequest, pk: int) -> OwnWarehouse:
    warehouse: OwnWarehouse = get_object_or_404(OwnWarehouse.objects.for_company(request.company), pk=pk)
    return warehouse


def _attempt(form: WarehouseForm, call: Callable[[], OwnWarehouse]) -> OwnWarehouse | None:
    """Save; a name that is taken is told at the name."""
    try:
        return call()
    except NameTaken as exc:
        text = (
            _("There is a warehouse with this name: “%(name)s”. Choose another name.")
            if exc.warehouse.is_active
            else _("“%(name)s” is in the archive: take it back from there, or choose another name.")
        )
        form.add_error("name", text % {"name": exc.warehouse.name})
    return None


def _to_list(request: CompanyRequest) -> HttpResponse:
    return redirect("settings:warehouse-list", request.company.slug)


def _form_page(request: CompanyRequest, form: WarehouseForm) -> HttpResponse:
    slug, warehouse = request.company.slug, form.warehouse
    sees_all = request.membership.can(Permission.VIEW_AUDIT)
    context = {
        "form": form,
        "warehouse": warehouse,
        "title": warehouse.name if warehouse else _("New warehouse"),
        "crumbs": [Crumb(label=_("Own warehouses"), url=reverse("settings:warehouse-list", args=[slug]))],
        "changes": last_changes(request.company, AuditSubject.OWN_WAREHOUSE, warehouse.pk)
        if warehouse
        else [],
        "all_url": reverse("settings:audit", args=[slug]) if sees_all else "",
    }
    return render(request, "settings/warehouse_form.html", context, status=422 if form.is_bound else 200)
