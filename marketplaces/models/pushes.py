"""Notices of the marketplaces, as they came."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from companies.scoping import CompanyOwned, CompanyQuerySet, ScopedManager
from marketplaces.models.accounts import MarketplaceAccount


class PushMessage(CompanyOwned):
    """A notice as it came; processed by a worker, which reads the object again before believing it."""

    account = models.ForeignKey(MarketplaceAccount, on_delete=models.CASCADE, related_name="pushes")
    kind = models.CharField(_("kind"), max_length=64, blank=True)
    dedupe_key = models.CharField(max_length=80)
    body = models.JSONField(_("body"))
    received_at = models.DateTimeField(_("received"), default=timezone.now)
    processed_at = models.DateTimeField(_("processed"), null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    not_before = models.DateTimeField(default=timezone.now)
    outcome = models.CharField(_("outcome"), max_length=40, blank=True)

    all_companies = CompanyQuerySet.as_manager()
    objects = ScopedManager.from_queryset(CompanyQuerySet)()

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        constraints = [
            models.UniqueConstraint(fields=["company", "account", "dedupe_key"], name="push_once"),
        ]
        indexes = [
            models.Index(fields=["not_before"], condition=models.Q(processed_at=None), name="push_waiting")
        ]

    def __str__(self) -> str:
        return f"{self.kind} · {self.received_at:%Y-%m-%d %H:%M}"
