"""Companies for staff, with their people, accounts, agreements, payout accounts and state on one page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.db.models import Count, Exists, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action

from companies.models import BankAccount, Company, Membership
from companies.services.visits import VISIT_PERMISSION
from companies.views.visits import visit_start
from core import formats
from core.staff import StaffAdmin, StaffInline
from fbo_cabinet import lockout_admin  # noqa: F401 - shows itself to the admin
from fbo_cabinet.company_state import company_state
from marketplaces.models import AccountStatus, Agreement, MarketplaceAccount

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse, HttpResponseBase
    from django.utils.safestring import SafeString


class CompanyMemberInline(StaffInline):
    """The people of a company, and whether a second factor guards them."""

    model = Membership
    fields = ("person", "role", "second_factor", "last_login", "joined_at")
    ordering = ("pk",)
    show_change_link = False
    verbose_name_plural = _("People")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Membership]:
        """Members with the state of their second factors."""
        members: QuerySet[Membership] = super().get_queryset(request)
        factors = Authenticator.objects.filter(user=OuterRef("user")).exclude(
            type=Authenticator.Type.RECOVERY_CODES
        )
        return members.select_related("user").annotate(has_factor=Exists(factors))

    @admin.display(description=_("second factor"), boolean=True)
    def second_factor(self, member: Any) -> bool:
        """Whether the person has one."""
        return bool(member.has_factor)

    @admin.display(description=_("person"))
    def person(self, member: Membership) -> SafeString:
        """Who it is, with the way to his page."""
        url = reverse("admin:companies_user_change", args=[member.user_id])
        return format_html('<a href="{}">{}</a> {}', url, member.user, member.user.email)

    @admin.display(description=_("last sign-in"))
    def last_login(self, member: Membership) -> str:
        """When the person signed in last."""
        return formats.moment(member.user.last_login)


class AccountInline(StaffInline):
    model = MarketplaceAccount
    fields = ("title", "marketplace", "status", "seller_name", "checked_at", "key_expires_at", "push_is_on")
    ordering = ("pk",)


class BankAccountInline(StaffInline):
    """Of a payout account its bank and its last digits."""

    model = BankAccount
    fields = ("bank_name", "bic", "ends_with", "currency", "created_at")
    ordering = ("pk",)
    show_change_link = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[BankAccount]:
        """Accounts without their sealed numbers."""
        accounts: QuerySet[BankAccount] = super().get_queryset(request)
        return accounts.defer(*BankAccount.sealed_columns)

    @admin.display(description=_("account ends with"))
    def ends_with(self, account: BankAccount) -> str:
        """The last digits."""
        return f"…{account.last4}"


class AgreementInline(StaffInline):
    model = Agreement
    fields = ("marketplace", "number", "signed_on", "scheme", "ends_on")
    ordering = ("pk",)
    show_change_link = False


@admin.register(Company)
class CompanyAdmin(StaffAdmin):
    list_display = ("name", "slug", "people", "accounts_working", "accounts_stopped", "is_demo", "created_at")
    list_filter = ("is_demo",)
    search_fields = ("name", "slug__istartswith")
    ordering = ("-created_at", "-pk")
    fields = ("name", "slug", "time_zone", "requires_second_factor", "is_demo", "created_at")
    changeable = ("name",)
    inlines = (CompanyMemberInline, AccountInline, BankAccountInline, AgreementInline)
    actions_detail = ("visit",)
    change_form_outer_after_template = "admin/companies/company/state.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Company]:
        """Companies with the health of their accounts."""
        companies: QuerySet[Company] = super().get_queryset(request)
        working = Q(status=AccountStatus.ACTIVE)
        return companies.annotate(
            member_count=_counted(Membership.all_companies.all()),
            working_count=_counted(MarketplaceAccount.all_companies.filter(working)),
            stopped_count=_counted(MarketplaceAccount.all_companies.exclude(working)),
        )

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        """The page of a company with its state, in the zone of its days."""
        company = self.get_object(request, object_id) if object_id else None
        state = []
        if company is not None and self.has_view_permission(request, company):
            with timezone.override(company.zone):
                state = company_state(company)
        return super().changeform_view(
            request, object_id, form_url, {**(extra_context or {}), "state": state}
        )

    def has_visit_permission(self, request: HttpRequest, _object_id: Any = None) -> bool:
        """Whether the person may look into the cabinets of sellers."""
        return bool(request.user.has_perm(VISIT_PERMISSION))

    @action(
        description=_("Look into the seller's cabinet"),
        url_path="visit",
        permissions=["visit"],
        icon="visibility",
    )  # type: ignore[untyped-decorator]  # unfold has no types
    def visit(self, request: HttpRequest, object_id: str) -> HttpResponse | HttpResponseBase:
        """Ask for a reason, then let the person in."""
        company = self.get_object(request, object_id)
        if company is None:
            raise Http404
        frame = {**self.admin_site.each_context(request), "opts": self.opts}
        return visit_start(request, company, frame)  # type: ignore[arg-type]  # behind the sign-in of the admin

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
