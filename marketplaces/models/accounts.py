"""A seller's accounts on the marketplaces."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any, ClassVar

from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from companies.models import BankAccount
from companies.scoping import CompanyOwned, CompanyQuerySet, ScopedManager
from core import crypto
from core.statuses import StatusChoices, StatusField


class AccountStatus(StatusChoices):
    """Whether an account is synced."""

    ACTIVE = "active", "success", "check", False, _("Works")
    PAUSED = "paused", "neutral", "pause", False, _("Paused")
    REJECTED = "rejected", "danger", "key-round", False, _("Key rejected")
    DISCONNECTED = "disconnected", "neutral", "unplug", True, _("Disconnected")
    ERASING = "erasing", "warning", "eraser", True, _("Being erased")


def new_push_token() -> str:
    """An address that cannot be guessed (256 bits)."""
    return secrets.token_urlsafe(32)


class AccountQuerySet(CompanyQuerySet):
    def active(self) -> AccountQuerySet:
        """Those that are synced."""
        return self.filter(status=AccountStatus.ACTIVE)

    def kept(self) -> AccountQuerySet:
        """All but those that are being erased."""
        return self.exclude(status=AccountStatus.ERASING)


class MarketplaceAccount(CompanyOwned):
    """A seller's account on a marketplace.

    `external_id` is the seller's id there. `credentials_sealed` is only read and written by
    `marketplaces.services`; pages show `key_hint`, the last four characters. It is empty once the account is
    disconnected. What the marketplace tells of the seller (`legal_name`, `tax_id`, `registration_number`,
    `ownership_form`, `tax_system`) is kept in its own words.
    """

    marketplace = models.CharField(_("marketplace"), max_length=32)
    title = models.CharField(_("title"), max_length=80)
    external_id = models.CharField(_("seller id"), max_length=64)
    base_url = models.URLField(_("address of the API"), max_length=200)
    credentials_sealed = models.TextField(editable=False, blank=True)
    key_hint = models.CharField(max_length=8, editable=False, blank=True)
    key_set_at = models.DateTimeField(_("key given"), default=timezone.now)
    status = StatusField(_("status"), statuses=AccountStatus, default=AccountStatus.ACTIVE)
    seller_name = models.CharField(_("seller"), max_length=200, blank=True)
    legal_name = models.CharField(_("legal name"), max_length=300, blank=True)
    tax_id = models.CharField(_("INN"), max_length=12, blank=True)
    registration_number = models.CharField(_("OGRN or OGRNIP"), max_length=15, blank=True)
    ownership_form = models.CharField(_("form of ownership"), max_length=80, blank=True)
    tax_system = models.CharField(_("tax system"), max_length=24, blank=True)
    payout_account = models.ForeignKey(
        BankAccount, on_delete=models.PROTECT, null=True, blank=True, related_name="marketplace_accounts"
    )
    # What kind of key it is, where limits depend on it (MarketplaceAdapter.limits_for).
    key_kind = models.CharField(_("kind of the key"), max_length=32, blank=True)
    roles = models.JSONField(_("roles of the key"), default=list, blank=True)
    missing = models.JSONField(_("streams without a right"), default=list, blank=True)
    key_expires_at = models.DateTimeField(_("key expires"), null=True, blank=True)
    # The last of 14, 3, 1 days before expiry that the owners were told of.
    expiry_warned_days = models.PositiveSmallIntegerField(null=True, editable=False)
    checked_at = models.DateTimeField(_("checked"), null=True, blank=True)
    push_token = models.CharField(max_length=64, unique=True, default=new_push_token, editable=False)
    push_is_on = models.BooleanField(_("notices"), default=False)
    created_at = models.DateTimeField(_("connected"), default=timezone.now)
    disconnected_at = models.DateTimeField(_("disconnected"), null=True, blank=True)

    is_audited: ClassVar[bool] = True
    sealed_columns: ClassVar[tuple[str, ...]] = ("credentials_sealed",)

    # Never saved: the account was disconnected until connect_account brought it back just now.
    is_revived: bool = False

    all_companies = AccountQuerySet.as_manager()
    objects = ScopedManager.from_queryset(AccountQuerySet)()

    class Meta:
        verbose_name = _("marketplace account")
        verbose_name_plural = _("marketplace accounts")
        constraints = [
            models.UniqueConstraint(fields=["company", "marketplace", "external_id"], name="account_once"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("marketplaces:account-detail", args=[self.company.slug, self.pk])

    @property
    def secret_context(self) -> str:
        """What the sealed credentials are bound to."""
        return f"marketplaces_marketplaceaccount/credentials/{self.company_id}/{self.marketplace}"

    def open_credentials(self) -> dict[str, Any]:
        """The credentials in clear, for the adapter only. Raises core.crypto.CannotDecrypt."""
        return crypto.decrypt(self.credentials_sealed, context=self.secret_context)

    def key_days_left(self, now: datetime) -> int | None:
        """Whole days until the key expires; None when the marketplace does not say."""
        return None if self.key_expires_at is None else (self.key_expires_at - now).days
