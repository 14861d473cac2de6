"""Orders for staff: to look at, never to change."""

from __future__ import annotations

from django.contrib import admin

from core.staff import COMPANY_FILTER, StaffAdmin, StaffInline
from orders.models import Order, OrderEvent, OrderLine, OrderTally


class LineInline(StaffInline):
    model = OrderLine
    fields = ("position", "marketplace_sku", "seller_sku", "name", "quantity", "price", "discount")
    ordering = ("position",)
    show_change_link = False


class EventInline(StaffInline):
    model = OrderEvent
    fields = (
        "kind",
        "old_status",
        "new_status",
        "external_status",
        "happened_at",
        "precision",
        "recorded_at",
        "source",
    )
    ordering = ("recorded_at", "pk")
    show_change_link = False


@admin.register(Order)
class OrderAdmin(StaffAdmin):
    list_display = (
        "external_id",
        "company",
        "account",
        "status",
        "amount",
        "currency",
        "placed_at",
        "changed_at",
    )
    list_select_related = ("company", "account")
    list_filter = (COMPANY_FILTER, ("status", admin.ChoicesFieldListFilter))
    search_fields = ("external_id__istartswith",)
    search_help_text = "external_id"
    ordering = ("-placed_at", "-pk")
    inlines = (LineInline, EventInline)


@admin.register(OrderTally)
class OrderTallyAdmin(StaffAdmin):
    list_display = ("day", "company", "account", "status", "orders", "units", "amount")
    list_select_related = ("company", "account")
    list_filter = (COMPANY_FILTER, ("status", admin.ChoicesFieldListFilter))
    ordering = ("-day", "-pk")
