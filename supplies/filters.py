"""The filters of the list of supplies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import django_filters
from django import forms
from django.utils.translation import gettext_lazy as _

from catalog.selectors.choices import account_choices, product_choice, warehouse_choices
from core.filters import AnyOfFilter, CompanyChoiceFilter, ListFilterSet, PeriodFilter, company_of
from marketplaces import registry
from marketplaces.contracts.supplies import SupplyKind, SupplyStatus
from supplies.selectors.attention import needs_attention
from supplies.selectors.lists import matching, with_product
from supplies.selectors.slots import with_slot_in

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from core.periods import Days
    from supplies.models import SupplyQuerySet

ALL_KINDS = "all"
_KINDS = [
    (ALL_KINDS, _("all that moves")),
    *[(kind.value, kind.label) for kind in SupplyKind if kind is not SupplyKind.SUPPLY],
]


class SlotFilter(PeriodFilter):
    """Supplies whose slot begins on the days of the period, as it is printed: in the zone of its warehouse."""

    def filter(self, qs: QuerySet[Any], value: Days | None) -> QuerySet[Any]:
        """The rows of the period."""
        return qs if value is None else with_slot_in(qs, value)


class SupplyFilter(ListFilterSet):
    """Number, article or barcode; status, marketplace, account, warehouse, kind, days of the slot, what waits."""

    q = django_filters.CharFilter(label=_("Number, article, barcode"), method="find", max_length=100)
    status = AnyOfFilter(label=_("Status"), choices=SupplyStatus.choices)
    slot = SlotFilter(label=_("Slot"), field_name="slot_from")
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
    warehouse = CompanyChoiceFilter(
        label=_("Warehouse"),
        field_name="warehouse_id",
        choices_for=lambda request: warehouse_choices(request.company),
        empty_label=_("any"),
    )
    kind = django_filters.ChoiceFilter(
        label=_("Kind"), choices=_KINDS, empty_label=_("supplies"), method="of_kind"
    )
    attention = django_filters.ChoiceFilter(
        label=_("Needs attention"),
        method="find_attention",
        choices=[("true", _("only what waits for you"))],
        empty_label=_("any"),
    )
    product = CompanyChoiceFilter(
        label=_("Product"),
        method="find_product",
        choices_for=lambda request: product_choice(request.company, request.GET.get("product", "")),
        widget=forms.HiddenInput,
    )

    def filter_queryset(self, queryset: SupplyQuerySet) -> SupplyQuerySet:
        """Without a kind only shipments of the seller."""
        rows: SupplyQuerySet = super().filter_queryset(queryset)
        return self._shipments(rows)

    def rows_besides(self, *names: str) -> Any:
        """The rows of every filter but those named, of the same kind."""
        return self._shipments(super().rows_besides(*names))

    def find(self, queryset: SupplyQuerySet, _name: str, value: str) -> SupplyQuerySet:
        """By number, article, barcode or marketplace SKU."""
        return matching(queryset, company_of(self.request), value)

    def of_kind(self, queryset: SupplyQuerySet, _name: str, value: str) -> SupplyQuerySet:
        """One kind, or all of them."""
        return queryset if value == ALL_KINDS else queryset.filter(kind=value)

    def find_attention(self, queryset: SupplyQuerySet, _name: str, _value: str) -> SupplyQuerySet:
        """Those that wait for somebody."""
        return queryset.filter(needs_attention(company_of(self.request)))

    def find_product(self, queryset: SupplyQuerySet, _name: str, value: str) -> SupplyQuerySet:
        """Those that hold any listing of a product."""
        return with_product(queryset, company_of(self.request), int(value))

    def _shipments(self, rows: SupplyQuerySet) -> SupplyQuerySet:
        return rows if self.form.cleaned_data["kind"] else rows.shipments()
