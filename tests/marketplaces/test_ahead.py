"""Pages read ahead come whole, in order, and no further ahead than is good."""

from __future__ import annotations

import threading
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from marketplaces.ahead import ahead
from marketplaces.contracts.pages import Page

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

NOW = datetime(2026, 11, 29, tzinfo=UTC)
ASKED = ContextVar("ASKED", default="nobody")


def page(size: int = 1, number: int = 0) -> Page[Any]:
    return Page(snapshots=tuple(range(size)), cursor={"number": number}, observed_at=NOW)


class Source:
    """Pages of some sizes, counted as they are read; after them it fails if it is told to."""

    def __init__(self, *sizes: int, failure: Exception | None = None) -> None:
        self.sizes = sizes
        self.failure = failure
        self.read = 0
        self.who = ""
        self._changed = threading.Condition()

    def __iter__(self) -> Iterator[Page[Any]]:
        for number, size in enumerate(self.sizes):
            with self._changed:
                self.read += 1
                self.who = f"{threading.current_thread().name} for {ASKED.get()}"
                self._changed.notify_all()
            yield page(size, number)
        if self.failure:
            raise self.failure

    def comes_to(self, read: int, *, within: float = 10) -> bool:
        with self._changed:
            return self._changed.wait_for(lambda: self.read >= read, within)


def numbers(pages: Iterator[Page[Any]]) -> list[int]:
    return [one.cursor["number"] for one in pages]


@pytest.mark.parametrize("sizes", [(), (1,), (0, 0, 5), tuple([3] * 50), (2000, 1, 2000, 1)])
def test_every_page_comes_once_and_in_order(sizes: tuple[int, ...]) -> None:
    assert numbers(ahead(iter(Source(*sizes)))) == list(range(len(sizes)))


def test_small_pages_are_read_while_the_first_is_worked_on() -> None:
    source = Source(*[100] * 30)
    pages = ahead(iter(source), most=1000)

    next(pages)

    assert source.comes_to(10)
    pages.close()
    assert source.read <= 12


def test_a_large_page_is_read_when_it_is_asked_for() -> None:
    source = Source(*[1000] * 5)
    pages = ahead(iter(source), most=1000)

    next(pages)

    assert not source.comes_to(2, within=0.2)
    assert next(pages).cursor == {"number": 1}
    pages.close()


def test_an_error_comes_after_the_pages_before_it() -> None:
    pages = ahead(iter(Source(1, 1, failure=ValueError("broken off"))))
    seen = []

    def read() -> None:
        for one in pages:
            seen.append(one.cursor["number"])

    with pytest.raises(ValueError, match="broken off"):
        read()
    assert seen == [0, 1]


def test_who_stops_early_leaves_no_thread() -> None:
    before = threading.active_count()
    pages = ahead(iter(Source(*[1] * 100)), most=5)
    next(pages)

    pages.close()

    assert threading.active_count() == before


def test_the_thread_knows_for_whom_it_reads() -> None:
    source = Source(1)
    ASKED.set("account 7")

    numbers(ahead(iter(source)))

    assert source.who == "ahead for account 7"


def test_a_page_that_is_asked_for_is_waited_for() -> None:
    may_answer = threading.Event()

    def slow() -> Iterator[Page[Any]]:
        may_answer.wait(10)
        yield page(1, 0)

    found: list[list[int]] = []
    reading: Callable[[], None] = lambda: found.append(numbers(ahead(slow())))  # noqa: E731
    thread = threading.Thread(target=reading)
    thread.start()
    may_answer.set()
    thread.join(10)

    assert found == [[0]]
