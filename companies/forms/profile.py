"""What a person fills in about himself."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import ResetPasswordKeyForm
from django import forms
from django.conf import settings
from django.utils.translation import get_language_info
from django.utils.translation import gettext_lazy as _

from companies.services import forgive_wrong_passwords
from core.text import LineField


def language_choices() -> list[tuple[str, str]]:
    """The languages of the cabinet, each in its own words."""
    return [(code, get_language_info(code)["name_local"].capitalize()) for code, _name in settings.LANGUAGES]


class ProfileForm(forms.Form):
    """Name and language."""

    name = LineField(
        label=_("Name"),
        max_length=120,
        required=False,
        help_text=_("As colleagues see you: in the list of people and in the history of changes."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    language = forms.ChoiceField(
        label=_("Language"),
        choices=language_choices,
        help_text=_("Of the cabinet and of the letters to you."),
    )


class NewPasswordForm(ResetPasswordKeyForm):  # type: ignore[misc]  # allauth has no types
    """A new password by the link of a letter (settings.ACCOUNT_FORMS)."""

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Set the password, and forget the wrong ones that were tried."""
        super().save(*args, **kwargs)
        forgive_wrong_passwords(email=self.user.email)
