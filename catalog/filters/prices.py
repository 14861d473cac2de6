"""The filters of the lists of prices and of their changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import django_filters
from django.utils.translation import gettext_lazy as _

from catalog.choices import BatchState, ChangeState
from catalog.filters.listings import ListingFilter
from catalog.selectors import prices
from core.filters import ListFilterSet

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

PRICE_STATES: list[tuple[str, StrOrPromise]] = [
    ("discounted", _("with a price before discount")),
    ("held", _("held back by the marketplace")),
    ("moving", _("a new price is on its way")),
    ("priceless", _("without a price")),
]


class PriceFilter(ListingFilter):
    """As listings, and by the state of the price."""

    price = django_filters.ChoiceFilter(
        label=_("Price"), choices=PRICE_STATES, method="find_price", empty_label=_("any")
    )

    def find_price(self, queryset: Any, _name: str, value: str) -> Any:
        """By the state of the price."""
        return prices.in_state(queryset, value)


class ChangeFilter(ListFilterSet):
    """Rows of a change by article or name, and by what became of them."""

    q = django_filters.CharFilter(label=_("Name, article"), method="find", max_length=100)
    state = django_filters.ChoiceFilter(label=_("State"), choices=ChangeState.choices, empty_label=_("any"))

    def find(self, queryset: Any, _name: str, value: str) -> Any:
        """By the beginning of the article or a part of the name."""
        return queryset.filter(listing__seller_sku__istartswith=value) | queryset.filter(
            listing__name__icontains=value
        )


class BatchFilter(ListFilterSet):
    """Changes by where they stand."""

    state = django_filters.ChoiceFilter(label=_("State"), choices=BatchState.choices, empty_label=_("any"))
