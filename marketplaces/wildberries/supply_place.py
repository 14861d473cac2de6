"""Where a pull of supplies stands, and the cursor that resumes there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final

from marketplaces.contracts.pages import KEPT, Cursor
from marketplaces.contracts.supplies import SuppliesQuery
from marketplaces.wildberries.supply_rows import Discrepancies, SupplyName

# The list is asked by days, and tells of changes late.
OVERLAP: Final = timedelta(days=2)
# Numbers of accepted supplies keep moving; they are counted again this often.
COUNTED_EVERY: Final = timedelta(hours=6)
# Discrepancies are owed for so many supplies at most, and kept of so many.
MOST_OWED: Final = 500

# The lists of a pull.
UPDATED: Final = "updatedDate"
OPENED: Final = "open"
CREATED: Final = "createDate"
COUNTED: Final = "accepted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a pull stands: the lists and supplies that are still to be read, and whose discrepancies are owed.

    `lists` are asked from the day of `since` on, the first of them from `offset` on; `seen` are our ids of those that
    were read while lists were left. `lost` are those that we hold and no list named. `paid` keeps for each supply how
    many units were told to be missing or too many (None: its next look tells), and what was found when it was asked:
    by barcode, None when they refuse to say. `payments` counts the supplies that were asked so in this pull.
    """

    begun: datetime
    since: datetime
    lists: tuple[str, ...] = ()
    offset: int = 0
    seen: tuple[str, ...] = ()
    todo: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    owed: tuple[str, ...] = ()
    paid: Mapping[str, tuple[int | None, Discrepancies | None]] = field(default_factory=dict)
    payments: int = 0
    counted_at: datetime | None = None

    def cursor(self) -> Cursor:
        """What resumes here."""
        told = {
            "begun": self.begun.isoformat(),
            "todo": list(self.todo),
            "lost": list(self.lost),
            "payments": self.payments,
            **self.kept(),
        }
        if not self.lists:
            return told
        return told | {
            "since": self.since.isoformat(),
            "lists": list(self.lists),
            "offset": self.offset,
            "seen": list(self.seen),
        }

    def kept(self) -> dict[str, Any]:
        """What all pulls need, the daily one that begins anew too."""
        told: dict[str, Any] = {
            "owed": list(self.owed),
            "paid": {key: [count, found] for key, (count, found) in self.paid.items()},
        }
        if self.counted_at is not None:
            told["counted_at"] = self.counted_at.isoformat()
        return {KEPT: told}

    @classmethod
    def of(cls, cursor: Cursor, query: SuppliesQuery) -> Place:
        """The place that a cursor names; a new pull begins now and keeps what the last one left.

        A cursor in the middle that names no lists has read them; in one without `KEPT` what is kept stands beside it.
        """
        kept = cursor.get(KEPT, cursor)
        place = cls(
            begun=_moment(cursor, "begun") or query.until,
            since=_moment(cursor, "since") or query.since,
            lists=tuple(cursor.get("lists", ())),
            offset=cursor.get("offset", 0),
            seen=tuple(cursor.get("seen", ())),
            todo=tuple(cursor.get("todo", ())),
            lost=tuple(cursor.get("lost", ())),
            owed=tuple(kept.get("owed", ())),
            paid={key: (count, found) for key, (count, found) in kept.get("paid", {}).items()},
            payments=cursor.get("payments", 0),
            counted_at=_moment(kept, "counted_at"),
        )
        return place if "begun" in cursor else place.at_first_list(_moment(cursor, "watermark"), query)

    def at_first_list(self, watermark: datetime | None, query: SuppliesQuery) -> Place:
        """The beginning of a pull: those that changed are read, the open ones, and at times accepted ones.

        What changed is asked for first: that list names the most.
        """
        lists = [UPDATED, OPENED]
        if watermark is None:
            lists.append(CREATED)
        if query.open_external_ids and (
            self.counted_at is None or self.begun - self.counted_at >= COUNTED_EVERY
        ):
            lists.append(COUNTED)
        return replace(self, since=watermark - OVERLAP if watermark else query.since, lists=tuple(lists))

    def after_rows(self, seen: int, *, is_end: bool) -> Place:
        """Further on in the list, or at the next one."""
        if is_end:
            return replace(self, lists=self.lists[1:], offset=0)
        return replace(self, offset=self.offset + seen)

    def with_found(self, names: Iterable[SupplyName]) -> Place:
        """With these to be read, each once: of one that several lists name, the one that knows the supply's id."""
        found = {SupplyName.of(one).external_id: one for one in self.todo}
        for name in names:
            key = name.external_id
            if key not in self.seen and (name.supply_id or key not in found):
                found[key] = str(name)
        return replace(self, todo=tuple(found.values()))

    def counted(self, held: Iterable[str]) -> Place:
        """After the last list: what we hold as not settled and no list named is asked by its id, it may be gone."""
        named = {*self.seen, *(SupplyName.of(one).external_id for one in self.todo)}
        lost = tuple(str(SupplyName.of_external_id(one)) for one in held if one not in named)
        return replace(self, lost=lost, counted_at=self.begun)

    def owing(self, name: SupplyName) -> Place:
        """With a supply whose discrepancies are to be asked; the newest first, they can still be claimed."""
        if str(name) in self.owed:
            return self
        others = [one for one in self.owed if SupplyName.of(one).external_id != name.external_id]
        owed = sorted((*others, str(name)), key=lambda one: int(SupplyName.of(one).supply_id), reverse=True)
        return replace(self, owed=tuple(owed[:MOST_OWED]))

    def with_paid(self, name: SupplyName, count: int | None, found: Discrepancies | None) -> Place:
        """With what was found when the discrepancies of a supply were asked."""
        others = [(key, one) for key, one in self.paid.items() if key != name.supply_id]
        return replace(self, paid=dict([*others, (name.supply_id, (count, found))][-MOST_OWED:]))

    def looked_at(self, name: SupplyName, count: int | None) -> Place:
        """With how many units a look at a supply told, when its discrepancies had just been asked."""
        known = self.paid.get(name.supply_id)
        if known is None or known[0] is not None:
            return self
        return self.with_paid(name, count or 0, known[1])


def _moment(cursor: Cursor, name: str) -> datetime | None:
    return datetime.fromisoformat(cursor[name]) if cursor.get(name) else None
