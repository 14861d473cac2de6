"""How goods are spread over boxes, and from which numbers the boxes get theirs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.text import LineField
from supplies.services.plan_lines import MOST_UNITS
from supplies.services.sscc import BadPrefix, checked_prefix, last_serial

if TYPE_CHECKING:
    from supplies.models import SsccSeries


class Packing(models.TextChoices):
    """How goods are spread over boxes."""

    ONE = "one", _("One product a box")
    MIXED = "mixed", _("Products one after the other, boxes filled up")


class PackForm(forms.Form):
    """A rule, and how many units a box takes."""

    rule = forms.ChoiceField(
        label=_("How to pack"), choices=Packing.choices, initial=Packing.ONE, widget=forms.RadioSelect
    )
    per_box = forms.IntegerField(
        label=_("Units a box"),
        min_value=1,
        max_value=MOST_UNITS,
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        help_text=_("For products that have no number of their own in the table."),
    )


class SeriesForm(forms.Form):
    """The GS1 prefix of the company, the extension digit, and from which number on."""

    company_prefix = LineField(
        label=_("GS1 company prefix"),
        max_length=20,
        help_text=_("7 to 10 digits, in Russia they begin with 460–469. GS1 gives it with your barcodes."),
    )
    extension = forms.IntegerField(
        label=_("Extension digit"),
        min_value=0,
        max_value=9,
        initial=0,
        help_text=_("The first digit of every number. Any; another one begins a new series."),
    )
    next_serial = forms.IntegerField(
        label=_("Next number"),
        min_value=1,
        max_value=10**9,
        initial=1,
        help_text=_("Higher than any that another program of yours has used. It never goes back."),
    )

    @staticmethod
    def of(series: SsccSeries | None) -> dict[str, Any]:
        """What the form begins with."""
        if series is None:
            return {}
        return {
            "company_prefix": series.prefix,
            "extension": series.extension,
            "next_serial": series.next_serial,
        }

    def series(self) -> dict[str, Any]:
        """What was chosen: `prefix`, `extension`, `next_serial`."""
        data = dict(self.cleaned_data)
        return {"prefix": data.pop("company_prefix"), **data}

    def clean_company_prefix(self) -> str:
        """The digits of the prefix."""
        try:
            return checked_prefix(self.cleaned_data["company_prefix"])
        except BadPrefix as exc:
            raise ValidationError(str(exc), code="prefix") from exc

    def clean(self) -> dict[str, Any]:
        """The number fits beside the prefix."""
        data: dict[str, Any] = super().clean() or {}
        prefix, serial = data.get("company_prefix"), data.get("next_serial")
        if prefix and serial and serial > last_serial(prefix):
            self.add_error("next_serial", _("With this prefix, numbers end at %s.") % last_serial(prefix))
        return data
