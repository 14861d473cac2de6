"""What an owner fills in about people: whom to invite, and what a person is in the company."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django import forms
from django.core.validators import EmailValidator
from django.utils.functional import lazy
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from companies.choices import Role
from core.text import LineField

if TYPE_CHECKING:
    from django.utils.safestring import SafeString
    from django_stubs_ext import StrOrPromise

# What a role is for, in a line; the whole table of rights stands beside.
ROLE_NOTES: Final[dict[Role, StrOrPromise]] = {
    Role.OWNER: _("Everything: money, keys, people and the history of changes"),
    Role.MANAGER: _("Runs the trade: marketplace accounts, agreements, warehouses. Sees no payout details"),
    Role.WAREHOUSE: _("Stock and the company's own warehouses, refreshing data, downloads"),
    Role.ACCOUNTANT: _("Company card, taxes, payout details, agreements, downloads"),
    Role.VIEWER: _("Looks, and can neither change nor download anything"),
}


def _described(label: StrOrPromise, note: StrOrPromise) -> SafeString:
    return format_html("{}<small>{}</small>", label, note)


_described_lazily = lazy(_described, str)


def role_choices() -> list[tuple[str, StrOrPromise]]:
    """Every role with what it is for."""
    return [(role.value, _described_lazily(role.label, ROLE_NOTES[role])) for role in Role]


def _role_field() -> forms.TypedChoiceField:
    return forms.TypedChoiceField(
        label=_("Role"),
        choices=role_choices,
        coerce=Role,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a role."), "invalid_choice": _("There is no such role.")},
    )


class InviteForm(forms.Form):
    """Whom to invite, and as what."""

    email = LineField(
        label=_("E-mail"),
        max_length=254,
        validators=[EmailValidator(_("This is not an e-mail address. Write it like name@example.com."))],
        widget=forms.EmailInput(
            attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
        ),
        help_text=_("The link comes to this address and works for the person who owns it only."),
    )
    role = _role_field()

    def clean_email(self) -> str:
        """Addresses are kept in small letters."""
        email: str = self.cleaned_data["email"]
        return email.lower()


class RoleForm(forms.Form):
    """What the person is in the company."""

    role = _role_field()
