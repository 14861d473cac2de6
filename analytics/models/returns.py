"""Facts of what was delivered and of what came back."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from catalog.models import Listing
from companies.scoping import CompanyOwned, CompanyQuerySet, ScopedManager
from marketplaces.contracts.returns import ReturnKind
from marketplaces.models import MarketplaceAccount
from returns.models import Reason


class DailyReturns(CompanyOwned):
    """Returns that began on a business day, by listing, reason and place.

    `placed_day` is the day of the order (empty: unknown), so that the same rows answer by event and by cohort.
    `amount` is at the seller's price, `cost` what storage and disposal have cost so far. Claims that are not
    granted, or not yet, are no returns.
    """

    account = models.ForeignKey(
        MarketplaceAccount, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    listing = models.ForeignKey(
        Listing, on_delete=models.CASCADE, null=True, related_name="+", db_index=False
    )
    day = models.DateField()
    placed_day = models.DateField(null=True)
    kind = models.CharField(max_length=16, choices=ReturnKind)
    reason = models.ForeignKey(Reason, on_delete=models.CASCADE, null=True, related_name="+", db_index=False)
    cluster_to = models.CharField(max_length=200, blank=True)
    warehouse_name = models.CharField(max_length=200, blank=True)
    units = models.IntegerField(default=0)
    amount = models.DecimalField(max_digits=18, decimal_places=2, default=0)
    cost = models.DecimalField(max_digits=18, decimal_places=2, default=0)

    all_companies = CompanyQuerySet.as_manager()
    objects = ScopedManager.from_queryset(CompanyQuerySet)()

    class Meta:
        verbose_name = _("returns of a day")
        verbose_name_plural = _("returns by day")
        constraints = [
            models.UniqueConstraint(
                fields=[
                    "company", "day", "account", "listing", "placed_day", "kind", "reason", "cluster_to",
                    "warehouse_name",
                ],
                name="daily_returns_once",
                nulls_distinct=False,
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["company", "placed_day"], name="daily_returns_placed"),
            models.Index(fields=["company", "listing", "day"], name="daily_returns_listing"),
        ]

    def __str__(self) -> str:
        return f"{self.day} · {self.listing_id}: {self.units}"


class Deliveries(CompanyOwned):
    """Units of the orders placed on `day` that the buyers got on `delivered_day`, by listing."""

    account = models.ForeignKey(
        MarketplaceAccount, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    listing = models.ForeignKey(
        Listing, on_delete=models.CASCADE, null=True, related_name="+", db_index=False
    )
    day = models.DateField()
    delivered_day = models.DateField()
    units = models.IntegerField(default=0)
    amount = models.DecimalField(max_digits=18, decimal_places=2, default=0)

    all_companies = CompanyQuerySet.as_manager()
    objects = ScopedManager.from_queryset(CompanyQuerySet)()

    class Meta:
        verbose_name = _("deliveries of a day")
        verbose_name_plural = _("deliveries by day")
        constraints = [
            models.UniqueConstraint(
                fields=["company", "day", "account", "listing", "delivered_day"],
                name="deliveries_once",
                nulls_distinct=False,
            ),
        ]
        indexes = [
            models.Index(
                fields=["company", "delivered_day"],
                include=["listing", "account", "units"],
                name="deliveries_by_delivery",
            )
        ]

    def __str__(self) -> str:
        return f"{self.delivered_day} · {self.listing_id}: {self.units}"


class PlaceDeliveries(CompanyOwned):
    """Units of the orders placed on `day` that the buyers got on `delivered_day`, by the warehouse they left and the
    cluster they went to."""

    account = models.ForeignKey(
        MarketplaceAccount, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    day = models.DateField()
    delivered_day = models.DateField()
    warehouse_name = models.CharField(max_length=200, blank=True)
    cluster_to = models.CharField(max_length=200, blank=True)
    units = models.IntegerField(default=0)
    amount = models.DecimalField(max_digits=18, decimal_places=2, default=0)

    all_companies = CompanyQuerySet.as_manager()
    objects = ScopedManager.from_queryset(CompanyQuerySet)()

    class Meta:
        verbose_name = _("deliveries of a place")
        verbose_name_plural = _("deliveries by place")
        constraints = [
            models.UniqueConstraint(
                fields=["company", "day", "account", "warehouse_name", "cluster_to", "delivered_day"],
                name="place_deliveries_once",
            ),
        ]
        indexes = [
            models.Index(
                fields=["company", "delivered_day"],
                include=["account", "warehouse_name", "cluster_to", "units"],
                name="place_deliveries_by_delivery",
            )
        ]

    def __str__(self) -> str:
        return f"{self.delivered_day} · {self.warehouse_name} → {self.cluster_to}: {self.units}"


class MonthlyUnits(CompanyOwned):
    """Units of a listing by month (`day` is its first), from which the balance of its whole life is summed.

    `ordered` and `cancelled` by the day of the order; `refused` (at hand-over), of them `refused_back` on the
    shelf and `refused_in_check` at the warehouse, by the day of the refusal; `returned_back` are what buyers returned and lies on the shelf again; `removed` left for the
    seller without any buyer's order. `told_cancelled` were cancelled before hand-over where the marketplace lists them
    as returns, and of them `cancelled_in_check` are not on the shelf again. By the day on which a supply came,
    `accepted` were counted as good; `withdrawn` went back to the seller and `disposed` were thrown away. The first
    units accepted were at the warehouse on `first_accepted_on`, which is in an earlier month when the rest of their
    supply was accepted later.
    """

    account = models.ForeignKey(
        MarketplaceAccount, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    listing = models.ForeignKey(Listing, on_delete=models.CASCADE, related_name="+", db_index=False)
    day = models.DateField()
    ordered = models.IntegerField(default=0)
    cancelled = models.IntegerField(default=0)
    refused = models.IntegerField(default=0)
    refused_back = models.IntegerField(default=0)
    refused_in_check = models.IntegerField(default=0)
    returned = models.IntegerField(default=0)
    returned_back = models.IntegerField(default=0)
    removed = models.IntegerField(default=0)
    told_cancelled = models.IntegerField(default=0)
    cancelled_in_check = models.IntegerField(default=0)
    first_ordered_on = models.DateField(null=True)
    accepted = models.IntegerField(default=0)
    withdrawn = models.IntegerField(default=0)
    disposed = models.IntegerField(default=0)
    first_accepted_on = models.DateField(null=True)

    all_companies = CompanyQuerySet.as_manager()
    objects = ScopedManager.from_queryset(CompanyQuerySet)()

    class Meta:
        verbose_name = _("units of a month")
        verbose_name_plural = _("units by month")
        constraints = [
            models.UniqueConstraint(
                fields=["company", "listing", "day", "account"], name="monthly_units_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day:%Y-%m} · {self.listing_id}"
