"""When the facts of a company were built."""

from __future__ import annotations

from django.db import models
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from companies.scoping import CompanyOwned, CompanyQuerySet, ScopedManager


class FactsStateQuerySet(CompanyQuerySet):
    def of_another_zone(self) -> FactsStateQuerySet:
        """Those of companies that have moved to another zone since their facts were built."""
        return self.exclude(time_zone="").exclude(time_zone=F("company__time_zone"))


class FactsState(CompanyOwned):
    """When the facts of a company were last brought up to date, and the zone of their days (empty: not noted)."""

    refreshed_at = models.DateTimeField()
    time_zone = models.CharField(max_length=64, default="", blank=True)

    all_companies = FactsStateQuerySet.as_manager()
    objects = ScopedManager.from_queryset(FactsStateQuerySet)()

    class Meta:
        verbose_name = _("state of the facts")
        verbose_name_plural = _("state of the facts")
        constraints = [models.UniqueConstraint(fields=["company"], name="facts_state_once")]

    def __str__(self) -> str:
        return f"{self.company_id} · {self.refreshed_at:%Y-%m-%d %H:%M}"
