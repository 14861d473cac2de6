"""Counting the words that marketplaces give as reasons: those that no rule knows wait for one."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from core.merge import MergeRule, merge
from returns.models import ReasonWord

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from returns.models import Return
    from returns.selectors.rulebook import Rulebook

_WORDS = MergeRule(
    model=ReasonWord,
    columns=("marketplace", "words_id", "words", "reason_id", "seen", "first_seen_at", "last_seen_at"),
    key=("marketplace", "words_id", "words"),
    update={
        "reason_id": None,
        "seen": "t.seen + EXCLUDED.seen",
        "last_seen_at": "greatest(t.last_seen_at, EXCLUDED.last_seen_at)",
    },
)


def count_words(
    *,
    marketplace: str,
    told: Iterable[tuple[Return | None, tuple[str, str]]],
    rulebook: Rulebook,
    now: datetime,
) -> None:
    """Count the words (id, text) of returns that did not have them before."""
    counts = Counter(words for before, words in told if any(words) and words != _words_of(before))
    merge(
        _WORDS,
        [
            (
                marketplace,
                words_id,
                words,
                rulebook.reason_id(marketplace, words_id=words_id, words=words),
                count,
                now,
                now,
            )
            for (words_id, words), count in sorted(counts.items())
        ],
    )


def _words_of(before: Return | None) -> tuple[str, str]:
    return ("", "") if before is None else (before.external_reason_id, before.external_reason)
