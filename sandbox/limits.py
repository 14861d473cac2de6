"""Request limits: a bucket a seller, counted violations."""

import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitSettings:
    """How strict the limits are: `rate` requests a second for a seller on Ozon, and how many times faster than in life
    the windows of the others pass. Switched off, everything passes and is only counted."""

    rate: float | None = 50.0
    speed: float = 1.0
    is_on: bool = True


class Gate:
    """Lets `rate` requests a second through for each seller and counts those over it.

    A bucket holds a tenth more than a second's worth, because requests that left the caller evenly may
    arrive in a bunch. Without a rate everything passes.
    """

    def __init__(self, rate: float | None = 50.0, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        """Start with full buckets."""
        self.rate = rate
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._levels: dict[str, tuple[float, float]] = {}
        self.requests: Counter[str] = Counter()
        self.violations: Counter[str] = Counter()

    def enter(self, client_id: str) -> int | None:
        """Take a token; return how many whole ones remain, or nothing when the limit is reached."""
        with self._lock:
            self.requests[client_id] += 1
            if self.rate is None:
                return 50
            now = self._monotonic()
            room = self.rate * 1.1
            level, mark = self._levels.get(client_id, (room, now))
            level = min(room, level + (now - mark) * self.rate)
            if level < 1:
                self._levels[client_id] = level, now
                self.violations[client_id] += 1
                return None
            self._levels[client_id] = level - 1, now
            return min(int(level - 1), int(self.rate) - 1)

    def report(self) -> dict[str, dict[str, int]]:
        """Return requests and violations of each seller."""
        with self._lock:
            return {
                client_id: {"requests": count, "violations": self.violations[client_id]}
                for client_id, count in sorted(self.requests.items())
            }

    def reset(self) -> None:
        """Forget the counts."""
        with self._lock:
            self.requests.clear()
            self.violations.clear()
