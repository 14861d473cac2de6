"""Users, companies and who belongs to which."""

from __future__ import annotations

from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from companies.choices import RIGHTS, Permission, Role
from companies.scoping import CompanyOwned, CompanyQuerySet, ScopedManager


class UserManager(BaseUserManager["User"]):
    """Makes users who sign in by e-mail."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """Create a user; a missing password makes one who cannot sign in with a password."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        """Create a member of staff with every right in the admin."""
        return self.create_user(email, password, **{**fields, "is_staff": True, "is_superuser": True})


class User(AbstractBaseUser, PermissionsMixin):
    """A person. Signs in by e-mail."""

    email = models.EmailField(_("e-mail"), unique=True)
    name = models.CharField(_("name"), max_length=120, blank=True)
    language = models.CharField(_("language"), max_length=8, default="ru")
    is_staff = models.BooleanField(_("staff"), default=False)
    is_active = models.BooleanField(_("active"), default=True)
    joined_at = models.DateTimeField(_("joined"), default=timezone.now)

    objects = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_ci")]

    def __str__(self) -> str:
        return self.name or self.email

    @property
    def initials(self) -> str:
        """Two letters for the round mark."""
        words = str(self).replace("@", " ").split()
        return "".join(word[0] for word in words[:2]).upper()


class Company(models.Model):
    """A tenant: one seller."""

    name = models.CharField(_("name"), max_length=120)
    slug = models.SlugField(_("address in the cabinet"), max_length=50, unique=True)
    time_zone = models.CharField(_("time zone of the business day"), max_length=64, default="Europe/Moscow")
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    is_demo = models.BooleanField(_("demo"), default=False)

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


class Membership(CompanyOwned):
    """A person in a company, with a role."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(_("role"), max_length=16, choices=Role, default=Role.VIEWER)
    joined_at = models.DateTimeField(_("joined"), default=timezone.now)

    all_companies = CompanyQuerySet.as_manager()
    objects = ScopedManager.from_queryset(CompanyQuerySet)()

    class Meta:
        verbose_name = _("member")
        verbose_name_plural = _("members")
        constraints = [models.UniqueConstraint(fields=["company", "user"], name="membership_once")]

    def __str__(self) -> str:
        return f"{self.user} · {self.get_role_display()}"

    def can(self, permission: Permission) -> bool:
        """Whether the role has the permission."""
        return permission in RIGHTS[Role(self.role)]
