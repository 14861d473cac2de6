"""Agreements with marketplaces: the list, the form, the file."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import FileResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from companies.choices import AuditSubject, Permission
from companies.permissions import requires
from companies.selectors.audit import last_changes
from core.components import Crumb
from marketplaces import selectors, services
from marketplaces.forms import AgreementForm
from marketplaces.models import Agreement, AgreementFile
from marketplaces.services import AgreementExists

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpResponse

    from companies.http import CompanyRequest


@require_safe
@requires(Permission.VIEW)
def agreement_list(request: CompanyRequest) -> HttpResponse:
    """Every agreement by marketplace, with a word on those that end soon."""
    groups = selectors.agreements(company=request.company)
    context = {
        "groups": groups,
        "ending": selectors.ending(groups),
        "can_manage": request.membership.can(Permission.MANAGE_AGREEMENTS),
        "wide": True,
    }
    return render(request, "settings/agreements.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.MANAGE_AGREEMENTS)
def agreement_create(request: CompanyRequest) -> HttpResponse:
    """Add an agreement."""
    form = AgreementForm(*_posted(request))
    if form.is_valid():
        saved = _attempt(
            form,
            lambda: services.add_agreement(
                company=request.company, terms=form.terms, file=form.pdf, actor=request.user
            ),
        )
        if saved is not None:
            messages.success(request, _("The agreement %(number)s is added.") % {"number": saved.number})
            return _to_list(request)
    return _form_page(request, form)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.MANAGE_AGREEMENTS)
def agreement_edit(request: CompanyRequest, pk: int) -> HttpResponse:
    """Change the terms of an agreement, or put another file in the place of its file."""
    agreement = _agreement(request, pk)
    form = AgreementForm(*_posted(request), agreement=agreement)
    if form.is_valid():
        saved = _attempt(
            form,
            lambda: services.change_agreement(
                agreement=agreement, terms=form.terms, file=form.pdf, actor=request.user
            ),
        )
        if saved is not None:
            messages.success(request, _("The agreement %(number)s is saved.") % {"number": saved.number})
            return _to_list(request)
    return _form_page(request, form)


@require_POST
@requires(Permission.MANAGE_AGREEMENTS)
def agreement_delete(request: CompanyRequest, pk: int) -> HttpResponse:
    """Forget an agreement and its file."""
    agreement = _agreement(request, pk)
    services.delete_agreement(agreement=agreement, actor=request.user)
    messages.success(request, _("The agreement %(number)s is deleted.") % {"number": agreement.number})
    return _to_list(request)


@require_safe
@requires(Permission.VIEW)
def agreement_file(request: CompanyRequest, pk: int) -> FileResponse:
    """The PDF, to be saved: a browser never opens it as a page of the cabinet."""
    files = AgreementFile.objects.for_company(request.company)
    file: AgreementFile = get_object_or_404(files, agreement=pk)
    response = FileResponse(
        BytesIO(file.content), as_attachment=True, filename=file.name, content_type="application/pdf"
    )
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


@require_POST
@requires(Permission.MANAGE_AGREEMENTS)
def agreement_file_delete(request: CompanyRequest, pk: int) -> HttpResponse:
    """Forget the file of an agreement."""
    agreement = _agreement(request, pk)
    if services.delete_agreement_file(agreement=agreement, actor=request.user):
        messages.success(request, _("The file is deleted. The terms of the agreement stay."))
    return redirect("marketplaces:agreement-edit", request.company.slug, pk)


def _agreement(request: CompanyRequest, pk: int) -> Agreement:
    agreement: Agreement = get_object_or_404(Agreement.objects.for_company(request.company), pk=pk)
    return agreement


def _posted(request: CompanyRequest) -> tuple[object, object]:
    """The fields and the files of the form, or neither."""
    return (request.POST, request.FILES) if request.method == "POST" else (None, None)


def _attempt(form: AgreementForm, call: Callable[[], Agreement]) -> Agreement | None:
    """Save; that there is such an agreement already is told at its number."""
    try:
        return call()
    except AgreementExists:
        form.add_error(
            "number", _("This agreement is here already: the marketplace, the number and the date agree.")
        )
    return None


def _to_list(request: CompanyRequest) -> HttpResponse:
    return redirect("marketplaces:agreement-list", request.company.slug)


def _form_page(request: CompanyRequest, form: AgreementForm) -> HttpResponse:
    slug, agreement = request.company.slug, form.agreement
    sees_all = request.membership.can(Permission.VIEW_AUDIT)
    context = {
        "form": form,
        "agreement": agreement,
        "file": selectors.file_of(agreement) if agreement else None,
        "title": _("Agreement %(number)s") % {"number": agreement.number}
        if agreement
        else _("New agreement"),
        "crumbs": [Crumb(label=_("Agreements"), url=reverse("marketplaces:agreement-list", args=[slug]))],
        "changes": last_changes(request.company, AuditSubject.AGREEMENT, agreement.pk) if agreement else [],
        "all_url": reverse("settings:audit", args=[slug]) if sees_all else "",
    }
    return render(request, "settings/agreement_form.html", context, status=422 if form.is_bound else 200)
