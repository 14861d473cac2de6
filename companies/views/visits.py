"""Staff look into a seller's cabinet: the form that begins a visit, the button that ends it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from companies.choices import VisitEnding
from companies.forms.visits import VisitForm
from companies.identity import asks_identity_for_form, refuse_unconfirmed
from companies.selectors.visits import visitable_members
from companies.services.visits import CannotVisit, start_visit
from companies.visiting import VISIT_KEY, close_visit

if TYPE_CHECKING:
    from django.http import HttpResponse

    from companies.http import CompanyRequest, SignedInRequest
    from companies.models import Company


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@asks_identity_for_form
def visit_start(request: CompanyRequest, company: Company, frame: dict[str, Any]) -> HttpResponse:
    """Ask why, as whom and for how long, then go to the seller's cabinet.

    Stands behind the admin, which lets only those in who have the right to begin visits; `frame` is what the
    pages of the admin need.
    """
    members = visitable_members(company)
    is_member = any(member.user_id == request.user.pk for member in members)
    form = VisitForm(request.POST or None, members=members)
    if form.is_valid() and not refuse_unconfirmed(request, form):
        asked = form.cleaned_data
        try:
            visit = start_visit(
                staff=request.user, member=form.chosen, reason=asked["reason"], minutes=asked["minutes"]
            )
        except CannotVisit:
            form.add_error(None, _("You may not look into this cabinet."))
        else:
            request.session[VISIT_KEY] = visit.pk
            return redirect(company.get_absolute_url())
    context = {**frame, "title": _("Look into the seller's cabinet"), "company": company, "form": form}
    context |= {"is_member": is_member, "members": members}
    return render(
        request, "admin/companies/company/visit.html", context, status=422 if form.is_bound else 200
    )


@require_POST
@login_required
def visit_end(request: SignedInRequest) -> HttpResponse:
    """End the visit that goes on in this browser, and go back to the company in the admin."""
    visit = close_visit(request, ending=VisitEnding.LEFT)
    if visit is None or not request.user.is_staff:
        return redirect("home")
    messages.success(request, _("The visit is over; the seller sees it in his change log."))
    return redirect("admin:companies_company_change", visit.company_id)
