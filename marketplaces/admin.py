"""Accounts, streams, runs, quarantine and notices for staff. No secret is ever shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import admin, messages
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from core.staff import COMPANY_FILTER, StaffAdmin, StaffInline, pretty_json
from marketplaces import services
from marketplaces.catalogue import reason_title
from marketplaces.errors import MarketplaceError
from marketplaces.models import (
    MarketplaceAccount,
    PushMessage,
    QuarantinedRecord,
    QuarantineState,
    StreamState,
    SyncRun,
)
from marketplaces.sync.engine import CannotRun

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet
    from django.http import HttpRequest
    from django.utils.safestring import SafeString


class StaffActionsAdmin(StaffAdmin):
    """Rows that staff may act upon without editing them: the actions need the right to change the model."""

    def has_act_permission(self, request: HttpRequest) -> bool:
        """Whether the person may use the actions."""
        meta = self.opts
        return bool(request.user.has_perm(f"{meta.app_label}.change_{meta.model_name}"))

    def tell(self, request: HttpRequest, *, done: int, left: Iterable[str] = ()) -> None:
        """Say how many rows were done, and why the others were not."""
        text = ngettext("Done: %(count)s row.", "Done: %(count)s rows.", done) % {"count": done}
        self.message_user(request, text, messages.SUCCESS if done else messages.INFO)
        for reason in left:
            self.message_user(request, reason, messages.WARNING)


class StreamInline(StaffInline):
    model = StreamState
    fields = ("stream", "is_on", "data_as_of", "succeeded_at", "due_at", "lease_until", "failures")
    ordering = ("stream",)
    show_change_link = True


@admin.register(MarketplaceAccount)
class AccountAdmin(StaffActionsAdmin):
    list_display = (
        "title",
        "company",
        "marketplace",
        "status",
        "seller_name",
        "checked_at",
        "key_expires_at",
        "push_is_on",
    )
    list_select_related = ("company",)
    list_filter = (COMPANY_FILTER, ("status", admin.ChoicesFieldListFilter), "push_is_on")
    search_fields = ("title", "=external_id", "seller_name", "=tax_id")
    ordering = ("-created_at", "-pk")
    fields = (
        "company", "title", "marketplace", "external_id", "base_url", "status", "seller_name", "legal_name", "tax_id",
        "roles", "missing", "key_expires_at", "checked_at", "push_is_on", "created_at",
    )  # fmt: skip
    inlines = (StreamInline,)
    actions: ClassVar[list[str]] = ["pause", "resume", "check_keys"]

    @admin.action(description=gettext_lazy("Pause"), permissions=["act"])
    def pause(self, request: HttpRequest, queryset: QuerySet[MarketplaceAccount]) -> None:
        """Stop syncing the accounts."""
        accounts = list(queryset.order_by("pk"))
        for account in accounts:
            services.pause_account(account=account, actor=_person(request))
        self.tell(request, done=len(accounts))

    @admin.action(description=gettext_lazy("Resume"), permissions=["act"])
    def resume(self, request: HttpRequest, queryset: QuerySet[MarketplaceAccount]) -> None:
        """Go on syncing paused accounts."""
        accounts = list(queryset.order_by("pk"))
        for account in accounts:
            services.resume_account(account=account, actor=_person(request))
        self.tell(request, done=len(accounts))

    @admin.action(description=gettext_lazy("Check the key"), permissions=["act"])
    def check_keys(self, request: HttpRequest, queryset: QuerySet[MarketplaceAccount]) -> None:
        """Ask the marketplaces what the keys may do."""
        done, left = 0, []
        for account in queryset.select_related("company").order_by("pk"):
            try:
                services.check_account(account=account)
            except MarketplaceError as exc:
                left.append(f"{account}: {exc.code}")
            else:
                done += 1
        self.tell(request, done=done, left=left)


@admin.register(StreamState)
class StreamStateAdmin(StaffActionsAdmin):
    list_display = (
        "account",
        "stream",
        "company",
        "is_on",
        "data_as_of",
        "succeeded_at",
        "due_at",
        "lease_until",
        "failures",
    )
    list_select_related = ("company", "account")
    list_filter = (COMPANY_FILTER, "stream", "is_on")
    ordering = ("due_at", "pk")
    actions: ClassVar[list[str]] = ["make_due"]

    @admin.action(description=gettext_lazy("Sync now"), permissions=["act"])
    def make_due(self, request: HttpRequest, queryset: QuerySet[StreamState]) -> None:
        """Start the streams with the next round of the schedule."""
        states = list(queryset.select_related("account__company").order_by("pk"))
        answers = [services.request_refresh(account=state.account, stream=state.stream) for state in states]
        refused = [
            _("%(stream)s: the account is stopped, the stream is off, or it was asked for just now.")
            % {"stream": state}
            for state, answer in zip(states, answers, strict=True)
            if not answer.is_accepted
        ]
        self.tell(request, done=len(states) - len(refused), left=refused)


@admin.register(SyncRun)
class SyncRunAdmin(StaffAdmin):
    list_display = (
        "started_at", "company", "account", "stream", "outcome", "trigger", "pages", "inserted", "changed", "unchanged",
        "quarantined", "error_code",
    )  # fmt: skip
    list_select_related = ("company", "account")
    list_filter = (COMPANY_FILTER, ("outcome", admin.ChoicesFieldListFilter), "stream", "trigger")
    search_fields = ("=external_id", "=error_code")
    ordering = ("-started_at", "-pk")


@admin.register(QuarantinedRecord)
class QuarantineAdmin(StaffActionsAdmin):
    list_display = (
        "external_id",
        "company",
        "account",
        "stream",
        "reason_words",
        "state",
        "attempts",
        "last_seen_at",
    )
    list_select_related = ("company", "account")
    list_filter = (COMPANY_FILTER, ("state", admin.ChoicesFieldListFilter), "stream", "reason")
    search_fields = ("external_id__istartswith", "detail")
    ordering = ("-last_seen_at", "-pk")
    fields = (
        "company", "account", "stream", "external_id", "reason_words", "detail", "payload_pretty", "state", "attempts",
        "first_seen_at", "last_seen_at", "settled_at", "settled_by",
    )  # fmt: skip
    readonly_fields = ("reason_words", "payload_pretty")
    actions: ClassVar[list[str]] = ["retry", "ignore"]

    @admin.display(description=gettext_lazy("Reason"))
    def reason_words(self, record: QuarantinedRecord) -> str:
        """The reason in words and its code."""
        return f"{reason_title(record.reason)} ({record.reason})"

    @admin.display(description=gettext_lazy("What came"))
    def payload_pretty(self, record: QuarantinedRecord) -> SafeString:
        """The record as it came."""
        return pretty_json(record.payload)

    @admin.action(description=gettext_lazy("Try again"), permissions=["act"])
    def retry(self, request: HttpRequest, queryset: QuerySet[QuarantinedRecord]) -> None:
        """Read the records again."""
        done, left = 0, []
        for record in queryset.order_by("pk"):
            try:
                settled = services.retry_quarantined(record=record, by=_person(request))
            except CannotRun:
                left.append(_("%(record)s: the account is stopped.") % {"record": record})
                continue
            if settled.state == QuarantineState.RESOLVED:
                done += 1
            else:
                left.append(_("%(record)s: still waits.") % {"record": record})
        self.tell(request, done=done, left=left)

    @admin.action(description=gettext_lazy("Leave out"), permissions=["act"])
    def ignore(self, request: HttpRequest, queryset: QuerySet[QuarantinedRecord]) -> None:
        """Leave the records out for good."""
        records = list(queryset.order_by("pk"))
        for record in records:
            services.ignore_quarantined(record=record, by=_person(request))
        self.tell(request, done=len(records))


@admin.register(PushMessage)
class PushMessageAdmin(StaffAdmin):
    list_display = ("received_at", "company", "account", "kind", "processed_at", "outcome", "attempts")
    list_select_related = ("company", "account")
    list_filter = (COMPANY_FILTER, "kind", "outcome")
    ordering = ("-received_at", "-pk")
    fields = (
        "company",
        "account",
        "kind",
        "received_at",
        "processed_at",
        "outcome",
        "attempts",
        "body_pretty",
    )
    readonly_fields = ("body_pretty",)

    @admin.display(description=gettext_lazy("What came"))
    def body_pretty(self, message: PushMessage) -> SafeString:
        """The notice as it came."""
        return pretty_json(message.body)


def _person(request: HttpRequest) -> Any:
    return request.user
