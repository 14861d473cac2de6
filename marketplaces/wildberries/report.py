"""A report that comes in one piece: its rows in the order of their last change, read a slice at a time."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from marketplaces.errors import UnexpectedResponse
from marketplaces.wildberries.mapping import MOSCOW, moment

# An answer is cut at "some 80 000" rows; one that is shorter than this is whole.
WHOLE_BELOW: Final = 60_000
ROWS_A_PAGE: Final = 2000

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Some rows as a document `{"rows": […]}`, how many, the last change read so far, and whether that was all."""

    content: bytes
    count: int
    changed_from: str
    sent_at: datetime
    is_end: bool


def read_report(ask: Callable[..., Report], *, changed_from: str) -> Iterator[Part]:
    """Read a report to its end, an answer after the other, 2000 rows at a time.

    Each answer begins with the rows of the very moment at which the one before was cut. The report ends with an
    answer that is empty or far from being cut; what came later than it is read by the next pulls. The last part may
    have no rows. Raises UnexpectedResponse when an answer brings nothing newer and is not the last.
    """
    is_whole = False
    while not is_whole:
        asked_from = changed_from
        report = ask(changed_from=asked_from)
        is_whole = len(report) < WHOLE_BELOW
        left = len(report)
        for part in report.slices(ROWS_A_PAGE):
            left -= part.count
            changed_from = later(changed_from, part.newest)
            yield Part(
                content=part.content,
                count=part.count,
                changed_from=changed_from,
                sent_at=report.sent_at,
                is_end=is_whole and not left,
            )
        if is_whole and not len(report):
            yield Part(
                content=b'{"rows":[]}',
                count=0,
                changed_from=changed_from,
                sent_at=report.sent_at,
                is_end=True,
            )
        if not is_whole and changed_from <= asked_from:
            raise UnexpectedResponse("a report of one moment is longer than an answer")


def moscow(value: datetime) -> str:
    """A moment as the reports take it: naive, of Moscow."""
    return value.astimezone(MOSCOW).strftime("%Y-%m-%dT%H:%M:%S")


def moment_of(value: str) -> datetime | None:
    """The moment that a word of theirs tells; None when it is none."""
    try:
        return moment(datetime.fromisoformat(value))
    except ValueError:
        return None


def later(one: str, other: str) -> str:
    """The later of two of their moments, as they write them."""
    return max(one, other) if moment_of(other) else one


def earlier(value: str, by: timedelta) -> str:
    """Their moment, some time before; empty when it is none."""
    known = moment_of(value)
    return moscow(known - by) if known else ""


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
