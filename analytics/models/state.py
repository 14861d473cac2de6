"""When the facts of a company were built."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from companies.scoping import CompanyOwned, CompanyQuerySet, ScopedManager


class FactsState(CompanyOwned):
    """When the facts of a company were last brought up to date."""

    refreshed_at = models.DateTimeField()

    all_companies = CompanyQuerySet.as_manager()
    objects = ScopedManager.from_queryset(CompanyQuerySet)()

    class Meta:
        verbose_name = _("state of the facts")
        verbose_name_plural = _("state of the facts")
        constraints = [models.UniqueConstraint(fields=["company"], name="facts_state_once")]

    def __str__(self) -> str:
        return f"{self.company_id} · {self.refreshed_at:%Y-%m-%d %H:%M}"
