"""Marketplace accounts, the state of their streams, runs, quarantine and notices."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from companies.scoping import CompanyOwned, CompanyQuerySet, ScopedManager
from core import crypto
from core.statuses import StatusChoices, StatusField


class AccountStatus(StatusChoices):
    """Whether an account is synced."""

    ACTIVE = "active", "success", "check", False, _("Works")
    PAUSED = "paused", "neutral", "pause", False, _("Paused")
    REJECTED = "rejected", "danger", "key-round", False, _("Key rejected")


class RunOutcome(StatusChoices):
    """How a run ended."""

    RUNNING = "running", "progress", "refresh-cw", False, _("Running")
    DONE = "done", "success", "check", True, _("Done")
    LIMITED = "limited", "warning", "clock", True, _("Waits for the limit")
    FAILED = "failed", "danger", "triangle-alert", True, _("Failed")
    SUSPICIOUS = "suspicious_empty", "warning", "triangle-alert", True, _("Suspiciously empty")
    LOST = "lost", "warning", "unplug", True, _("Worker lost, will go on")


class QuarantineState(StatusChoices):
    """What became of a record that could not be recorded."""

    OPEN = "open", "warning", "triangle-alert", False, _("Waits")
    RESOLVED = "resolved", "success", "check", True, _("Recorded")
    IGNORED = "ignored", "neutral", "x", True, _("Ignored")


def new_push_token() -> str:
    """An address that cannot be guessed (256 bits)."""
    return secrets.token_urlsafe(32)


class AccountQuerySet(CompanyQuerySet):
    def active(self) -> AccountQuerySet:
        """Those that are synced."""
        return self.filter(status=AccountStatus.ACTIVE)


class MarketplaceAccount(CompanyOwned):
    """A seller's account on a marketplace.

    `external_id` is the seller's id there. `credentials_sealed` is only read and written by
    `marketplaces.services`; pages show `key_hint`, the last four characters.
    """

    marketplace = models.CharField(_("marketplace"), max_length=32)
    title = models.CharField(_("title"), max_length=80)
    external_id = models.CharField(_("seller id"), max_length=64)
    base_url = models.URLField(_("address of the API"), max_length=200)
    credentials_sealed = models.TextField(editable=False)
    key_hint = models.CharField(max_length=8, editable=False)
    status = StatusField(_("status"), statuses=AccountStatus, default=AccountStatus.ACTIVE)
    seller_name = models.CharField(_("seller"), max_length=200, blank=True)
    legal_name = models.CharField(_("legal name"), max_length=300, blank=True)
    tax_id = models.CharField(_("INN"), max_length=12, blank=True)
    roles = models.JSONField(_("roles of the key"), default=list, blank=True)
    missing = models.JSONField(_("streams without a right"), default=list, blank=True)
    key_expires_at = models.DateTimeField(_("key expires"), null=True, blank=True)
    # The last of 14, 3, 1 days before expiry that the owners were told of.
    expiry_warned_days = models.PositiveSmallIntegerField(null=True, editable=False)
    checked_at = models.DateTimeField(_("checked"), null=True, blank=True)
    push_token = models.CharField(max_length=64, unique=True, default=new_push_token, editable=False)
    push_is_on = models.BooleanField(_("notices"), default=False)
    created_at = models.DateTimeField(_("connected"), default=timezone.now)

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


class StreamState(CompanyOwned):
    """Where one stream of one account stands: cursor, lease, next time.

    A run holds the lease by its token; every page renews it, and a page whose lease is gone is rolled back.
    """

    account = models.ForeignKey(MarketplaceAccount, on_delete=models.CASCADE, related_name="streams")
    stream = models.CharField(max_length=32)
    cursor = models.JSONField(default=dict, blank=True)
    lease_token = models.UUIDField(null=True, editable=False)
    lease_until = models.DateTimeField(null=True, editable=False)
    is_on = models.BooleanField(default=True)
    due_at = models.DateTimeField(default=timezone.now)
    # A person's wish to refresh that came while a run was going on.
    wanted_at = models.DateTimeField(null=True, blank=True)
    succeeded_at = models.DateTimeField(null=True, blank=True)
    # The data are at least as new as this.
    data_as_of = models.DateTimeField(null=True, blank=True)
    deep_at = models.DateTimeField(null=True, blank=True)
    # When the pull that is not finished yet began; a pull may take several runs.
    pull_started_at = models.DateTimeField(null=True, editable=False)
    # A message to the workers is on its way until then: not to be sent twice.
    queued_until = models.DateTimeField(null=True, editable=False)
    failures = models.PositiveIntegerField(default=0)

    all_companies = CompanyQuerySet.as_manager()
    objects = ScopedManager.from_queryset(CompanyQuerySet)()

    class Meta:
        verbose_name = _("stream")
        verbose_name_plural = _("streams")
        constraints = [models.UniqueConstraint(fields=["company", "account", "stream"], name="stream_once")]
        indexes = [models.Index(fields=["due_at"], name="stream_due")]

    def __str__(self) -> str:
        return f"{self.account_id} · {self.stream}"

    def is_running(self, now: datetime) -> bool:
        """Whether a live run holds the lease."""
        return self.lease_until is not None and self.lease_until > now


class SyncRun(CompanyOwned):
    """One run of one stream: what it brought and how it ended."""

    account = models.ForeignKey(MarketplaceAccount, on_delete=models.CASCADE, related_name="runs")
    stream = models.CharField(_("stream"), max_length=32)
    trigger = models.CharField(_("started by"), max_length=16, default="schedule")
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    lease_token = models.UUIDField(editable=False)
    external_id = models.CharField(_("one object"), max_length=100, blank=True)
    started_at = models.DateTimeField(_("started"), default=timezone.now)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    seen_at = models.DateTimeField(_("last sign of life"), default=timezone.now)
    pages = models.PositiveIntegerField(_("pages"), default=0)
    inserted = models.PositiveIntegerField(_("new"), default=0)
    changed = models.PositiveIntegerField(_("changed"), default=0)
    unchanged = models.PositiveIntegerField(_("unchanged"), default=0)
    quarantined = models.PositiveIntegerField(_("quarantined"), default=0)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(null=True, blank=True)
    outcome = StatusField(_("outcome"), statuses=RunOutcome, default=RunOutcome.RUNNING)
    # A code of the error catalogue and what the seller is told; the trace is in the log.
    error_code = models.CharField(max_length=40, blank=True)
    message = models.TextField(_("what happened"), blank=True)
    next_at = models.DateTimeField(_("next"), null=True, blank=True)

    all_companies = CompanyQuerySet.as_manager()
    objects = ScopedManager.from_queryset(CompanyQuerySet)()

    class Meta:
        verbose_name = _("sync run")
        verbose_name_plural = _("sync runs")
        indexes = [
            models.Index(fields=["company", "account", "stream", "-started_at"], name="run_of_stream"),
            models.Index(fields=["company", "-started_at", "-id"], name="run_recent"),
            models.Index(fields=["seen_at"], condition=models.Q(finished_at=None), name="run_alive"),
        ]

    def __str__(self) -> str:
        return f"{self.stream} · {self.started_at:%Y-%m-%d %H:%M}"

    @property
    def duration(self) -> timedelta:
        """How long it took, or has taken so far."""
        return (self.finished_at or self.seen_at) - self.started_at

    @property
    def percent(self) -> int | None:
        """How far the run has come, 0–100; None when nobody knows."""
        return None if not self.total else min(100, self.done * 100 // self.total)


class QuarantinedRecord(CompanyOwned):
    """A record that could not be mapped or broke a rule: kept as it came, retried or ignored by a person."""

    account = models.ForeignKey(MarketplaceAccount, on_delete=models.CASCADE, related_name="quarantine")
    stream = models.CharField(_("stream"), max_length=32)
    external_id = models.CharField(_("their id"), max_length=100, blank=True)
    # SHA-256 of stream, id and reason: the same trouble is one row however often it comes.
    fingerprint = models.CharField(max_length=64, editable=False)
    reason = models.CharField(_("reason"), max_length=40)
    detail = models.CharField(_("detail"), max_length=500, blank=True)
    payload = models.JSONField(_("what came"), null=True)
    state = StatusField(_("state"), statuses=QuarantineState, default=QuarantineState.OPEN)
    attempts = models.PositiveIntegerField(_("attempts"), default=1)
    first_seen_at = models.DateTimeField(_("first seen"), default=timezone.now)
    last_seen_at = models.DateTimeField(_("last seen"), default=timezone.now)
    settled_at = models.DateTimeField(_("settled"), null=True, blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    all_companies = CompanyQuerySet.as_manager()
    objects = ScopedManager.from_queryset(CompanyQuerySet)()

    class Meta:
        verbose_name = _("quarantined record")
        verbose_name_plural = _("quarantine")
        constraints = [
            models.UniqueConstraint(fields=["company", "account", "fingerprint"], name="quarantine_once"),
        ]
        indexes = [
            models.Index(
                fields=["company", "-last_seen_at", "-id"],
                condition=models.Q(state="open"),
                name="quarantine_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.stream} {self.external_id} · {self.reason}"


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
