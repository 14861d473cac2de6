"""Filters that lists share: choices that depend on the company, and a period of whole days."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_filters.widgets import SuffixedMultiWidget

from core import formats
from core.periods import Days, last_days

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from django.db.models import QuerySet
    from django.http import HttpRequest
    from django_stubs_ext import StrOrPromise

    Choices = Iterable[tuple[Any, StrOrPromise]]

_EARLIEST, _LATEST = date(2000, 1, 1), date(2100, 1, 1)
PRESETS: dict[str, StrOrPromise] = {
    "today": gettext_lazy("today"),
    "yesterday": gettext_lazy("yesterday"),
    "7d": gettext_lazy("7 days"),
    "30d": gettext_lazy("30 days"),
    "90d": gettext_lazy("90 days"),
}


class ListFilterSet(django_filters.FilterSet):  # type: ignore[misc]  # untyped base
    """Base of the filters of a list. `request.company` is the tenant whose choices are offered."""

    def summary(self) -> list[tuple[str, str]]:
        """The filters in force, in words: label and value. Empty while the form is not valid."""
        if not self.form.is_valid():
            return []
        given = [
            (self.form[name], value) for name, value in self.form.cleaned_data.items() if _is_given(value)
        ]
        return [(str(bound.label), _words(bound.field, value)) for bound, value in given]

    def is_filtered(self, *, besides: Iterable[str] = ()) -> bool:
        """Whether any filter is in force, those named in `besides` apart."""
        apart = frozenset(besides)
        values = self.form.cleaned_data.items() if self.form.is_valid() else ()
        return any(_is_given(value) for name, value in values if name not in apart)

    def rows_besides(self, *names: str) -> Any:
        """The rows of every filter but those named; the form must be valid."""
        rows = self.queryset
        for name, value in self.form.cleaned_data.items():
            if name not in names:
                rows = self.filters[name].filter(rows, value)
        return rows

    def known_parameters(self) -> set[str]:
        """Every query parameter that a filter reads."""
        names: set[str] = set()
        for name, field in self.form.fields.items():
            suffixes = getattr(field.widget, "suffixes", ("",))
            names.update(f"{name}_{suffix}" if suffix else name for suffix in suffixes)
        return names


class _Once:
    """Choices that are read when first needed, and shared by every copy of the field."""

    def __init__(self, read: Callable[[], Choices]) -> None:
        self._read = read
        self._rows: list[tuple[Any, StrOrPromise]] | None = None

    def __iter__(self) -> Iterator[tuple[Any, StrOrPromise]]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())

    def __deepcopy__(self, _memo: dict[int, Any]) -> _Once:
        return self

    def _all(self) -> list[tuple[Any, StrOrPromise]]:
        if self._rows is None:
            self._rows = list(self._read())
        return self._rows


class CompanyChoiceFilter(django_filters.ChoiceFilter):  # type: ignore[misc]  # untyped base
    """One of a company's own things; `choices_for` gets the request and is asked once, when anybody looks."""

    def __init__(self, *args: Any, choices_for: Callable[[Any], Choices], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.choices_for = choices_for

    @property
    def field(self) -> forms.Field:
        """The form field, with the choices of this request."""
        if not hasattr(self, "_field"):
            self.extra["choices"] = _Once(lambda: self.choices_for(self.parent.request))
        field: forms.Field = super().field
        return field


class AnyOfFilter(django_filters.MultipleChoiceFilter):  # type: ignore[misc]  # untyped base
    """Rows whose own column holds any of the values chosen.

    django-filter would also make the rows distinct, which a column of their own never needs, and for which
    PostgreSQL sorts by all that is shown.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.CheckboxSelectMultiple)
        super().__init__(*args, **kwargs)

    def filter(self, qs: QuerySet[Any], value: Sequence[str]) -> QuerySet[Any]:
        """The rows with any of the values; all of them when none is chosen."""
        return qs.filter(**{f"{self.field_name}__in": value}) if value else qs


class PeriodField(forms.MultiValueField):
    """A preset (`period=7d`) or two days (`period_from=2026-11-18&period_to=2026-11-24`) as core.periods.Days."""

    def __init__(self, **kwargs: Any) -> None:
        presets = [("", _("any")), *PRESETS.items()]
        fields = (
            forms.ChoiceField(choices=presets, required=False),
            forms.DateField(required=False),
            forms.DateField(required=False),
        )
        widgets = [
            forms.Select(choices=presets, attrs={"aria-label": gettext_lazy("Ready period")}),
            forms.DateInput(
                attrs={"type": "date", "aria-label": gettext_lazy("First day")}, format="%Y-%m-%d"
            ),
            forms.DateInput(
                attrs={"type": "date", "aria-label": gettext_lazy("Last day")}, format="%Y-%m-%d"
            ),
        ]
        widget = PeriodWidget(widgets=widgets)
        super().__init__(fields=fields, widget=widget, require_all_fields=False, **kwargs)

    def compress(self, data_list: Sequence[Any]) -> Days | None:
        """The days asked for; two days win over a preset, an open end reaches to the edge of the calendar."""
        preset, first, last = data_list or ("", None, None)
        if not first and not last:
            return preset_days(preset, today=timezone.localdate()) if preset else None
        first, last = first or _EARLIEST, last or timezone.localdate()
        if not _EARLIEST <= first <= _LATEST or not _EARLIEST <= last <= _LATEST:
            raise ValidationError(_("Give days between the years 2000 and 2100."))
        if last < first:
            raise ValidationError(_("The period ends before it starts: swap the days."))
        return Days(first=first, after=last + timedelta(days=1))

    def words(self, values: Sequence[str]) -> str:
        """Raw values of the URL as a chip says them; days that no period may have stay as they were given."""
        days = [day for day in map(parse_day, values) if day]
        if days and min(days) >= _EARLIEST and max(days) <= _LATEST:
            return formats.day_range(Days(first=min(days), after=max(days) + timedelta(days=1)))
        return ", ".join(str(PRESETS.get(value, value)) for value in values)


class PeriodWidget(SuffixedMultiWidget):  # type: ignore[misc]  # untyped base
    """The inputs of a PeriodField."""

    suffixes = ("", "from", "to")

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """The context of the inputs; the ready periods look like every other choice."""
        context: dict[str, Any] = super().get_context(name, value, attrs)
        context["widget"]["subwidgets"][0]["attrs"]["class"] = "select"
        return context

    def decompress(self, value: Any) -> list[Any]:
        """Only raw values are ever bound."""
        return [None, None, None]


class PeriodFilter(django_filters.Filter):  # type: ignore[misc]  # untyped base
    """Rows whose moment lies in the days, cut at midnight of the company's zone."""

    field_class = PeriodField

    def filter(self, qs: QuerySet[Any], value: Days | None) -> QuerySet[Any]:
        """The rows of the period."""
        if value is None:
            return qs
        moments = value.moments(self.parent.request.company.zone)
        return qs.filter(**{f"{self.field_name}__gte": moments.start, f"{self.field_name}__lt": moments.end})


def preset_days(preset: str, *, today: date) -> Days:
    """The days that a preset means on a given day."""
    if preset == "yesterday":
        return Days(first=today - timedelta(days=1), after=today)
    return last_days(1 if preset == "today" else int(preset.removesuffix("d")), today=today)


def parse_day(text: str) -> date | None:
    """An ISO day, or nothing."""
    try:
        return parse_date(text)
    except ValueError:
        return None


def company_of(request: HttpRequest) -> Any:
    """The tenant of a company page."""
    return request.company  # type: ignore[attr-defined]  # set by CompanyMiddleware


def _is_given(value: Any) -> bool:
    return value is not None and value != "" and value != []


def _words(field: forms.Field, value: Any) -> str:
    if isinstance(value, Days):
        return formats.day_range(value)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(field, forms.ChoiceField):
        options: Any = field.choices
        known = {str(key): str(label) for key, label in options}
        values = value if isinstance(value, list) else [value]
        return ", ".join(known.get(str(one), str(one)) for one in values)
    return str(value)
