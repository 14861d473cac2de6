"""Facts of the orders placed on a day."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from analytics.spans import Spanned, SpanQuerySet
from catalog.models import Listing
from companies.scoping import CompanyOwned, CompanyQuerySet, ScopedManager
from marketplaces.models import MarketplaceAccount

# Reports read nothing else of a row of sales: the index of its name answers them alone.
_SUMS = ["ordered_units", "ordered_amount", "cancelled_units", "delivered_units"]


class DailyFact(CompanyOwned):
    """One listing, one business day, one destination cluster.

    `ordered_*` are the orders placed that day; `cancelled_*` and `delivered_*` are what became of those same orders
    so far (order cohort), so a day goes on ripening. What came back of them stands in DailyReturns. Money at the
    seller's price (operational layer), in the account's currency. `listing` is empty for positions the assortment
    does not know.
    """

    account = models.ForeignKey(
        MarketplaceAccount, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    listing = models.ForeignKey(
        Listing, on_delete=models.CASCADE, null=True, related_name="+", db_index=False
    )
    day = models.DateField()
    cluster_to = models.CharField(max_length=200, blank=True)
    ordered_units = models.IntegerField(default=0)
    ordered_amount = models.DecimalField(max_digits=18, decimal_places=2, default=0)
    cancelled_units = models.IntegerField(default=0)
    cancelled_amount = models.DecimalField(max_digits=18, decimal_places=2, default=0)
    delivered_units = models.IntegerField(default=0)
    delivered_amount = models.DecimalField(max_digits=18, decimal_places=2, default=0)

    all_companies = CompanyQuerySet.as_manager()
    objects = ScopedManager.from_queryset(CompanyQuerySet)()

    class Meta:
        verbose_name = _("daily fact")
        verbose_name_plural = _("daily facts")
        constraints = [
            models.UniqueConstraint(
                fields=["company", "day", "account", "listing", "cluster_to"],
                name="daily_fact_once",
                nulls_distinct=False,
            ),
        ]
        indexes = [models.Index(fields=["company", "listing", "day"], name="daily_fact_listing")]

    def __str__(self) -> str:
        return f"{self.day} · {self.listing_id}"


class HourlyOrders(CompanyOwned):
    """The orders placed in one hour of a business day, in the company's zone, and what became of them so far.

    An unfinished day is compared with another day up to the same hour.
    """

    account = models.ForeignKey(
        MarketplaceAccount, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    day = models.DateField()
    hour = models.PositiveSmallIntegerField()
    orders = models.IntegerField(default=0)
    units = models.IntegerField(default=0)
    amount = models.DecimalField(max_digits=18, decimal_places=2, default=0)
    delivered = models.IntegerField(default=0)
    cancelled = models.IntegerField(default=0)
    delivered_units = models.IntegerField(default=0)
    cancelled_units = models.IntegerField(default=0)

    all_companies = CompanyQuerySet.as_manager()
    objects = ScopedManager.from_queryset(CompanyQuerySet)()

    class Meta:
        verbose_name = _("orders by hour")
        verbose_name_plural = _("orders by hour")
        constraints = [
            models.UniqueConstraint(fields=["company", "day", "account", "hour"], name="hourly_orders_once"),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.hour}:00 · {self.orders}"


class ListingSales(Spanned):
    """DailyFact of all clusters together: one listing, one business day, week or month of the orders. Kept apart so that
    a report by product reads a row a listing and span, however many orders there were."""

    account = models.ForeignKey(
        MarketplaceAccount, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    listing = models.ForeignKey(
        Listing, on_delete=models.CASCADE, null=True, related_name="+", db_index=False
    )
    ordered_units = models.IntegerField(default=0)
    ordered_amount = models.DecimalField(max_digits=18, decimal_places=2, default=0)
    cancelled_units = models.IntegerField(default=0)
    delivered_units = models.IntegerField(default=0)

    all_companies = SpanQuerySet.as_manager()
    objects = ScopedManager.from_queryset(SpanQuerySet)()

    class Meta:
        verbose_name = _("sales of a listing")
        verbose_name_plural = _("sales by listing")
        constraints = [
            models.UniqueConstraint(
                fields=["company", "span", "day", "account", "listing"],
                name="listing_sales_once",
                include=_SUMS,
                nulls_distinct=False,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day} · {self.listing_id}"


class RegionSales(Spanned):
    """DailyFact of all listings together: one destination cluster, one business day, week or month of the
    orders."""

    account = models.ForeignKey(
        MarketplaceAccount, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    cluster_to = models.CharField(max_length=200, blank=True)
    ordered_units = models.IntegerField(default=0)
    ordered_amount = models.DecimalField(max_digits=18, decimal_places=2, default=0)
    cancelled_units = models.IntegerField(default=0)
    delivered_units = models.IntegerField(default=0)

    all_companies = SpanQuerySet.as_manager()
    objects = ScopedManager.from_queryset(SpanQuerySet)()

    class Meta:
        verbose_name = _("sales of a region")
        verbose_name_plural = _("sales by region")
        constraints = [
            models.UniqueConstraint(
                fields=["company", "span", "day", "account", "cluster_to"],
                name="region_sales_once",
                include=_SUMS,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day} · {self.cluster_to}"
