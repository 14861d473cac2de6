"""Several small pages in one transaction; and empty answers that are not believed."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from marketplaces.contracts.pages import Page
from marketplaces.errors import MarketplaceError

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
        is_last=last.is_last,
    )


@dataclass(slots=True, kw_only=True)
class Doubt:
    """Holds back the empty answers of a pull where we hold records: empty is not zero.

    `is_full`: the pull started at the very beginning, so that nothing at all is suspicious. `is_believed`: the
    same has been answered again and again, so it is taken for the truth.
    """

    source: SyncStream
    account: MarketplaceAccount
    is_full: bool
    is_believed: bool = False
    is_raised: bool = False

    def sift(self, pages: Iterator[Page[Any]]) -> Iterator[Page[Any]]:
        """The pages that may be recorded."""
        if self.is_believed:
            yield from pages
            return
        waiting: list[Page[Any]] = []
        has_come = not self.is_full
        for page in pages:
            if _size(page):
                has_come = True
                yield from waiting
                waiting = []
                yield page
            elif page.covers and self.source.held_of(self.account, page.covers):
                self.is_raised = True
            elif has_come:
                yield page
            else:
                waiting.append(page)
        if not has_come and not self.is_raised and self.source.held(self.account):
            self.is_raised = True
        elif not self.is_raised:
            yield from waiting


def _size(page: Page[Any]) -> int:
    return len(page.snapshots) + len(page.rejected)
