"""Agreements with the marketplaces, and their files."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from companies.scoping import CompanyOwned, CompanyQuerySet, ScopedManager


class Scheme(models.TextChoices):
    """By which scheme goods are sold under an agreement."""

    FBO = "fbo", _("FBO (the marketplace stores and delivers)")
    FBS = "fbs", _("FBS (the seller stores)")
    OTHER = "other", _("Other")


class Agreement(CompanyOwned):
    """The agreement (договор) of the company with a marketplace; `marketplace` is a code of
    settings.MARKETPLACES."""

    marketplace = models.CharField(_("marketplace"), max_length=32)
    number = models.CharField(_("number"), max_length=80)
    signed_on = models.DateField(_("date"))
    scheme = models.CharField(_("scheme"), max_length=8, choices=Scheme, default=Scheme.FBO)
    currency = models.CharField(_("currency"), max_length=3, default="RUB")
    # The last day on which it is in force; empty when it has no end.
    ends_on = models.DateField(_("ends"), null=True, blank=True)
    # The smallest of the reminder's thresholds, in days, that the owners were told of.
    reminded_days = models.PositiveSmallIntegerField(null=True, editable=False)
    note = models.CharField(_("note"), max_length=400, blank=True)
    created_at = models.DateTimeField(_("added"), default=timezone.now)

    is_audited: ClassVar[bool] = True

    all_companies = CompanyQuerySet.as_manager()
    objects = ScopedManager.from_queryset(CompanyQuerySet)()

    class Meta:
        verbose_name = _("agreement")
        verbose_name_plural = _("agreements")
        constraints = [
            models.UniqueConstraint(
                fields=["company", "marketplace", "number", "signed_on"], name="agreement_once"
            )
        ]
        indexes = [
            models.Index(fields=["ends_on"], condition=models.Q(ends_on__isnull=False), name="agreement_ends")
        ]

    def __str__(self) -> str:
        return f"{self.number} · {self.signed_on:%Y-%m-%d}"

    def days_left(self, today: date) -> int | None:
        """Days until the last day in force, negative after it; None when it has no end."""
        return None if self.ends_on is None else (self.ends_on - today).days


class AgreementFile(CompanyOwned):
    """The PDF of an agreement. Kept in the database, so that web servers share nothing but it, and a back-up
    holds it; read only to be downloaded."""

    agreement = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="files", db_index=False)
    name = models.CharField(_("file name"), max_length=160)
    size = models.PositiveIntegerField(_("size, bytes"))
    sha256 = models.CharField(max_length=64, editable=False)
    content = models.BinaryField()
    uploaded_at = models.DateTimeField(_("uploaded"), default=timezone.now)

    all_companies = CompanyQuerySet.as_manager()
    objects = ScopedManager.from_queryset(CompanyQuerySet)()

    class Meta:
        verbose_name = _("file of an agreement")
        verbose_name_plural = _("files of agreements")
        constraints = [models.UniqueConstraint(fields=["company", "agreement"], name="agreement_file_once")]

    def __str__(self) -> str:
        return self.name
