"""The people of a company: who is in, with which role; leaving, removing, the second factor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allauth.mfa.utils import is_mfa_enabled
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from companies import services
from companies.choices import Permission, Role
from companies.forms.people import RoleForm
from companies.identity import asks_identity, asks_identity_for_form, refuse_unconfirmed
from companies.models import Membership
from companies.permissions import requires
from companies.selectors import people as selectors
from companies.selectors.companies import memberships_of
from companies.services import LastOwner, NoSecondFactor
from core.components import Crumb

if TYPE_CHECKING:
    from django.http import HttpResponse

    from companies.http import CompanyRequest, SignedInRequest


@require_safe
@requires(Permission.VIEW)
def member_list(request: CompanyRequest) -> HttpResponse:
    """Who is in the company, who is invited, and what each role may do."""
    people = list(selectors.members(request.company))
    me = next((person for person in people if person.pk == request.membership.pk), None)
    context = {
        "people": people,
        "invitations": selectors.open_invitations(request.company),
        "me": me,
        "am_last_owner": me is not None and selectors.is_last_owner(people, me),
        "without_factor": [person for person in people if not person.has_second_factor],
        "have_factor": me is not None and me.has_second_factor,
        "rights": selectors.rights_table(),
        "roles": Role,
        "can_manage": request.membership.can(Permission.MANAGE_PEOPLE),
        "wide": True,
    }
    return render(request, "settings/people.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.MANAGE_PEOPLE)
@asks_identity_for_form
def member_role(request: CompanyRequest, pk: int) -> HttpResponse:
    """Give a member another role."""
    member = _member(request, pk)
    form = RoleForm(request.POST if request.method == "POST" else None, initial={"role": member.role})
    if form.is_valid() and not refuse_unconfirmed(request, form):
        try:
            services.change_role(member, role=form.cleaned_data["role"])
        except LastOwner:
            form.add_error("role", _("This is the last owner. Make somebody else an owner first."))
        else:
            messages.success(request, _("The role is changed. It is in force from the next click on."))
            return redirect("settings:member-list", request.company.slug)
    context = {
        "form": form,
        "member": member,
        "is_me": member.user_id == request.user.pk,
        "rights": selectors.rights_table(),
        "roles": Role,
        "crumbs": _crumbs(request),
    }
    return render(request, "settings/people_role.html", context, status=422 if form.is_bound else 200)


@require_POST
@requires(Permission.MANAGE_PEOPLE)
@asks_identity
def member_remove(request: CompanyRequest, pk: int) -> HttpResponse:
    """Take a member out of the company."""
    member = _member(request, pk)
    try:
        services.remove_member(member)
    except LastOwner:
        messages.error(request, _("This is the last owner. Make somebody else an owner first."))
    else:
        messages.success(
            request,
            _("%(name)s is out of the company and signed out everywhere.") % {"name": member.user},
        )
    return redirect("settings:member-list", request.company.slug)


@require_POST
@requires(Permission.VIEW)
def member_leave(request: CompanyRequest) -> HttpResponse:
    """Leave the company by one's own will."""
    # Staff on a visit are not members.
    member = _member(request, request.membership.pk)
    try:
        services.leave_company(member)
    except LastOwner:
        messages.error(request, _("You are the last owner. Make somebody else an owner, then leave."))
        return redirect("settings:member-list", request.company.slug)
    messages.success(request, _("You have left “%(name)s”.") % {"name": request.company.name})
    return redirect("home")


@require_POST
@requires(Permission.MANAGE_PEOPLE)
@asks_identity
def second_factor_require(request: CompanyRequest) -> HttpResponse:
    """Demand the second factor of everybody, or no longer."""
    is_required = request.POST.get("is_required") == "yes"
    try:
        services.require_second_factor(request.company, is_required=is_required, by=request.user)
    except NoSecondFactor:
        messages.error(request, _("First set up a second factor for yourself, then require it of others."))
    else:
        messages.success(
            request,
            _("From now on everybody needs a second factor here.")
            if is_required
            else _("The second factor is everybody's own choice again."),
        )
    return redirect("settings:member-list", request.company.slug)


@login_required
@require_safe
def second_factor(request: SignedInRequest, pk: int) -> HttpResponse:
    """Where a member without a second factor is led when his company requires one."""
    memberships = memberships_of(request.user)
    company = next((row.company for row in memberships if row.company_id == pk), None)
    if company is None:
        raise Http404
    if not company.requires_second_factor or is_mfa_enabled(request.user):
        return redirect(company)
    context = {"company_name": company.name, "has_others": len(memberships) > 1}
    return render(request, "companies/second_factor.html", context)


@login_required
@require_safe
def confirmed(request: SignedInRequest) -> HttpResponse:
    """The end of the question who one is, in a tab of its own: the form waits in the other."""
    return render(request, "companies/confirmed.html")


def _member(request: CompanyRequest, pk: int | None) -> Membership:
    people = Membership.objects.for_company(request.company).select_related("user", "company")
    member: Membership = get_object_or_404(people, pk=pk)
    return member


def _crumbs(request: CompanyRequest) -> list[Crumb]:
    return [
        Crumb(label=_("People and roles"), url=reverse("settings:member-list", args=[request.company.slug]))
    ]
