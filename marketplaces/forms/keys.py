"""Forms about accounts; the fields of a key come from the marketplace's own credentials class."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from pydantic import SecretStr, ValidationError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import BaseModel
    from pydantic.fields import FieldInfo
    from pydantic_core import ErrorDetails

    from marketplaces.adapter import MarketplaceAdapter


class AccountTitleForm(forms.Form):
    """What the seller calls an account."""

    title = forms.CharField(
        label=_("Name"),
        max_length=80,
        help_text=_("How the cabinet calls this account. You can change it at any time."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


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
    model = adapter_class.credentials_class
    fields: dict[str, Any] = {name: _field(name, info) for name, info in model.model_fields.items()}
    return type("KeyForm", (CredentialsForm,), {**fields, "credentials_class": model})


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
