"""Laying what a marketplace tells of a supply over what we hold of it, whatever the order in which answers come.

Pure: no queries. Each part (the status, the rest of the supply, its lines, what is told of them, boxes, papers) is as
new as its own version, so an answer without lines that is newer does not hide older ones that had them, nor one that
names the goods but counts nothing what was counted of them.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from hashlib import blake2b
from itertools import chain
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from marketplaces.contracts.supplies import SupplyLineSnapshot, SupplySnapshot, SupplyStatus

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

STATUS, REST, LINES, BOXES, PAPERS = "status", "rest", "lines", "boxes", "papers"
# Of lines, in units: parts of their own, as is the price. An answer tells one when any of its lines has it.
COUNTS: Final = ("accepted", "on_sale", "shortage", "surplus", "defect")
FIELDS: Final = (*COUNTS, "price")
# Each has a share of a fingerprint.
CONTENT_PARTS: Final = (REST, LINES, BOXES, PAPERS, *FIELDS)
_SHARE = 5

# Told by the newest answer that speaks of it, empty or not.
_REST = (
    "number", "kind", "external_status", "external_substatus", "slot_from", "slot_to", "slot_zone", "fill_until",
    "reason",
)  # fmt: skip
# Told once is kept: an answer that leaves it empty forgets nothing.
_ONCE = (
    "created_at", "shipped_at", "arrived_at", "accepted_at", "warehouse_external_id", "warehouse_name",
    "drop_off_name", "cluster_name", "parent_external_id",
)  # fmt: skip
_LONGEST: Final = {
    "number": 100, "external_status": 64, "external_substatus": 64, "slot_zone": 64, "reason": 500,
    "warehouse_external_id": 64, "parent_external_id": 100,
}  # fmt: skip
# Begins the part that a status has which was told and does not hold: the best of the answers that say when the supply
# changed, or of those that do not. Both are kept, so that it does not matter in which order they come.
_BESIDE: Final = "status:"
# Before the name of one of _ONCE that was told by an older answer than the rest.
_ONCE_IN: Final = "once:"
_NEVER: Final = datetime.min.replace(tzinfo=UTC)
_BROUGHT = ("declared", "shipped")
_SUMMED = (*_BROUGHT, *COUNTS)


class Version(NamedTuple):
    """How new an answer is: when the marketplace changed the supply (None: it does not say), when we asked."""

    told_at: datetime | None
    asked_at: datetime

    def is_before(self, held: Version | None) -> bool:
        """Whether what we hold is newer. The marketplace's word goes first, where both have it."""
        if held is None:
            return False
        if self.told_at and held.told_at and self.told_at != held.told_at:
            return self.told_at < held.told_at
        return self.asked_at < held.asked_at

    def as_json(self) -> list[str | None]:
        """For the column `versions`."""
        return [self.told_at.isoformat() if self.told_at else None, self.asked_at.isoformat()]

    @classmethod
    def of_json(cls, held: list[str | None]) -> Version:
        """From the column `versions`."""
        told_at, asked_at = held
        return cls(
            datetime.fromisoformat(told_at) if told_at else None, datetime.fromisoformat(asked_at or "")
        )


class _Word(NamedTuple):
    """A status as one answer told it."""

    status: SupplyStatus
    version: Version

    def weight(self) -> tuple[datetime, int, datetime]:
        """Of two that both say when the supply changed, or both do not, the heavier one holds: a supply goes back only
        on the marketplace's word that it changed since."""
        told_at, asked_at = self.version
        return told_at or _NEVER, self.status.rank, asked_at


