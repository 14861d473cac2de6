"""Facts of the stock at the end of a day."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

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
