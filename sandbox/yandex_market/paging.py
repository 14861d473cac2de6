"""Pages of a list: opaque tokens that belong to their filters, and lists that repeat or move while read."""

import base64
import binascii
import hashlib
import json
from bisect import bisect_right
from collections.abc import Callable, Sequence
from typing import Generic, NamedTuple, TypeVar

from sandbox.yandex_market.calls import Call
from sandbox.yandex_market.errors import bad

Row = TypeVar("Row")
Position = tuple[int, ...]


class Token(NamedTuple):
    """Where a page begins: after a position, in the list of one set of filters.

    `repeated` when this page was already given once.
    """

    after: Position | None
    stamp: str
    repeated: bool = False

    def text(self) -> str:
        """Write the token so that callers cannot guess what is in it."""
        raw = json.dumps([self.after, self.stamp, int(self.repeated)], separators=(",", ":")).encode()
        return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _stamp(call: Call) -> str:
    filters = {name: values for name, values in call.query.items() if name not in ("pageToken", "limit")}
    asked = json.dumps([call.path, call.body, filters], sort_keys=True, ensure_ascii=False)
    return hashlib.blake2b(asked.encode(errors="replace"), digest_size=6).hexdigest()


def token_of(call: Call, *, width: int) -> Token:
    """Read the token of a call; without one it is the first page. A token of other filters is refused."""
    stamp = _stamp(call)
    text = call.asked("pageToken")
    if not text:
        return Token(None, stamp)
    try:
        after, given, repeated = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        position = tuple(map(int, after)) if after is not None else None
    except (binascii.Error, ValueError, TypeError) as error:
        raise bad("pageToken: invalid value", code="INVALID_QUERY_PARAMETER") from error
    if given != stamp or (position is not None and len(position) != width):
        raise bad("pageToken: invalid value", code="INVALID_QUERY_PARAMETER")
    return Token(position, stamp, bool(repeated))


class Page(NamedTuple, Generic[Row]):
    """Rows, and the object that tells of the next page: empty at the end."""

    rows: list[Row]
    paging: dict[str, str]


def page(
    call: Call, rows: list[Row], *, key: Callable[[Row], Position], token: Token, limit: int
) -> Page[Row]:
    """Turn up to `limit` + 1 rows after a token into a page, spoiled if the call is to be."""
    more, rows = len(rows) > limit, rows[:limit]
    match call.fault:
        case "empty_page":
            return Page([], {})
        case "duplicate_page" if rows and not token.repeated:
            return Page(rows, _next(Token(token.after, token.stamp, repeated=True)))
        case "out_of_order":
            turn = int(call.chance * len(rows))
            return Page(rows[turn:][::-1] + rows[:turn], _turn(rows, key, token, more=more))
        case "shifting_page" if more and len(rows) > 1:
            last = rows[-1 - max(1, min(len(rows) - 1, len(rows) // 8))]
            return Page(rows, _next(Token(key(last), token.stamp)))
    return Page(rows, _turn(rows, key, token, more=more))


def _turn(rows: list[Row], key: Callable[[Row], Position], token: Token, *, more: bool) -> dict[str, str]:
    return _next(Token(key(rows[-1]), token.stamp)) if more else {}


def _next(token: Token) -> dict[str, str]:
    return {"nextPageToken": token.text()}


def page_of(
    call: Call, rows: Sequence[Row], *, key: Callable[[Row], Position], width: int, limit: int
) -> Page[Row]:
    """Cut a page out of a whole list that is sorted by its key of `width` numbers."""
    token = token_of(call, width=width)
    first = bisect_right(rows, token.after, key=key) if token.after is not None else 0
    return page(call, list(rows[first : first + limit + 1]), key=key, token=token, limit=limit)
