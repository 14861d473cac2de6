"""Bodies that no contract allows, made from good ones, and which records in them are still good."""

import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sandbox.faults import HOSTILE

Record = dict[str, Any]
CHALLENGE = (
    "<!DOCTYPE html><html><head><title>Проверка браузера</title></head><body><h1>Доступ ограничен</h1>"
    "<p>Подтвердите, что запросы отправляли вы, а не робот.</p><p>Incident: fab_chg_20261124</p></body></html>"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class HostilePage:
    """A page to feed to a reader.

    `good` names the records that are as they should be, `odd` those that only use a word nobody documented;
    neither may be lost, unless `readable` is false: then the page as a whole is not what it should be.
    """

    body: bytes
    content_type: str
    readable: bool
    good: tuple[str, ...]
    odd: tuple[str, ...]


def _wrong_types(record: Record, rng: random.Random, blob: int) -> None:
    del blob
    key = rng.choice(("posting_number", "status", "products", "created_at"))
    record[key] = rng.choice((17, True, {"oops": []}, [[]], "не список" if key == "products" else 3.5))


def _missing(record: Record, rng: random.Random, blob: int) -> None:
    del blob
    record.pop(rng.choice(("posting_number", "status", "products", "created_at")), None)


def _huge_numbers(record: Record, rng: random.Random, blob: int) -> None:
    del blob
    line = _line(record)
    change = rng.randrange(4)
    if change == 0:
        line["quantity"] = 10**30
    elif change == 1:
        line["sku"] = 2**80
    elif change == 2:
        line["price"] = {"amount": "1e400", "currency": "RUB"}
    else:
        record["created_at"] = "+99999-01-01T00:00:00Z"


def _huge_string(record: Record, rng: random.Random, blob: int) -> None:
    record["posting_number"] = rng.choice("Я7-") * blob


def _nul_rtl(record: Record, rng: random.Random, blob: int) -> None:
    del blob
    number = str(record.get("posting_number"))
    record["posting_number"] = rng.choice(("\x00", "\u202e", "\ud800")) + number


def _nulls(record: Record, rng: random.Random, blob: int) -> None:
    del blob, rng
    for key in record:
        record[key] = None


def _line(record: Record) -> Record:
    lines = record.get("products")
    return lines[0] if isinstance(lines, list) and lines and isinstance(lines[0], dict) else record


_SPOILERS: dict[str, Callable[[Record, random.Random, int], None]] = {
    "wrong_types": _wrong_types,
    "missing_fields": _missing,
    "huge_numbers": _huge_numbers,
    "huge_string": _huge_string,
    "nul_rtl": _nul_rtl,
    "nulls": _nulls,
}


def _spoil_any(record: Record, kind: str, rng: random.Random, blob: int) -> None:
    """Spoil a record of any method: the special places of postings, else its first fields."""
    if "posting_number" in record:
        _SPOILERS[kind](record, rng, blob)
        return
    key = rng.choice(sorted(record))
    worse: dict[str, Any] = {
        "wrong_types": {"oops": [None]},
        "huge_numbers": 10**30,
        "huge_string": "Я" * blob,
        "nul_rtl": "\x00\u202eтекст",
        "nulls": None,
    }
    if kind == "missing_fields":
        del record[key]
    else:
        record[key] = worse[kind]


def records_in(value: Any) -> list[Record]:
    """Return the first list of objects found in an answer."""
    if isinstance(value, list):
        return [item for item in value if isinstance(item, dict)]
    if isinstance(value, dict):
        for item in value.values():
            found = records_in(item)
            if found:
                return found
    return []


def spoil(text: bytes, kind: str, *, seed: int, blob: int) -> tuple[bytes, str]:
    """Return body and content type of a good answer after a fault of this kind."""
    if kind not in HOSTILE:
        raise ValueError(f"no such fault: {kind}")
    if kind == "html_200":
        return CHALLENGE.encode(), "text/html; charset=utf-8"
    rng = random.Random(seed)
    answer = json.loads(text)
    records = [record for record in records_in(answer) if record]
    for record in (
        rng.sample(records, k=1 if kind == "huge_string" else -(-len(records) // 4)) if records else ()
    ):
        _spoil_any(record, kind, rng, blob)
    return json.dumps(answer).encode(), "application/json"


def hostile_page(
    text: str | bytes, *, seed: int, key: str = "posting_number", blob: int = 20_000
) -> HostilePage:
    """Make a hostile page out of a good answer; the same seed gives the same page.

    One page in eight is not readable at all: HTML, nothing, half of a page, a bare list, nonsense.
    """
    rng = random.Random(seed)
    if rng.random() < 0.125:
        return _unreadable(text.encode() if isinstance(text, str) else text, rng)
    answer = json.loads(text)
    good, odd = [], []
    for record in records_in(answer):
        number = str(record.get(key))
        fate = rng.random()
        if fate < 0.45:
            good.append(number)
        elif fate < 0.55 and "status" in record:
            record["status"] = rng.choice(("awaiting_teleport", "", "ДОСТАВЛЕНО"))
            odd.append(number)
        else:
            _spoil_any(record, rng.choice(tuple(_SPOILERS)), rng, blob)
    return HostilePage(
        body=json.dumps(answer).encode(),
        content_type="application/json",
        readable=True,
        good=tuple(good),
        odd=tuple(odd),
    )


def _unreadable(text: bytes, rng: random.Random) -> HostilePage:
    body, content_type = rng.choice(
        (
            (CHALLENGE.encode(), "text/html; charset=utf-8"),
            (b"", "application/json"),
            (text[: len(text) // 2], "application/json"),
            (b"[]", "application/json"),
            (b"null", "application/json"),
            (b'"ok"', "application/json"),
            (b"\xff\xfe\x00", "application/json"),
            (b"[" * 100_000, "application/json"),
            (b'{"postings": {"oops": 1}, "has_next": "no"}', "application/json"),
        )
    )
    return HostilePage(body=body, content_type=content_type, readable=False, good=(), odd=())
