"""The filters of the list of tariffs."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import django_filters
from django import forms
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalog.selectors import tariffs
from catalog.selectors.choices import account_choices
from core.filters import AnyOfFilter, CompanyChoiceFilter, ListFilterSet
from core.periods import business_day
from marketplaces import registry
from marketplaces.contracts.tariffs import ChargeKind, TariffSubject

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

CHANGED: Final[list[tuple[str, StrOrPromise]]] = [
    ("1", _("since yesterday")),
    ("7", _("within 7 days")),
    ("30", _("within 30 days")),
    ("90", _("within 90 days")),
]


class TariffFilter(ListFilterSet):
    """What is charged, of what, by which account; what changed lately, and what was in force on a day."""

    q = django_filters.CharFilter(
        label=_("Article, name, category, warehouse"), method="find", max_length=100
    )
    kind = AnyOfFilter(label=_("What is charged for"), choices=ChargeKind.choices)
    subject = django_filters.ChoiceFilter(
        label=_("Tariff of"), choices=TariffSubject.choices, empty_label=_("any")
    )
    marketplace = CompanyChoiceFilter(
        label=_("Marketplace"),
        field_name="account__marketplace",
        choices_for=lambda _request: registry.choices(),
        empty_label=_("any"),
    )
    account = CompanyChoiceFilter(
        label=_("Account"),
        field_name="account_id",
        choices_for=lambda request: account_choices(request.company),
        empty_label=_("any"),
        widget=forms.HiddenInput,
    )
    changed = django_filters.ChoiceFilter(
        label=_("Value changed"), choices=CHANGED, method="find_changed", empty_label=_("any")
    )
    moved = django_filters.ChoiceFilter(
        label=_("Direction"),
        choices=[("up", _("dearer")), ("down", _("cheaper"))],
        method="find_moved",
        empty_label=_("any"),
    )
    state = django_filters.ChoiceFilter(
        label=_("State"),
        choices=[("now", _("in force now")), ("ended", _("ended"))],
        method="find_state",
        empty_label=_("any"),
    )
    day = django_filters.DateFilter(
        label=_("In force on the day"),
        method="find_day",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def find(self, queryset: Any, _name: str, value: str) -> Any:
        """By what it is of."""
        return tariffs.matching(queryset, value)

    def find_changed(self, queryset: Any, _name: str, value: str) -> Any:
        """By how long ago another value stood."""
        today = business_day(timezone.now(), self.request.company.zone)
        return queryset.filter(valid_from__gte=today - timedelta(days=int(value))).exclude(before=None)

    def find_moved(self, queryset: Any, _name: str, value: str) -> Any:
        """By whether it became dearer or cheaper."""
        return (
            queryset.filter(value__gt=F("before"))
            if value == "up"
            else queryset.filter(value__lt=F("before"))
        )

    def find_state(self, queryset: Any, _name: str, value: str) -> Any:
        """By whether it is in force."""
        return queryset.filter(valid_to=None) if value == "now" else queryset.exclude(valid_to=None)

    def find_day(self, queryset: Any, _name: str, value: Any) -> Any:
        """By a day on which it was in force."""
        return tariffs.valid_on(queryset, value)
