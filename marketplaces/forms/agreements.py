"""What a person fills in about an agreement with a marketplace."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.formats import currency_symbol
from core.requisites import CURRENCIES
from core.text import LineField
from core.uploads import MEGABYTE, PdfField
from marketplaces import registry
from marketplaces.models import Scheme
from marketplaces.services.agreements import AgreementTerms

if TYPE_CHECKING:
    from core.uploads import Pdf
    from marketplaces.models import Agreement

LARGEST_FILE: Final = 10 * MEGABYTE
# No marketplace is older, and no agreement ends later than people can mean.
_EARLIEST: Final = date(1998, 1, 1)
_LATEST: Final = date(2099, 12, 31)
# An agreement may be noted before its day, but not a slip of the year.
_AHEAD: Final = timedelta(days=366)
_TERMS: Final = ("marketplace", "number", "signed_on", "scheme", "currency", "ends_on", "note")


def currency_choices() -> list[tuple[str, str]]:
    """The currencies in which marketplaces settle: `RUB, ₽`."""
    codes = dict.fromkeys(CURRENCIES.values())
    return [
        (code, f"{code}, {symbol}" if (symbol := currency_symbol(code)) != code else code) for code in codes
    ]


def _date_input() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class AgreementForm(forms.Form):
    """An agreement, new or changed, with its PDF."""

    marketplace = forms.ChoiceField(label=_("Marketplace"), choices=registry.choices)
    number = LineField(
        label=_("Number"),
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    signed_on = forms.DateField(
        label=_("Date of the agreement"), help_text=_("Stands beside the number."), widget=_date_input()
    )
    ends_on = forms.DateField(
        label=_("In force until"),
        required=False,
        help_text=_("Left empty, it has no end."),
        widget=_date_input(),
    )
    scheme = forms.ChoiceField(label=_("Scheme"), choices=Scheme.choices, initial=Scheme.FBO)
    currency = forms.ChoiceField(label=_("Currency of settlement"), choices=currency_choices, initial="RUB")
    note = LineField(
        label=_("Note"),
        max_length=400,
        required=False,
        help_text=_("What to remember: who signed, how it is prolonged."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    file = PdfField(
        label=_("Agreement in PDF"),
        max_bytes=LARGEST_FILE,
        required=False,
        help_text=_("Up to 10 MB. Only people of the company can download it."),
    )

    def __init__(self, *args: Any, agreement: Agreement | None = None, **kwargs: Any) -> None:
        if agreement is not None:
            kwargs["initial"] = {name: getattr(agreement, name) for name in _TERMS}
        super().__init__(*args, **kwargs)
        self.agreement = agreement
        if agreement is not None:
            self._keep_marketplace(agreement.marketplace)

    def clean_signed_on(self) -> date:
        """A day on which it can have been signed."""
        signed_on: date = self.cleaned_data["signed_on"]
        if not _EARLIEST <= signed_on <= timezone.localdate() + _AHEAD:
            raise ValidationError(gettext("Check the year of the date."), code="year")
        return signed_on

    def clean_ends_on(self) -> date | None:
        """Not before the agreement itself."""
        ends_on: date | None = self.cleaned_data["ends_on"]
        if ends_on is None:
            return None
        signed_on = self.cleaned_data.get("signed_on")
        if signed_on is not None and ends_on < signed_on:
            raise ValidationError(gettext("It would end before its own date."), code="order")
        if not _EARLIEST <= ends_on <= _LATEST:
            raise ValidationError(gettext("Check the year of the date."), code="year")
        return ends_on

    @property
    def terms(self) -> AgreementTerms:
        """What the services take, once the form is valid."""
        return AgreementTerms(**{name: self.cleaned_data[name] for name in _TERMS})

    @property
    def pdf(self) -> Pdf | None:
        """The checked file, once the form is valid."""
        file: Pdf | None = self.cleaned_data["file"]
        return file

    @property
    def file_is_lost(self) -> bool:
        """Whether a good file came with a form that was refused: browsers do not keep it."""
        return bool(self.errors) and "file" not in self.errors and bool(self.files.get("file"))

    def _keep_marketplace(self, code: str) -> None:
        """An agreement with a marketplace that the cabinet no longer knows may still be changed."""
        if code in registry.adapters():
            return
        field = self.fields["marketplace"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [*registry.choices(), (code, code)]
