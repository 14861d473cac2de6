"""The filters of the list of changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import django_filters
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from companies.choices import AuditAction, AuditSubject
from companies.selectors.audit import actor_choices, members_named
from core.filters import AnyOfFilter, CompanyChoiceFilter, ListFilterSet, PeriodFilter, company_of

if TYPE_CHECKING:
    from django.db.models import QuerySet


class AuditFilter(ListFilterSet):
    """What was changed, what was done to it, by whom, when; the name of the thing; visits of support."""

    q = django_filters.CharFilter(label=_("Name of what was changed"), method="find", max_length=100)
    subject = AnyOfFilter(label=_("What was changed"), choices=AuditSubject.choices)
    action = AnyOfFilter(label=_("What was done"), choices=AuditAction.choices)
    actor = CompanyChoiceFilter(
        label=_("Who changed it"),
        method="by_actor",
        choices_for=lambda request: actor_choices(request.company),
        empty_label=_("anybody"),
    )
    period = PeriodFilter(label=_("When it was changed"), field_name="at")
    visits = django_filters.ChoiceFilter(
        label=_("Visits of staff"),
        method="of_visits",
        choices=[("only", _("only what support did"))],
        empty_label=_("any"),
    )

    def find(self, queryset: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        """By the name of the changed thing; people by name or e-mail."""
        found = Q(subject_name__icontains=value)
        people = members_named(company_of(self.request), value)
        return queryset.filter(found | Q(subject=AuditSubject.MEMBER, subject_name__in=people))

    def by_actor(self, queryset: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        """What a person changed, or for 0 what was not done by a person."""
        return queryset.filter(actor_id=None if value == "0" else int(value))

    def of_visits(self, queryset: QuerySet[Any], _name: str, _value: str) -> QuerySet[Any]:
        """What staff of support did, with the beginning and the end of their visits."""
        return queryset.filter(Q(visit_id__isnull=False) | Q(subject=AuditSubject.VISIT))
