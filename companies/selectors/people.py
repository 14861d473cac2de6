"""Who is in a company, who is invited, and what each role may do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db.models import Case, Exists, IntegerField, Max, OuterRef, Subquery, Value, When
from django.db.models.functions import Greatest
from django.utils import timezone

from companies.choices import PERMISSION_LABELS, RIGHTS, InvitationStatus, Permission, Role
from companies.models import Invitation, Membership, User

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet
    from django_stubs_ext import StrOrPromise

    from companies.models import Company


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationRow:
    """An invitation that waits, with what became of it by now."""

    invitation: Invitation
    status: InvitationStatus

    @property
    def role(self) -> Role:
        """What the person is to be."""
        return Role(self.invitation.role)


@dataclass(frozen=True, slots=True, kw_only=True)
class RightRow:
    """A line of the table of rights: what may be done, and by which roles, in the order of `Role`."""

    permission: Permission
    label: StrOrPromise
    allowed: tuple[tuple[Role, bool], ...]


def members(company: Company) -> QuerySet[Any]:
    """The people of the company, owners first, each with `last_seen_at` and `has_second_factor`."""
    sessions = UserSession.objects.filter(user=OuterRef("user")).order_by().values("user")
    place = Case(
        *(When(role=role, then=Value(number)) for number, role in enumerate(Role)),
        output_field=IntegerField(),
    )
    people: QuerySet[Any] = (
        Membership.objects.for_company(company)
        .select_related("user")
        .annotate(
            last_seen_at=Greatest(
                "user__last_login", Subquery(sessions.annotate(at=Max("last_seen_at")).values("at"))
            ),
            has_second_factor=Exists(Authenticator.objects.filter(user=OuterRef("user"))),
        )
        .order_by(place, "joined_at", "pk")
    )
    return people


def open_invitations(company: Company) -> list[InvitationRow]:
    """Who is invited and has not come yet, the newest first."""
    now = timezone.now()
    waiting = (
        Invitation.objects.for_company(company)
        .filter(accepted_at=None, withdrawn_at=None)
        .select_related("invited_by")
        .order_by("-expires_at", "-pk")
    )
    return [InvitationRow(invitation=row, status=row.status(now)) for row in waiting]


def is_last_owner(people: Iterable[Membership], member: Membership) -> bool:
    """Whether of these people of a company nobody but the member owns it."""
    owners = [row.pk for row in people if row.role == Role.OWNER and row.user.is_active]
    return member.role == Role.OWNER and not [pk for pk in owners if pk != member.pk]


def rights_table() -> list[RightRow]:
    """Role × Permission, as pages and docs show it."""
    return [
        RightRow(
            permission=permission,
            label=label,
            allowed=tuple((role, permission in RIGHTS[role]) for role in Role),
        )
        for permission, label in PERMISSION_LABELS.items()
    ]


def is_known(email: str) -> bool:
    """Whether somebody signs in with the e-mail."""
    return User.objects.filter(email__iexact=email).exists()
