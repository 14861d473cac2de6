"""What a person gives about cost prices: one by hand, or a file of them."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from catalog.services.costs.cells import AHEAD, FIRST_DAY
from core.money import LARGEST
from core.uploads import MEGABYTE, BadUpload

if TYPE_CHECKING:
    from datetime import date

LARGEST_FILE: Final = 5 * MEGABYTE


class CostForm(forms.Form):
    """What a unit costs, from a day on."""

    valid_from = forms.DateField(
        label=_("From the day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    cost = forms.DecimalField(
        label=_("Cost price, ₽"),
        min_value=Decimal("0.01"),
        max_value=LARGEST,
        decimal_places=2,
        max_digits=14,
        localize=True,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )

    def __init__(self, data: Any = None, *, today: date) -> None:
        super().__init__(data, initial={"valid_from": today})
        self.today = today

    def clean_valid_from(self) -> date:
        """A day that can be meant."""
        day: date = self.cleaned_data["valid_from"]
        if not FIRST_DAY <= day <= self.today + AHEAD:
            raise ValidationError(gettext("The day must lie between the year 2000 and a year from today."))
        return day


class CostFileForm(forms.Form):
    """A table of cost prices."""

    file = forms.FileField(
        label=_("XLSX or CSV"),
        help_text=_("Up to 5 MB. Nothing is written before you have seen what changes."),
        widget=forms.FileInput(
            attrs={
                "accept": ".xlsx,.csv,text/csv",
                "data-max-bytes": LARGEST_FILE,
                "data-too-large": format_lazy(
                    _("At most {most} MB are taken. Choose a smaller file."), most=LARGEST_FILE // MEGABYTE
                ),
            }
        ),
    )

    def clean_file(self) -> Any:
        """A file that is not too large; what is in it is read later."""
        file = self.cleaned_data["file"]
        if (file.size or 0) > LARGEST_FILE:
            raise BadUpload(
                gettext("At most {most} MB are taken. Choose a smaller file.").format(
                    most=LARGEST_FILE // MEGABYTE
                ),
                code="too_large",
            )
        return file
