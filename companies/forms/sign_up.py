"""What a newcomer tells beside e-mail and password. Imported by allauth itself: knows none of its forms."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from companies.services import change_profile
from core.text import LineField

if TYPE_CHECKING:
    from django.http import HttpRequest

    from companies.models import User


class NewcomerForm(forms.Form):
    """Base of the sign-up form (settings.ACCOUNT_SIGNUP_FORM_CLASS)."""

    name = LineField(
        label=_("Your name"),
        max_length=120,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )

    def signup(self, _request: HttpRequest, user: User) -> None:
        """Keep the name, and the language in which the person came."""
        language = (get_language() or user.language).split("-")[0]
        change_profile(user=user, name=self.cleaned_data["name"], language=language)
