"""The rules of reasons, read once: which reason of ours the words of a marketplace mean."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from returns.choices import MatchBy
from returns.models import ReasonRule

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

# (marketplace, words) to (place among all rules, reason).
Hits = dict[tuple[str, str], tuple[int, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rulebook:
    """The active rules in the order in which they are asked.

    An id is compared whole, then each of its parts between slashes, the last first. Then the whole text, then parts
    of it; among rules of a kind the higher priority, then the rule of this marketplace, then the older one.
    """

    ids: Hits = field(default_factory=dict)
    texts: Hits = field(default_factory=dict)
    parts: tuple[tuple[str, str, int], ...] = ()

    @classmethod
    def read(cls) -> Rulebook:
        """The rules as they are now, in one query."""
        return cls.of(ReasonRule.objects.filter(is_active=True))

    @classmethod
    def of(cls, rules: Iterable[ReasonRule]) -> Rulebook:
        """The rules given, in their order."""
        ordered = sorted(rules, key=lambda rule: (-rule.priority, not rule.marketplace, rule.pk or math.inf))
        ids: Hits = {}
        texts: Hits = {}
        parts = []
        for place, rule in enumerate(ordered):
            words = plain(rule.words)
            if not words:
                continue
            if rule.match_by == MatchBy.PART:
                parts.append((rule.marketplace, words, rule.reason_id))
            else:
                table = ids if rule.match_by == MatchBy.ID else texts
                table.setdefault((rule.marketplace, words), (place, rule.reason_id))
        return cls(ids=ids, texts=texts, parts=tuple(parts))

    def reason_id(self, marketplace: str, *, words_id: str, words: str) -> int | None:
        """The reason that the words mean; None when no rule fits."""
        for key in _ids_of(words_id):
            found = _first(self.ids, marketplace, key)
            if found:
                return found
        text = plain(words)
        if not text:
            return None
        return _first(self.texts, marketplace, text) or next(
            (reason for of, part, reason in self.parts if (not of or of == marketplace) and part in text),
            None,
        )


def plain(words: str) -> str:
    """The words as rules compare them: without case, spare spaces, a full stop at the end, and the dots of ё."""
    return " ".join(words.casefold().replace("ё", "е").split()).rstrip(" .")


def _first(table: Hits, marketplace: str, words: str) -> int | None:
    hits = [table[key] for key in ((marketplace, words), ("", words)) if key in table]
    return min(hits)[1] if hits else None


def _ids_of(words_id: str) -> Iterator[str]:
    whole = plain(words_id)
    if whole:
        yield whole
        parts = [part for part in whole.split("/") if part]
        if len(parts) > 1:
            yield from reversed(parts)
