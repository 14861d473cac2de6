"""How a person signed in, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

_STEPS: Final[dict[str, StrOrPromise]] = {
    "password": _("password"),
    "totp": _("code from the app"),
    "recovery_codes": _("recovery code"),
    "webauthn": _("passkey"),
    "code": _("code of the second step"),
    "email": _("link from a letter"),
    "password_reset": _("new password"),
    "signup": _("sign-up"),
}


def method_words(method: str) -> str:
    """`password, code from the app`: the steps of `SignIn.method`."""
    return ", ".join(str(_STEPS.get(step, step)) for step in method.split("+") if step)
