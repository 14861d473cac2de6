"""The sandbox's own time: real, faster, frozen or set by hand."""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta


class Clock:
    """Simulated time that runs `speed` times as fast as the real one from `start`."""

    def __init__(
        self,
        start: datetime | None = None,
        *,
        speed: float = 1.0,
        frozen: bool = False,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Start at an aware datetime, by default at the real now."""
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._base = (start or datetime.now(UTC)).astimezone(UTC)
        self._mark = monotonic()
        self._speed = speed
        self._frozen = frozen

    @property
    def speed(self) -> float:
        """Simulated seconds per real second; 0 while frozen."""
        return 0.0 if self._frozen else self._speed

    def now(self) -> datetime:
        """Return the simulated instant in UTC."""
        with self._lock:
            return self._now()

    def _now(self) -> datetime:
        if self._frozen:
            return self._base
        return self._base + timedelta(seconds=(self._monotonic() - self._mark) * self._speed)

    def set(self, moment: datetime) -> None:
        """Jump to an instant."""
        with self._lock:
            self._base, self._mark = moment.astimezone(UTC), self._monotonic()

    def advance(self, span: timedelta) -> None:
        """Jump forward."""
        with self._lock:
            self._base, self._mark = self._now() + span, self._monotonic()

    def freeze(self, *, frozen: bool = True) -> None:
        """Stop the time, or let it run on."""
        with self._lock:
            self._base, self._mark, self._frozen = self._now(), self._monotonic(), frozen

    def run_at(self, speed: float) -> None:
        """Change the speed from now on."""
        with self._lock:
            self._base, self._mark, self._speed = self._now(), self._monotonic(), speed
