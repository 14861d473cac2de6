"""A report that comes in one piece: its rows in the order of their last change, read a slice at a time."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from marketplaces.errors import UnexpectedResponse

_BLANKS: Final = " \t\r\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """Some rows as a document `{"rows": […]}`, how many, and the last change of the last of them (their word)."""

    content: bytes
    count: int
    newest: str


class Report:
    """The rows of a JSON array, in the order of `lastChangeDate`.

    Only where each row begins and ends is kept beside the text: 80 000 rows as objects would take ten times the
    memory.
    """

    def __init__(self, content: bytes, *, sent_at: datetime) -> None:
        self.sent_at = sent_at
        self._text = content.decode("utf-8", "replace")
        self._spans = sorted(_spans(self._text), key=lambda span: span[0])

    def __len__(self) -> int:
        return len(self._spans)

    @property
    def newest(self) -> str:
        """The latest change that the report tells of; empty when it tells none."""
        return self._spans[-1][0] if self._spans else ""

    def slices(self, size: int) -> Iterator[Slice]:
        """The rows, so many at a time."""
        for first in range(0, len(self._spans), size):
            part = self._spans[first : first + size]
            rows = ",".join(self._text[start:end] for _changed, start, end in part)
            content = f'{{"rows":[{rows}]}}'.encode("utf-8", "replace")
            yield Slice(content=content, count=len(part), newest=part[-1][0])


def _spans(text: str) -> list[tuple[str, int, int]]:
    """The last change, beginning and end of each row. Raises UnexpectedResponse when the text is no array."""
    read = json.JSONDecoder(strict=False).raw_decode
    at = _skip(text, 0)
    if text[at : at + 1] != "[":
        raise UnexpectedResponse("a report that is not a list")
    spans = []
    at = _skip(text, at + 1)
    while text[at : at + 1] not in ("]", ""):
        try:
            row, end = read(text, at)
        except (ValueError, RecursionError):
            raise UnexpectedResponse("a report that is not JSON") from None
        spans.append((_changed(row), at, end))
        at = _skip(text, end)
        if text[at : at + 1] == ",":
            at = _skip(text, at + 1)
    return spans


def _skip(text: str, at: int) -> int:
    while text[at : at + 1] in _BLANKS and at < len(text):
        at += 1
    return at


def _changed(row: Any) -> str:
    value = row.get("lastChangeDate") if isinstance(row, dict) else None
    return value if isinstance(value, str) and len(value) <= 40 else ""
