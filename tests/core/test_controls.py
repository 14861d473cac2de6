"""core.controls: the markup is Django's own, to the letter."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates
from django.utils.functional import lazystr
from django.utils.safestring import mark_safe

from core.controls import Controls
from core.filters import PeriodField

CHOICES: list[Any] = [
    ("", "any <b>"),
    ("a'b", lazystr("lazy & sound")),
    (7, 12_345),
    (None, mark_safe("<i>safe</i>")),
    ("Group & <co>", [("x", "X"), ("y", 'Y "quoted"')]),
]
ATTRIBUTES = {
    "class": "input",
    "aria-invalid": "true",
    "required": True,
    "hidden": False,
    "data-x": 'a"b&<',
    "size": 4,
}
FIELDS: list[tuple[forms.Field, Any]] = [
    (forms.CharField(), None),
    (forms.CharField(), 'мир <&> "x"'),
    (forms.CharField(widget=forms.HiddenInput), 12_345),
    (forms.CharField(widget=forms.PasswordInput), "secret"),
    (forms.IntegerField(min_value=0), 12_345),
    (forms.DateField(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")), date(2026, 11, 28)),
    (forms.EmailField(), "a@example.com"),
    (forms.BooleanField(), True),
    (forms.BooleanField(), False),
    (forms.ChoiceField(choices=CHOICES), "y"),
    (forms.ChoiceField(choices=CHOICES, widget=forms.RadioSelect), 7),
    (forms.MultipleChoiceField(choices=CHOICES), ["x", "a'b"]),
    (forms.MultipleChoiceField(choices=CHOICES, widget=forms.CheckboxSelectMultiple), ["x", "a'b"]),
    (forms.CharField(widget=forms.Textarea), "<b>"),
    (forms.SplitDateTimeField(), None),
    (PeriodField(), None),
]


@pytest.mark.parametrize(("field", "value"), FIELDS)
def test_controls_are_written_as_django_writes_them(field: forms.Field, value: Any) -> None:
    ours, theirs = (
        field.widget.render("name<", value, attrs={**ATTRIBUTES, "id": "id_name"}, renderer=renderer())
        for renderer in (Controls, DjangoTemplates)
    )

    assert ours == theirs


@pytest.mark.parametrize("widget", [forms.RadioSelect, forms.CheckboxSelectMultiple])
@pytest.mark.parametrize("wrap_label", [True, False])
def test_options_alone_are_written_as_django_writes_them(widget: Any, wrap_label: bool) -> None:
    def options(renderer: Any) -> list[str]:
        class Sheet(forms.Form):
            default_renderer = renderer
            field = forms.ChoiceField(choices=CHOICES, widget=widget(attrs=ATTRIBUTES))

        return [option.tag(wrap_label=wrap_label) for option in Sheet({"field": "x"})["field"]]

    assert options(Controls) == options(DjangoTemplates)
