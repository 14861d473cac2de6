"""Accounts whose data are being erased: who asked, and how far it is."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from companies.scoping import CompanyOwned, CompanyQuerySet, ScopedManager
from marketplaces.models.accounts import MarketplaceAccount


class Erasure(CompanyOwned):
    """The erasing of one account, gone with it. `erased` counts rows by the codes of settings.ACCOUNT_HOLDINGS;
    `seen_at` is the last sign of life of the worker at it."""

    account = models.ForeignKey(
        MarketplaceAccount, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    requested_at = models.DateTimeField(_("asked for"), default=timezone.now)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    erased = models.JSONField(_("rows erased"), default=dict)
    seen_at = models.DateTimeField(_("last sign of life"), default=timezone.now)

    all_companies = CompanyQuerySet.as_manager()
    objects = ScopedManager.from_queryset(CompanyQuerySet)()

    class Meta:
        verbose_name = _("erasure")
        verbose_name_plural = _("erasures")
        constraints = [models.UniqueConstraint(fields=["company", "account"], name="erasure_once")]

    def __str__(self) -> str:
        return f"{self.account_id} · {self.requested_at:%Y-%m-%d %H:%M}"

    @property
    def rows(self) -> int:
        """Rows erased so far."""
        return sum(self.erased.values())
