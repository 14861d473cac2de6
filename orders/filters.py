"""The filters of the list of orders."""

from __future__ import annotations

from typing import TYPE_CHECKING

import django_filters
from django import forms
from django.utils.translation import gettext_lazy as _

from catalog.selectors.choices import account_choices, cluster_choices, product_choice, warehouse_choices
from core.filters import AnyOfFilter, CompanyChoiceFilter, ListFilterSet, PeriodFilter, company_of
from marketplaces import registry
from marketplaces.contracts.orders import OrderStatus
from orders.models import Order
from orders.selectors.lists import from_warehouse, late, matching, with_product, with_sku

if TYPE_CHECKING:
    from orders.models import OrderQuerySet

# What the tally of orders can answer; any other filter needs counting.
TALLIED = frozenset({"status", "account", "marketplace", "period"})


class OrderFilter(ListFilterSet):
    """Number, article or barcode; status, marketplace, account, days, warehouse, cluster, SKU, amount."""

    q = django_filters.CharFilter(label=_("Number, article, barcode"), method="find", max_length=100)
    status = AnyOfFilter(label=_("Status"), choices=OrderStatus.choices)
    period = PeriodFilter(label=_("Placed"), field_name="placed_at")
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
        method="find_warehouse",
        choices_for=lambda request: warehouse_choices(request.company),
        empty_label=_("any"),
    )
    cluster_to = CompanyChoiceFilter(
        label=_("Delivered to"),
        choices_for=lambda request: cluster_choices(
            request.company,
            rows=Order.objects.for_company(request.company),
            asked=request.GET.get("cluster_to", ""),
        ),
        empty_label=_("any"),
    )
    sku = django_filters.CharFilter(label=_("Article or SKU"), method="find_sku", max_length=100)
    amount_from = django_filters.NumberFilter(
        label=_("Amount from, ₽"), field_name="amount", lookup_expr="gte", min_value=0, max_digits=14
    )
    late = django_filters.ChoiceFilter(
        label=_("Late"), method="find_late", choices=[("true", _("late only"))], empty_label=_("any")
    )
    product = CompanyChoiceFilter(
        label=_("Product"),
        method="find_product",
        choices_for=lambda request: product_choice(request.company, request.GET.get("product", "")),
        widget=forms.HiddenInput,
    )

    def find(self, queryset: OrderQuerySet, _name: str, value: str) -> OrderQuerySet:
        """By number, article, barcode or marketplace SKU."""
        return matching(queryset, company_of(self.request), value)

    def find_sku(self, queryset: OrderQuerySet, _name: str, value: str) -> OrderQuerySet:
        """By article, barcode or marketplace SKU only."""
        return with_sku(queryset, company_of(self.request), value)

    def find_product(self, queryset: OrderQuerySet, _name: str, value: str) -> OrderQuerySet:
        """Those that hold any listing of a product."""
        return with_product(queryset, company_of(self.request), int(value))

    def find_warehouse(self, queryset: OrderQuerySet, _name: str, value: str) -> OrderQuerySet:
        """Those that were sent from a warehouse."""
        return from_warehouse(queryset, company_of(self.request), int(value))

    def find_late(self, queryset: OrderQuerySet, _name: str, _value: str) -> OrderQuerySet:
        """Those that should have arrived by now."""
        return late(queryset, company_of(self.request))
