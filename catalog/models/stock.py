"""Stock now, stock as it was, and what new orders hold of it."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalog.models.places import Warehouse
from catalog.models.products import Listing
from companies.scoping import CompanyOwned, CompanyQuerySet, ScopedManager
from marketplaces.models import MarketplaceAccount

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

# The states of units that lie at a warehouse and cannot be sold as they are.
IDLE_STATES: Final = ("waiting_docs", "expiring", "excess", "defect", "to_seller", "other")


class Quantities(models.Model):
    """Units by state, as the contract's StockQuantities."""

    available = models.IntegerField(_("available"), default=0)
    reserved = models.IntegerField(_("reserved"), default=0)
    preparing = models.IntegerField(_("being prepared"), default=0)
    requested = models.IntegerField(_("in supply requests"), default=0)
    in_transit = models.IntegerField(_("in transit"), default=0)
    waiting_docs = models.IntegerField(_("waits for documents"), default=0)
    expiring = models.IntegerField(_("expiring"), default=0)
    excess = models.IntegerField(_("excess"), default=0)
    defect = models.IntegerField(_("defect"), default=0)
    from_customers = models.IntegerField(_("returning from customers"), default=0)
    to_seller = models.IntegerField(_("returning to seller"), default=0)
    other = models.IntegerField(_("other"), default=0)

    class Meta:
        abstract = True


class StockLevel(Quantities, CompanyOwned):
    """A listing at a warehouse, as the marketplace said last.

    What can be sold now is `available - held`: `held` are units of orders that we learnt of after the stock
    was read (see StockHold), until the next reading includes them.
    """

    account = models.ForeignKey(MarketplaceAccount, on_delete=models.CASCADE, related_name="stock_levels")
    listing = models.ForeignKey(Listing, on_delete=models.CASCADE, related_name="stock_levels")
    warehouse = models.ForeignKey(Warehouse, on_delete=models.PROTECT, related_name="stock_levels")
    held = models.IntegerField(_("held by new orders"), default=0)
    # Units of the listing sold a day, as the marketplace says: everywhere, and in this warehouse's cluster.
    ads = models.DecimalField(_("sold a day"), max_digits=10, decimal_places=3, null=True, blank=True)
    cluster_ads = models.DecimalField(
        _("sold a day in the cluster"), max_digits=10, decimal_places=3, null=True, blank=True
    )
    days_without_sales = models.IntegerField(_("days without sales"), null=True, blank=True)
    turnover_grade = models.CharField(_("turnover grade"), max_length=64, blank=True)
    observed_at = models.DateTimeField(_("as of"))
    changed_at = models.DateTimeField(_("changed"), default=timezone.now)

    all_companies = CompanyQuerySet.as_manager()
    objects = ScopedManager.from_queryset(CompanyQuerySet)()

    class Meta:
        verbose_name = _("stock level")
        verbose_name_plural = _("stock levels")
        constraints = [
            models.UniqueConstraint(fields=["company", "listing", "warehouse"], name="stock_level_once"),
        ]
        indexes = [models.Index(fields=["company", "account"], name="stock_level_account")]

    def __str__(self) -> str:
        return f"{self.listing_id} @ {self.warehouse_id}: {self.available}"

    @property
    def sellable(self) -> int:
        """Units that can be bought now, new orders already taken off."""
        return max(0, self.available - self.held)

    @property
    def not_for_sale(self) -> int:
        """Units that lie there and cannot be sold as they are."""
        return sum(count for _label, count in self.idle_parts)

    @property
    def idle_parts(self) -> list[tuple[StrOrPromise, int]]:
        """Why units cannot be sold: the state and how many, without the empty ones."""
        fields = [field for field in self._meta.fields if field.name in IDLE_STATES]
        counts = [(field.verbose_name, int(getattr(self, field.name))) for field in fields]
        return [(label, count) for label, count in counts if count]

    @property
    def days_of_cover(self) -> Decimal | None:
        """Days that the sellable units last at what the cluster sells a day; None without sales."""
        if not self.cluster_ads:
            return None
        return (Decimal(self.sellable) / self.cluster_ads).quantize(Decimal("0.1"))


class StockInterval(Quantities, CompanyOwned):
    """Stock as it was: the quantities of a listing at a warehouse from `valid_from` until `valid_to`.

    A row is added when a quantity changes, not once a day; the open row has no `valid_to`. Kept for ever.
    """

    listing = models.ForeignKey(Listing, on_delete=models.CASCADE, related_name="+", db_index=False)
    warehouse = models.ForeignKey(Warehouse, on_delete=models.PROTECT, related_name="+", db_index=False)
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True)

    all_companies = CompanyQuerySet.as_manager()
    objects = ScopedManager.from_queryset(CompanyQuerySet)()

    class Meta:
        verbose_name = _("stock history")
        verbose_name_plural = _("stock history")
        constraints = [
            models.UniqueConstraint(
                fields=["company", "listing", "warehouse", "valid_from"], name="stock_interval_once"
            ),
            models.UniqueConstraint(
                fields=["company", "listing", "warehouse"],
                condition=models.Q(valid_to=None),
                name="stock_interval_one_open",
            ),
        ]
        indexes = [models.Index(fields=["company", "valid_to"], name="stock_interval_ended")]

    def __str__(self) -> str:
        return f"{self.listing_id} @ {self.warehouse_id} from {self.valid_from:%Y-%m-%d %H:%M}"


class StockHold(CompanyOwned):
    """Units that a new order takes off the available stock until a reading of the stock includes it."""

    listing = models.ForeignKey(Listing, on_delete=models.CASCADE, related_name="+", db_index=False)
    warehouse = models.ForeignKey(Warehouse, on_delete=models.CASCADE, related_name="+", db_index=False)
    order_external_id = models.CharField(max_length=100)
    quantity = models.PositiveIntegerField()
    held_at = models.DateTimeField()

    all_companies = CompanyQuerySet.as_manager()
    objects = ScopedManager.from_queryset(CompanyQuerySet)()

    class Meta:
        verbose_name = _("stock hold")
        verbose_name_plural = _("stock holds")
        constraints = [
            models.UniqueConstraint(
                fields=["company", "listing", "warehouse", "order_external_id"], name="stock_hold_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order_external_id}: {self.quantity}"
