"""Counting the words that marketplaces give as reasons: those that no rule knows wait for one."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from django.db import connection

from core.merge import MergeRule, merge
from returns.models import ReasonWord

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from returns.models import Return
    from returns.selectors.rulebook import Rulebook

WORDS: Final = MergeRule(
    model=ReasonWord,
    columns=("marketplace", "words_id", "words", "reason_id", "seen", "first_seen_at", "last_seen_at"),
    key=("marketplace", "words_id", "words"),
    update={
        "reason_id": None,
        "seen": "t.seen + EXCLUDED.seen",
        "last_seen_at": (
            "CASE WHEN EXCLUDED.seen > 0 THEN greatest(t.last_seen_at, EXCLUDED.last_seen_at) ELSE t.last_seen_at END"
        ),
    },
)
_LOST = """
    unnest(%(words_id)s::text[], %(words)s::text[], %(counts)s::int[]) AS lost (words_id, words, count)
    WHERE held.marketplace = %(marketplace)s AND held.words_id = lost.words_id AND held.words = lost.words
"""
_FORGET = f"DELETE FROM returns_reasonword AS held USING {_LOST} AND held.seen <= lost.count"  # noqa: S608 - our own words
_LESSEN = f"UPDATE returns_reasonword AS held SET seen = held.seen - lost.count FROM {_LOST}"  # noqa: S608 - our own words


def count_words(
    *,
    marketplace: str,
    told: Iterable[tuple[Return | None, tuple[str, str]]],
    rulebook: Rulebook,
    now: datetime,
) -> None:
    """Count the words (id, text) of returns that did not have them before, and no longer those that they had.

    Words that no return has any more are forgotten.
    """
    gained: Counter[tuple[str, str]] = Counter()
    lost: Counter[tuple[str, str]] = Counter()
    for before, words in told:
        held = _words_of(before)
        if words != held:
            gained.update([words] if any(words) else [])
            lost.update([held] if any(held) else [])
    # Those that are lost too: all rows are locked here, in one order.
    merge(
        WORDS,
        [
            (
                marketplace,
                words_id,
                words,
                rulebook.reason_id(marketplace, words_id=words_id, words=words),
                gained[words_id, words],
                now,
                now,
            )
            for words_id, words in sorted({*gained, *lost})
        ],
    )
    if lost:
        _uncount(marketplace, lost)


def _uncount(marketplace: str, lost: Counter[tuple[str, str]]) -> None:
    values: dict[str, Any] = {
        "marketplace": marketplace,
        "words_id": [words_id for words_id, _words in lost],
        "words": [words for _words_id, words in lost],
        "counts": list(lost.values()),
    }
    with connection.cursor() as cursor:
        cursor.execute(_FORGET, values)
        cursor.execute(_LESSEN, values)


def _words_of(before: Return | None) -> tuple[str, str]:
    return ("", "") if before is None else (before.external_reason_id, before.external_reason)
