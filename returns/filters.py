"""The filters of the lists of returns and of the page of reasons."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import django_filters
from django import forms
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalog.selectors.choices import account_choices, cluster_choices, product_choice
from core.filters import AnyOfFilter, CompanyChoiceFilter, ListFilterSet, PeriodFilter, company_of
from marketplaces import registry
from marketplaces.contracts.returns import ReturnKind, ReturnStatus
from returns.choices import AttentionKind, ReasonGroup, Unmatched
from returns.models import Return
from returns.selectors.lists import (
    at_address,
    at_name,
    at_place,
    matching,
    order_choice,
    reason_choices,
    waiting,
    with_product,
)
from returns.selectors.places import NOT_TOLD

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django_stubs_ext import StrOrPromise

    from core.periods import Days
    from returns.models import ReturnQuerySet

NO_REASON = "none"
ANY_CAUSE = "any"
# As long as an address is kept.
LONGEST_WORDS = 500


class DayFilter(PeriodFilter):
    """Returns that began on the business days of the period."""

    def filter(self, qs: QuerySet[Any], value: Days | None) -> QuerySet[Any]:
        """The rows of the period, found by their day."""
        if value is None:
            return qs
        return qs.filter(registered_date__gte=value.first, registered_date__lt=value.after)


class ScopeFilter(ListFilterSet):
    """What every page of returns is narrowed by: kind, days, marketplace, account, product."""

    kind = AnyOfFilter(label=_("Kind"), choices=ReturnKind.choices)
    period = DayFilter(label=_("Began"), field_name="registered_date")
    marketplace = CompanyChoiceFilter(
        label=_("Marketplace"), choices_for=lambda _request: registry.choices(), empty_label=_("any")
    )
    account = CompanyChoiceFilter(
        label=_("Account"),
        field_name="account_id",
        choices_for=lambda request: account_choices(request.company),
        empty_label=_("any"),
        widget=forms.HiddenInput,
    )
    product = CompanyChoiceFilter(
        label=_("Product"),
        method="find_product",
        choices_for=lambda request: product_choice(request.company, request.GET.get("product", "")),
        widget=forms.HiddenInput,
    )

    def find_product(self, queryset: ReturnQuerySet, _name: str, value: str) -> ReturnQuerySet:
        """Those of any listing of a product."""
        return with_product(queryset, company_of(self.request), int(value))


class ReturnFilter(ScopeFilter):
    """Besides: order, article or barcode; status, reason and who can act, place, cluster, the warehouse that the order
    left, what waits, what is not tied to its order. `order`, `at` and `address` are of links: one order, one place."""

    q = django_filters.CharFilter(label=_("Order, return, article, barcode"), method="find", max_length=100)
    status = AnyOfFilter(label=_("Status"), choices=ReturnStatus.choices)
    group = django_filters.ChoiceFilter(
        label=_("Who can act"), method="of_group", choices=ReasonGroup.choices, empty_label=_("any")
    )
    reason = CompanyChoiceFilter(
        label=_("Reason"),
        method="of_reason",
        choices_for=lambda _request: [(NO_REASON, _("no reason of ours")), *reason_choices()],
        empty_label=_("any"),
    )
    place = django_filters.CharFilter(label=_("Place begins with"), method="find_place", max_length=200)
    cluster_to = CompanyChoiceFilter(
        label=_("Delivered to"),
        choices_for=lambda request: cluster_choices(
            request.company,
            rows=Return.objects.for_company(request.company),
            asked=request.GET.get("cluster_to", ""),
        ),
        empty_label=_("any"),
    )
    sent_from = django_filters.CharFilter(
        label=_("Sent from"), field_name="order__warehouse_name", max_length=200, widget=forms.HiddenInput
    )
    order = CompanyChoiceFilter(
        label=_("Order"),
        field_name="order_id",
        choices_for=lambda request: order_choice(request.company, request.GET.get("order", "")),
        widget=forms.HiddenInput,
    )
    at = CompanyChoiceFilter(
        label=_("Where it is"),
        method="find_name",
        choices_for=lambda request: _as_asked(request, "at", untold=_("a place without a name")),
        widget=forms.HiddenInput,
    )
    address = CompanyChoiceFilter(
        label=_("Address"),
        method="find_address",
        choices_for=lambda request: _as_asked(request, "address", untold=_("not told")),
        widget=forms.HiddenInput,
    )
    waits = django_filters.ChoiceFilter(
        label=_("Waits for you"), method="of_waiting", choices=AttentionKind.choices, empty_label=_("any")
    )
    unmatched = django_filters.ChoiceFilter(
        label=_("Without its order"),
        method="of_cause",
        choices=[
            (ANY_CAUSE, _("for any cause")),
            *[(cause.value, cause.label) for cause in Unmatched if cause.value],
        ],
        empty_label=_("any"),
    )

    def find(self, queryset: ReturnQuerySet, _name: str, value: str) -> ReturnQuerySet:
        """By order, number, article, barcode or marketplace SKU."""
        return matching(queryset, company_of(self.request), value)

    def find_place(self, queryset: ReturnQuerySet, _name: str, value: str) -> ReturnQuerySet:
        """By the name of a place, or by how names of places begin."""
        return at_place(queryset, company_of(self.request), value)

    def find_name(self, queryset: ReturnQuerySet, _name: str, value: str) -> ReturnQuerySet:
        """By the whole name of a place."""
        return at_name(queryset, value)

    def find_address(self, queryset: ReturnQuerySet, _name: str, value: str) -> ReturnQuerySet:
        """By the whole address of a place."""
        return at_address(queryset, value)

    def of_group(self, queryset: ReturnQuerySet, _name: str, value: str) -> ReturnQuerySet:
        """By who can act; where nobody gave a reason, it is not known."""
        meant = Q(reason__group=value)
        return queryset.filter(meant | Q(reason=None) if value == ReasonGroup.UNKNOWN else meant)

    def of_reason(self, queryset: ReturnQuerySet, _name: str, value: str) -> ReturnQuerySet:
        """By one reason, or without any."""
        return queryset.filter(reason=None if value == NO_REASON else int(value))

    def of_waiting(self, queryset: ReturnQuerySet, _name: str, value: str) -> ReturnQuerySet:
        """Those that wait for somebody."""
        return waiting(queryset, value, today=timezone.localdate())

    def of_cause(self, queryset: ReturnQuerySet, _name: str, value: str) -> ReturnQuerySet:
        """Those without their order, by why."""
        return queryset.exclude(unmatched="") if value == ANY_CAUSE else queryset.filter(unmatched=value)


def _as_asked(request: Any, name: str, *, untold: StrOrPromise) -> list[tuple[str, StrOrPromise]]:
    """Whatever a column of the marketplace's words may hold, as the URL asks for it."""
    asked = request.GET.get(name, "")
    is_possible = len(asked) <= LONGEST_WORDS and "\x00" not in asked
    return [(NOT_TOLD, untold), *([(asked, asked)] if is_possible and asked != NOT_TOLD else [])]
