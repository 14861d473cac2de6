"""The choice of the bank account that a marketplace account pays to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from companies.models import BankAccount


class PayoutChoiceForm(forms.Form):
    """One of the company's bank accounts, or none."""

    bank_account = forms.TypedChoiceField(
        label=_("Pays to"),
        required=False,
        empty_value=None,
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": _("This account is there no more. Choose another.")},
    )

    def __init__(
        self, *args: Any, accounts: Sequence[BankAccount], paid_in: Collection[str], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._accounts = {str(account.pk): account for account in accounts}
        self.fields["bank_account"].choices = [  # type: ignore[attr-defined]  # a choice field
            *((pk, _words(account, paid_in)) for pk, account in self._accounts.items()),
            ("", gettext("To none yet")),
        ]

    @property
    def chosen(self) -> BankAccount | None:
        """What is chosen, once the form is valid."""
        return self._accounts.get(self.cleaned_data["bank_account"] or "")


def _words(account: BankAccount, paid_in: Collection[str]) -> str:
    text = f"{account} · {account.currency}"
    if account.currency in paid_in:
        return text
    return gettext("%(account)s, another currency") % {"account": text}
