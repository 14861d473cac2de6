"""Several small pages in one transaction; and empty answers that are not believed."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from marketplaces.contracts.pages import Page
from marketplaces.errors import MarketplaceError
from marketplaces.sync import places

if TYPE_CHECKING:
    from marketplaces.models import MarketplaceAccount
    from marketplaces.streams import SyncStream

MOST_RECORDS: Final = 1000
# The page shows progress at least this often, and a killed worker loses no more than this.
LONGEST: Final = 1.0


def batches(
    pages: Iterator[Page[Any]], *, most: int = MOST_RECORDS, longest: float = LONGEST
) -> Iterator[Page[Any]]:
    """The same pages, neighbours merged. What was read before an error is given before the error is raised."""
    held: list[Page[Any]] = []
    failure: MarketplaceError | None = None
    began = time.monotonic()
    try:
        for page in pages:
            held.append(page)
            if sum(_size(one) for one in held) >= most or time.monotonic() - began >= longest:
                yield merged(held)
                held = []
                began = time.monotonic()
    except MarketplaceError as exc:
        failure = exc
    if held:
        yield merged(held)
    if failure is not None:
        raise failure


def merged(pages: Sequence[Page[Any]]) -> Page[Any]:
    """One page that says what the pages say in turn; it is as new as the oldest of those that say anything."""
    if len(pages) == 1:
        return pages[0]
    last = pages[-1]
    return Page(
        snapshots=tuple(snapshot for page in pages for snapshot in page.snapshots),
        rejected=tuple(record for page in pages for record in page.rejected),
        cursor=last.cursor,
        observed_at=min(
            (page.observed_at for page in pages if _size(page) or page.covers), default=last.observed_at
        ),
        done=last.done,
        total=last.total,
        covers=tuple(key for page in pages for key in page.covers),
        settled=tuple(key for page in pages for key in page.settled),
        absent=tuple(record for page in pages for record in page.absent),
        is_last=last.is_last,
    )


@dataclass(slots=True, kw_only=True)
class Doubt:
    """Holds back the empty answers of a pull where we hold records: empty is not zero.

    `is_full`: the pull began at the very beginning and has brought nothing so far, so that nothing at all is suspicious.
    `is_believed`: the same has been answered again and again, so it is taken for the truth. `is_raised`: an answer was
    not believed, in this run or in an earlier one of the same pull.

    A pull may take several runs, so that it is in doubt is written beside the place that each page leaves behind.
    """

    source: SyncStream
    account: MarketplaceAccount
    is_full: bool
    is_believed: bool = False
    is_raised: bool = False

    @property
    def has_come(self) -> bool:
        """Whether the pull has brought anything, or did not begin at the very beginning."""
        return not self.is_full

    def sift(self, pages: Iterator[Page[Any]]) -> Iterator[Page[Any]]:
        """The pages that may be recorded. When there are no more, `is_raised` is settled."""
        if self.is_believed:
            self.is_raised = False
            yield from pages
            return
        waiting: list[Page[Any]] = []
        for page in map(self._believable, pages):
            if self.is_full and (waiting or page.covers or page.is_last):
                # It says zero of something, or that this is all: not before anything has come.
                waiting.append(page)
                continue
            for one in (*waiting, page):
                yield self._marked(one)
            waiting = []
        self.is_raised = self.is_raised or (self.is_full and self.source.held(self.account) > 0)
        if not self.is_raised:
            yield from waiting

    def _believable(self, page: Page[Any]) -> Page[Any]:
        """The page as it is, or where it names nothing of what we hold, its place only."""
        if _size(page) or page.settled:
            self.is_full = False
        elif page.covers and self.source.held_of(self.account, page.covers):
            self.is_raised = True
            return replace(page, covers=())
        return page

    def _marked(self, page: Page[Any]) -> Page[Any]:
        """The page with what is in doubt beside its place; the last one leaves no pull behind to be in doubt."""
        if page.is_last:
            return page
        doubts = {places.NOTHING_YET: self.is_full, places.UNBELIEVED: self.is_raised}
        marks = [name for name, is_so in doubts.items() if is_so]
        return replace(page, cursor=places.with_doubts(page.cursor, marks)) if marks else page


def _size(page: Page[Any]) -> int:
    return len(page.snapshots) + len(page.rejected)