@dataclass(slots=True, kw_only=True)
class Folded:
    """A supply as we hold it, and then as the answers laid over it say.

    `told` holds the fields of `SupplySnapshot` by name, apart from the status and the parts; a part that an answer
    of this fold decided is in `lines`, `boxes`, `papers`, None when what we hold stays. `fields` has for each of
    FIELDS that one decided the lines of that answer.
    """

    external_id: str
    status: SupplyStatus | None = None
    told: dict[str, Any] = field(default_factory=dict)
    versions: dict[str, Version] = field(default_factory=dict)
    prints: dict[str, bytes] = field(default_factory=dict)
    lines: tuple[SupplyLineSnapshot, ...] | None = None
    fields: dict[str, tuple[SupplyLineSnapshot, ...]] = field(default_factory=dict)
    boxes: tuple[Any, ...] | None = None
    papers: tuple[Any, ...] = ()

    def lay(self, snapshot: SupplySnapshot, *, asked_at: datetime) -> None:
        """Lay one answer over what there is."""
        version = Version(snapshot.changed_at, asked_at)
        self._lay_status(snapshot, version)
        self._lay_rest(snapshot, version)
        if snapshot.lines is not None:
            self._lay_lines(_as_one(snapshot.lines), version)
        if snapshot.boxes is not None and self._is_news(BOXES, version):
            self.boxes = snapshot.boxes
            self.prints[BOXES] = _digest(snapshot.boxes)
        if snapshot.documents is not None and self._is_news(PAPERS, version):
            # Papers do not go away, so they are added to those that we hold.
            self.papers = snapshot.documents
            self.prints[PAPERS] = _digest(
                sorted((one.kind, one.number, _plain(one.created_at)) for one in self.papers)
            )

    def forget_boxes(self) -> None:
        """Take the boxes for told no more, so that the next answer that has them is written."""
        if self.boxes is None:
            self.prints.pop(BOXES, None)

    @property
    def newest(self) -> Version | None:
        """The newest version of any part: when it changed there last, and when we asked last."""
        held = list(self.versions.values())
        if not held:
            return None
        told = [one.told_at for one in held if one.told_at]
        return Version(max(told, default=None), max(one.asked_at for one in held))

    @property
    def fingerprint(self) -> bytes:
        """50 bytes: a share for each part told; zeros for one never told."""
        return b"".join(self.prints.get(part, bytes(_SHARE)) for part in CONTENT_PARTS)

    @property
    def named(self) -> Iterator[SupplyLineSnapshot]:
        """Every line by which an answer of this fold decided something; the same one may come again."""
        return chain(self.lines or (), *self.fields.values())

    def _is_news(self, part: str, version: Version) -> bool:
        if version.is_before(self.versions.get(part)):
            return False
        self.versions[part] = version
        return True

    def _lay_status(self, snapshot: SupplySnapshot, version: Version) -> None:
        """The heaviest word that is dated there and the heaviest that is not, and which of the two holds; a word that we
        do not know says nothing of how far the supply has come."""
        if snapshot.status is SupplyStatus.UNKNOWN:
            # It leaves no version behind: the next known one is taken, however old.
            self.status = self.status or snapshot.status
            return
        words = [_Word(snapshot.status, version), *self._words()]
        dated = max((one for one in words if one.version.told_at), key=_Word.weight, default=None)
        silent = max((one for one in words if not one.version.told_at), key=_Word.weight, default=None)
        held, beside = _first_of(dated, silent)
        self.versions = {part: one for part, one in self.versions.items() if not part.startswith(_BESIDE)}
        self.status, self.versions[STATUS] = held
        if beside is not None:
            self.versions[f"{_BESIDE}{beside.status.value}"] = beside.version

    def _words(self) -> list[_Word]:
        """The status that holds, and the one beside it."""
        held = self.versions.get(STATUS)
        words = [_Word(self.status, held)] if self.status is not None and held is not None else []
        return words + [
            _Word(status, version)
            for status in SupplyStatus
            if (version := self.versions.get(f"{_BESIDE}{status.value}")) is not None
        ]

    def _lay_lines(self, lines: tuple[SupplyLineSnapshot, ...], version: Version) -> None:
        """The goods with what was brought of them, and each field that is told of any."""
        if self._is_news(LINES, version):
            self.lines = lines
            self.prints[LINES] = _digest(sorted(map(_line_words, lines)))
        for name in FIELDS:
            told = [
                (line_key(line), str(value)) for line in lines if (value := getattr(line, name)) is not None
            ]
            if told and self._is_news(name, version):
                self.fields[name] = lines
                self.prints[name] = _digest(sorted(told))

    def _lay_rest(self, snapshot: SupplySnapshot, version: Version) -> None:
        before = self.versions.get(REST)
        if self._is_news(REST, version):
            self.told.update({name: _cut(name, getattr(snapshot, name)) for name in _REST})
        for name in _ONCE:
            value = _cut(name, getattr(snapshot, name))
            held = self.versions.pop(f"{_ONCE_IN}{name}", before) if self.told.get(name) else None
            if value and not version.is_before(held):
                self.told[name], held = value, version
            # A newer answer that is silent makes what an older one told no newer.
            if held is not None and held != self.versions[REST]:
                self.versions[f"{_ONCE_IN}{name}"] = held
        self.prints[REST] = _digest([_plain(self.told.get(name)) for name in (*_REST, *_ONCE)])


