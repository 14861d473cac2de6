"""Reading the next pages of a marketplace while those before are being recorded."""

from __future__ import annotations

import contextvars
import threading
from collections import deque
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from marketplaces.contracts.pages import Page

# As many records as are committed at once: the next portion lies ready when the last one is written.
MOST_RECORDS: Final = 1000


def ahead(pages: Iterator[Page[Any]], *, most: int = MOST_RECORDS) -> Iterator[Page[Any]]:
    """The same pages in the same order, small ones read ahead by a thread of their own.

    The network and the database wait for each other no longer. `pages` is asked from that thread, so it must not touch
    the database. A page of `most` records or more is read when it is asked for: two of those would only fill the memory.
    What `pages` raises is raised in its place, after the pages before it. Closed early, it ends with the request that is
    going on.
    """
    reader = _Reader(pages, most)
    thread = threading.Thread(
        target=contextvars.copy_context().run, args=(reader.read,), name="ahead", daemon=True
    )
    try:
        thread.start()
        while (page := reader.take()) is not None:
            yield page
    finally:
        reader.stop()
        if thread.is_alive():
            thread.join()


class _Reader:
    """Pages that are read and wait, between the thread that reads and the one that takes."""

    def __init__(self, pages: Iterator[Page[Any]], most: int) -> None:
        self._pages = pages
        self._most = most
        self._changed = threading.Condition()
        self._ready: deque[Page[Any]] = deque()
        self._last = 0
        self._is_asked = False
        self._is_stopped = False
        self._is_over = False
        self._failure: BaseException | None = None

    def read(self) -> None:
        """Read until the end, as far ahead as is allowed."""
        try:
            while self._may_read():
                page = next(self._pages, None)
                if page is None:
                    break
                self._put(page)
        except BaseException as exc:  # noqa: BLE001 - raised where the page would have been taken
            self._failure = exc
        with self._changed:
            self._is_over = True
            self._changed.notify_all()

    def take(self) -> Page[Any] | None:
        """The next page, waited for; None at the end."""
        with self._changed:
            self._is_asked = True
            self._changed.notify_all()
            self._wait(lambda: bool(self._ready) or self._is_over)
            self._is_asked = False
            if self._ready:
                page = self._ready.popleft()
                self._changed.notify_all()
                return page
        if self._failure is not None:
            raise self._failure
        return None

    def stop(self) -> None:
        """Read no further."""
        with self._changed:
            self._is_stopped = True
            self._changed.notify_all()

    def _may_read(self) -> bool:
        """Wait until another page is wanted; False when none is any more."""
        with self._changed:
            self._wait(lambda: self._is_stopped or self._is_wanted())
            return not self._is_stopped

    def _is_wanted(self) -> bool:
        held = sum(map(_size, self._ready))
        return (self._is_asked and not self._ready) or held + self._last < self._most

    def _put(self, page: Page[Any]) -> None:
        with self._changed:
            self._ready.append(page)
            self._last = _size(page)
            self._changed.notify_all()

    def _wait(self, condition: Callable[[], bool]) -> None:
        self._changed.wait_for(condition)


def _size(page: Page[Any]) -> int:
    return len(page.snapshots) + len(page.rejected)
