"""The filters of the list of stock."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import django_filters
from django import forms
from django.utils.translation import gettext_lazy as _

from catalog.selectors import stock
from catalog.selectors.choices import account_choices, cluster_id_choices, warehouse_choices
from core.filters import CompanyChoiceFilter, ListFilterSet
from marketplaces import registry

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

STOCK_STATES: list[tuple[str, StrOrPromise]] = [
    ("out", _("out of stock, though it sells")),
    ("soon", _("ends within 7 days")),
    ("warning", _("ends within 14 days")),
    ("present", _("can be bought")),
    ("too_long", _("lasts longer than 90 days")),
    ("unsold", _("lies without sales")),
    ("waiting", _("accepted, not on sale yet")),
]


class StockFilter(ListFilterSet):
    """Product or warehouse by text; state, marketplace, account, warehouse, cluster, product."""

    q = django_filters.CharFilter(
        label=_("Product, article, barcode, warehouse"), method="find", max_length=100
    )
    state = django_filters.ChoiceFilter(
        label=_("State"), choices=STOCK_STATES, method="find_state", empty_label=_("any")
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
    warehouse = CompanyChoiceFilter(
        label=_("Warehouse"),
        field_name="warehouse_id",
        choices_for=lambda request: warehouse_choices(request.company),
        empty_label=_("any"),
    )
    cluster = CompanyChoiceFilter(
        label=_("Cluster"),
        field_name="warehouse__cluster_id",
        choices_for=lambda request: cluster_id_choices(request.company),
        empty_label=_("any"),
    )

    def find(self, queryset: Any, _name: str, value: str) -> Any:
        """By product or warehouse."""
        return stock.matching(queryset, value)

    def find_state(self, queryset: Any, _name: str, value: str) -> Any:
        """By how long the stock lasts, or what it waits for."""
        return stock.in_state(queryset, value)
