"""The series of SSCC numbers that a company may give to its boxes."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from companies.scoping import CompanyOwned, CompanyQuerySet, ScopedManager


class SsccSeries(CompanyOwned):
    """Numbers of one GS1 company prefix: `next_serial` goes up and is never given twice.

    The series chosen last is the one in use; another one keeps where it stopped.
    """

    prefix = models.CharField(_("GS1 company prefix"), max_length=12)
    extension = models.PositiveSmallIntegerField(_("extension digit"), default=0)
    next_serial = models.PositiveBigIntegerField(_("next number"), default=1)

    chosen_at = models.DateTimeField(_("in use since"), default=timezone.now)

    all_companies = CompanyQuerySet.as_manager()
    objects = ScopedManager.from_queryset(CompanyQuerySet)()

    class Meta:
        verbose_name = _("series of SSCC")
        verbose_name_plural = _("series of SSCC")
        constraints = [
            models.UniqueConstraint(fields=["company", "prefix", "extension"], name="sscc_series_once")
        ]

    def __str__(self) -> str:
        return f"{self.extension} {self.prefix}"
