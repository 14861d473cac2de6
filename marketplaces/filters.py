"""The filters of the lists of runs and of quarantine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import django_filters
from django.utils.translation import gettext_lazy as _

from core.filters import AnyOfFilter, CompanyChoiceFilter, ListFilterSet, PeriodFilter
from marketplaces import registry
from marketplaces.models import MarketplaceAccount, QuarantineState, RunOutcome

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet

    from companies.http import CompanyRequest


def account_choices(request: CompanyRequest) -> Iterable[tuple[int, str]]:
    """The accounts of the company."""
    rows: Iterable[tuple[int, str]] = (
        MarketplaceAccount.objects.for_company(request.company)
        .kept()
        .order_by("title", "pk")
        .values_list("pk", "title")
    )
    return rows


def stream_choices(_request: CompanyRequest) -> list[tuple[str, str]]:
    """The streams there are."""
    return registry.streams().choices()


class RunFilter(ListFilterSet):
    """Account, stream, outcome, days; runs of single objects only when asked for."""

    account = CompanyChoiceFilter(
        label=_("Account"), field_name="account_id", choices_for=account_choices, empty_label=_("any")
    )
    stream = CompanyChoiceFilter(label=_("Stream"), choices_for=stream_choices, empty_label=_("any"))
    outcome = AnyOfFilter(label=_("Outcome"), choices=RunOutcome.choices)
    period = PeriodFilter(label=_("Started"), field_name="started_at")
    objects = django_filters.ChoiceFilter(
        label=_("Runs of one object"),
        choices=[("with", _("shown too")), ("only", _("only these"))],
        empty_label=_("left out"),
        method="with_objects",
    )

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Runs of single objects are left out unless the filter names them."""
        rows: QuerySet[Any] = super().filter_queryset(queryset)
        return rows if self.form.cleaned_data["objects"] else rows.filter(external_id="")

    def with_objects(self, queryset: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        """All runs, or only those of single objects."""
        return queryset.exclude(external_id="") if value == "only" else queryset


class QuarantineFilter(ListFilterSet):
    """Account, stream, state."""

    account = CompanyChoiceFilter(
        label=_("Account"), field_name="account_id", choices_for=account_choices, empty_label=_("any")
    )
    stream = CompanyChoiceFilter(label=_("Stream"), choices_for=stream_choices, empty_label=_("any"))
    state = AnyOfFilter(label=_("State"), choices=QuarantineState.choices)
