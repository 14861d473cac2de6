"""Facts for staff: to look at, never to change."""

from __future__ import annotations

from django.contrib import admin

from analytics.models import (
    ClosingStock,
    DailyFact,
    DailyReturns,
    Deliveries,
    FactsState,
    HourlyOrders,
    ListingSales,
    MonthlyUnits,
    PlaceDeliveries,
    RegionSales,
    StepTimes,
)
from core.staff import COMPANY_FILTER, StaffAdmin


@admin.register(DailyFact)
class DailyFactAdmin(StaffAdmin):
    list_display = (
        "day", "company", "account", "listing", "cluster_to", "ordered_units", "ordered_amount", "cancelled_units",
        "delivered_units",
    )  # fmt: skip
    list_select_related = ("company", "account", "listing")
    list_filter = (COMPANY_FILTER,)
    search_fields = ("=listing__marketplace_sku", "=listing__seller_sku")
    ordering = ("-day", "-pk")


@admin.register(ListingSales)
class ListingSalesAdmin(StaffAdmin):
    list_display = (
        "day",
        "company",
        "account",
        "listing",
        "ordered_units",
        "ordered_amount",
        "delivered_units",
    )
    list_select_related = ("company", "account", "listing")
    list_filter = (COMPANY_FILTER,)
    search_fields = ("=listing__marketplace_sku", "=listing__seller_sku")
    ordering = ("-day", "-pk")


@admin.register(RegionSales)
class RegionSalesAdmin(StaffAdmin):
    list_display = (
        "day", "company", "account", "cluster_to", "ordered_units", "ordered_amount", "delivered_units",
    )  # fmt: skip
    list_select_related = ("company", "account")
    list_filter = (COMPANY_FILTER,)
    ordering = ("-day", "-pk")


@admin.register(ClosingStock)
class ClosingStockAdmin(StaffAdmin):
    list_display = ("day", "company", "listing", "cluster", "available", "reserved")
    list_select_related = ("company", "listing")
    list_filter = (COMPANY_FILTER,)
    search_fields = ("=listing__marketplace_sku", "=listing__seller_sku")
    ordering = ("-day", "-pk")


@admin.register(HourlyOrders)
class HourlyOrdersAdmin(StaffAdmin):
    list_display = (
        "day",
        "hour",
        "company",
        "account",
        "orders",
        "units",
        "amount",
        "delivered",
        "cancelled",
    )
    list_select_related = ("company", "account")
    list_filter = (COMPANY_FILTER,)
    ordering = ("-day", "-hour", "-pk")


@admin.register(DailyReturns)
class DailyReturnsAdmin(StaffAdmin):
    list_display = ("day", "placed_day", "company", "account", "listing", "kind", "reason", "units", "amount")
    list_select_related = ("company", "account", "listing", "reason")
    list_filter = (COMPANY_FILTER, "kind")
    search_fields = ("=listing__marketplace_sku", "=listing__seller_sku")
    ordering = ("-day", "-pk")


@admin.register(Deliveries)
class DeliveriesAdmin(StaffAdmin):
    list_display = ("day", "delivered_day", "company", "account", "listing", "units", "amount")
    list_select_related = ("company", "account", "listing")
    list_filter = (COMPANY_FILTER,)
    search_fields = ("=listing__marketplace_sku", "=listing__seller_sku")
    ordering = ("-day", "-pk")


@admin.register(PlaceDeliveries)
class PlaceDeliveriesAdmin(StaffAdmin):
    list_display = ("day", "company", "account", "warehouse_name", "cluster_to", "units", "amount")
    list_select_related = ("company", "account")
    list_filter = (COMPANY_FILTER,)
    ordering = ("-day", "-pk")


@admin.register(MonthlyUnits)
class MonthlyUnitsAdmin(StaffAdmin):
    list_display = (
        "day", "company", "account", "listing", "ordered", "cancelled", "refused", "refused_back", "returned",
        "returned_back", "removed",
    )  # fmt: skip
    list_select_related = ("company", "account", "listing")
    list_filter = (COMPANY_FILTER,)
    search_fields = ("=listing__marketplace_sku", "=listing__seller_sku")
    ordering = ("-day", "-pk")


@admin.register(StepTimes)
class StepTimesAdmin(StaffAdmin):
    list_display = ("day", "company", "account", "axis", "place", "step", "minutes", "orders")
    list_select_related = ("company", "account")
    list_filter = (COMPANY_FILTER, "axis", "step")
    ordering = ("-day", "-pk")


@admin.register(FactsState)
class FactsStateAdmin(StaffAdmin):
    list_display = ("company", "refreshed_at")
    list_select_related = ("company",)
    list_filter = (COMPANY_FILTER,)
    ordering = ("-pk",)
