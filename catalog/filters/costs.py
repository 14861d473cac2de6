"""The filters of the list of cost prices."""

from __future__ import annotations

from typing import Any

import django_filters
from django.utils.translation import gettext_lazy as _

from catalog.selectors import costs
from core.filters import ListFilterSet


class CostFilter(ListFilterSet):
    """Name, article or barcode; with or without a cost price."""

    q = django_filters.CharFilter(label=_("Name, article, barcode"), method="find", max_length=100)
    known = django_filters.ChoiceFilter(
        label=_("Cost price"),
        method="find_known",
        choices=[("false", _("without a cost price")), ("true", _("with a cost price"))],
        empty_label=_("any"),
    )

    def find(self, queryset: Any, _name: str, value: str) -> Any:
        """By name, article or barcode."""
        return costs.matching(queryset, value)

    def find_known(self, queryset: Any, _name: str, value: str) -> Any:
        """By whether there is a cost price today."""
        return queryset.exclude(cost=None) if value == "true" else queryset.filter(cost=None)
