"""What a higher app must give so that the engine can sync a noun of its own (settings.SYNC_STREAMS)."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from marketplaces.contracts.pages import Cursor, Page, Rejected

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from marketplaces.adapter import MarketplaceAdapter
    from marketplaces.models import MarketplaceAccount


@dataclass(frozen=True, slots=True, kw_only=True)
class PageResult:
    """What a page changed: rows new, changed, the same (or older than what we hold); and what broke a rule."""

    inserted: int = 0
    changed: int = 0
    unchanged: int = 0
    rejected: tuple[Rejected, ...] = ()

    @property
    def seen(self) -> int:
        """Records that the page held, quarantined ones apart."""
        return self.inserted + self.changed + self.unchanged


@dataclass(frozen=True, slots=True, kw_only=True)
class PullRequest:
    """One run of a stream: from where, how far back, or one object only.

    `since` overrides the saved place (a deep pull asked for by a person or the schedule).
    """

    account: MarketplaceAccount
    cursor: Cursor
    now: datetime
    since: datetime | None = None
    external_id: str = ""
    source: str = "poll"
    # For a notice: when the marketplace says it happened, and to which status of ours.
    changed_at: datetime | None = None
    changed_to: str = ""


class SyncStream(ABC):
    """One noun: which role the adapter must play, how to ask it, and how to record a page of it."""

    code: ClassVar[str]
    title: ClassVar[StrOrPromise]
    role: ClassVar[type[Any]]
    every: ClassVar[timedelta]
    # How old the data may be before the page turns amber; red after twice that.
    fresh_for: ClassVar[timedelta]
    # How often the whole is read again because marketplaces change the past.
    deep_every: ClassVar[timedelta | None] = None
    # Whether a newcomer waits for it: without these the cabinet has nothing to show.
    is_first_step: ClassVar[bool] = False
    # Whether a notice reads its one object again; otherwise notices only bring the next run forward.
    rereads_one: ClassVar[bool] = False

    @abstractmethod
    def pages(self, adapter: MarketplaceAdapter, request: PullRequest) -> Iterator[Page[Any]]:
        """Ask the adapter. Runs outside any transaction."""

    @abstractmethod
    def record(self, page: Page[Any], request: PullRequest) -> PageResult:
        """Write one page with its events. Runs inside the page's transaction; twice changes nothing."""

    @abstractmethod
    def held(self, account: MarketplaceAccount) -> int:
        """How many records we hold (at least 0, may be an estimate): an empty answer to a full pull where
        we hold some is suspicious."""

    def held_of(self, account: MarketplaceAccount, covers: tuple[str, ...]) -> int:
        """How many records we hold of the keys that a page speaks of wholly: an answer that names nothing of
        them is suspicious where we hold some."""
        return 0
