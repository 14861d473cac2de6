"""Returns for staff to look at, and the dictionary of reasons that staff keep."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlencode

from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from kombu.exceptions import OperationalError

from core.staff import COMPANY_FILTER, StaffAdmin, StaffInline
from returns.choices import MatchBy
from returns.forms import RuleForm, preview_line
from returns.models import Reason, ReasonRule, ReasonWord, Return, ReturnEvent
from returns.selectors.preview import moved_by
from returns.tasks import remap_reasons

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest
    from django.utils.safestring import SafeString


class EventInline(StaffInline):
    model = ReturnEvent
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


class DictionaryAdmin(StaffAdmin):
    """Pages of what staff keep themselves, for all companies alike."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """As the rights of the person say."""
        meta = self.opts
        return bool(request.user.has_perm(f"{meta.app_label}.add_{meta.model_name}"))


class RuleInline(StaffInline):
    model = ReasonRule
    fields = ("marketplace", "match_by", "words", "priority", "is_active")
    ordering = ("match_by", "words", "pk")


@admin.register(Reason)
class ReasonAdmin(DictionaryAdmin):
    """The reasons themselves; the code of one that exists stays, and one goes out of use instead of away."""

    list_display = ("name", "group", "code", "is_active")
    list_filter = (("group", admin.ChoicesFieldListFilter), "is_active")
    search_fields = ("name", "code")
    ordering = ("group", "name", "pk")
    fields = ("code", "group", "name", "advice", "is_active")
    changeable = ("group", "name", "advice", "is_active")
    inlines = (RuleInline,)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """The code is what histories and links hold: it is given once."""
        return super().get_readonly_fields(request, obj) if obj else []


@admin.register(ReasonRule)
class RuleAdmin(DictionaryAdmin):
    """The rules; history follows them when somebody asks for it."""

    form = RuleForm
    list_display = ("words", "match_by", "marketplace", "reason", "priority", "is_active", "changed_at")
    list_select_related = ("reason",)
    list_filter = (
        ("match_by", admin.ChoicesFieldListFilter),
        "marketplace",
        ("reason__group", admin.ChoicesFieldListFilter),
        "is_active",
    )
    search_fields = ("words", "reason__name")
    ordering = ("-changed_at", "-pk")
    fields = ("marketplace", "match_by", "words", "reason", "priority", "is_active", "only_preview")
    changeable = fields
    actions: ClassVar[list[str]] = ["remap"]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """As the rights of the person say; what returns have, stays until the history is remapped."""
        return bool(request.user.has_perm("returns.delete_reasonrule"))

    def save_model(self, request: HttpRequest, obj: ReasonRule, form: Any, change: bool) -> None:  # noqa: FBT001 - Django's signature
        """Keep the rule and say what history would gain by it."""
        moved = moved_by(obj)
        super().save_model(request, obj, form, change)
        if moved:
            self.message_user(
                request,
                f"{preview_line(moved)} {_('Choose the action “Remap the history” to do it.')}",
                messages.INFO,
            )

    @admin.action(description=gettext_lazy("Remap the history by all rules"), permissions=["change"])
    def remap(self, request: HttpRequest, queryset: QuerySet[ReasonRule]) -> None:
        """Give all returns the reasons that the rules mean now, in the background; the rules chosen remember who."""
        person: Any = request.user
        try:
            remap_reasons.apply_async(kwargs={"actor_id": person.pk}, retry=False)
        except OperationalError:
            self.message_user(request, _("The queue does not answer: try again later."), messages.ERROR)
        else:
            LogEntry.objects.log_actions(
                user_id=person.pk,
                queryset=queryset,
                action_flag=CHANGE,
                change_message=_("Remap the history by all rules"),
            )
            self.message_user(request, _("The history is being remapped."), messages.SUCCESS)


@admin.register(ReasonWord)
class WordAdmin(StaffAdmin):
    """Words as they come; those without a reason wait for a rule, the most said first."""

    list_display = (
        "words", "words_id", "marketplace", "reason", "seen", "first_seen_at", "last_seen_at", "make_a_rule",
    )  # fmt: skip
    list_select_related = ("reason",)
    list_filter = (("reason", admin.EmptyFieldListFilter), "marketplace")
    search_fields = ("words", "words_id")
    ordering = ("-seen", "pk")

    @admin.display(description=gettext_lazy("Rule"))
    def make_a_rule(self, word: ReasonWord) -> SafeString | str:
        """A link to the form of a new rule that fits the words."""
        if word.reason_id:
            return ""
        asked = {
            "marketplace": word.marketplace,
            "match_by": MatchBy.TEXT if word.words else MatchBy.ID,
            "words": word.words or word.words_id,
        }
        url = f"{reverse('admin:returns_reasonrule_add')}?{urlencode(asked)}"
        return format_html('<a href="{}">{}</a>', url, _("Make a rule"))
