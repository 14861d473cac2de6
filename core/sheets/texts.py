"""Rows of a CSV, in the encodings and with the delimiters that people save."""

from __future__ import annotations

import csv
import io
from collections import Counter
from typing import TYPE_CHECKING, Any, Final, Literal

from core.sheets import refusals
from core.sheets.child import MOST_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Iterator

# What “Unicode text” of Excel begins with.
UTF16: Final = (b"\xff\xfe", b"\xfe\xff")
# The rarer a sign is within cells, the sooner it is believed.
_DELIMITERS: Final = "\t;,"
# Signs and rows at the top that the delimiter is told by.
_SAMPLE: Final = 10_000
_SAMPLE_ROWS: Final = 50


def rows_of_text(content: bytes) -> Iterator[list[Any]]:
    """The rows, cells as text. Raises BadUpload on the way."""
    text = _decoded(content)
    delimiter = _delimiter(text[:_SAMPLE])
    quoting = _quoting(text, delimiter)
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, quoting=quoting):
            if len(row) > MOST_COLUMNS:
                raise refusals.too_wide()
            yield list(row)
    except csv.Error as exc:
        raise refusals.broken() from exc


def _decoded(content: bytes) -> str:
    """UTF-8 as it should be, or what Excel on a Russian Windows saves."""
    if content.startswith(UTF16):
        return content.decode("utf-16", errors="replace").replace("\x00", "")
    for encoding in ("utf-8-sig", "cp1251"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return content.decode("cp1251", errors="replace")


def _delimiter(head: str) -> str:
    """The sign that splits the most rows, the head among them, and into the same number of cells; what stands in
    quotation marks splits nothing."""
    return max(_DELIMITERS, key=lambda one: _evenness(head, one))


def _evenness(head: str, delimiter: str) -> tuple[int, int]:
    """How many rows the sign splits at all, and how many of them into the usual number of cells."""
    sizes: Counter[int] = Counter()
    try:
        for row in csv.reader(io.StringIO(head, newline=""), delimiter=delimiter):
            if len(row) > 1:
                sizes[len(row)] += 1
            if sizes.total() >= _SAMPLE_ROWS:
                break
    except csv.Error:
        return 0, 0
    return sizes.total(), max(sizes.values(), default=0)


def _quoting(text: str, delimiter: str) -> Literal[0, 3]:
    """Whether quotation marks hold cells together, or are signs like others, as in `"Плед 55;10`. Raises BadUpload
    when that cannot be told."""
    try:
        for _row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True):
            pass
    except csv.Error:
        sizes = {line.count(delimiter) for line in io.StringIO(text, newline=None) if line.strip()}
        if len(sizes) > 1:
            raise refusals.open_quote() from None
        return csv.QUOTE_NONE
    return csv.QUOTE_MINIMAL
