"""What a person fills in about taxes."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from companies.choices import REGIME_FORMS, VAT_RATES, LegalForm, TaxRegime
from core import formats

if TYPE_CHECKING:
    from companies.choices import VatRate

# Older figures are of no use to anything in the cabinet.
_EARLIEST: Final = date(2004, 1, 1)
_FURTHEST: Final = timedelta(days=366 * 3)
_NO_VAT: Final = "none"


def vat_choices() -> list[tuple[str, str]]:
    """No VAT, and each rate that the law knows or knew, with the days on which it does."""
    return [(_NO_VAT, say("Without VAT")), *((_key(rate.percent), _words(rate)) for rate in VAT_RATES)]


def regime_choices(form: LegalForm) -> list[tuple[str, str]]:
    """The regimes that are open to the legal form."""
    return [(regime.value, str(regime.label)) for regime in TaxRegime if form in REGIME_FORMS[regime]]


class TaxForm(forms.Form):
    """From which day the seller pays taxes how. `asks_to_confirm`: the days that change are past already."""

    starts_on = forms.DateField(
        label=_("In force from"),
        help_text=_("The first day on which it is so; it ends where the next period begins."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    regime = forms.ChoiceField(label=_("Tax regime"), widget=forms.RadioSelect)
    vat_percent = forms.ChoiceField(
        label=_("VAT"),
        choices=vat_choices,
        help_text=_("5 and 7 % are for the simplified regime, since 2025."),
    )
    confirmed = forms.BooleanField(
        label=_("Yes, change past days"),
        help_text=_("Fees and margins of those days will be counted anew by this regime and rate."),
        required=False,
    )

    def __init__(self, data: Any = None, *, form: LegalForm, today: date, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.today = today
        self.asks_to_confirm = False
        self.fields["regime"].choices = regime_choices(form)  # type: ignore[attr-defined]  # a ChoiceField

    def clean_starts_on(self) -> date:
        """A day that can matter."""
        day: date = self.cleaned_data["starts_on"]
        if day < _EARLIEST:
            raise forms.ValidationError(
                say("Give a day from %(day)s on.") % {"day": formats.long_day(_EARLIEST)}, code="early"
            )
        if day > self.today + _FURTHEST:
            raise forms.ValidationError(say("This is too far ahead: check the year."), code="late")
        return day

    def clean_vat_percent(self) -> Decimal | None:
        """The rate in percent, None for a seller who pays no VAT."""
        rate: str = self.cleaned_data["vat_percent"]
        return None if rate == _NO_VAT else Decimal(rate)

    def clean_regime(self) -> TaxRegime:
        """The regime as a word of ours."""
        return TaxRegime(self.cleaned_data["regime"])

    def refuse_past(self, *, changes_from: date) -> bool:
        """Whether past days would change and the person has not said that he wants it; then the form asks."""
        if changes_from >= self.today or self.cleaned_data.get("confirmed"):
            return False
        self.asks_to_confirm = True
        self.add_error(
            "confirmed",
            say("Days since %(day)s are past already. Confirm that you mean to change them.")
            % {"day": formats.long_day(changes_from)},
        )
        return True


def vat_key(percent: Decimal | None) -> str:
    """How the form names a rate."""
    return _NO_VAT if percent is None else _key(percent)


def _key(percent: Decimal) -> str:
    return format(percent.normalize(), "f")


def _words(rate: VatRate) -> str:
    text = f"{formats.number(rate.percent)}\u00a0%"
    if rate.until is not None:
        return say("%(rate)s, until %(day)s") % {
            "rate": text,
            "day": formats.long_day(rate.until - timedelta(days=1)),
        }
    if rate.since >= date(2025, 1, 1):
        return say("%(rate)s, since %(day)s") % {"rate": text, "day": formats.long_day(rate.since)}
    return text
