"""Inviting people by e-mail: a signed link that lives seven days and works once."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from allauth.account.models import EmailAddress
from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from companies.choices import InvitationStatus, Role
from companies.models import Invitation, Membership
from companies.models.tenants import INVITATION_LIFETIME, invitation_end, new_nonce
from companies.services.people import lock_company
from core import letters

if TYPE_CHECKING:
    from companies.models import Company, User

MOST_OPEN: Final = 50
# A letter an invitation may be sent this often: nobody's mailbox is filled from here.
RESEND_PAUSE: Final = timedelta(minutes=1)
_SALT: Final = "companies.invitation"


class AlreadyMember(Exception):
    """The person is in the company already."""


class AlreadyInvited(Exception):
    """An invitation to this e-mail is open."""


class TooManyInvitations(Exception):
    """The company has as many open invitations as it may have."""


class SentJustNow(Exception):
    """The last letter went out less than a minute ago."""


class InvitationClosed(Exception):
    """The invitation is accepted, withdrawn, out of date or replaced; `status` says which, None: replaced."""

    def __init__(self, status: InvitationStatus | None) -> None:
        super().__init__(status)
        self.status = status


class NotTheInvited(Exception):
    """The person has not proved that the e-mail of the invitation is his."""


@transaction.atomic
def invite(email: str, *, company: Company, role: Role, invited_by: User) -> Invitation:
    """Invite the person and send him the link; one whose invitation ran out is invited anew.

    Raises AlreadyMember, AlreadyInvited, TooManyInvitations.
    """
    address = email.lower()
    # Two owners who invite at once see each other's invitation.
    lock_company(company)
    if Membership.objects.for_company(company).filter(user__email__iexact=address).exists():
        raise AlreadyMember(address)
    waiting = Invitation.objects.for_company(company).filter(accepted_at=None, withdrawn_at=None)
    invitation: Invitation | None = waiting.filter(email=address).select_for_update().first()
    if invitation is not None and timezone.now() < invitation.expires_at:
        raise AlreadyInvited(address)
    if invitation is not None:
        return _renew(invitation, role=role, invited_by=invited_by)
    if waiting.count() >= MOST_OPEN:
        raise TooManyInvitations(company.pk)
    invitation = Invitation.all_companies.create(
        company=company, email=address, role=role, invited_by=invited_by
    )
    letters.post("invitation", invitation_id=invitation.pk)
    return invitation


@transaction.atomic
def resend_invitation(*, invitation: Invitation) -> Invitation:
    """Send a new link that lives seven days; the links sent before are useless from now on.

    Raises InvitationClosed, SentJustNow.
    """
    locked = _locked(invitation.pk)
    if locked.accepted_at or locked.withdrawn_at:
        raise InvitationClosed(locked.status(timezone.now()))
    if timezone.now() < locked.expires_at - INVITATION_LIFETIME + RESEND_PAUSE:
        raise SentJustNow(locked.pk)
    return _renew(locked, role=Role(locked.role), invited_by=locked.invited_by)


@transaction.atomic
def withdraw_invitation(*, invitation: Invitation) -> Invitation:
    """Make the link useless. Raises InvitationClosed when it is accepted or withdrawn already."""
    locked = _locked(invitation.pk)
    if locked.accepted_at or locked.withdrawn_at:
        raise InvitationClosed(locked.status(timezone.now()))
    locked.withdrawn_at = timezone.now()
    locked.save(update_fields=["withdrawn_at"])
    return locked


@transaction.atomic
def accept_invitation(token: str, *, user: User) -> Membership:
    """Let the invited person in, with the role of the invitation; once in, a second press changes nothing.

    Who is a member already keeps his role. Raises Invitation.DoesNotExist, InvitationClosed, NotTheInvited.
    """
    pk, nonce = _read(token)
    invitation = _locked(pk)
    memberships = Membership.objects.for_company(invitation.company_id).select_related("company")
    mine: Membership | None = memberships.filter(user=user).first()
    if mine is not None and invitation.accepted_by_id == user.pk:
        return mine
    closed = closing(invitation, nonce=nonce)
    if closed is not None:
        raise closed
    if not has_proved(user, invitation.email):
        raise NotTheInvited(invitation.pk)
    invitation.accepted_at = timezone.now()
    invitation.accepted_by = user
    invitation.save(update_fields=["accepted_at", "accepted_by"])
    return mine or Membership.all_companies.create(
        company=invitation.company, user=user, role=invitation.role
    )


def link(invitation: Invitation) -> str:
    """The whole address that the letter carries."""
    token = Signer(salt=_SALT).sign_object({"pk": invitation.pk, "nonce": invitation.nonce})
    return letters.link(reverse("companies:invitation", args=[token]))


def read_invitation(token: str) -> tuple[Invitation, InvitationClosed | None]:
    """The invitation of a link, and why it does not work any more. Raises Invitation.DoesNotExist."""
    pk, nonce = _read(token)
    invitation = Invitation.all_companies.select_related("company", "invited_by").get(pk=pk)
    return invitation, closing(invitation, nonce=nonce)


def closing(invitation: Invitation, *, nonce: str) -> InvitationClosed | None:
    """Why a link with the nonce does not work; None when it does."""
    status = invitation.status(timezone.now())
    if status in (InvitationStatus.ACCEPTED, InvitationStatus.WITHDRAWN):
        return InvitationClosed(status)
    if nonce != invitation.nonce:
        return InvitationClosed(None)
    return InvitationClosed(status) if status.is_final else None


def has_proved(user: User, email: str) -> bool:
    """Whether the person has shown that the e-mail is his."""
    return bool(EmailAddress.objects.filter(user=user, email__iexact=email, verified=True).exists())


def _read(token: str) -> tuple[int, str]:
    try:
        said = Signer(salt=_SALT).unsign_object(token)
    except BadSignature as exc:
        raise Invitation.DoesNotExist from exc
    return said["pk"], said["nonce"]


def _locked(pk: int) -> Invitation:
    invitation: Invitation = Invitation.all_companies.select_for_update().get(pk=pk)
    return invitation


def _renew(invitation: Invitation, *, role: Role, invited_by: User | None) -> Invitation:
    invitation.nonce = new_nonce()
    invitation.expires_at = invitation_end()
    invitation.role = role
    invitation.invited_by = invited_by
    invitation.save(update_fields=["nonce", "expires_at", "role", "invited_by"])
    letters.post("invitation", invitation_id=invitation.pk)
    return invitation
