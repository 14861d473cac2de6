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
    ListingFlow,
    ListingReasons,
    ListingReturns,
    ListingSales,
    MonthlyUnits,
    PlaceDeliveries,
    PlaceReturns,
    ReasonReturns,
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
        "span",
        "company",
        "account",
        "listing",
        "ordered_units",
        "ordered_amount",
        "delivered_units",
    )
    list_select_related = ("company", "account", "listing")
    list_filter = (COMPANY_FILTER, "span")
    search_fields = ("=listing__marketplace_sku", "=listing__seller_sku")
    ordering = ("-day", "-pk")


@admin.register(RegionSales)
class RegionSalesAdmin(StaffAdmin):
    list_display = (
        "day", "span", "company", "account", "cluster_to", "ordered_units", "ordered_amount", "delivered_units",
    )  # fmt: skip
    list_select_related = ("company", "account")
    list_filter = (COMPANY_FILTER, "span")
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
    list_display = (
        "day", "delivered_day", "company", "account", "warehouse_name", "cluster_to", "units", "amount",
    )  # fmt: skip
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
    list_display = ("day", "span", "company", "account", "axis", "place", "step")
    list_select_related = ("company", "account")
    list_filter = (COMPANY_FILTER, "span", "axis", "step")
    ordering = ("-day", "-pk")


@admin.register(ListingReturns)
class ListingReturnsAdmin(StaffAdmin):
    list_display = (
        "day",
        "span",
        "basis",
        "company",
        "account",
        "listing",
        "delivered",
        "returned",
        "refused",
    )
    list_select_related = ("company", "account", "listing")
    list_filter = (COMPANY_FILTER, "span", "basis")
    search_fields = ("=listing__marketplace_sku", "=listing__seller_sku")
    ordering = ("-day", "-pk")


@admin.register(ListingReasons)
class ListingReasonsAdmin(StaffAdmin):
    list_display = ("day", "span", "basis", "company", "account", "listing", "reason", "returned", "refused")
    list_select_related = ("company", "account", "listing", "reason")
    list_filter = (COMPANY_FILTER, "span", "basis")
    search_fields = ("=listing__marketplace_sku", "=listing__seller_sku")
    ordering = ("-day", "-pk")


@admin.register(ReasonReturns)
class ReasonReturnsAdmin(StaffAdmin):
    list_display = (
        "day",
        "span",
        "basis",
        "company",
        "account",
        "reason",
        "returned",
        "refused",
        "technical",
    )
    list_select_related = ("company", "account", "reason")
    list_filter = (COMPANY_FILTER, "span", "basis")
    ordering = ("-day", "-pk")


@admin.register(PlaceReturns)
class PlaceReturnsAdmin(StaffAdmin):
    list_display = (
        "day",
        "span",
        "basis",
        "company",
        "account",
        "warehouse_name",
        "cluster_to",
        "delivered",
        "returned",
    )
    list_select_related = ("company", "account")
    list_filter = (COMPANY_FILTER, "span", "basis")
    ordering = ("-day", "-pk")


@admin.register(ListingFlow)
class ListingFlowAdmin(StaffAdmin):
    list_display = ("day", "span", "company", "listing", "known_days", "closing", "days_in_stock", "sold")
    list_select_related = ("company", "listing")
    list_filter = (COMPANY_FILTER, "span")
    search_fields = ("=listing__marketplace_sku", "=listing__seller_sku")
    ordering = ("-day", "-pk")


@admin.register(FactsState)
class FactsStateAdmin(StaffAdmin):
    list_display = ("company", "refreshed_at", "time_zone")
    list_select_related = ("company",)
    list_filter = (COMPANY_FILTER,)
    ordering = ("-pk",)
