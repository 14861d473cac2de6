"""Phone numbers of Russia and Kazakhstan (+7): one way to keep them, one way to show them."""

from __future__ import annotations

import re
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

# What people put between the digits.
_ORNAMENT: Final = re.compile(r"[\s().\-\u2010-\u2015\u2212]+")
_EXTENSION: Final = re.compile(r"(доб|ext|#|,|;)", re.IGNORECASE)
_LENGTH: Final = 11
# The first digit of a code: 3, 4, 8 and 9 in Russia, 6 and 7 in Kazakhstan.
_CODE_STARTS: Final = frozenset("346789")


class BadPhone(ValidationError):
    """No such number; the message says why. Codes: `extension`, `signs`, `country`, `length`, `code`."""

    def __init__(self, message: str, *, code: str) -> None:
        super().__init__(message, code=code)


def normal_phone(value: str) -> str:
    """`+79161234567` from whatever way the number was typed. Raises BadPhone."""
    bare = _ORNAMENT.sub("", value)
    if _EXTENSION.search(bare):
        raise BadPhone(_("Give the number without the extension."), code="extension")
    digits = bare.removeprefix("+")
    if not (digits.isascii() and digits.isdigit()):
        raise BadPhone(_("Only digits, spaces, brackets and hyphens belong here."), code="signs")
    if len(digits) == _LENGTH - 1 and not bare.startswith("+"):
        digits = f"7{digits}"
    elif bare.startswith("8") and len(digits) == _LENGTH:
        digits = f"7{digits[1:]}"
    if bare.startswith("+") and not digits.startswith("7"):
        raise BadPhone(_("Only numbers that begin with +7 can be kept."), code="country")
    return f"+{_checked(digits)}"


def shown_phone(phone: str) -> str:
    """`+7 916 123-45-67` from a number kept by `normal_phone`; anything else as it is."""
    if not re.fullmatch(r"\+7\d{10}", phone):
        return phone
    return f"+7\u00a0{phone[2:5]}\u00a0{phone[5:8]}-{phone[8:10]}-{phone[10:]}"


class PhoneField(forms.CharField):
    """A phone number, kept as `normal_phone` has it and shown as `shown_phone` does."""

    widget = forms.TextInput(attrs={"type": "tel", "inputmode": "tel", "autocomplete": "off"})

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=60, **kwargs)

    def clean(self, value: Any) -> str:
        """The number as it is kept, empty where none is given. Raises ValidationError."""
        given: str = super().clean(value)
        return normal_phone(given) if given else ""

    def prepare_value(self, value: Any) -> Any:
        """A kept number is shown for people."""
        return shown_phone(value) if isinstance(value, str) else value


def _checked(digits: str) -> str:
    if len(digits) != _LENGTH:
        raise BadPhone(
            ngettext(
                "A number has 11 digits with the 7, and here is %(count)s.",
                "A number has 11 digits with the 7, and here are %(count)s.",
                len(digits),
            )
            % {"count": len(digits)},
            code="length",
        )
    if digits[0] != "7":
        raise BadPhone(_("Only numbers that begin with +7 can be kept."), code="country")
    if digits[1] not in _CODE_STARTS:
        raise BadPhone(_("No code begins with this digit: check the digits after +7."), code="code")
    return digits
