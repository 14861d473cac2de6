"""The state of an account's streams, their runs, and the records that could not be recorded."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from companies.scoping import CompanyOwned, CompanyQuerySet, ScopedManager
from core.statuses import StatusChoices, StatusField
from marketplaces.models.accounts import MarketplaceAccount


class RunOutcome(StatusChoices):
    """How a run ended."""

    RUNNING = "running", "progress", "refresh-cw", False, _("Running")
    DONE = "done", "success", "check", True, _("Done")
    WAITING = "waiting", "info", "clock", True, _("Waits for its turn")
    LIMITED = "limited", "warning", "clock", True, _("Waits for the limit")
    FAILED = "failed", "danger", "triangle-alert", True, _("Failed")
    SUSPICIOUS = "suspicious_empty", "warning", "triangle-alert", True, _("Suspiciously empty")
    LOST = "lost", "warning", "unplug", True, _("Worker lost, will go on")
    STOPPED = "stopped", "neutral", "unplug", True, _("Stopped")


class QuarantineState(StatusChoices):
    """What became of a record that could not be recorded."""

    OPEN = "open", "warning", "triangle-alert", False, _("Waits")
    RESOLVED = "resolved", "success", "check", True, _("Recorded")
    IGNORED = "ignored", "neutral", "x", True, _("Ignored")


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
