"""Limits: windows by method and cabinet or shop, some of which count items; requests that run at once."""

import math
import threading
import time
from collections import Counter
from collections.abc import Callable
from email.utils import formatdate
from typing import NamedTuple

_MINUTE, _HOUR = 60.0, 3600.0


class Limit(NamedTuple):
    """How much of a method may be used in a window of seconds, without and with the medium subscription.

    `counts` is what is counted: requests, or items of the request or of the answer. `at_once` requests of
    a cabinet or shop may run at the same time.
    """

    none: int
    medium: int
    seconds: float
    counts: str = "requests"
    at_once: int = 4


def per_hour(amount: int, *, at_once: int = 4) -> Limit:
    """Return a limit of requests an hour, which no subscription changes."""
    return Limit(amount, amount, _HOUR, at_once=at_once)


def per_minute(none: int, medium: int, counts: str = "requests", *, at_once: int = 4) -> Limit:
    """Return a limit a minute."""
    return Limit(none, medium, _MINUTE, counts, at_once)


class Meter(NamedTuple):
    """One window of one owner: what it allows, and how much is left until when (seconds since 1970)."""

    amount: int
    left: int
    until: float

    def headers(self) -> tuple[tuple[str, str], ...]:
        """Return the headers that go with every answer; their date knows whole seconds only."""
        return (
            ("X-RateLimit-Resource-Limit", str(self.amount)),
            ("X-RateLimit-Resource-Remaining", str(max(self.left, 0))),
            ("X-RateLimit-Resource-Until", formatdate(math.ceil(self.until), usegmt=True)),
        )


class Windows:
    """Counts what each owner uses of each method, in windows that begin with their first request."""

    def __init__(self, *, speed: float, is_on: bool, clock: Callable[[], float] = time.time) -> None:
        """Start with nothing used; windows pass `speed` times as fast."""
        self._speed = speed
        self._is_on = is_on
        self._clock = clock
        self._lock = threading.Lock()
        self._used: dict[tuple[str, int], tuple[float, int]] = {}
        self._running: Counter[int] = Counter()

    def take(self, name: str, owner: int, limit: Limit, *, medium: bool, cost: int) -> Meter | None:
        """Use `cost` of a method, or nothing when it does not fit any more.

        A method that counts what it answers may be called while anything is left.
        """
        with self._lock:
            meter = self._meter(name, owner, limit, medium=medium)
            fits = meter.left > 0 if limit.counts == "answered" else meter.left >= cost
            if self._is_on and not fits:
                return None
            return self._spent(name, owner, meter, cost)

    def charge(self, name: str, owner: int, limit: Limit, *, medium: bool, cost: int) -> Meter:
        """Add what an answer held to what is used."""
        with self._lock:
            return self._spent(name, owner, self._meter(name, owner, limit, medium=medium), cost)

    def left(self, name: str, owner: int, limit: Limit, *, medium: bool) -> Meter:
        """Return what is left of a window."""
        with self._lock:
            return self._meter(name, owner, limit, medium=medium)

    def _meter(self, name: str, owner: int, limit: Limit, *, medium: bool) -> Meter:
        amount = limit.medium if medium else limit.none
        now = self._clock()
        until, used = self._used.get((name, owner), (0.0, 0))
        if until <= now:
            until, used = now + limit.seconds / self._speed, 0
            self._used[name, owner] = until, used
        return Meter(amount, amount - used, until)

    def _spent(self, name: str, owner: int, meter: Meter, cost: int) -> Meter:
        self._used[name, owner] = meter.until, meter.amount - meter.left + cost
        return meter._replace(left=meter.left - cost)

    def enter(self, owner: int, limit: Limit) -> bool:
        """Take a place among the requests of an owner that run at once, if there is one."""
        with self._lock:
            if self._is_on and self._running[owner] >= limit.at_once:
                return False
            self._running[owner] += 1
            return True

    def leave(self, owner: int) -> None:
        """Give the place back."""
        with self._lock:
            self._running[owner] -= 1

    def now(self) -> float:
        """Return the seconds since 1970 by which the windows pass."""
        return self._clock()
