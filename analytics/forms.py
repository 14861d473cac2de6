"""What the addresses of analytics pages may ask for."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from analytics.choices import Measure, Period
from marketplaces import registry


class DashboardForm(forms.Form):
    """Period, what the line shows, and whose numbers; what is not given has its default."""

    period = forms.ChoiceField(label=_("Period"), choices=Period, required=False)
    measure = forms.ChoiceField(label=_("By day"), choices=Measure, required=False)
    account = forms.CharField(label=_("Account"), required=False, max_length=20)
    marketplace = forms.ChoiceField(label=_("Marketplace"), choices=registry.choices, required=False)

    def clean_period(self) -> Period:
        """Four weeks unless told: long enough to be calm, short enough to be now."""
        return Period(self.cleaned_data["period"] or Period.FOUR_WEEKS)

    def clean_measure(self) -> Measure:
        """Orders unless told."""
        return Measure(self.cleaned_data["measure"] or Measure.ORDERS)
