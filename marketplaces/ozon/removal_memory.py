"""What pulls remember of removals: when each was asked for, whether it is settled, how often it was not listed; and of
supplies the last of these."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final

from core.periods import MOSCOW
from marketplaces.contracts.supplies import SupplySnapshot

# One that is not listed is looked for again after so long …
LOOK_EVERY: Final = timedelta(days=1)
# … and after so many looks in vain it rests, and is looked for once in a while only.
MOST_LOOKS: Final = 7
REST: Final = timedelta(days=30)
# In which zone their days begin is not documented.
_ROOM: Final = timedelta(days=1)

Span = tuple[date, date]


@dataclass(slots=True)
class RemovalMemory:
    """By the ids of removals: `spans`, the first and the last day among which one that is not settled was asked for;
    `settled`, those that were when they were last seen; `missed`, how many looks in a row did not find one, and the day
    of the last of them."""

    spans: dict[str, Span] = field(default_factory=dict)
    settled: set[str] = field(default_factory=set)
    missed: dict[str, tuple[int, date]] = field(default_factory=dict)

    @classmethod
    def of(cls, told: Mapping[str, Any], *, held: Collection[str]) -> RemovalMemory:
        """What `told()` gave once, of those that are still asked for."""
        spans, missed = told.get("spans", {}), told.get("missed", {})
        return cls(
            spans={key: (_day(days[0]), _day(days[1])) for key, days in spans.items() if key in held},
            settled={key for key in told.get("settled", ()) if key in held},
            missed={key: (looks, _day(day)) for key, (looks, day) in missed.items() if key in held},
        )

    def told(self) -> dict[str, Any]:
        """As JSON; nothing when there is nothing to remember."""
        told: dict[str, Any] = {
            "spans": {
                key: [first.isoformat(), last.isoformat()] for key, (first, last) in self.spans.items()
            },
            "settled": sorted(self.settled),
            "missed": {key: [looks, day.isoformat()] for key, (looks, day) in self.missed.items()},
        }
        return {name: one for name, one in told.items() if one}

    def saw(self, removal: SupplySnapshot, window: Span) -> None:
        """A removal was listed among the days of a window."""
        key = removal.external_id
        self.missed.pop(key, None)
        if removal.status.is_final:
            self.settled.add(key)
            self.spans.pop(key, None)
            return
        self.settled.discard(key)
        asked = removal.created_at and removal.created_at.astimezone(MOSCOW).date()
        self.spans[key] = (asked - _ROOM, asked + _ROOM) if asked else window

    def saw_broken(self, external_id: str, window: Span) -> None:
        """A removal was listed there and could not be read."""
        self.missed.pop(external_id, None)
        self.spans.setdefault(external_id, window)

    def found(self, external_ids: Iterable[str]) -> None:
        """These are listed."""
        for key in external_ids:
            self.missed.pop(key, None)

    def miss(self, external_id: str, *, today: date) -> int:
        """It was looked for and not listed; for which time in a row."""
        looks = self.missed.get(external_id, (0, today))[0] + 1
        self.missed[external_id] = (looks, today)
        return looks

    def is_sought(self, external_id: str, *, today: date) -> bool:
        """Whether one that is not among the last weeks is looked for today."""
        if external_id in self.settled:
            return False
        if external_id not in self.missed:
            return True
        looks, day = self.missed[external_id]
        return today - day >= (LOOK_EVERY if looks < MOST_LOOKS else REST)

    def windows(self, external_ids: Iterable[str], *, longest: timedelta) -> list[Span]:
        """The days to ask for to find these, as far as their days are known: as few windows as will do."""
        windows: list[Span] = []
        for first, last in sorted(self.spans[one] for one in external_ids if one in self.spans):
            begun = windows[-1][0] if windows else None
            if begun is not None and max(last, windows[-1][1]) - begun < longest:
                windows[-1] = (begun, max(last, windows[-1][1]))
            else:
                windows.append((first, last))
        return windows


def _day(text: str) -> date:
    return date.fromisoformat(text)
