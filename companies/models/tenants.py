"""Tenants: companies, who belongs to them, who is invited."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import ClassVar, Final
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.translation import gettext_lazy as _

from companies.choices import RIGHTS, VISIT_RIGHTS, InvitationStatus, Permission, Role, VisitEnding
from companies.scoping import CompanyOwned, CompanyQuerySet, ScopedManager

INVITATION_LIFETIME: Final = timedelta(days=7)


class Company(models.Model):
    """A tenant: one seller."""

    name = models.CharField(_("name"), max_length=120)
    slug = models.SlugField(_("address in the cabinet"), max_length=50, unique=True)
    time_zone = models.CharField(_("time zone of the business day"), max_length=64, default="Europe/Moscow")
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    is_demo = models.BooleanField(_("demo"), default=False)
    requires_second_factor = models.BooleanField(_("second factor is required"), default=False)

    is_audited: ClassVar[bool] = True

    class Meta:
        verbose_name = _("company")
        verbose_name_plural = _("companies")

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("analytics:dashboard", args=[self.slug])

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which the company's days begin and end."""
        return ZoneInfo(self.time_zone)

    @property
    def initials(self) -> str:
        """Two letters for the square mark."""
        words = self.name.replace("«", " ").split()
        return "".join(word[0] for word in words[:2]).upper()


class MembershipQuerySet(CompanyQuerySet):
    def owners(self) -> MembershipQuerySet:
        """The owners who can act and be told: a person who is switched off is none."""
        return self.filter(role=Role.OWNER, user__is_active=True)


class Membership(CompanyOwned):
    """A person in a company, with a role."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(_("role"), max_length=16, choices=Role, default=Role.VIEWER)
    joined_at = models.DateTimeField(_("joined"), default=timezone.now)

    is_audited: ClassVar[bool] = True
    # Set on the membership of staff who look into a seller's cabinet (StaffVisit).
    is_visit = False

    all_companies = MembershipQuerySet.as_manager()
    objects = ScopedManager.from_queryset(MembershipQuerySet)()

    class Meta:
        verbose_name = _("member")
        verbose_name_plural = _("members")
        constraints = [models.UniqueConstraint(fields=["company", "user"], name="membership_once")]

    def __str__(self) -> str:
        return f"{self.user} · {self.get_role_display()}"

    @property
    def rights(self) -> frozenset[Permission]:
        """What the role may do; staff on a visit keep only a part of it."""
        rights = RIGHTS[Role(self.role)]
        return rights & VISIT_RIGHTS if self.is_visit else rights

    def can(self, permission: Permission) -> bool:
        """Whether the role has the permission."""
        return permission in self.rights


def new_nonce() -> str:
    """What makes one link of an invitation differ from the next (190 bits)."""
    return get_random_string(32)


def invitation_end() -> datetime:
    """When an invitation sent now stops working."""
    return timezone.now() + INVITATION_LIFETIME


class Invitation(CompanyOwned):
    """A person who is asked to join with a role.

    The link is signed over the row and its nonce (companies.services.invitations): the table holds nothing
    that opens anything. A new nonce makes the links sent before useless. `email` is kept in small letters.
    """

    email = models.EmailField(_("e-mail"))
    role = models.CharField(_("role"), max_length=16, choices=Role, default=Role.VIEWER)
    nonce = models.CharField(max_length=32, default=new_nonce, editable=False)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    expires_at = models.DateTimeField(_("works until"), default=invitation_end)
    accepted_at = models.DateTimeField(_("accepted"), null=True, blank=True)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)

    is_audited: ClassVar[bool] = True

    all_companies = CompanyQuerySet.as_manager()
    objects = ScopedManager.from_queryset(CompanyQuerySet)()

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        constraints = [
            models.UniqueConstraint(
                fields=["company", "email"],
                condition=models.Q(accepted_at=None, withdrawn_at=None),
                name="invitation_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.email} · {self.get_role_display()}"

    def status(self, now: datetime) -> InvitationStatus:
        """What became of it."""
        if self.accepted_at:
            return InvitationStatus.ACCEPTED
        if self.withdrawn_at:
            return InvitationStatus.WITHDRAWN
        return InvitationStatus.SENT if now < self.expires_at else InvitationStatus.EXPIRED


class StaffVisit(CompanyOwned):
    """Staff looking into a seller's cabinet as one of its people sees it: with a reason, for a limited time."""

    staff = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    as_user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    role = models.CharField(_("role"), max_length=16, choices=Role)
    reason = models.CharField(_("reason"), max_length=500)
    started_at = models.DateTimeField(_("started"), default=timezone.now)
    ends_at = models.DateTimeField(_("ends"))
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    ending = models.CharField(_("how it ended"), max_length=16, choices=VisitEnding, blank=True)

    all_companies = CompanyQuerySet.as_manager()
    objects = ScopedManager.from_queryset(CompanyQuerySet)()

    class Meta:
        verbose_name = _("visit of staff")
        verbose_name_plural = _("visits of staff")
        indexes = [models.Index(fields=["company", "-started_at", "-id"], name="visit_recent")]

    def __str__(self) -> str:
        return f"{self.staff} · {self.started_at:%Y-%m-%d %H:%M}"

    def is_open(self, now: datetime) -> bool:
        """Whether it still goes on."""
        return self.ended_at is None and now < self.ends_at
