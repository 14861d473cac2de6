"""People for staff. Companies themselves are shown by fbo_cabinet.admin, which sees their accounts too."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin

from companies.models import Membership, User
from core.staff import StaffAdmin, StaffInline

if TYPE_CHECKING:
    from django.http import HttpRequest


class MemberInline(StaffInline):
    model = Membership
    fields = ("user", "company", "role", "joined_at")
    ordering = ("pk",)
    show_change_link = False


@admin.register(User)
class UserAdmin(StaffAdmin):
    """Superusers decide who is staff; the rest of staff looks."""

    list_display = ("email", "name", "is_active", "is_staff", "joined_at", "last_login")
    list_filter = ("is_staff", "is_active")
    search_fields = ("email__istartswith", "name")
    ordering = ("-joined_at", "-pk")
    fields = ("email", "name", "language", "is_active", "is_staff", "joined_at", "last_login")
    changeable = ("name", "language", "is_active", "is_staff")
    inlines = (MemberInline,)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Superusers only, and nobody changes himself."""
        is_super = bool(getattr(request.user, "is_superuser", False))
        return is_super and obj != request.user