def _first_of(dated: _Word | None, silent: _Word | None) -> tuple[_Word, _Word | None]:
    """Which of two words holds, then the other. One of a change after the other was asked for says more; else the one
    that is further, then the one asked for last."""
    if dated is None or silent is None:
        only = dated or silent
        if only is None:
            raise ValueError("no status was told")
        return only, None
    if (dated.version.told_at or _NEVER) > silent.version.asked_at:
        return dated, silent
    is_dated = (dated.status.rank, dated.version.asked_at) >= (silent.status.rank, silent.version.asked_at)
    return (dated, silent) if is_dated else (silent, dated)


def unpacked(fingerprint: bytes) -> dict[str, bytes]:
    """The shares of a stored fingerprint; those of parts that were never told are absent."""
    shares = {
        part: bytes(fingerprint)[place * _SHARE : (place + 1) * _SHARE]
        for place, part in enumerate(CONTENT_PARTS)
    }
    return {part: share for part, share in shares.items() if share.strip(b"\0")}


def versions_of(held: Mapping[str, list[str | None]], fingerprint: bytes) -> dict[str, Version]:
    """The column `versions` read. A fingerprint without shares for the fields of lines is of a supply whose fields
    are as new as its lines."""
    versions = {part: Version.of_json(version) for part, version in held.items()}
    if LINES in versions and len(fingerprint) < len(CONTENT_PARTS) * _SHARE:
        return dict.fromkeys(FIELDS, versions[LINES]) | versions
    return versions


def key_of(marketplace_sku: str, barcode: str) -> str:
    """By what a line is known: the marketplace SKU, else its barcode."""
    return marketplace_sku or f"barcode:{barcode}"


def line_key(line: SupplyLineSnapshot) -> str:
    """The key of a line."""
    return key_of(line.marketplace_sku, line.barcode)


def _cut(name: str, value: Any) -> Any:
    """A text no longer than its column; a longer one is no reason to lose the supply."""
    return value[: _LONGEST.get(name, 200)] if isinstance(value, str) and name != "kind" else value


def _plain(value: Any) -> str:
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else str(value or "")


def _as_one(lines: Iterable[SupplyLineSnapshot]) -> tuple[SupplyLineSnapshot, ...]:
    """The lines, those of one product added up."""
    merged: dict[str, SupplyLineSnapshot] = {}
    for line in lines:
        key = line_key(line)
        before = merged.get(key)
        merged[key] = line if before is None else replace(before, **_sums(before, line))
    return tuple(merged.values())


def _sums(one: SupplyLineSnapshot, other: SupplyLineSnapshot) -> dict[str, Any]:
    sums: dict[str, Any] = {}
    for name in _SUMMED:
        values = [value for line in (one, other) if (value := getattr(line, name)) is not None]
        # What was brought of the one alone would make too little of both; what was counted is all that was counted.
        is_known = len(values) == 2 if name in _BROUGHT else bool(values)
        sums[name] = sum(values) if is_known else None
    return sums


def _line_words(line: SupplyLineSnapshot) -> list[str]:
    words = (line_key(line), line.barcode, line.seller_sku, line.name)
    return [*words, *(str(getattr(line, name)) for name in _BROUGHT)]


def _digest(value: object) -> bytes:
    """Never zeros only, which stand for a part that was not told."""
    digest = blake2b(repr(value).encode("utf-8", "surrogatepass"), digest_size=_SHARE).digest()
    return digest if digest.strip(b"\0") else b"\1" * _SHARE
