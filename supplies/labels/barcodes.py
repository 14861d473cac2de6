"""Linear barcodes as runs of modules: EAN-13, Code 128, and an SSCC as GS1-128. Pure; zint encodes.

A module is printed as a whole number of dots of a 203 dpi printer. Two of those are three dots at 300 dpi and four
are six, to 1.5 %, so `FINE` and `LARGE` come out even on both; GS1 asks at least 0.495 mm for a box, which is LARGE.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from typing import Final

from django.utils.translation import gettext as _
from stdnum import ean
from zint import InputMode, Symbol, Symbology, WarningLevel

DOT: Final = 72 / 203
# Widths of a module in points, the best first.
LARGE: Final = 4 * DOT
FINE: Final = 2 * DOT
LONGEST_CODE: Final = 64
_EAN_DIGITS: Final = 13
_SSCC_DIGITS: Final = 18


class BarcodeKind(StrEnum):
    """What a reader will call the symbol."""

    EAN13 = "ean13"
    CODE128 = "code128"
    SSCC = "sscc"


class BadBarcode(ValueError):
    """The code cannot be printed as a barcode; the message is for the seller."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Barcode:
    """A symbol ready to be drawn: `bars` are (first module, modules wide) from the left edge of the first bar.

    `before` and `after` are the quiet zones in modules; `guards` are the bars that reach further down (EAN-13).
    """

    kind: BarcodeKind
    code: str
    text: str
    bars: tuple[tuple[int, int], ...]
    width: int
    before: int
    after: int
    guards: frozenset[int] = frozenset()

    @property
    def whole_width(self) -> int:
        """Modules with the quiet zones."""
        return self.before + self.width + self.after


def is_ean13(code: str) -> bool:
    """Whether the code is 13 digits with the right check digit."""
    return len(code) == _EAN_DIGITS and code.isascii() and code.isdecimal() and ean.is_valid(code)


def is_sscc(code: str) -> bool:
    """Whether the code is 18 digits with the right check digit."""
    if len(code) != _SSCC_DIGITS or not (code.isascii() and code.isdecimal()):
        return False
    return check_digit(code[:-1]) == code[-1]


def check_digit(digits: str) -> str:
    """The GS1 check digit that follows these digits: weights 3, 1, 3 … from the right."""
    total = sum(int(digit) * (3 if index % 2 == 0 else 1) for index, digit in enumerate(reversed(digits)))
    return str(-total % 10)


def is_printable(code: str) -> bool:
    """Whether the code can be a barcode at all: signs of Code 128 that a keyboard has, and not too many."""
    return 0 < len(code) <= LONGEST_CODE and all(" " < sign <= "~" for sign in code)


def product_barcode(code: str) -> Barcode:
    """EAN-13 where the check digit is right, Code 128 for every other code. Raises BadBarcode."""
    return _ean13(code) if is_ean13(code) else _code128(code)


def box_barcode(code: str) -> Barcode:
    """An SSCC as GS1-128 with the application identifier 00, Code 128 for a code of our own. Raises BadBarcode."""
    if not is_sscc(code):
        return _code128(code)
    pattern = _pattern(Symbology.GS1_128, f"[00]{code}", is_gs1=True)
    return _barcode(
        BarcodeKind.SSCC, code, f"(00) {code[0]} {code[1:-1]} {code[-1]}", pattern, quiet=(10, 10)
    )


def _ean13(code: str) -> Barcode:
    pattern = _pattern(Symbology.EANX, code)
    return _barcode(BarcodeKind.EAN13, code, code, pattern, quiet=(11, 7))


def _code128(code: str) -> Barcode:
    if not is_printable(code):
        raise BadBarcode(
            _(
                "“%(code)s” cannot be a barcode: only Latin letters, digits and signs without spaces, at most %(most)s."
            )
            % {"code": code[:LONGEST_CODE], "most": LONGEST_CODE}
        )
    return _barcode(BarcodeKind.CODE128, code, code, _pattern(Symbology.CODE128, code), quiet=(10, 10))


def _pattern(symbology: Symbology, text: str, *, is_gs1: bool = False) -> list[bool]:
    """The modules from left to right, black as True. Raises BadBarcode when zint refuses the text."""
    symbol = Symbol()
    symbol.symbology = symbology
    symbol.warn_level = WarningLevel.FAIL_ALL
    symbol.input_mode = InputMode.GS1 if is_gs1 else InputMode.UNICODE
    try:
        symbol.encode(text)
    except (RuntimeError, ValueError) as exc:
        raise BadBarcode(_("“%(code)s” cannot be a barcode.") % {"code": text[:LONGEST_CODE]}) from exc
    row = symbol.encoded_data
    return [bool(row[0, index // 8] >> index % 8 & 1) for index in range(symbol.width)]


def _barcode(
    kind: BarcodeKind, code: str, text: str, pattern: list[bool], *, quiet: tuple[int, int]
) -> Barcode:
    bars, start = [], 0
    for is_black, run in groupby(pattern):
        length = len(list(run))
        if is_black:
            bars.append((start, length))
        start += length
    guards = frozenset({0, 1, 14, 15, 28, 29}) if kind is BarcodeKind.EAN13 else frozenset()
    return Barcode(
        kind=kind,
        code=code,
        text=text,
        bars=tuple(bars),
        width=start,
        before=quiet[0],
        after=quiet[1],
        guards=guards,
    )
