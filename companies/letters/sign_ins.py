"""The letter about a sign-in from a browser not seen before."""

from __future__ import annotations

from typing import ClassVar

from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from companies.letters.people import SAMPLE_PERSON
from companies.models import SignIn, User
from companies.selectors.sign_ins import method_words
from core.devices import device_words
from core.letters import Action, Letter, LetterKind, link, told_moment

_SAMPLE_AGENT = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/142.0.0.0 YaBrowser/25.10.0.0 Safari/537.36"
)


class NewDevice(LetterKind):
    """Says when, with which browser and from where somebody came in with the person's e-mail."""

    kind: ClassVar[str] = "new_device"
    title = gettext_lazy("Sign-in from a new device")

    def write(self, **ids: int) -> Letter | None:
        """For the sign-in `sign_in_id`."""
        sign_in = SignIn.objects.select_related("user").filter(pk=ids["sign_in_id"]).first()
        return None if sign_in is None or not sign_in.user.is_active else _letter(sign_in)

    def sample(self, language: str) -> Letter:
        """Somebody on Windows."""
        return _letter(
            SignIn(
                user=User(email=SAMPLE_PERSON, language=language),
                at=timezone.now(),
                method="password+totp",
                address="203.0.113.7",
                user_agent=_SAMPLE_AGENT,
            )
        )


def _letter(sign_in: SignIn) -> Letter:
    user = sign_in.user
    with translation.override(user.language):
        return Letter(
            to=user.email,
            language=user.language,
            subject=_("Sign-in from a new device"),
            lead=(
                _("Somebody signed in to FBO Cabinet as you from a browser that we have not seen before."),
                _("If it was you, there is nothing to do."),
            ),
            facts=(
                (_("When"), told_moment(sign_in.at)),
                (_("Browser"), device_words(sign_in.user_agent)),
                (_("From the address"), sign_in.address or _("not known")),
                (_("Confirmed by"), method_words(sign_in.method)),
            ),
            action=Action(label=_("See where you are signed in"), url=link(reverse("usersessions_list"))),
            after=(_("If it was not you, end the other sessions there and set a new password at once."),),
            also=Action(label=_("Set a new password"), url=link(reverse("account_change_password"))),
            why=_("This letter goes to the owner of the account %(email)s; it cannot be switched off.")
            % {"email": user.email},
        )
