"""Returns for staff: to look at, never to change."""

from __future__ import annotations

from django.contrib import admin

from core.staff import COMPANY_FILTER, StaffAdmin, StaffInline
from returns.models import Return, ReturnEvent


class EventInline(StaffInline):
    model = ReturnEvent
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


@admin.register(Return)
class ReturnAdmin(StaffAdmin):
    list_display = (
        "external_id",
        "company",
        "account",
        "kind",
        "status",
        "external_reason",
        "reason",
        "unmatched",
        "registered_at",
        "changed_at",
    )
    list_select_related = ("company", "account", "reason")
    list_filter = (
        COMPANY_FILTER,
        ("kind", admin.ChoicesFieldListFilter),
        ("status", admin.ChoicesFieldListFilter),
        ("unmatched", admin.ChoicesFieldListFilter),
    )
    search_fields = ("=external_id", "order_external_id__istartswith")
    search_help_text = "external_id, order_external_id"
    ordering = ("-registered_at", "-pk")
    inlines = (EventInline,)
