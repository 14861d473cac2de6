"""People, sign-ins, changes and visits for staff. Companies themselves are shown by fbo_cabinet.admin, which sees their accounts too."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from unfold.contrib.filters.admin import AutocompleteSelectFilter

from companies.models import AuditEntry, Company, Membership, SignIn, StaffVisit, User
from companies.selectors.audit import change_rows, source_words
from core.staff import COMPANY_FILTER, StaffAdmin, StaffInline

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest

    from companies.selectors.audit import ChangeRow


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


@admin.register(SignIn)
class SignInAdmin(StaffAdmin):
    """Attempts to sign in; of a browser its words, never its mark."""

    list_display = ("at", "user", "outcome", "method", "address", "is_new_device")
    list_select_related = ("user",)
    list_filter = (
        ("user", AutocompleteSelectFilter),
        ("outcome", admin.ChoicesFieldListFilter),
        "is_new_device",
    )
    # In the order in which they were written: the primary key is the only index of all of them.
    ordering = ("-pk",)
    fields = ("user", "at", "outcome", "method", "address", "user_agent", "is_new_device")


@admin.register(AuditEntry)
class AuditEntryAdmin(StaffAdmin):
    """The trail of all companies, as their owners read it."""

    list_display = ("at", "company_name", "who", "way", "subject", "subject_name", "action")
    list_filter = (COMPANY_FILTER, "subject", ("action", admin.ChoicesFieldListFilter))
    ordering = ("-pk",)
    fields = (
        "at", "company_name", "who", "on_behalf", "way", "address", "subject", "named", "action", "words", "note",
    )  # fmt: skip
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[AuditEntry]:
        """Entries with the companies that are still there."""
        entries: QuerySet[AuditEntry] = super().get_queryset(request)
        name = Company.objects.filter(pk=OuterRef("company_id")).values("name")[:1]
        return entries.annotate(its_company=Subquery(name))

    @admin.display(description=_("company"))
    def company_name(self, entry: Any) -> str:
        """Whose trail it is; the number of a company that is gone."""
        return entry.its_company or f"№ {entry.company_id}"

    @admin.display(description=_("who"))
    def who(self, entry: AuditEntry) -> str:
        """Who did it."""
        return entry.actor_name or "–"

    @admin.display(description=_("by way of"))
    def way(self, entry: AuditEntry) -> str:
        """By what way it was done."""
        return source_words(entry.source)

    @admin.display(description=pgettext_lazy("a visit", "As whom"))
    def on_behalf(self, entry: AuditEntry) -> str:
        """As whom staff looked into the cabinet."""
        return _worded(entry).on_behalf or "–"

    @admin.display(description=_("named"))
    def named(self, entry: AuditEntry) -> str:
        """What the changed row is called."""
        return _worded(entry).name

    @admin.display(description=_("changes"))
    def words(self, entry: AuditEntry) -> str:
        """What changed, in words."""
        return _worded(entry).words


@admin.register(StaffVisit)
class StaffVisitAdmin(StaffAdmin):
    """Who of the staff looked into whose cabinet, and why. A visit begins on the page of a company."""

    list_display = ("started_at", "staff", "company", "as_user", "role", "reason", "ended_at", "ending")
    list_select_related = ("staff", "company", "as_user")
    list_filter = (COMPANY_FILTER, "ending")
    ordering = ("-pk",)
    fields = ("company", "staff", "as_user", "role", "reason", "started_at", "ends_at", "ended_at", "ending")


def _worded(entry: AuditEntry) -> ChangeRow:
    return change_rows(entry.company_id, [entry])[0]
