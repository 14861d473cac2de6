"""The queue of business days whose facts must be built again."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from companies.scoping import CompanyOwned, CompanyQuerySet, ScopedManager


class TouchedDay(CompanyOwned):
    """A business day whose facts must be built again: written with the change, taken by analytics.

    Append-only and not unique: a writer never waits for the reader.
    """

    day = models.DateField()

    all_companies = CompanyQuerySet.as_manager()
    objects = ScopedManager.from_queryset(CompanyQuerySet)()

    class Meta:
        verbose_name = _("touched day")
        verbose_name_plural = _("touched days")
        indexes = [models.Index(fields=["company", "id"], name="touched_day_queue")]

    def __str__(self) -> str:
        return f"{self.company_id} · {self.day}"
