"""A pull in two parts: what changed since the last one, and once an hour what may still move, asked again by number.

A finished pull leaves `{"watermark": moment, "swept": moment}`, one that was cut off in its second part
`{"after": number, "began": moment}`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, Generic, Protocol, TypeVar

from marketplaces.contracts.pages import Cursor, Page

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from marketplaces.yandex_market.client import YandexMarketClient

SWEEP_EVERY: Final = timedelta(hours=1)
# Changes may appear late: each pull begins this much before the beginning of the one before.
OVERLAP: Final = timedelta(hours=2)


class PlaceInPull(Protocol):
    """A place in the first part: when the pull began, and the last sweep (empty: never)."""

    @property
    def began(self) -> datetime: ...
    @property
    def swept(self) -> str: ...


Snapshot = TypeVar("Snapshot")
Place = TypeVar("Place", bound=PlaceInPull)


class SweptPull(ABC, Generic[Snapshot, Place]):
    """One run of such a pull. `open_ids` are what we hold as open: what the first part tells of them is not asked
    again."""

    def __init__(self, client: YandexMarketClient, open_ids: Iterable[str]) -> None:
        self._client = client
        self._open = {number for number in open_ids if number.isdecimal()}
        self._done = 0

    def pages(self, cursor: Cursor, *, now: datetime) -> Iterator[Page[Snapshot]]:
        """Pages from the saved cursor on; the last one is empty and carries the watermark."""
        if "after" in cursor:
            began, swept = datetime.fromisoformat(cursor["began"]), ""
        else:
            place = self._first_place(cursor)
            began, swept = place.began, place.swept
            yield from self._changed(place)
        if not swept or began - datetime.fromisoformat(swept) >= SWEEP_EVERY:
            yield from self._open_ones(after=cursor.get("after", ""), began=began)
            swept = began.isoformat()
        yield Page(
            snapshots=(),
            cursor={"watermark": began.isoformat(), "swept": swept},
            observed_at=now,
            done=self._done,
            total=self._done,
            is_last=True,
        )

    @abstractmethod
    def _first_place(self, cursor: Cursor) -> Place:
        """Where the first part begins or goes on."""

    @abstractmethod
    def _changed(self, place: Place) -> Iterator[Page[Snapshot]]:
        """The first part, from a place on."""

    @abstractmethod
    def _open_ones(self, *, after: str, began: datetime) -> Iterator[Page[Snapshot]]:
        """The second part, from the number behind `after` on; each page leaves `{"after": number, "began": moment}`."""
