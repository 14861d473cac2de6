"""Companies for staff, with their people and their marketplace accounts on one page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from companies.admin import MemberInline
from companies.models import Company, Membership
from core.staff import StaffAdmin, StaffInline
from marketplaces.models import AccountStatus, MarketplaceAccount

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest


class AccountInline(StaffInline):
    model = MarketplaceAccount
    fields = ("title", "marketplace", "status", "seller_name", "checked_at", "key_expires_at", "push_is_on")
    ordering = ("pk",)


@admin.register(Company)
class CompanyAdmin(StaffAdmin):
    list_display = ("name", "slug", "people", "accounts_working", "accounts_stopped", "is_demo", "created_at")
    list_filter = ("is_demo",)
    search_fields = ("name", "slug__istartswith")
    ordering = ("-created_at", "-pk")
    fields = ("name", "slug", "time_zone", "is_demo", "created_at")
    changeable = ("name",)
    inlines = (MemberInline, AccountInline)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Company]:
        """Companies with the health of their accounts."""
        companies: QuerySet[Company] = super().get_queryset(request)
        working = Q(status=AccountStatus.ACTIVE)
        return companies.annotate(
            member_count=_counted(Membership.all_companies.all()),
            working_count=_counted(MarketplaceAccount.all_companies.filter(working)),
            stopped_count=_counted(MarketplaceAccount.all_companies.exclude(working)),
        )

    @admin.display(description=_("people"))
    def people(self, company: Any) -> int:
        """How many members there are."""
        return int(company.member_count)

    @admin.display(description=_("accounts that work"))
    def accounts_working(self, company: Any) -> int:
        """How many accounts are synced."""
        return int(company.working_count)

    @admin.display(description=_("paused and rejected accounts"))
    def accounts_stopped(self, company: Any) -> int:
        """How many accounts are not synced."""
        return int(company.stopped_count)


def _counted(rows: QuerySet[Any]) -> Coalesce:
    """A subquery that counts the rows of each company."""
    counts = rows.filter(company=OuterRef("pk")).order_by().values("company").annotate(rows=Count("pk"))
    return Coalesce(Subquery(counts.values("rows")), 0)
