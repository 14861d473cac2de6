"""Pages of a list: opaque tokens, and lists that repeat or move while they are read."""

import base64
import binascii
import json
from bisect import bisect_right
from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeVar

from sandbox.ozon.calls import Call
from sandbox.ozon.errors import bad

Row = TypeVar("Row")
Position = tuple[int, ...]


class Token(NamedTuple):
    """Where a page begins: after a position; `repeated` when this page was already given once."""

    after: Position | None
    repeated: bool = False

    def text(self) -> str:
        """Write the token so that callers cannot guess what is in it."""
        raw = json.dumps([self.after, int(self.repeated)], separators=(",", ":")).encode()
        return base64.urlsafe_b64encode(raw).decode()

    @classmethod
    def read(cls, text: object) -> "Token":
        """Read a token back; an empty one is the first page."""
        if text in (None, ""):
            return cls(None)
        try:
            after, repeated = json.loads(base64.urlsafe_b64decode(str(text)))
            return cls(tuple(map(int, after)) if after is not None else None, bool(repeated))
        except (binascii.Error, ValueError, TypeError) as error:
            raise bad("cursor: invalid value") from error


class Page(NamedTuple):
    """Rows, the token of the next page (empty at the end), and whether there is one."""

    rows: list  # type: ignore[type-arg]
    next: str
    more: bool


def page(call: Call, rows: list[Row], *, key: Callable[[Row], Position], token: Token, limit: int) -> Page:
    """Turn up to `limit` + 1 rows after a token into a page, spoiled if the call is to be."""
    more, rows = len(rows) > limit, rows[:limit]
    match call.fault:
        case "empty_page":
            return Page(rows=[], next="", more=False)
        case "duplicate_page" if rows and not token.repeated:
            return Page(rows=rows, next=Token(after=token.after, repeated=True).text(), more=True)
        case "out_of_order":
            return Page(_shuffled(rows, call.chance), *_turn(rows, key, more=more))
        case "shifting_page" if more and len(rows) > 1:
            last = rows[-1 - max(1, min(len(rows) - 1, len(rows) // 8))]
            return Page(rows=rows, next=Token(key(last)).text(), more=True)
    return Page(rows, *_turn(rows, key, more=more))


def _turn(rows: list[Row], key: Callable[[Row], Position], *, more: bool) -> tuple[str, bool]:
    return (Token(key(rows[-1])).text() if more else ""), more


def _shuffled(rows: list[Row], chance: float) -> list[Row]:
    turn = int(chance * len(rows))
    return rows[turn:][::-1] + rows[:turn]


def page_of(
    call: Call, rows: Sequence[Row], *, key: Callable[[Row], Position], token: object, limit: int
) -> Page:
    """Cut a page out of a whole list that is sorted by its key."""
    start = Token.read(token)
    first = bisect_right(rows, start.after, key=key) if start.after is not None else 0
    return page(call, list(rows[first : first + limit + 1]), key=key, token=start, limit=limit)
