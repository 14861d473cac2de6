"""Forms about goods: which product to link to, a decision on a pair, the seller's own measure."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from core.text import LineField

# Nothing that a marketplace stores is longer or heavier.
_LONGEST_CM: Final = Decimal(500)
_HEAVIEST_KG: Final = Decimal(1000)


class LookForm(forms.Form):
    """What to look for among the products."""

    q = LineField(
        label=_("Article, name or barcode"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autofocus": True}),
    )


class PlaceForm(forms.Form):
    """The pair behind which the next page begins."""

    after = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1)


class TargetForm(forms.Form):
    """The product that was chosen."""

    product = forms.IntegerField(min_value=1, max_value=2**63 - 1, widget=forms.HiddenInput)


class DecisionForm(forms.Form):
    """The same goods, or different ones."""

    verdict = forms.ChoiceField(choices=[("same", "same"), ("different", "different")])

    @property
    def is_same(self) -> bool:
        """Whether they are the same, once the form is valid."""
        return bool(self.cleaned_data["verdict"] == "same")


class MeasureForm(forms.Form):
    """The seller's own measure of one packed unit: centimetres and kilograms, as he reads them off."""

    length = forms.DecimalField(
        label=_("Length, cm"),
        required=False,
        min_value=Decimal("0.1"),
        max_value=_LONGEST_CM,
        decimal_places=1,
    )
    width = forms.DecimalField(
        label=_("Width, cm"),
        required=False,
        min_value=Decimal("0.1"),
        max_value=_LONGEST_CM,
        decimal_places=1,
    )
    height = forms.DecimalField(
        label=_("Height, cm"),
        required=False,
        min_value=Decimal("0.1"),
        max_value=_LONGEST_CM,
        decimal_places=1,
    )
    weight = forms.DecimalField(
        label=_("Weight, kg"),
        required=False,
        min_value=Decimal("0.001"),
        max_value=_HEAVIEST_KG,
        decimal_places=3,
    )

    def clean(self) -> dict[str, Any]:
        """All three sides or none: two sides measure nothing."""
        cleaned = super().clean() or {}
        sides = [cleaned.get(name) for name in ("length", "width", "height")]
        if not self.errors and any(sides) and not all(sides):
            for name, side in zip(("length", "width", "height"), sides, strict=True):
                if not side:
                    self.add_error(name, _("Measure all three sides."))
        return cleaned

    @property
    def measure(self) -> dict[str, int | None]:
        """Millimetres and grams, once the form is valid."""
        units = {"length": ("length_mm", 10), "width": ("width_mm", 10), "height": ("height_mm", 10)}
        found = {
            column: None if self.cleaned_data[name] is None else int(self.cleaned_data[name] * factor)
            for name, (column, factor) in units.items()
        }
        weight = self.cleaned_data["weight"]
        return {**found, "weight_g": None if weight is None else int(weight * 1000)}
