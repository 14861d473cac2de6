"""How the seller pays taxes: periods added, corrected, deleted."""

from __future__ import annotations

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from companies import services
from companies.choices import LegalForm, Permission
from companies.forms.taxes import TaxForm, vat_key
from companies.models import TaxPeriod
from companies.permissions import requires
from companies.selectors.legal import card_of
from companies.selectors.taxes import in_force, tax_history
from companies.services import BadTax, PeriodExists
from core.components import Crumb
from core.periods import business_day

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpResponse

    from companies.http import CompanyRequest


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.MANAGE_COMPANY)
def tax_create(request: CompanyRequest) -> HttpResponse:
    """Say from which day taxes are paid how; the address may bring a regime, a rate and a day along."""
    history = tax_history(request.company, today=_today(request))
    form = _form(request, initial=_proposed(request, in_force(history)))
    if form.is_valid() and not (history and form.refuse_past(changes_from=form.cleaned_data["starts_on"])):
        asked = _asked(form)
        if _attempt(form, lambda: services.add_tax_period(company=request.company, **asked)):
            messages.success(request, _("The tax period is added."))
            return redirect("settings:company", request.company.slug)
    return _render(request, form, title=_("New tax period"))


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.MANAGE_COMPANY)
def tax_edit(request: CompanyRequest, pk: int) -> HttpResponse:
    """Correct a period."""
    period = _period(request, pk)
    initial = {
        "regime": period.regime,
        "vat_percent": vat_key(period.vat_percent),
        "starts_on": period.starts_on,
    }
    form = _form(request, initial=initial)
    if form.is_valid() and not form.refuse_past(
        changes_from=min(period.starts_on, form.cleaned_data["starts_on"])
    ):
        asked = _asked(form)
        if _attempt(form, lambda: services.change_tax_period(period=period, **asked)):
            messages.success(request, _("The tax period is corrected."))
            return redirect("settings:company", request.company.slug)
    return _render(request, form, title=_("Correct the tax period"))


@require_POST
@requires(Permission.MANAGE_COMPANY)
def tax_delete(request: CompanyRequest, pk: int) -> HttpResponse:
    """Forget a period."""
    services.delete_tax_period(period=_period(request, pk))
    messages.success(request, _("The tax period is deleted."))
    return redirect("settings:company", request.company.slug)


def _period(request: CompanyRequest, pk: int) -> TaxPeriod:
    periods = TaxPeriod.objects.for_company(request.company).select_related("company")
    period: TaxPeriod = get_object_or_404(periods, pk=pk)
    return period


def _today(request: CompanyRequest) -> date:
    return business_day(timezone.now(), request.company.zone)


def _form(request: CompanyRequest, *, initial: dict[str, Any]) -> TaxForm:
    return TaxForm(
        request.POST if request.method == "POST" else None,
        form=LegalForm(card_of(request.company).form),
        today=_today(request),
        initial=initial,
    )


def _asked(form: TaxForm) -> dict[str, Any]:
    return {name: form.cleaned_data[name] for name in ("regime", "vat_percent", "starts_on")}


def _attempt(form: TaxForm, call: Callable[[], TaxPeriod]) -> TaxPeriod | None:
    """Save; what the law says against it stands at its field."""
    try:
        return call()
    except BadTax as exc:
        form.add_error(exc.field, str(exc))
    except PeriodExists:
        form.add_error(
            "starts_on",
            _("Another period begins on this day already. Correct that one, or choose another day."),
        )
    return None


def _proposed(request: CompanyRequest, current: TaxPeriod | None) -> dict[str, Any]:
    """What the address asks for; else as it is now, from today."""
    asked = request.GET
    return {
        "regime": asked.get("regime") or (current.regime if current else ""),
        "vat_percent": _rate(asked.get("vat", "")) or vat_key(current.vat_percent if current else None),
        "starts_on": _day(asked.get("from", "")) or (_today(request) if current else None),
    }


def _rate(text: str) -> str:
    try:
        return vat_key(Decimal(text)) if len(text) < 6 else ""
    except InvalidOperation:
        return ""


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _render(request: CompanyRequest, form: TaxForm, *, title: str) -> HttpResponse:
    back = reverse("settings:company", args=[request.company.slug])
    context = {
        "form": form,
        "title": title,
        "crumbs": [Crumb(label=_("Company card"), url=back)],
        "back_url": back,
        "wide": True,
    }
    return render(request, "settings/company_tax.html", context, status=422 if form.is_bound else 200)
