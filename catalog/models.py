"""Products, their listings, warehouses, stock now and stock as it was."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from companies.scoping import CompanyOwned, CompanyQuerySet, ScopedManager
from core.statuses import StatusField
from marketplaces.contracts.products import ListingStatus
from marketplaces.models import MarketplaceAccount

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class Product(CompanyOwned):
    """What the seller sells: one SKU of his own, listed on any number of marketplaces."""

    sku = models.CharField(_("SKU"), max_length=100)
    name = models.CharField(_("name"), max_length=500)
    photo_url = models.URLField(_("photo"), max_length=1000, blank=True)
    created_at = models.DateTimeField(_("created"), default=timezone.now)

    all_companies = CompanyQuerySet.as_manager()
    objects = ScopedManager.from_queryset(CompanyQuerySet)()

    class Meta:
        verbose_name = _("product")
        verbose_name_plural = _("products")
        constraints = [models.UniqueConstraint(fields=["company", "sku"], name="product_sku_once")]

    def __str__(self) -> str:
        return f"{self.sku} · {self.name}"

    def get_absolute_url(self) -> str:
        return reverse("catalog:product-detail", args=[self.company.slug, self.pk])


class Listing(CompanyOwned):
    """A product as one marketplace account lists it.

    `external_id` is the item in the seller's cabinet there, `marketplace_sku` the item on the site: the key
    of stock and orders. Sizes in millimetres, weight in grams.
    """

    account = models.ForeignKey(MarketplaceAccount, on_delete=models.CASCADE, related_name="listings")
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="listings")
    external_id = models.CharField(_("item id"), max_length=64)
    marketplace_sku = models.CharField(_("marketplace SKU"), max_length=64)
    seller_sku = models.CharField(_("seller's article"), max_length=100)
    name = models.CharField(_("name"), max_length=500)
    barcodes = ArrayField(
        models.CharField(max_length=100), verbose_name=_("barcodes"), default=list, blank=True
    )
    photo_url = models.URLField(_("photo"), max_length=1000, blank=True)
    category = models.CharField(_("category"), max_length=200, blank=True)
    status = StatusField(_("status"), statuses=ListingStatus, default=ListingStatus.UNKNOWN)
    external_status = models.CharField(_("their status"), max_length=100, blank=True)
    is_archived = models.BooleanField(_("archived"), default=False)
    price = models.DecimalField(_("price"), max_digits=14, decimal_places=2, null=True, blank=True)
    old_price = models.DecimalField(
        _("price before discount"), max_digits=14, decimal_places=2, null=True, blank=True
    )
    min_price = models.DecimalField(_("lowest price"), max_digits=14, decimal_places=2, null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, default="RUB")
    length_mm = models.PositiveIntegerField(_("length, mm"), null=True, blank=True)
    width_mm = models.PositiveIntegerField(_("width, mm"), null=True, blank=True)
    height_mm = models.PositiveIntegerField(_("height, mm"), null=True, blank=True)
    weight_g = models.PositiveIntegerField(_("weight, g"), null=True, blank=True)
    # Sums over the warehouses, kept with the stock so that a list of listings asks nothing more.
    stock_available = models.IntegerField(_("available"), default=0)
    stock_as_of = models.DateTimeField(_("stock as of"), null=True, blank=True)
    observed_at = models.DateTimeField(_("as of"))
    created_at = models.DateTimeField(_("created"), default=timezone.now)

    all_companies = CompanyQuerySet.as_manager()
    objects = ScopedManager.from_queryset(CompanyQuerySet)()

    class Meta:
        verbose_name = _("listing")
        verbose_name_plural = _("listings")
        constraints = [
            models.UniqueConstraint(fields=["company", "account", "external_id"], name="listing_once"),
        ]
        indexes = [
            models.Index(fields=["company", "account", "marketplace_sku"], name="listing_sku"),
            models.Index(fields=["company", "seller_sku", "id"], name="listing_by_article"),
            models.Index(fields=["company", "product"], name="listing_of_product"),
            GinIndex(fields=["barcodes"], name="listing_barcodes"),
        ]

    def __str__(self) -> str:
        return f"{self.seller_sku} · {self.name}"

    def get_absolute_url(self) -> str:
        return reverse("catalog:product-detail", args=[self.company.slug, self.product_id])

    @property
    def barcode(self) -> str:
        """The first barcode, or nothing."""
        return self.barcodes[0] if self.barcodes else ""


class Cluster(CompanyOwned):
    """A region of a marketplace's warehouses."""

    marketplace = models.CharField(_("marketplace"), max_length=32)
    external_id = models.CharField(_("their id"), max_length=64)
    name = models.CharField(_("name"), max_length=200)

    all_companies = CompanyQuerySet.as_manager()
    objects = ScopedManager.from_queryset(CompanyQuerySet)()

    class Meta:
        verbose_name = _("cluster")
        verbose_name_plural = _("clusters")
        constraints = [
            models.UniqueConstraint(fields=["company", "marketplace", "external_id"], name="cluster_once"),
        ]

    def __str__(self) -> str:
        return self.name


class Warehouse(CompanyOwned):
    """A marketplace's warehouse. `time_zone` is an IANA name, empty when the marketplace does not say."""

    marketplace = models.CharField(_("marketplace"), max_length=32)
    external_id = models.CharField(_("their id"), max_length=64)
    name = models.CharField(_("name"), max_length=200)
    cluster = models.ForeignKey(
        Cluster, on_delete=models.SET_NULL, null=True, blank=True, related_name="warehouses"
    )
    address = models.CharField(_("address"), max_length=500, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=64, blank=True)
    is_active = models.BooleanField(_("active"), default=True)

    all_companies = CompanyQuerySet.as_manager()
    objects = ScopedManager.from_queryset(CompanyQuerySet)()

    class Meta:
        verbose_name = _("warehouse")
        verbose_name_plural = _("warehouses")
        constraints = [
            models.UniqueConstraint(fields=["company", "marketplace", "external_id"], name="warehouse_once"),
        ]

    def __str__(self) -> str:
        return self.name


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


class TouchedDay(CompanyOwned):
    """A business day whose facts must be built again: written with the change, taken by analytics.

    Append-only and not unique: a writer never waits for the reader.
    """

    day = models.DateField()

    all_companies = CompanyQuerySet.as_manager()
    objects = ScopedManager.from_queryset(CompanyQuerySet)()

    class Meta:
        verbose_name = _("touched day")
        verbose_name_plural = _("touched days")
        indexes = [models.Index(fields=["company", "id"], name="touched_day_queue")]

    def __str__(self) -> str:
        return f"{self.company_id} · {self.day}"
