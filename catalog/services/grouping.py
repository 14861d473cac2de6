"""Which listings are the same goods: a pure function of the listings, whatever the order in which they came.

Listings belong together by the seller's article; groups that share a barcode become one where that is safe: no account
lists two of them. What is only alike, or contradicts itself, is a pair in doubt for a person.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from itertools import combinations
from typing import TYPE_CHECKING, Final, NamedTuple

from catalog.choices import PairReason

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

_SEPARATORS: Final = re.compile(r"[\s_\-./\\,;:|]+")
# Cyrillic letters that look like Latin ones: a seller types them without noticing.
_LOOK_ALIKE: Final = str.maketrans("авекмнорстухАВЕКМНОРСТУХёЁ", "abekmhopctyxABEKMHOPCTYXeE")
# The one size of a card that has no sizes.
_NO_SIZES: Final = frozenset({"", "0"})
_SAME_LETTERS, _SAME_PARTS, _SAME_BARCODE, _CONFLICT = 95, 80, 90, 70
# Two known barcodes that differ speak against it.
_OTHER_BARCODE: Final = 25
# An article that this many groups resemble says nothing.
_MOST_ALIKE: Final = 8


class Key(NamedTuple):
    """What matching knows of a listing; `rank` orders accounts, the first of a group gives it its name."""

    listing_id: int
    account_id: int
    external_id: str
    article: str
    size: str
    barcodes: tuple[str, ...]

    @property
    def own_sku(self) -> str:
        """The article; with the size where the card has sizes, because each is goods of its own."""
        return own_sku(self.article, self.size)

    @property
    def order(self) -> tuple[int, str]:
        """Where it stands in its group."""
        return self.account_id, self.external_id


class Doubt(NamedTuple):
    """A listing that may be the goods of another group: its id, the name of that group, why, and how sure."""

    listing_id: int
    sku: str
    reason: PairReason
    score: int
    barcodes: tuple[str, ...]


@dataclass(slots=True, kw_only=True)
class Group:
    """Listings that are the same goods. `sku` is the own SKU of its first listing."""

    members: list[Key]
    by_barcode: set[int] = field(default_factory=set)

    @property
    def lead(self) -> Key:
        """The listing that gives the group its name."""
        return min(self.members, key=lambda one: one.order)

    @property
    def sku(self) -> str:
        """What the product of the group is called."""
        return self.lead.own_sku


class _Joint:
    """Articles that were found to be one thing, and the accounts that list it; `apart` are those that never are."""

    def __init__(self, accounts: Mapping[str, set[int]], apart: Mapping[str, set[str]]) -> None:
        self._parent = {sku: sku for sku in accounts}
        self._accounts = {sku: set(found) for sku, found in accounts.items()}
        self._members = {sku: {sku} for sku in accounts}
        self._apart = {sku: set(apart.get(sku, ())) for sku in accounts}

    def root(self, sku: str) -> str:
        """The article that stands for all that were joined with this one."""
        while self._parent[sku] != sku:
            self._parent[sku] = self._parent[self._parent[sku]]
            sku = self._parent[sku]
        return sku

    def join(self, pairs: Sequence[tuple[str, str]]) -> None:
        """Join pairs that are equally well supported, but for those between which nobody can choose."""
        edges = sorted({tuple(sorted((self.root(one), self.root(other)))) for one, other in pairs})
        free = [(one, other) for one, other in edges if self._may_join(one, other)]
        rivals: dict[str, list[str]] = defaultdict(list)
        for one, other in free:
            rivals[one].append(other)
            rivals[other].append(one)
        # Before anything is joined: what is joined first must not decide what else may be.
        chosen = [
            (one, other)
            for one, other in free
            if not (self._is_contended(other, rivals[one]) or self._is_contended(one, rivals[other]))
        ]
        for one, other in chosen:
            first, second = sorted((self.root(one), self.root(other)))
            if self._may_join(first, second):
                self._parent[second] = first
                self._accounts[first] |= self._accounts[second]
                self._members[first] |= self._members[second]
                self._apart[first] |= self._apart[second]

    def _may_join(self, one: str, other: str) -> bool:
        return (
            one != other
            and not self._accounts[one] & self._accounts[other]
            and not self._apart[one] & self._members[other]
        )

    def _is_contended(self, sku: str, rivals: Sequence[str]) -> bool:
        """Whether another that might be joined just as well is listed by an account of this one."""
        return any(other != sku and self._accounts[other] & self._accounts[sku] for other in rivals)


class Grouping:
    """The groups of a set of listings, and the pairs in doubt among them.

    `apart` names pairs of listings that a person called different: barcodes never join those; one article does.
    """

    def __init__(self, keys: Iterable[Key], *, apart: Iterable[tuple[int, int]] = ()) -> None:
        by_sku: dict[str, list[Key]] = defaultdict(list)
        for key in sorted(keys, key=lambda one: (one.order, one.listing_id)):
            by_sku[key.own_sku].append(key)
        self._by_sku = dict(by_sku)
        self._apart = self._apart_by_sku(apart)
        self.groups = self._joined()

    @cached_property
    def group_of(self) -> Mapping[int, Group]:
        """The group of each listing."""
        return {key.listing_id: group for group in self.groups for key in group.members}

    def doubts(self) -> list[Doubt]:
        """The pairs in doubt, the surest of each (listing, group) only; in no order."""
        found: dict[tuple[int, str], Doubt] = {}
        for doubt in (*self._barcode_doubts(), *self._article_doubts()):
            place = (doubt.listing_id, doubt.sku)
            if place not in found or found[place].score < doubt.score:
                found[place] = doubt
        return list(found.values())

    # ---- groups -------------------------------------------------------------------------------------------
    def _joined(self) -> list[Group]:
        """The groups by article, joined by barcodes: those that carry them throughout first, none where an account
        would then list one thing twice, and none that two others contend for."""
        accounts = {sku: {key.account_id for key in keys} for sku, keys in self._by_sku.items()}
        joint = _Joint(accounts, self._apart)
        support = self._support()
        levels: dict[Fraction, list[tuple[str, str]]] = defaultdict(list)
        for pair, share in support.items():
            levels[share].append(pair)
        for share in sorted(levels, reverse=True):
            joint.join(levels[share])
        parts: dict[str, list[Key]] = defaultdict(list)
        for sku, keys in self._by_sku.items():
            parts[joint.root(sku)].extend(keys)
        groups = []
        for members in parts.values():
            group = Group(members=members)
            group.by_barcode = {key.listing_id for key in members if key.own_sku != group.sku}
            groups.append(group)
        return groups

    def _apart_by_sku(self, apart: Iterable[tuple[int, int]]) -> Mapping[str, set[str]]:
        skus = {key.listing_id: sku for sku, keys in self._by_sku.items() for key in keys}
        found: dict[str, set[str]] = defaultdict(set)
        for one, other in apart:
            first, second = skus.get(one), skus.get(other)
            if first is not None and second is not None and first != second:
                found[first].add(second)
                found[second].add(first)
        return found

    def _support(self) -> Mapping[tuple[str, str], Fraction]:
        """How well barcodes say that two articles are one thing: the share of the listings of each that carry one
        which the other carries too, multiplied. A foreign barcode on one of several listings counts for less."""
        pairs: dict[tuple[str, str], set[int]] = defaultdict(set)
        for barcode, skus in self._skus_by_barcode.items():
            if len(skus) > _MOST_ALIKE:
                continue
            holders = [key for sku in skus for key in self._by_sku[sku] if barcode in key.barcodes]
            for one, other in combinations(holders, 2):
                if one.own_sku != other.own_sku and one.account_id != other.account_id:
                    first, second = sorted((one.own_sku, other.own_sku))
                    pairs[first, second] |= {one.listing_id, other.listing_id}
        return {
            (one, other): self._share(one, carriers) * self._share(other, carriers)
            for (one, other), carriers in pairs.items()
        }

    def _share(self, sku: str, carriers: set[int]) -> Fraction:
        known = [key for key in self._by_sku[sku] if key.barcodes]
        return Fraction(sum(1 for key in known if key.listing_id in carriers), len(known))

    @cached_property
    def _skus_by_barcode(self) -> Mapping[str, Sequence[str]]:
        found: dict[str, dict[str, None]] = defaultdict(dict)
        for sku, keys in self._by_sku.items():
            for key in keys:
                for barcode in key.barcodes:
                    found[barcode][sku] = None
        return {barcode: sorted(skus) for barcode, skus in found.items() if len(skus) > 1}

    # ---- doubts -------------------------------------------------------------------------------------------
    def _barcode_doubts(self) -> Iterator[Doubt]:
        """A barcode that several groups share: each of its listings may belong to each of the others."""
        for barcode, skus in sorted(self._skus_by_barcode.items()):
            holders = [
                (key, self.group_of[key.listing_id])
                for sku in skus
                for key in self._by_sku[sku]
                if barcode in key.barcodes
            ]
            for (one, group), (other, theirs) in combinations(holders, 2):
                if group is theirs or one.account_id == other.account_id:
                    continue
                yield self._doubt(one, other, group, theirs, barcodes=(barcode,))

    def _doubt(
        self, one: Key, other: Key, group: Group, theirs: Group, *, barcodes: tuple[str, ...]
    ) -> Doubt:
        """The later listing is asked about; one whose article stands in several accounts contradicts itself."""
        later, target = (other, group) if one.order < other.order else (one, theirs)
        own = theirs if later is other else group
        is_conflict = len(own.members) > 1
        return Doubt(
            listing_id=later.listing_id,
            sku=target.sku,
            reason=PairReason.CONFLICT if is_conflict else PairReason.BARCODE,
            score=_CONFLICT if is_conflict else _SAME_BARCODE,
            barcodes=barcodes,
        )

    def _article_doubts(self) -> Iterator[Doubt]:
        """Articles that are the same but for case, signs and the order of their parts."""
        alike: dict[tuple[str, ...], list[Group]] = defaultdict(list)
        for group in self.groups:
            for parts in {_parts(key) for key in group.members}:
                alike[parts].append(group)
        for groups in alike.values():
            if not 1 < len(groups) <= _MOST_ALIKE:
                continue
            for one, other in combinations(sorted(groups, key=lambda group: group.lead.order), 2):
                if {key.account_id for key in one.members} & {key.account_id for key in other.members}:
                    continue
                yield self._alike(one, other)

    def _alike(self, one: Group, other: Group) -> Doubt:
        later = other.lead
        score = _SAME_LETTERS if _letters(later) in {_letters(key) for key in one.members} else _SAME_PARTS
        mine = {barcode for key in other.members for barcode in key.barcodes}
        theirs = {barcode for key in one.members for barcode in key.barcodes}
        if mine and theirs and not mine & theirs:
            score -= _OTHER_BARCODE
        return Doubt(
            listing_id=later.listing_id, sku=one.sku, reason=PairReason.ARTICLE, score=score, barcodes=()
        )


def own_sku(article: str, size: str) -> str:
    """What a listing alone would be called: its article; with the size where the card has sizes."""
    return article.strip() if size in _NO_SIZES else f"{article.strip()}/{size}"


def _plain(text: str) -> str:
    return text.translate(_LOOK_ALIKE).casefold().strip()


def _parts(key: Key) -> tuple[str, ...]:
    """The parts of an article with its size, whatever signs divide them and in whatever order they stand."""
    size = "" if key.size in _NO_SIZES else key.size
    return tuple(sorted(filter(None, _SEPARATORS.split(_plain(f"{key.article} {size}")))))


def _letters(key: Key) -> str:
    return _SEPARATORS.sub("", _plain(key.own_sku))
