"""What the addresses of all reports may ask for: days, what they are compared with, and whose numbers."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from analytics.choices import Comparison
from analytics.selectors.scope import category_choices
from catalog.selectors.choices import account_choices, product_choice
from core.filters import CompanyChoiceFilter, ListFilterSet, PeriodField, PeriodFilter
from core.periods import Days
from marketplaces import registry

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet
    from django_stubs_ext import StrOrPromise

# Ready periods end with yesterday: a day that is not over is compared with nothing.
REPORT_PERIODS: Final[dict[str, StrOrPromise]] = {
    "7d": gettext_lazy("7 days"),
    "28d": gettext_lazy("28 days"),
    "90d": gettext_lazy("90 days"),
    "365d": gettext_lazy("a year"),
    "month": gettext_lazy("this month"),
    "last_month": gettext_lazy("last month"),
}
USUAL_PERIOD: Final = "28d"
_LONGEST: Final = timedelta(days=3 * 366)
_ONE_DAY: Final = timedelta(days=1)


def report_days(preset: str, *, today: date) -> Days:
    """The days that a ready period means on a given day."""
    this_month = today.replace(day=1)
    if preset == "last_month":
        return Days(first=(this_month - _ONE_DAY).replace(day=1), after=this_month)
    if preset == "month":
        return Days(first=this_month, after=max(today, this_month + _ONE_DAY))
    return Days(first=today - timedelta(days=int(preset.removesuffix("d"))), after=today)


class ReportPeriodField(PeriodField):
    """A ready period (`period=28d`) or two days (`period_from=2026-11-01&period_to=2026-11-24`) as Days."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        presets = [("", REPORT_PERIODS[USUAL_PERIOD]), *REPORT_PERIODS.items()]
        chosen: Any = self.fields[0]
        chosen.choices = presets
        widget: Any = self.widget
        widget.widgets[0].choices = presets

    def compress(self, data_list: Sequence[Any]) -> Days:
        """The days asked for, none after today; nothing given is the usual period."""
        preset, first, last = data_list or ("", None, None)
        today = timezone.localdate()
        if not first and not last:
            return report_days(preset or USUAL_PERIOD, today=today)
        days = super().compress(data_list) or report_days(USUAL_PERIOD, today=today)
        if days.first > today:
            raise ValidationError(_("The period has not begun yet."))
        days = Days(first=days.first, after=min(days.after, today + _ONE_DAY))
        if days.after - days.first > _LONGEST:
            raise ValidationError(_("The period may be three years long, no longer."))
        return days

    def clean(self, value: Any) -> Days:
        """The days; a MultiValueField asks nobody when nothing is given."""
        found: Days | None = super().clean(value)
        return found or self.compress(())

    def words(self, values: Sequence[str]) -> str:
        """Raw values of the URL as a chip says them."""
        if len(values) == 1 and values[0] in REPORT_PERIODS:
            return str(REPORT_PERIODS[values[0]])
        return super().words(values)


class ReportPeriodFilter(PeriodFilter):
    """Which days the report is of: they narrow the facts, not the listings."""

    field_class = ReportPeriodField

    def filter(self, qs: QuerySet[Any], value: Days | None) -> QuerySet[Any]:
        """The listings as they are."""
        return qs


class ReportFilter(ListFilterSet):
    """The scope bar of every report; what it narrows is the company's listings."""

    period = ReportPeriodFilter(label=gettext_lazy("Period"))
    compare = django_filters.ChoiceFilter(
        label=gettext_lazy("Compare with"),
        method="as_it_is",
        choices=Comparison.choices,
        empty_label=None,
        null_label=None,
    )
    marketplace = CompanyChoiceFilter(
        label=gettext_lazy("Marketplace"),
        field_name="account__marketplace",
        choices_for=lambda _request: registry.choices(),
        empty_label=gettext_lazy("any"),
    )
    account = CompanyChoiceFilter(
        label=gettext_lazy("Account"),
        field_name="account_id",
        choices_for=lambda request: account_choices(request.company),
        empty_label=gettext_lazy("any"),
        widget=forms.HiddenInput,
    )
    category = CompanyChoiceFilter(
        label=gettext_lazy("Category"),
        choices_for=lambda request: category_choices(request.company),
        empty_label=gettext_lazy("any"),
    )
    product = CompanyChoiceFilter(
        label=gettext_lazy("Product"),
        field_name="product_id",
        choices_for=lambda request: product_choice(request.company, request.GET.get("product", "")),
        widget=forms.HiddenInput,
    )

    def as_it_is(self, queryset: QuerySet[Any], _name: str, _value: str) -> QuerySet[Any]:
        """What is compared narrows no listing."""
        return queryset
