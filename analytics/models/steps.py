"""Facts of how long orders take."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from analytics.choices import Axis, Step
from companies.scoping import CompanyOwned, CompanyQuerySet, ScopedManager
from marketplaces.models import MarketplaceAccount


class StepTimes(CompanyOwned):
    """How many of the orders placed on a day took no more than `minutes` for a step, and more than the next less.

    A histogram: `minutes` are rounded up, to 15 up to 12 hours, to 60 up to three days, to 360 beyond, 86 400 (60
    days) at most. `place` is the warehouse or the destination cluster, empty where all orders are summed or the
    place is not told. A day goes on ripening: slow orders come last.
    """

    account = models.ForeignKey(
        MarketplaceAccount, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    day = models.DateField()
    axis = models.CharField(max_length=16, choices=Axis)
    place = models.CharField(max_length=200, blank=True)
    step = models.CharField(max_length=16, choices=Step)
    minutes = models.IntegerField()
    orders = models.IntegerField(default=0)

    all_companies = CompanyQuerySet.as_manager()
    objects = ScopedManager.from_queryset(CompanyQuerySet)()

    class Meta:
        verbose_name = _("processing times of a day")
        verbose_name_plural = _("processing times by day")
        constraints = [
            models.UniqueConstraint(
                fields=["company", "day", "axis", "account", "place", "step", "minutes"],
                name="step_times_once",
            ),
        ]
        # Reports read nothing else of the row: the index alone answers them.
        indexes = [
            models.Index(
                fields=["company", "axis", "day", "account", "place", "step", "minutes"],
                include=["orders"],
                name="step_times_read",
            )
        ]

    def __str__(self) -> str:
        return f"{self.day} · {self.step} ≤ {self.minutes}: {self.orders}"
