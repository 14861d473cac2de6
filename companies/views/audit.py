"""Who changed what: the audit trail of a company as a page and as a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from companies.choices import AuditSubject, Permission
from companies.filters.audit import AuditFilter
from companies.permissions import requires
from companies.selectors.audit import audit_list, change_rows
from companies.tables.audit import AuditTable
from core.exports import About, export_menu, export_response
from core.listing import listing, ready_views, select

if TYPE_CHECKING:
    from django.http import HttpResponse
    from django_stubs_ext import StrOrPromise

    from companies.http import CompanyRequest

VIEWS: list[tuple[StrOrPromise, dict[str, str]]] = [
    (gettext_lazy("All changes"), {}),
    (gettext_lazy("Payout details"), {"subject": AuditSubject.BANK_ACCOUNT.value}),
    (gettext_lazy("People"), {"subject": AuditSubject.MEMBER.value}),
    (gettext_lazy("Marketplace accounts"), {"subject": AuditSubject.ACCOUNT.value}),
    (gettext_lazy("Visits of staff"), {"visits": "only"}),
]


@require_safe
@requires(Permission.VIEW_AUDIT)
def audit(request: CompanyRequest) -> HttpResponse:
    """The changes of the company, the newest first."""
    found = listing(request, audit_list(request.company), table=AuditTable, filterset=AuditFilter)
    slug = request.company.slug
    may_export = request.membership.can(Permission.EXPORT) and (found.rows or found.is_filtered)
    context = {
        "found": found,
        "rows": change_rows(request.company.pk, found.rows),
        "views": ready_views(request.GET, VIEWS),
        "exports": export_menu(lambda form: reverse("settings:audit-export", args=[slug, form]), found.query)
        if may_export
        else [],
        "wide": True,
    }
    return render(request, "settings/audit.html", context)


@require_safe
@requires(Permission.VIEW_AUDIT)
def audit_export(request: CompanyRequest, form: str) -> Any:
    """The same list as a file; staff on a visit look, and take nothing along."""
    if not request.membership.can(Permission.EXPORT):
        raise PermissionDenied
    selection = select(request, audit_list(request.company), table=AuditTable, filterset=AuditFilter)
    about = About(
        title=_("Changes"),
        name="changes",
        company=request.company.name,
        zone=request.company.zone,
        as_of=timezone.now(),
        definition=_("One change of one row, as the database wrote it down. Secrets are never part of it."),
    )
    return export_response(selection, form=form, about=about)
