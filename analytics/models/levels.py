"""Facts of the level of returns: what came back of what was delivered, summed for the pages that tell it."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from analytics.choices import Basis
from analytics.spans import Spanned, SpanQuerySet
from catalog.models import Listing
from companies.scoping import ScopedManager
from marketplaces.models import MarketplaceAccount
from returns.models import Reason

# Reports read nothing else of a row: the index of its name answers them alone.
_SUMS = ["returned", "refused", "refused_in_part", "technical", "amount", "cost"]


class CameBack(Spanned):
    """Base of these facts: units by what kind of return they are; `amount` is that of buyers' returns at the seller's
    price, `cost` what storage and disposal of all have cost so far. Summed from DailyReturns."""

    account = models.ForeignKey(
        MarketplaceAccount, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    returned = models.IntegerField(default=0)
    refused = models.IntegerField(default=0)
    refused_in_part = models.IntegerField(default=0)
    technical = models.IntegerField(default=0)
    amount = models.DecimalField(max_digits=18, decimal_places=2, default=0)
    cost = models.DecimalField(max_digits=18, decimal_places=2, default=0)

    class Meta:
        abstract = True


class ListingReturns(CameBack):
    """What came back of a listing, and what was delivered of it: by the day of each event, or of the order."""

    listing = models.ForeignKey(
        Listing, on_delete=models.CASCADE, null=True, related_name="+", db_index=False
    )
    basis = models.CharField(max_length=8, choices=Basis)
    delivered = models.IntegerField(default=0)

    all_companies = SpanQuerySet.as_manager()
    objects = ScopedManager.from_queryset(SpanQuerySet)()

    class Meta:
        verbose_name = _("returns of a listing")
        verbose_name_plural = _("returns by listing")
        constraints = [
            models.UniqueConstraint(
                fields=["company", "span", "day", "basis", "account", "listing"],
                name="listing_returns_once",
                include=["delivered", *_SUMS],
                nulls_distinct=False,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day} · {self.listing_id}: {self.returned}"


class ListingReasons(CameBack):
    """What came back of a listing for a reason."""

    listing = models.ForeignKey(
        Listing, on_delete=models.CASCADE, null=True, related_name="+", db_index=False
    )
    reason = models.ForeignKey(Reason, on_delete=models.CASCADE, null=True, related_name="+", db_index=False)
    basis = models.CharField(max_length=8, choices=Basis)

    all_companies = SpanQuerySet.as_manager()
    objects = ScopedManager.from_queryset(SpanQuerySet)()

    class Meta:
        verbose_name = _("reasons of a listing")
        verbose_name_plural = _("reasons by listing")
        constraints = [
            models.UniqueConstraint(
                # The listing before its account: a page of goods asks for some listings of all accounts.
                fields=["company", "span", "day", "basis", "listing", "account", "reason"],
                name="listing_reasons_once",
                include=_SUMS,
                nulls_distinct=False,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day} · {self.listing_id} · {self.reason_id}: {self.returned}"


class ReasonReturns(CameBack):
    """ListingReasons of all listings together: what came back for a reason."""

    reason = models.ForeignKey(Reason, on_delete=models.CASCADE, null=True, related_name="+", db_index=False)
    basis = models.CharField(max_length=8, choices=Basis)

    all_companies = SpanQuerySet.as_manager()
    objects = ScopedManager.from_queryset(SpanQuerySet)()

    class Meta:
        verbose_name = _("returns for a reason")
        verbose_name_plural = _("returns by reason")
        constraints = [
            models.UniqueConstraint(
                fields=["company", "span", "day", "basis", "account", "reason"],
                name="reason_returns_once",
                include=_SUMS,
                nulls_distinct=False,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day} · {self.reason_id}: {self.returned}"


class PlaceReturns(CameBack):
    """What came back of the orders of a place, and what was delivered of them, by the day of each event, or of the
    order. A place is the warehouse that an order left and the cluster it went to."""

    warehouse_name = models.CharField(max_length=200, blank=True)
    cluster_to = models.CharField(max_length=200, blank=True)
    basis = models.CharField(max_length=8, choices=Basis)
    delivered = models.IntegerField(default=0)

    all_companies = SpanQuerySet.as_manager()
    objects = ScopedManager.from_queryset(SpanQuerySet)()

    class Meta:
        verbose_name = _("returns of a place")
        verbose_name_plural = _("returns by place")
        constraints = [
            models.UniqueConstraint(
                fields=["company", "span", "day", "basis", "account", "warehouse_name", "cluster_to"],
                name="place_returns_once",
                include=["delivered", *_SUMS],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day} · {self.warehouse_name} → {self.cluster_to}: {self.returned}"
