"""What an invited person without a cabinet fills in: a name and a password; the e-mail is known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from allauth.account.forms import SignupForm
from django.utils.translation import gettext_lazy as _

from core.text import LineField

if TYPE_CHECKING:
    from django.http import HttpRequest

    from companies.models import User


class JoiningForm(SignupForm):  # type: ignore[misc]  # allauth has no types
    """Sign-up with the e-mail of the invitation, which the form shows and does not let change."""

    name = LineField(
        label=_("Your name"),
        max_length=120,
        help_text=_("The people of the company see it."),
    )
    field_order: ClassVar[list[str]] = ["email", "name", "password1", "password2"]

    def __init__(self, *args: Any, email: str, **kwargs: Any) -> None:
        super().__init__(*args, initial={"email": email}, **kwargs)
        # What a browser sends for a disabled field is not looked at.
        self.fields["email"].disabled = True
        self.fields["name"].widget.attrs["autocomplete"] = "name"

    def custom_signup(self, request: HttpRequest, user: User) -> None:
        """Keep the name."""
        super().custom_signup(request, user)
        user.name = self.cleaned_data["name"]
        user.save(update_fields=["name"])
