"""Text on paper: Manrope, what of a text it can show, and a text wrapped and shrunk until it fits."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

REGULAR: Final = "Manrope"
BOLD: Final = "Manrope-Bold"
# From one base line to the next, and from the top of a line to its base, in font sizes.
LEADING: Final = 1.18
ASCENT: Final = 0.92
LONGEST: Final = 500
_ELLIPSIS: Final = "…"
_STEP: Final = 0.5
_FILES: Final = {REGULAR: "Manrope-Regular.ttf", BOLD: "Manrope-Bold.ttf"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """Lines that fit, and the size at which they do."""

    lines: tuple[str, ...]
    font: str
    size: float

    @property
    def height(self) -> float:
        """In points, with the space between the lines."""
        return len(self.lines) * self.size * LEADING


@cache
def font(name: str) -> TTFont:
    """The font, known to reportlab from now on."""
    face = TTFont(name, str(files("font_manrope") / "files" / _FILES[name]))
    pdfmetrics.registerFont(face)
    return face


def shown(text: str, *, name: str = REGULAR) -> str:
    """One line of what the font can show: letters it lacks become “?”, other signs it lacks go."""
    glyphs = font(name).face.charToGlyph
    signs = []
    for sign in unicodedata.normalize("NFC", text[:LONGEST]):
        if sign.isspace():
            signs.append(" ")
        elif ord(sign) in glyphs and unicodedata.category(sign)[0] != "C":
            signs.append(sign)
        elif sign.isalnum():
            signs.append("?")
    return " ".join("".join(signs).split())


def width_of(text: str, *, name: str, size: float) -> float:
    """In points."""
    return float(font(name).stringWidth(text, size))


def fit(
    text: str, *, width: float, height: float, largest: float, smallest: float, name: str = REGULAR
) -> Fitted:
    """The text in a space of points: as large as it may be, wrapped; cut with “…” where even the smallest is too much."""
    words, size = shown(text, name=name), largest
    while size > smallest:
        found = Fitted(lines=_wrapped(words, width / size, name), font=name, size=size)
        if found.height <= height and not _is_torn(found.lines, words):
            return found
        size -= _STEP
    lines = _wrapped(words, width / smallest, name)
    most = max(1, int(height / (smallest * LEADING)))
    if len(lines) > most:
        rest = words if most == 1 else " ".join(lines[most - 1 :])
        lines = (*lines[: most - 1], _cut(rest, width / smallest, name))
    return Fitted(lines=lines, font=name, size=smallest)


def _is_torn(lines: tuple[str, ...], words: str) -> bool:
    """Whether a word did not fit into a line of its own."""
    return " ".join(lines) != words


def _wrapped(text: str, width: float, name: str) -> tuple[str, ...]:
    """Lines no wider than `width` font sizes; a word that is wider is broken wherever the line ends."""
    lines: list[str] = []
    line = ""
    for word in text.split():
        joined = f"{line} {word}" if line else word
        if width_of(joined, name=name, size=1) <= width:
            line = joined
            continue
        if line:
            lines.append(line)
        *whole, line = _pieces(word, width, name)
        lines += whole
    return (*lines, line) if line else tuple(lines)


def _pieces(word: str, width: float, name: str) -> list[str]:
    pieces, piece = [], ""
    for sign in word:
        if piece and width_of(piece + sign, name=name, size=1) > width:
            pieces.append(piece)
            piece = ""
        piece += sign
    return [*pieces, piece]


def _cut(line: str, width: float, name: str) -> str:
    """The line with “…” at its end, no wider than `width` font sizes."""
    while line and width_of(line + _ELLIPSIS, name=name, size=1) > width:
        line = line[:-1]
    return line.rstrip() + _ELLIPSIS
