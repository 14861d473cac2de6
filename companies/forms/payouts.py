"""What a person fills in about a bank account."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from companies.services.payouts import BankDetails, account_currency
from core import requisites
from core.text import LineField

if TYPE_CHECKING:
    from companies.models import BankAccount

# Of numbers: 20 digits with every kind of spaces between them.
_LONGEST = 60


def _number_field(**kwargs: Any) -> LineField:
    attrs = {"autocomplete": "off", "inputmode": "numeric", "spellcheck": "false"}
    return LineField(max_length=_LONGEST, widget=forms.TextInput(attrs=attrs), **kwargs)


class BankAccountForm(forms.Form):
    """A bank account, new or changed. Numbers that are kept are never rendered back, only their last digits."""

    bic = _number_field(label=_("BIC"), help_text=_("9 digits."))
    bank_name = LineField(
        label=_("Bank"),
        max_length=160,
        help_text=_("As in the bank's requisites."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    settlement = _number_field(label=_("Settlement account"), help_text=_("20 digits, spaces do no harm."))
    correspondent = _number_field(
        label=_("Correspondent account"),
        required=False,
        help_text=_(
            "Left empty, it is counted from the BIC. Some banks have another one: check it with theirs."
        ),
    )
    purpose = LineField(
        label=_("Purpose of payment"),
        required=False,
        max_length=210,
        help_text=_("What the marketplace should write in the payment, if it asks."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, account: BankAccount | None = None, **kwargs: Any) -> None:
        if account is not None:
            kwargs["initial"] = {
                "bic": account.bic,
                "bank_name": account.bank_name,
                "purpose": account.purpose,
            }
        super().__init__(*args, **kwargs)
        self.account = account
        if account is not None:
            self._may_keep_numbers(account)

    def clean_bic(self) -> str:
        """Nine digits of a Russian bank."""
        return requisites.bic(self.cleaned_data["bic"])

    def clean_settlement(self) -> str:
        """Fits the BIC, in a currency that we know; empty only where the kept number may stay."""
        number: str = self.cleaned_data["settlement"]
        bic = self.cleaned_data.get("bic")
        if bic is None:
            # What is wrong with the BIC is said at the BIC.
            return number
        if not number:
            self._demand_for(bic)
            return ""
        number = requisites.settlement_account(number, bic)
        account_currency(number)
        return number

    def clean_correspondent(self) -> str:
        """Fits the BIC, where it is given."""
        number: str = self.cleaned_data["correspondent"]
        bic = self.cleaned_data.get("bic")
        return requisites.correspondent_account(number, bic) if number and bic else number

    @property
    def details(self) -> BankDetails:
        """What the services take, once the form is valid."""
        return BankDetails(**self.cleaned_data)

    @property
    def counts_correspondent(self) -> bool:
        """Whether saving it counts the correspondent account from the BIC."""
        changed = self.account is None or self.account.bic != self.cleaned_data.get("bic")
        return changed and not self.cleaned_data.get("correspondent")

    def _may_keep_numbers(self, account: BankAccount) -> None:
        self.fields["settlement"].required = False
        self.fields["settlement"].help_text = gettext(
            "Now …%(last4)s. Leave it empty to keep it; another BIC needs it anew."
        ) % {"last4": account.last4}
        self.fields["correspondent"].help_text = gettext(
            "Leave it empty to keep it; for another BIC it is counted from the BIC."
        )

    def _demand_for(self, bic: str) -> None:
        if self.account is not None and bic != self.account.bic:
            raise ValidationError(
                gettext("The BIC is another one: give the account anew, its check digit depends on the BIC."),
                code="required",
            )
