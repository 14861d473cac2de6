"""Facts of the stock at the end of a day, and of what was sold from it."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from analytics.spans import Spanned, SpanQuerySet
from catalog.models import Listing
from companies.scoping import CompanyOwned, CompanyQuerySet, ScopedManager


class ClosingStock(CompanyOwned):
    """Units of a listing at the end of a business day in the warehouses of a cluster (empty: of no known one)."""

    listing = models.ForeignKey(Listing, on_delete=models.CASCADE, related_name="+", db_index=False)
    day = models.DateField()
    cluster = models.CharField(_("cluster"), max_length=200, blank=True)
    available = models.IntegerField(_("available"))
    reserved = models.IntegerField(_("reserved"))

    all_companies = CompanyQuerySet.as_manager()
    objects = ScopedManager.from_queryset(CompanyQuerySet)()

    class Meta:
        verbose_name = _("closing stock")
        verbose_name_plural = _("closing stocks")
        constraints = [
            models.UniqueConstraint(
                fields=["company", "day", "listing", "cluster"], name="closing_stock_once"
            )
        ]
        indexes = [
            models.Index(
                fields=["company", "listing", "day"],
                include=["available", "reserved"],
                name="closing_stock_listing",
            )
        ]

    def __str__(self) -> str:
        return f"{self.day} · {self.listing_id}: {self.available}"


class ListingFlow(Spanned):
    """What a listing sold and what stood in stock, of all clusters: the base of turnover.

    `known_days` are those whose closing stock is known, `closing` its sum over them, reserved units too;
    `days_in_stock` those that closed with something to sell. `sold` are units ordered and not cancelled, of them
    `sold_on_known_days`. Summed from ClosingStock and ListingSales.
    """

    listing = models.ForeignKey(Listing, on_delete=models.CASCADE, related_name="+", db_index=False)
    known_days = models.IntegerField(default=0)
    closing = models.BigIntegerField(default=0)
    days_in_stock = models.IntegerField(default=0)
    sold = models.IntegerField(default=0)
    sold_on_known_days = models.IntegerField(default=0)

    all_companies = SpanQuerySet.as_manager()
    objects = ScopedManager.from_queryset(SpanQuerySet)()

    class Meta:
        verbose_name = _("flow of a listing")
        verbose_name_plural = _("flows by listing")
        constraints = [
            models.UniqueConstraint(
                fields=["company", "span", "day", "listing"],
                name="listing_flow_once",
                include=["known_days", "closing", "days_in_stock", "sold", "sold_on_known_days"],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day} · {self.listing_id}: {self.sold}"
