"""How prices are to be changed."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from catalog.services.prices import KeepOr, Recipe, Rounding, Step
from core.money import LARGEST

_MOST_PERCENT: Final = Decimal(1000)
_ZERO: Final = Decimal(0)


class _AmountField(forms.DecimalField):
    """Roubles or percent, with a comma or a point."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            required=False,
            localize=True,
            max_digits=14,
            decimal_places=2,
            min_value=-LARGEST,
            max_value=LARGEST,
            widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "maxlength": "20"}),
            **kwargs,
        )


class RecipeForm(forms.Form):
    """Price, price before the discount and lowest price, each by a step of its own."""

    step = forms.ChoiceField(label=_("Price"), choices=Step.choices, initial=Step.PERCENT)
    value = _AmountField(label=_("By how much, or to what"), help_text=_("Less with a minus: −5."))
    rounding = forms.ChoiceField(label=_("Rounding"), choices=Rounding.choices, required=False)
    old = forms.ChoiceField(label=_("Price before discount"), choices=KeepOr.choices, initial=KeepOr.KEEP)
    old_value = _AmountField(
        label=_("Roubles, or percent"), help_text=_("Percent are added to the new price.")
    )
    least = forms.ChoiceField(label=_("Lowest price"), choices=KeepOr.choices, initial=KeepOr.KEEP)
    min_value = _AmountField(
        label=_("Roubles, or percent"), help_text=_("Percent are taken off the new price.")
    )

    def clean(self) -> dict[str, Any]:
        """Each step that needs a number has one that makes sense."""
        data: dict[str, Any] = super().clean() or {}
        self._check_price(data.get("step"), data.get("value"))
        self._check_other("old_value", data.get("old"), data.get("old_value"), most=_MOST_PERCENT)
        self._check_other("min_value", data.get("least"), data.get("min_value"), most=Decimal(99))
        if (data.get("step"), data.get("old"), data.get("least")) == (Step.KEEP, KeepOr.KEEP, KeepOr.KEEP):
            self.add_error("step", forms.ValidationError(_("Nothing would change."), code="nothing"))
        return data

    @property
    def recipe(self) -> Recipe:
        """What was asked; the form must be valid."""
        data = self.cleaned_data
        return Recipe(
            step=Step(data["step"]),
            value=data["value"] or _ZERO,
            rounding=Rounding(data["rounding"]),
            old=KeepOr(data["old"]),
            old_value=data["old_value"] or _ZERO,
            least=KeepOr(data["least"]),
            min_value=data["min_value"] or _ZERO,
        )

    def _check_price(self, step: str | None, value: Decimal | None) -> None:
        if step in (None, Step.KEEP) or "value" in self.errors:
            return
        if value is None or (value == 0 and step != Step.SET):
            self.add_error("value", forms.ValidationError(_("Give a number."), code="required"))
        elif step == Step.SET and value <= 0:
            self.add_error("value", forms.ValidationError(_("A price is above zero."), code="not_positive"))
        elif step == Step.PERCENT and not -100 < value <= _MOST_PERCENT:
            self.add_error(
                "value", forms.ValidationError(_("From −99 to 1000 percent."), code="out_of_range")
            )

    def _check_other(self, name: str, how: str | None, value: Decimal | None, *, most: Decimal) -> None:
        if how not in (KeepOr.SET, KeepOr.ABOVE) or name in self.errors:
            return
        if value is None or value <= 0:
            self.add_error(name, forms.ValidationError(_("Give a number above zero."), code="required"))
        elif how == KeepOr.ABOVE and value > most:
            self.add_error(
                name,
                forms.ValidationError(
                    _("At most %(most)s percent."), code="out_of_range", params={"most": most}
                ),
            )
