"""Who changed what: rows that triggers write and nobody changes."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from companies.choices import AuditAction, AuditSubject
from companies.models.tenants import Company
from companies.scoping import CompanyOwned, CompanyQuerySet, ScopedManager
from core.statuses import StatusField


class AuditEntry(CompanyOwned):
    """One change, written by the trigger of the table that changed (docs/adr/0004-audit-by-triggers.md).

    `changes` is `{column: [old, new]}`; of a secret only that it changed. A trigger refuses to change, delete
    or empty this table, so the keys to others hold no constraint: an entry outlives what it speaks of.
    `source` is how the change came: web, admin, api, task, command, or database for plain SQL.
    """

    company = models.ForeignKey(
        Company, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+", db_index=False
    )
    at = models.DateTimeField(_("when"), db_default=Now())
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        null=True,
        related_name="+",
    )
    actor_name = models.CharField(_("who"), max_length=300, blank=True)
    visit_id = models.BigIntegerField(null=True)
    source = models.CharField(_("by way of"), max_length=40, db_default="database")
    address = models.GenericIPAddressField(_("address"), null=True)
    subject = models.CharField(_("of what"), max_length=24, choices=AuditSubject)
    subject_id = models.BigIntegerField(null=True)
    subject_name = models.CharField(_("named"), max_length=300, blank=True)
    action = StatusField(_("what"), statuses=AuditAction)
    changes = models.JSONField(_("changes"), db_default={}, default=dict)
    note = models.CharField(_("note"), max_length=500, blank=True)

    all_companies = CompanyQuerySet.as_manager()
    objects = ScopedManager.from_queryset(CompanyQuerySet)()

    class Meta:
        verbose_name = _("change")
        verbose_name_plural = _("changes")
        indexes = [
            models.Index(fields=["company", "-at", "-id"], name="audit_recent"),
            models.Index(fields=["company", "subject", "subject_id", "-at"], name="audit_of_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.subject} {self.subject_name} · {self.at:%Y-%m-%d %H:%M}"
