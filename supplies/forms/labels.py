"""Which paper labels are printed on."""

from __future__ import annotations

from typing import Final

from django import forms
from django.utils.translation import gettext_lazy as _

from supplies.labels.layouts import LabelKind, LabelSize

SIZES: Final = [
    (LabelSize.SMALL.value, _("58 × 40 mm")),
    (LabelSize.LARGE.value, _("75 × 120 mm")),
    (LabelSize.SHEET.value, _("A4 sheets, with lines to cut along")),
]


class PrintForm(forms.Form):
    """What is printed, and on which paper."""

    kind = forms.ChoiceField(
        choices=[(kind.value, kind.value) for kind in LabelKind],
        widget=forms.HiddenInput,
        initial=LabelKind.PRODUCT,
    )
    size = forms.ChoiceField(
        label=_("Paper"), choices=SIZES, initial=LabelSize.SMALL, widget=forms.RadioSelect
    )
