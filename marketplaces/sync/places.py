"""What stands in the saved cursor of a stream: the place as its adapter wrote it, and what the engine adds to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from marketplaces.contracts.pages import KEPT

if TYPE_CHECKING:
    from collections.abc import Iterable

    from marketplaces.contracts.pages import Cursor

# The name under which a place carries the doubts of a pull that is not over. Adapters never see it.
DOUBT: Final = "doubt"
# Since its very beginning the pull has brought nothing.
NOTHING_YET: Final = "nothing_yet"
# An empty answer about something that we hold was not believed, and not recorded.
UNBELIEVED: Final = "unbelieved"


def place_of(saved: Cursor) -> dict[str, Any]:
    """The cursor as its adapter wrote it."""
    return {name: value for name, value in saved.items() if name != DOUBT}


def doubts_of(saved: Cursor) -> frozenset[str]:
    """The doubts of the pull that stands there."""
    return frozenset(saved.get(DOUBT, ()))


def with_doubts(cursor: Cursor, doubts: Iterable[str]) -> Cursor:
    """The place with the doubts of a pull that goes on from there."""
    told = sorted(doubts)
    return {**cursor, DOUBT: told} if told else cursor


def has_place(saved: Cursor) -> bool:
    """Whether a pull goes on from somewhere; otherwise it begins at the very beginning."""
    return any(name not in (DOUBT, KEPT) for name in saved)


def beginning(saved: Cursor) -> dict[str, Any]:
    """The very beginning, with what the adapter keeps for all its pulls."""
    return {KEPT: saved[KEPT]} if KEPT in saved else {}
