"""The filters of the list of listings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import django_filters
from django import forms
from django.utils.translation import gettext_lazy as _

from catalog.selectors import listings, variants
from catalog.selectors.choices import account_choices
from core.filters import AnyOfFilter, CompanyChoiceFilter, ListFilterSet, company_of
from marketplaces import registry
from marketplaces.contracts.products import ListingStatus

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

MATCHING: list[tuple[str, StrOrPromise]] = [
    ("alone", _("on one marketplace only")),
    ("several", _("on several marketplaces")),
    ("doubtful", _("in doubt")),
    ("manual", _("linked by hand")),
]


class ListingFilter(ListFilterSet):
    """Name, article, SKU or barcode; status, marketplace, account, archive, stock, matching, dimensions."""

    q = django_filters.CharFilter(label=_("Name, article, SKU, barcode"), method="find", max_length=100)
    status = AnyOfFilter(label=_("Status"), choices=ListingStatus.choices)
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
    archived = django_filters.ChoiceFilter(
        label=_("Archive"),
        method="find_archived",
        choices=[("false", _("not archived")), ("true", _("archived only"))],
        empty_label=_("any"),
    )
    stock = django_filters.ChoiceFilter(
        label=_("Stock"),
        method="find_stock",
        choices=[("true", _("there is stock")), ("false", _("no stock"))],
        empty_label=_("any"),
    )

    matching = django_filters.ChoiceFilter(
        label=_("Matching"), method="find_matching", choices=MATCHING, empty_label=_("any")
    )
    dimensions = django_filters.ChoiceFilter(
        label=_("Dimensions"),
        method="find_dimensions",
        choices=[("differ", _("other than you measured")), ("unmeasured", _("you measured nothing"))],
        empty_label=_("any"),
    )

    def find(self, queryset: Any, _name: str, value: str) -> Any:
        """By name, article, SKU or barcode."""
        return listings.matching(queryset, value)

    def find_archived(self, queryset: Any, _name: str, value: str) -> Any:
        """By whether the listing lies in the archive."""
        return queryset.filter(is_archived=value == "true")

    def find_stock(self, queryset: Any, _name: str, value: str) -> Any:
        """By whether anything can be bought."""
        return (
            queryset.filter(stock_available__gt=0)
            if value == "true"
            else queryset.filter(stock_available__lte=0)
        )

    def find_matching(self, queryset: Any, _name: str, value: str) -> Any:
        """By how the listing stands with the other marketplaces."""
        return variants.in_state(queryset, company_of(self.request), value)

    def find_dimensions(self, queryset: Any, _name: str, value: str) -> Any:
        """By whether the marketplace believes what the seller measured."""
        return variants.measured_otherwise(queryset) if value == "differ" else variants.unmeasured(queryset)
