"""Text as people type and paste it: form fields that tidy spaces and refuse what cannot be seen."""

from __future__ import annotations

import unicodedata
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

# They turn the reading direction: a name with one of them can look like another name.
_BIDI: Final = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
# Invisible guests of text that is copied from pages and documents: soft hyphen, zero-width signs, BOM.
_DROPPED: Final = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u2060\ufeff"))
# Control, surrogate and unassigned characters: no keyboard types them, PostgreSQL refuses some.
_REFUSED: Final = frozenset({"Cc", "Cs", "Cn", "Co"})
_LINE_BREAKS: Final = "\r\n\v\f\x1c\x1d\x1e\x85\u2028\u2029"


def clean_line(value: str) -> str:
    """The text as one line: composed (NFC), each run of spaces and line breaks one space, none at the ends.

    Raises ValidationError with the code `invisible` for control characters and for marks that turn the
    direction of reading.
    """
    text = " ".join(unicodedata.normalize("NFC", value.translate(_DROPPED)).split())
    _refuse_invisible(text)
    return text


def clean_text(value: str) -> str:
    """The text with its lines, each as `clean_line` has it, and never two empty ones in a row."""
    text = value.replace("\r\n", "\n")
    for sign in _LINE_BREAKS:
        text = text.replace(sign, "\n")
    lines: list[str] = []
    for line in map(clean_line, text.split("\n")):
        if line or (lines and lines[-1]):
            lines.append(line)
    return "\n".join(lines).strip("\n")


def _refuse_invisible(text: str) -> None:
    for character in text:
        if character in _BIDI or unicodedata.category(character) in _REFUSED:
            raise ValidationError(
                _("There is an invisible character in the text (%(code)s). Type it anew instead of pasting."),
                code="invisible",
                params={"code": f"U+{ord(character):04X}"},
            )


class LineField(forms.CharField):
    """One line of text; `max_length` counts the tidied text."""

    def __init__(self, *, max_length: int, **kwargs: Any) -> None:
        super().__init__(max_length=max_length, **kwargs)

    def to_python(self, value: Any) -> str:
        """Tidy what came. Raises ValidationError for invisible characters."""
        return clean_line(super().to_python(value) or "")


class TextField(forms.CharField):
    """Several lines of text; `max_length` counts the tidied text."""

    widget = forms.Textarea

    def __init__(self, *, max_length: int, **kwargs: Any) -> None:
        super().__init__(max_length=max_length, **kwargs)

    def to_python(self, value: Any) -> str:
        """Tidy what came. Raises ValidationError for invisible characters."""
        return clean_text(super().to_python(value) or "")
