"""The seller's products and how each marketplace account lists them."""

from __future__ import annotations

from typing import Final

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalog.choices import LinkSource
from companies.scoping import CompanyOwned, CompanyQuerySet, ScopedManager
from core.statuses import StatusField
from marketplaces.contracts.products import ListingStatus
from marketplaces.models import MarketplaceAccount

# Yandex Market lets a seller's SKU be this long; there it is the item's id too.
LONGEST_ARTICLE: Final = 255


class Product(CompanyOwned):
    """What the seller sells: one SKU of his own, listed on any number of marketplaces."""

    sku = models.CharField(_("SKU"), max_length=LONGEST_ARTICLE)
    name = models.CharField(_("name"), max_length=500)
    photo_url = models.URLField(_("photo"), max_length=1000, blank=True)
    # As the seller measured it himself; empty: only the marketplaces say.
    length_mm = models.PositiveIntegerField(_("length, mm"), null=True, blank=True)
    width_mm = models.PositiveIntegerField(_("width, mm"), null=True, blank=True)
    height_mm = models.PositiveIntegerField(_("height, mm"), null=True, blank=True)
    weight_g = models.PositiveIntegerField(_("weight, g"), null=True, blank=True)
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
    of stock and orders. `card_id` names the card of which the listing is one `size`, where the marketplace has
    cards with sizes. Sizes in millimetres, weight in grams. `held_price` is a price that the marketplace holds back.
    """

    account = models.ForeignKey(MarketplaceAccount, on_delete=models.CASCADE, related_name="listings")
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="listings")
    # How it came to its product; what a person linked is never moved by a sync.
    link = models.CharField(_("linked by"), max_length=16, choices=LinkSource, default=LinkSource.ARTICLE)
    external_id = models.CharField(_("item id"), max_length=LONGEST_ARTICLE)
    marketplace_sku = models.CharField(_("marketplace SKU"), max_length=LONGEST_ARTICLE)
    seller_sku = models.CharField(_("seller's article"), max_length=LONGEST_ARTICLE)
    card_id = models.CharField(_("card"), max_length=64, blank=True)
    size = models.CharField(_("size"), max_length=64, blank=True)
    name = models.CharField(_("name"), max_length=500)
    barcodes = ArrayField(
        models.CharField(max_length=100), verbose_name=_("barcodes"), default=list, blank=True
    )
    photo_url = models.URLField(_("photo"), max_length=1000, blank=True)
    category = models.CharField(_("category"), max_length=200, blank=True)
    category_id = models.CharField(max_length=64, blank=True)
    status = StatusField(_("status"), statuses=ListingStatus, default=ListingStatus.UNKNOWN)
    external_status = models.CharField(_("their status"), max_length=100, blank=True)
    is_archived = models.BooleanField(_("archived"), default=False)
    price = models.DecimalField(_("price"), max_digits=14, decimal_places=2, null=True, blank=True)
    old_price = models.DecimalField(
        _("price before discount"), max_digits=14, decimal_places=2, null=True, blank=True
    )
    min_price = models.DecimalField(_("lowest price"), max_digits=14, decimal_places=2, null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, default="RUB")
    prices_as_of = models.DateTimeField(_("prices as of"), null=True, blank=True)
    held_price = models.DecimalField(
        _("price held back"), max_digits=14, decimal_places=2, null=True, blank=True
    )
    hold_reason = models.CharField(_("why it is held back"), max_length=300, blank=True)
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
            models.Index(
                fields=["company", "account", "card_id"],
                condition=~models.Q(card_id=""),
                name="listing_of_card",
            ),
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
