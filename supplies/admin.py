"""Supplies for staff: to look at, never to change."""

from __future__ import annotations

from django.contrib import admin

from core.staff import COMPANY_FILTER, StaffAdmin, StaffInline
from supplies.models import Supply, SupplyBox, SupplyDocument, SupplyEvent, SupplyLine


class LineInline(StaffInline):
    model = SupplyLine
    fields = (
        "key",
        "seller_sku",
        "name",
        "planned",
        "declared",
        "shipped",
        "accepted",
        "on_sale",
        "shortage",
        "surplus",
        "defect",
    )
    ordering = ("pk",)
    show_change_link = False


class BoxInline(StaffInline):
    model = SupplyBox
    fields = ("position", "kind", "code", "is_told", "external_status")
    ordering = ("is_told", "position")
    show_change_link = False


class DocumentInline(StaffInline):
    model = SupplyDocument
    fields = ("kind", "number", "issued_at", "recorded_at")
    ordering = ("pk",)
    show_change_link = False


class EventInline(StaffInline):
    model = SupplyEvent
    fields = (
        "kind",
        "old_status",
        "new_status",
        "external_status",
        "details",
        "happened_at",
        "precision",
        "recorded_at",
        "source",
    )
    ordering = ("recorded_at", "pk")
    show_change_link = False


@admin.register(Supply)
class SupplyAdmin(StaffAdmin):
    list_display = (
        "number",
        "external_id",
        "company",
        "account",
        "kind",
        "status",
        "declared",
        "accepted",
        "missing_units",
        "slot_from",
        "changed_at",
    )
    list_select_related = ("company", "account")
    list_filter = (
        COMPANY_FILTER,
        ("kind", admin.ChoicesFieldListFilter),
        ("status", admin.ChoicesFieldListFilter),
    )
    search_fields = ("=external_id", "number__istartswith")
    search_help_text = "external_id, number"
    ordering = ("-changed_at", "-pk")
    inlines = (LineInline, BoxInline, DocumentInline, EventInline)
