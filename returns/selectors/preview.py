"""What a rule would change, before it is kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from returns.models import Reason, ReasonRule, ReasonWord
from returns.selectors.rulebook import Rulebook

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """Words that would mean another reason; `seen` is how many returns said them. None: no reason."""

    word: ReasonWord
    old: Reason | None
    new: Reason | None

    @property
    def seen(self) -> int:
        """How many returns said the words."""
        return int(self.word.seen)


def moved_by(rule: ReasonRule) -> Sequence[Moved]:
    """What the rule, new or changed, would move against the rules as they are kept now, the most said first."""
    held = list(ReasonRule.objects.filter(is_active=True))
    before = Rulebook.of(held)
    others = [one for one in held if one.pk != rule.pk]
    after = Rulebook.of([*others, rule] if rule.is_active else others)
    reasons = {reason.pk: reason for reason in Reason.objects.all()}
    moved = []
    for word in ReasonWord.objects.order_by("-seen", "pk"):
        old, new = (
            book.reason_id(word.marketplace, words_id=word.words_id, words=word.words)
            for book in (before, after)
        )
        if old != new:
            moved.append(Moved(word=word, old=reasons.get(old or 0), new=reasons.get(new or 0)))
    return moved
