"""Facts of how long orders take."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from analytics.choices import Axis, Step
from analytics.spans import Spanned, SpanQuerySet
from companies.scoping import ScopedManager
from marketplaces.models import MarketplaceAccount


class StepTimes(Spanned):
    """How long a step took the orders placed on a day, or in a week or month: a histogram.

    Of `minutes`, ascending, each is how long the step took at most the `orders` at the same place, and more than the
    next less: rounded up, to 15 up to 12 hours, to 60 up to three days, to 360 beyond, 86 400 (60 days) at most.
    `place` is the warehouse or the destination cluster, empty where all orders are summed or the place is not told. A
    day goes on ripening: slow orders come last.
    """

    account = models.ForeignKey(
        MarketplaceAccount, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    axis = models.CharField(max_length=16, choices=Axis)
    place = models.CharField(max_length=200, blank=True)
    step = models.CharField(max_length=16, choices=Step)
    minutes = ArrayField(models.IntegerField())
    orders = ArrayField(models.IntegerField())

    all_companies = SpanQuerySet.as_manager()
    objects = ScopedManager.from_queryset(SpanQuerySet)()

    class Meta:
        verbose_name = _("processing times of a day")
        verbose_name_plural = _("processing times by day")
        constraints = [
            models.UniqueConstraint(
                fields=["company", "span", "day", "axis", "account", "place", "step"],
                name="step_times_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day} · {self.step}: {sum(self.orders)}"
