"""Assortment and stock for staff: to look at, never to change."""

from __future__ import annotations

from django.contrib import admin

from catalog.models import (
    Cluster,
    DoubtfulPair,
    Listing,
    ListingMove,
    Product,
    StockHold,
    StockInterval,
    StockLevel,
    Warehouse,
)
from core.staff import COMPANY_FILTER, StaffAdmin, StaffInline


class ListingInline(StaffInline):
    model = Listing
    fields = ("account", "marketplace_sku", "seller_sku", "status", "is_archived", "price", "stock_available")
    ordering = ("pk",)


class StockInline(StaffInline):
    model = StockLevel
    fields = ("warehouse", "available", "held", "reserved", "in_transit", "observed_at")
    ordering = ("pk",)


@admin.register(Product)
class ProductAdmin(StaffAdmin):
    list_display = ("sku", "name", "company", "created_at")
    list_select_related = ("company",)
    list_filter = (COMPANY_FILTER,)
    search_fields = ("sku__istartswith", "name")
    ordering = ("-pk",)
    inlines = (ListingInline,)


@admin.register(Listing)
class ListingAdmin(StaffAdmin):
    list_display = (
        "seller_sku",
        "name",
        "company",
        "account",
        "status",
        "price",
        "stock_available",
        "observed_at",
    )
    list_select_related = ("company", "account")
    list_filter = (COMPANY_FILTER, ("status", admin.ChoicesFieldListFilter), "is_archived")
    search_fields = ("=marketplace_sku", "=external_id", "seller_sku__istartswith")
    ordering = ("-pk",)
    inlines = (StockInline,)


@admin.register(DoubtfulPair)
class DoubtfulPairAdmin(StaffAdmin):
    list_display = ("listing", "product", "company", "reason", "score", "state", "decided_at")
    list_select_related = ("company", "listing", "product")
    list_filter = (COMPANY_FILTER, "reason", ("state", admin.ChoicesFieldListFilter))
    search_fields = ("=listing__seller_sku", "=product__sku")
    ordering = ("-pk",)


@admin.register(ListingMove)
class ListingMoveAdmin(StaffAdmin):
    list_display = ("listing", "kind", "company", "from_product", "to_product", "made_at", "undone_at")
    list_select_related = ("company", "listing", "from_product", "to_product")
    list_filter = (COMPANY_FILTER, "kind")
    search_fields = ("=listing__seller_sku",)
    ordering = ("-pk",)


@admin.register(Warehouse)
class WarehouseAdmin(StaffAdmin):
    list_display = ("name", "company", "marketplace", "cluster", "time_zone", "is_active")
    list_select_related = ("company", "cluster")
    list_filter = (COMPANY_FILTER, "is_active")
    search_fields = ("name", "=external_id")
    ordering = ("name", "pk")


@admin.register(Cluster)
class ClusterAdmin(StaffAdmin):
    list_display = ("name", "company", "marketplace", "external_id")
    list_select_related = ("company",)
    list_filter = (COMPANY_FILTER,)
    search_fields = ("name", "=external_id")
    ordering = ("name", "pk")


@admin.register(StockLevel)
class StockLevelAdmin(StaffAdmin):
    list_display = (
        "listing",
        "warehouse",
        "company",
        "available",
        "held",
        "reserved",
        "in_transit",
        "observed_at",
    )
    list_select_related = ("company", "listing", "warehouse")
    list_filter = (COMPANY_FILTER,)
    search_fields = ("=listing__marketplace_sku", "=listing__seller_sku")
    ordering = ("-pk",)


@admin.register(StockInterval)
class StockIntervalAdmin(StaffAdmin):
    list_display = ("listing", "warehouse", "company", "available", "valid_from", "valid_to")
    list_select_related = ("company", "listing", "warehouse")
    list_filter = (COMPANY_FILTER,)
    search_fields = ("=listing__marketplace_sku", "=listing__seller_sku")
    ordering = ("-pk",)


@admin.register(StockHold)
class StockHoldAdmin(StaffAdmin):
    list_display = ("order_external_id", "listing", "warehouse", "company", "quantity", "held_at")
    list_select_related = ("company", "listing", "warehouse")
    list_filter = (COMPANY_FILTER,)
    search_fields = ("=order_external_id",)
    ordering = ("-pk",)
