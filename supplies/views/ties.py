"""Saying which plan a supply of the marketplace is, and taking it back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from companies.choices import Permission
from companies.permissions import requires
from supplies.models import Supply
from supplies.selectors import plans
from supplies.selectors.ties import proposals
from supplies.services.plans import CannotChange
from supplies.services.tie import separate, tie
from supplies.views.plan import crumbs

if TYPE_CHECKING:
    from django.http import HttpResponse

    from companies.http import CompanyRequest

_LONGEST_ID = 18


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.EDIT_SUPPLIES)
def tie_choose(request: CompanyRequest, pk: int) -> HttpResponse:
    """The plans that this supply of the marketplace may be; POST says which."""
    supply = _supply(request, pk)
    if supply.is_planned_here or not supply.external_id:
        raise Http404
    if request.method == "POST":
        return _tied(request, supply)
    context = {
        "supply": supply,
        "name": plans.name_of(supply),
        "proposals": proposals(request.company, supply),
        "crumbs": crumbs(request, supply),
    }
    return render(request, "supplies/plan_tie.html", context)


@require_POST
@requires(Permission.EDIT_SUPPLIES)
def supply_separate(request: CompanyRequest, pk: int) -> HttpResponse:
    """Undo a tie."""
    supply = _supply(request, pk)
    try:
        told = separate(supply=supply, actor=request.user)
    except CannotChange as exc:
        messages.warning(request, str(exc))
        return redirect("supplies:supply-detail", request.company.slug, supply.pk)
    messages.success(request, _("The plan and the marketplace's supply are two again."))
    return redirect("supplies:supply-detail", request.company.slug, told.pk)


def _tied(request: CompanyRequest, supply: Supply) -> HttpResponse:
    chosen = request.POST.get("plan", "")
    is_number = chosen.isascii() and chosen.isdecimal() and len(chosen) <= _LONGEST_ID
    try:
        plan = plans.plan_of(request.company, int(chosen) if is_number else 0)
        tie(plan=plan, told=supply, actor=request.user)
    except (Supply.DoesNotExist, CannotChange) as exc:
        text = str(exc) if isinstance(exc, CannotChange) else _("Choose one of the plans.")
        messages.warning(request, text)
        return redirect("supplies:tie-choose", request.company.slug, supply.pk)
    messages.success(request, _("The plan and the marketplace's supply are one now."))
    return redirect("supplies:supply-detail", request.company.slug, plan.pk)


def _supply(request: CompanyRequest, pk: int) -> Supply:
    try:
        return plans.supply_of(request.company, pk)
    except Supply.DoesNotExist as exc:
        raise Http404 from exc
