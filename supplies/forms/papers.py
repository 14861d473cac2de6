"""A paper that travels with a supply."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from core.text import LineField


class PaperForm(forms.Form):
    """What it is called, and its number."""

    kind = LineField(
        label=_("Document"), max_length=64, help_text=_("Waybill, transfer deed, pass of the driver.")
    )
    number = LineField(label=_("Number"), max_length=100, required=False)
