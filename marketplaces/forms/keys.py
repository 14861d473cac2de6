"""Forms about accounts; the fields of a key come from the marketplace's own credentials class."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast

from django import forms
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from pydantic import SecretStr, ValidationError

from core.text import LineField
from marketplaces.models import AccountStatus

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import BaseModel
    from pydantic.fields import FieldInfo
    from pydantic_core import ErrorDetails

    from marketplaces.adapter import MarketplaceAdapter
    from marketplaces.models import MarketplaceAccount

LONGEST_TITLE: Final = 80
# No marketplace calls a part of its key so.
TITLE_FIELD: Final = "account_title"


class AccountTitleForm(forms.Form):
    """What the seller calls an account."""

    title = LineField(
        label=_("Name"),
        max_length=LONGEST_TITLE,
        help_text=_("How the cabinet calls this account. You can change it at any time."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class DisconnectForm(forms.Form):
    """What becomes of the data of an account that is disconnected; confirmed by typing its name."""

    fate = forms.ChoiceField(
        label=_("The data"),
        choices=[("keep", _("Keep the data")), ("erase", _("Erase the data"))],
        initial="keep",
        widget=forms.RadioSelect,
    )
    title = LineField(
        label=_("Name of the account"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def __init__(self, data: Any = None, *, account: MarketplaceAccount) -> None:
        super().__init__(data)
        self.account = account
        if account.status == AccountStatus.DISCONNECTED:
            # Its data have been kept so far: there is one thing left to choose.
            choice = cast("forms.ChoiceField", self.fields["fate"])
            choice.choices, choice.initial = [("erase", _("Erase the data"))], "erase"

    def clean_title(self) -> str:
        """The very name, whatever spaces are around it."""
        typed: str = self.cleaned_data["title"]
        if typed != " ".join(self.account.title.split()):
            raise forms.ValidationError(
                _("This is not the name of the account. Type it exactly as it stands.")
            )
        return typed

    @property
    def erases(self) -> bool:
        """Whether the data are to be erased, once the form is valid."""
        return bool(self.cleaned_data["fate"] == "erase")


class CredentialsForm(forms.Form):
    """Base of the forms made by `credentials_form`: checked by the credentials class, secrets never sent back."""

    credentials_class: type[BaseModel]

    def clean(self) -> dict[str, Any]:
        """Check the form of the credentials; whether they are good is asked of the marketplace."""
        cleaned = super().clean() or {}
        given = {
            name: value for name, value in cleaned.items() if name in self.credentials_class.model_fields
        }
        if self.errors:
            return cleaned
        try:
            self.credentials_class.model_validate(given)
        except ValidationError as exc:
            # Without inputs and contexts: they may hold the key.
            for error in exc.errors(include_url=False, include_input=False):
                self.add_error(str(error["loc"][0]) if error["loc"] else None, _words(error))
        return cleaned

    @property
    def secret_field(self) -> str | None:
        """The field of the key itself: what is said against the key stands there."""
        secrets = [
            name for name, field in self.fields.items() if isinstance(field.widget, forms.PasswordInput)
        ]
        return secrets[0] if secrets else None

    @property
    def credentials(self) -> Mapping[str, str]:
        """The values of the credentials' fields, once the form is valid."""
        return {name: self.cleaned_data[name] for name in self.credentials_class.model_fields}


def credentials_form(adapter_class: type[MarketplaceAdapter]) -> type[CredentialsForm]:
    """The form of a marketplace's key: a text field for each of its parts, a password field for secrets."""
    return type("KeyForm", (CredentialsForm,), _key_fields(adapter_class))


def connect_form(adapter_class: type[MarketplaceAdapter]) -> type[CredentialsForm]:
    """The form of a new account: the marketplace's key, and what the account is to be called."""
    fields = _key_fields(adapter_class)
    return type("ConnectForm", (CredentialsForm,), {**fields, TITLE_FIELD: _title_field()})


def _key_fields(adapter_class: type[MarketplaceAdapter]) -> dict[str, Any]:
    model = adapter_class.credentials_class
    fields: dict[str, Any] = {name: _field(name, info) for name, info in model.model_fields.items()}
    return {**fields, "credentials_class": model}


def _title_field() -> forms.CharField:
    return LineField(
        label=gettext("Name"),
        required=False,
        max_length=LONGEST_TITLE,
        help_text=gettext("How the cabinet calls this account. Empty: as the seller is called there."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


def _field(name: str, info: FieldInfo) -> forms.CharField:
    is_secret = info.annotation is SecretStr
    # A browser must neither remember a marketplace's key nor offer the password of the cabinet.
    attrs = {
        "autocomplete": "new-password" if is_secret else "off",
        "spellcheck": "false",
        "autocapitalize": "none",
    }
    widget = (
        forms.PasswordInput(attrs=attrs, render_value=False) if is_secret else forms.TextInput(attrs=attrs)
    )
    return forms.CharField(
        label=gettext(info.title or name),
        help_text=gettext(info.description) if info.description else "",
        required=info.is_required(),
        max_length=500,
        widget=widget,
    )


def _words(error: ErrorDetails) -> str:
    """What is wrong with a value, without the value."""
    kind, context = error["type"], error.get("ctx", {})
    if kind in ("string_too_short", "too_short") and context.get("min_length"):
        least = int(context["min_length"])
        return ngettext(
            "Too short: at least %(count)s character. Copy it whole.",
            "Too short: at least %(count)s characters. Copy it whole.",
            least,
        ) % {"count": least}
    if kind in ("string_too_long", "too_long"):
        return gettext("Too long: something else was copied with it.")
    return gettext("It does not look like that: check that it is copied whole and without spaces inside.")
