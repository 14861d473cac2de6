"""Invitations: sending them for owners; for the invited, the page of the link and the sign-up by it."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.signup import complete_signup
from allauth.decorators import rate_limit
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from companies import services
from companies.choices import Permission, Role
from companies.forms.invitations import JoiningForm
from companies.forms.people import InviteForm
from companies.identity import asks_identity, asks_identity_for_form, refuse_unconfirmed
from companies.models import Invitation
from companies.permissions import requires
from companies.selectors.people import is_known, rights_table
from companies.services import InvitationClosed, NotTheInvited, SentJustNow
from core.components import Crumb

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from companies.http import CompanyRequest, SignedInRequest


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.MANAGE_PEOPLE)
@asks_identity_for_form
def invitation_create(request: CompanyRequest) -> HttpResponse:
    """Invite a person by e-mail."""
    form = InviteForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and not refuse_unconfirmed(request, form):
        asked = form.cleaned_data
        refusal = _refused(request, email=asked["email"], role=asked["role"])
        if not refusal:
            messages.success(request, _("The invitation is sent to %(email)s.") % {"email": asked["email"]})
            return redirect("settings:member-list", request.company.slug)
        form.add_error("email", refusal)
    people_url = reverse("settings:member-list", args=[request.company.slug])
    context = {
        "form": form,
        "rights": rights_table(),
        "roles": Role,
        "crumbs": [Crumb(label=_("People and roles"), url=people_url)],
    }
    return render(request, "settings/people_invite.html", context, status=422 if form.is_bound else 200)


@require_POST
@requires(Permission.MANAGE_PEOPLE)
@asks_identity
def invitation_resend(request: CompanyRequest, pk: int) -> HttpResponse:
    """Send a new link; the ones sent before stop working."""
    invitation = _invitation(request, pk)
    try:
        services.resend_invitation(invitation=invitation)
    except SentJustNow:
        messages.warning(
            request, _("The letter went out less than a minute ago. Look into spam, then repeat.")
        )
    except InvitationClosed:
        messages.error(request, _("This invitation is not open any more: there is nothing to send."))
    else:
        messages.success(
            request, _("A new link is sent to %(email)s, it works for 7 days.") % {"email": invitation.email}
        )
    return redirect("settings:member-list", request.company.slug)


@require_POST
@requires(Permission.MANAGE_PEOPLE)
@asks_identity
def invitation_withdraw(request: CompanyRequest, pk: int) -> HttpResponse:
    """Make the link useless."""
    invitation = _invitation(request, pk)
    try:
        services.withdraw_invitation(invitation=invitation)
    except InvitationClosed:
        messages.error(request, _("This invitation is not open any more: there is nothing to withdraw."))
    else:
        messages.success(
            request,
            _("The invitation of %(email)s is withdrawn, its link does not work.")
            % {"email": invitation.email},
        )
    return redirect("settings:member-list", request.company.slug)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Where the link of the letter leads: what one is asked into, and the button that accepts."""
    if request.method == "POST" and request.user.is_authenticated:
        return _accept(cast("SignedInRequest", request), token)
    found, closed = _found(token)
    context = {
        "invitation": found,
        "role": Role(found.role),
        "closed": closed,
        "is_mine": request.user.is_authenticated and found.accepted_by_id == request.user.pk,
        "is_known": not request.user.is_authenticated and is_known(found.email),
        "is_other": request.user.is_authenticated and not services.has_proved(request.user, found.email),
        "is_unproved": request.user.is_authenticated and request.user.email.lower() == found.email,
        "here": request.path,
        "signup_url": reverse("companies:invitation-signup", args=[token]),
    }
    return render(request, "companies/invitation.html", context, status=410 if closed else 200)


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@rate_limit(action="signup")  # type: ignore[untyped-decorator]  # allauth has no types
def invitation_signup(request: HttpRequest, token: str) -> HttpResponse:
    """Sign up by the link: it came to the mailbox, so the e-mail needs no letter of its own."""
    found, closed = _found(token)
    back = reverse("companies:invitation", args=[token])
    if closed or request.user.is_authenticated or is_known(found.email):
        return redirect(back)
    adapter = get_adapter(request)
    if not adapter.is_open_for_signup(request):
        raise PermissionDenied
    form = JoiningForm(request.POST if request.method == "POST" else None, email=found.email)
    if form.is_valid():
        adapter.stash_verified_email(request, found.email)
        user, response = form.try_save(request)
        # Nobody who signs up later in this browser inherits the proof.
        adapter.unstash_verified_email(request)
        answer: HttpResponse = response or complete_signup(request, user=user, redirect_url=back)
        return answer
    context = {"form": form, "invitation": found, "back": back}
    return render(request, "companies/invitation_signup.html", context, status=422 if form.is_bound else 200)


def _refused(request: CompanyRequest, *, email: str, role: Role) -> str:
    """Send the invitation; why it was not sent, empty when it was."""
    if email == request.user.email.lower():
        return _("This is your own address: you are in the company already.")
    try:
        services.invite(email, company=request.company, role=role, invited_by=request.user)
    except services.AlreadyMember:
        return _("This person is in the company already. A role is changed in the list of people.")
    except services.AlreadyInvited:
        return _("This person is invited already. The list of people can send the letter once more.")
    except services.TooManyInvitations:
        return _("50 invitations are open, that is the most. Withdraw those that nobody needs.")
    return ""


def _accept(request: SignedInRequest, token: str) -> HttpResponse:
    try:
        membership = services.accept_invitation(token, user=request.user)
    except Invitation.DoesNotExist as exc:
        raise Http404 from exc
    except (InvitationClosed, NotTheInvited):
        # The page says why.
        return redirect(request.path)
    messages.success(request, _("Welcome to “%(name)s”.") % {"name": membership.company.name})
    return redirect(membership.company)


def _found(token: str) -> tuple[Invitation, InvitationClosed | None]:
    try:
        return services.read_invitation(token)
    except Invitation.DoesNotExist as exc:
        raise Http404 from exc


def _invitation(request: CompanyRequest, pk: int) -> Invitation:
    found: Invitation = get_object_or_404(Invitation.objects.for_company(request.company), pk=pk)
    return found
