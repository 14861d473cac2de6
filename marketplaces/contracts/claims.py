"""How long a seller may object to what a marketplace says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimRule:
    """A rule of a marketplace: `days` calendar days to object, from `valid_from` on until its next rule.

    `days` None: no public dated rule is known, so the contract decides. `source` says where the rule is from.
    """

    marketplace: str
    valid_from: date
    days: int | None
    source: StrOrPromise


def rule_on(day: date, *, marketplace: str, rules: Iterable[ClaimRule]) -> ClaimRule | None:
    """The rule in force on a day, if one is known of the marketplace: the last that has begun."""
    begun = [rule for rule in rules if rule.marketplace == marketplace and rule.valid_from <= day]
    return max(begun, key=lambda rule: rule.valid_from, default=None)
