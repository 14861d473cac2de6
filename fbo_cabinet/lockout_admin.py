"""Wrong passwords for staff: who is locked out, and a way to let him in before the pause is over."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Final

import structlog
from axes.models import AccessAttempt
from django.contrib import admin
from django.db.models import OuterRef, Subquery, Sum
from django.utils.translation import gettext_lazy as _

from core.devices import device_words
from fbo_cabinet.lockout import COUNTED_BY, LIMITS, LockKind, fresh_attempts
from marketplaces.admin import StaffActionsAdmin

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet
    from django.http import HttpRequest
    from django_stubs_ext import StrOrPromise

log = structlog.get_logger(__name__)
_NAMES: Final[dict[LockKind, StrOrPromise]] = {
    LockKind.PAIR: _("the person from this address"),
    LockKind.ADDRESS: _("everybody from this address"),
    LockKind.ACCOUNT: _("the person in new browsers"),
}


@admin.register(AccessAttempt)
class LockoutAdmin(StaffActionsAdmin):
    """A line for each person, address and browser. What was posted is not shown: names may be mistyped passwords."""

    list_display = ("username", "ip_address", "browser", "failures_since_start", "attempt_time", "closed")
    search_fields = ("username__istartswith", "=ip_address")
    ordering = ("-attempt_time", "-pk")
    fields = ("username", "ip_address", "browser", "failures_since_start", "attempt_time", "closed")
    readonly_fields = ("browser", "closed", "attempt_time")
    actions: ClassVar[list[str]] = ["open_for_people", "open_for_addresses"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[AccessAttempt]:
        """Lines with how many wrong passwords each of their doors counts."""
        counts = {f"{kind}_count": _count(kind) for kind in LockKind}
        rows: QuerySet[AccessAttempt] = super().get_queryset(request).annotate(**counts)
        return rows

    @admin.display(description=_("browser"))
    def browser(self, attempt: AccessAttempt) -> str:
        """In words."""
        return device_words(attempt.user_agent)

    @admin.display(description=_("closed for"))
    def closed(self, attempt: AccessAttempt) -> str:
        """Which doors the wrong passwords keep closed now."""
        counts = {kind: getattr(attempt, f"{kind}_count") or 0 for kind in LockKind}
        return ", ".join(str(_NAMES[kind]) for kind in LockKind if counts[kind] >= LIMITS[kind]) or "–"

    @admin.action(description=_("Let these people in"), permissions=["act"])
    def open_for_people(self, request: HttpRequest, queryset: QuerySet[AccessAttempt]) -> None:
        """Forget the wrong passwords of these people, from wherever they came."""
        self._forget(request, username__in=_named(queryset, "username"))

    @admin.action(description=_("Let these addresses in"), permissions=["act"])
    def open_for_addresses(self, request: HttpRequest, queryset: QuerySet[AccessAttempt]) -> None:
        """Forget the wrong passwords that came from these addresses, whoever they were for."""
        self._forget(request, ip_address__in=_named(queryset, "ip_address"))

    def _forget(self, request: HttpRequest, **which: Any) -> None:
        count, _by_model = AccessAttempt.objects.filter(**which).delete()
        log.info("lockout_opened", by=request.user.pk, rows=count)
        self.tell(request, done=count)


def _count(kind: LockKind) -> Subquery:
    names = COUNTED_BY[kind]
    alike = fresh_attempts().filter(**{name: OuterRef(name) for name in names})
    return Subquery(
        alike.order_by().values(*names).annotate(total=Sum("failures_since_start")).values("total")
    )


def _named(queryset: QuerySet[AccessAttempt], field: str) -> Iterable[Any]:
    return list(queryset.order_by().values_list(field, flat=True).distinct())
