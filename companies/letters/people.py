"""Letters to the people of a company: the invitation, the removal, the second factor."""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo
from typing import ClassVar, Final

from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from companies.choices import InvitationStatus, Role
from companies.models import Company, Invitation, Membership, User
from companies.services import invitations
from core.letters import Action, Letter, LetterKind, link, name_of, told_moment

SAMPLE_COMPANY: Final = "Льняная лавка"
SAMPLE_PERSON: Final = "anna@example.com"
_WHAT_ROLES_DO: Final = {
    Role.OWNER: gettext_lazy("Owner: everything, people and money included."),
    Role.MANAGER: gettext_lazy("Manager: orders, stock, the catalog, marketplace accounts and their keys."),
    Role.WAREHOUSE: gettext_lazy("Warehouse worker: orders, stock and the company's own warehouses."),
    Role.ACCOUNTANT: gettext_lazy("Accountant: the company card, taxes, payout details and agreements."),
    Role.VIEWER: gettext_lazy("Viewer: sees orders, stock and figures, changes nothing."),
}


class Invited(LetterKind):
    """Asks a person to join a company."""

    kind: ClassVar[str] = "invitation"
    title = gettext_lazy("Invitation to a company")

    def write(self, **ids: int) -> Letter | None:
        """For the open invitation `invitation_id`, in the language of who invites."""
        found = Invitation.all_companies.select_related("company", "invited_by")
        invitation = found.filter(pk=ids["invitation_id"]).first()
        if invitation is None or invitation.status(timezone.now()) != InvitationStatus.SENT:
            return None
        inviter = invitation.invited_by
        return _invitation(
            to=invitation.email,
            language=inviter.language if inviter else settings.LANGUAGE_CODE,
            company=invitation.company.name,
            role=Role(invitation.role),
            inviter=inviter,
            url=invitations.link(invitation),
            until=invitation.expires_at,
            zone=invitation.company.zone,
        )

    def sample(self, language: str) -> Letter:
        """Anna invites a manager."""
        return _invitation(
            to="pavel@example.com",
            language=language,
            company=SAMPLE_COMPANY,
            role=Role.MANAGER,
            inviter=User(name="Анна Лебедева", email=SAMPLE_PERSON),
            url=link(reverse("companies:invitation", args=["eyJwayI6MX0:3kY2sample"])),
            until=timezone.now() + timedelta(days=7),
        )


class MemberRemoved(LetterKind):
    """Tells a person that he is no longer in a company."""

    kind: ClassVar[str] = "member_removed"
    title = gettext_lazy("Removal from a company")

    def write(self, **ids: int) -> Letter | None:
        """For the person `user_id` who is not in the company `company_id` any more."""
        company, user = _company_and_user(ids)
        if company is None or user is None:
            return None
        if Membership.objects.for_company(company).filter(user=user).exists():
            return None
        return _removal(to=user.email, language=user.language, company=company.name)

    def sample(self, language: str) -> Letter:
        """Pavel was removed."""
        return _removal(to=SAMPLE_PERSON, language=language, company=SAMPLE_COMPANY)


class SecondFactorRequired(LetterKind):
    """Tells a member without a second factor that the company asks for one from now on."""

    kind: ClassVar[str] = "second_factor_required"
    title = gettext_lazy("The second factor is required")

    def write(self, **ids: int) -> Letter | None:
        """For the member `user_id` of the company `company_id`, while it asks for a second factor."""
        company, user = _company_and_user(ids)
        if company is None or user is None or not company.requires_second_factor:
            return None
        if not Membership.objects.for_company(company).filter(user=user).exists():
            return None
        return _second_factor(to=user.email, language=user.language, company=company.name)

    def sample(self, language: str) -> Letter:
        """The linen shop asks for it."""
        return _second_factor(to=SAMPLE_PERSON, language=language, company=SAMPLE_COMPANY)


def _company_and_user(ids: dict[str, int]) -> tuple[Company | None, User | None]:
    company = Company.objects.filter(pk=ids["company_id"]).first()
    return company, User.objects.filter(pk=ids["user_id"], is_active=True).first()


def _invitation(
    *,
    to: str,
    language: str,
    company: str,
    role: Role,
    inviter: User | None,
    url: str,
    until: datetime,
    zone: tzinfo | None = None,
) -> Letter:
    with translation.override(language):
        # The address is a stranger's: names that somebody chose must not pass for links of ours.
        named = name_of(company)
        facts = [(_("Company"), named), (_("Role"), str(_WHAT_ROLES_DO[role]))]
        if inviter is not None:
            who = f"{name_of(inviter.name)}, {inviter.email}" if inviter.name else inviter.email
            facts.append((_("Invited by"), who))
        facts.append((_("The link works until"), told_moment(until, zone)))
        return Letter(
            to=to,
            language=language,
            subject=_("Invitation to the company “%(company)s”") % {"company": named},
            lead=(_("You are invited to work in the company's cabinet in FBO Cabinet."),),
            facts=tuple(facts),
            action=Action(label=_("Accept the invitation"), url=url),
            after=(
                _("The link is for this address only and works once. Do not pass it on."),
                _("If you do not know who invites you, do nothing: without the link nothing happens."),
            ),
            why=_("This letter came because your address was given as that of a new colleague."),
        )


def _removal(*, to: str, language: str, company: str) -> Letter:
    with translation.override(language):
        return Letter(
            to=to,
            language=language,
            subject=_("You are no longer in the company “%(company)s”") % {"company": company},
            lead=(
                _("An owner of the company “%(company)s” has taken you out of it.") % {"company": company},
                _("Its pages do not open for you any more, and you were signed out on all devices."),
            ),
            action=Action(label=_("Sign in again"), url=link(reverse("account_login"))),
            after=(
                _("Your account and your other companies stay as they were."),
                _("If this is a mistake, ask an owner of the company for a new invitation."),
            ),
            why=_("You get this letter because you were a member of the company “%(company)s”.")
            % {"company": company},
        )


def _second_factor(*, to: str, language: str, company: str) -> Letter:
    with translation.override(language):
        return Letter(
            to=to,
            language=language,
            subject=_("The company “%(company)s” asks for a second factor") % {"company": company},
            lead=(
                _("An owner of the company “%(company)s” requires the second factor of everybody in it.")
                % {"company": company},
                _("Until you have set it up, the pages of the company do not open. It takes two minutes."),
            ),
            action=Action(label=_("Set up the second factor"), url=link(reverse("mfa_index"))),
            after=(_("An authenticator app on the phone will do, or a passkey of the computer."),),
            why=_("You get this letter because you are a member of the company “%(company)s”.")
            % {"company": company},
        )
