"""The company card: who the seller is by law, what is missing, what marketplaces tell of him."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from companies import services
from companies.choices import AuditSubject, LegalForm, Permission, SignatoryBasis, TaxRegime
from companies.forms.legal import CardForm, FillForm
from companies.permissions import requires
from companies.selectors.audit import last_changes
from companies.selectors.legal import (
    TYPED,
    Told,
    applies,
    card_of,
    compare,
    completeness,
    label_of,
    told_of,
)
from companies.selectors.taxes import ended_rate, in_force, regime_trouble, tax_history
from companies.services import NothingTold
from core.components import Fact
from core.periods import business_day
from core.phones import shown_phone
from core.requisites import BadRequisite

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from django.http import HttpResponse
    from django_stubs_ext import StrOrPromise

    from companies.http import CompanyRequest
    from companies.models import LegalDetails, TaxPeriod


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.VIEW, to_change=Permission.MANAGE_COMPANY)
def company_card(request: CompanyRequest) -> HttpResponse:
    """The card: a form for those who may change it, facts for the others."""
    card = card_of(request.company)
    form = CardForm(request.POST if request.method == "POST" else None, company=request.company, card=card)
    if form.is_valid():
        saved = services.save_card(
            company=request.company,
            name=form.cleaned_data["name"],
            time_zone=form.cleaned_data["time_zone"],
            form=form.legal_form,
            basis=form.basis,
            values=form.values,
        )
        messages.success(request, _("The card is saved."))
        _tell_cleared(request, saved.cleared, form.legal_form)
        return redirect("settings:company", request.company.slug)
    context = {"form": form, **_page(request, card)}
    return render(request, "settings/company.html", context, status=422 if form.is_bound else 200)


@require_POST
@requires(Permission.MANAGE_COMPANY)
def company_fill(request: CompanyRequest) -> HttpResponse:
    """Take from a marketplace: all that is empty, or one field."""
    form = FillForm(request.POST)
    told = _told(request, form)
    field = form.cleaned_data["field"]
    try:
        if field:
            saved = services.take_field(company=request.company, told=told, field=field)
        else:
            saved = services.fill_card(company=request.company, told=told)
    except BadRequisite as exc:
        messages.error(
            request, _("Not taken from %(source)s. %(why)s") % {"source": told.title, "why": exc.messages[0]}
        )
    except NothingTold:
        messages.error(
            request, _("%(source)s says nothing of it that fits the card.") % {"source": told.title}
        )
    else:
        _tell_taken(request, told, saved.taken)
        _tell_cleared(request, saved.cleared, LegalForm(saved.card.form))
    return redirect("settings:company", request.company.slug)


def _told(request: CompanyRequest, form: FillForm) -> Told:
    if not form.is_valid():
        raise Http404
    source = form.cleaned_data["source"]
    for told in told_of(request.company):
        if told.key == source:
            return told
    raise Http404


def _page(request: CompanyRequest, card: LegalDetails) -> dict[str, Any]:
    company = request.company
    today = business_day(timezone.now(), company.zone)
    history = tax_history(company, today=today)
    tax = in_force(history)
    regime = TaxRegime(tax.regime) if tax else None
    return {
        "card": card,
        "can_manage": request.membership.can(Permission.MANAGE_COMPANY),
        "completeness": completeness(card),
        "facts": _facts(card),
        "taxes": history,
        "ended_rate": ended_rate(tax, today=today),
        "tax_trouble": _tax_trouble(tax, card, today),
        "testimonies": [compare(card, told, regime=regime) for told in told_of(company)],
        "changes": last_changes(company, AuditSubject.LEGAL),
        "all_url": reverse("settings:audit", args=[company.slug])
        if request.membership.can(Permission.VIEW_AUDIT)
        else "",
    }


def _tax_trouble(tax: TaxPeriod | None, card: LegalDetails, today: date) -> str:
    """Why the regime in force does not suit the legal form, which may have changed since."""
    if tax is None:
        return ""
    return regime_trouble(TaxRegime(tax.regime), form=LegalForm(card.form), on=max(tax.starts_on, today))


def _facts(card: LegalDetails) -> list[Fact]:
    form = LegalForm(card.form)
    rows = [Fact(label=label_of("form", form), value=form.label)] if card.pk else []
    for name in TYPED:
        value = getattr(card, name)
        if applies(name, form) and (value or name != "signatory_document"):
            rows.append(Fact(label=label_of(name, form), value=_shown(name, value)))
        if name == "signatory_position" and applies("signatory_basis", form) and card.signatory_name:
            basis = SignatoryBasis(card.signatory_basis)
            rows.append(Fact(label=label_of("signatory_basis", form), value=basis.label))
    return rows


def _shown(name: str, value: str) -> StrOrPromise:
    if not value:
        return gettext_lazy("not filled")
    return shown_phone(value) if name == "phone" else value


def _tell_taken(request: CompanyRequest, told: Told, taken: Sequence[StrOrPromise]) -> None:
    if taken:
        words = {"source": told.title, "fields": _listed(taken)}
        messages.success(request, _("Taken from %(source)s: %(fields)s.") % words)
    else:
        messages.info(
            request, _("Nothing to fill: %(source)s knows no more than the card.") % {"source": told.title}
        )


def _tell_cleared(request: CompanyRequest, cleared: Sequence[StrOrPromise], form: LegalForm) -> None:
    if cleared:
        words = {"fields": _listed(cleared), "form": form.label}
        messages.info(request, _("Emptied, as the form “%(form)s” has no such thing: %(fields)s.") % words)


def _listed(labels: Iterable[StrOrPromise]) -> str:
    return ", ".join(map(str, labels))
