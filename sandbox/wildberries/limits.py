"""Limits: token buckets by seller, kind of token and method, or by a whole category of methods."""

import math
import threading
import time
from collections.abc import Callable
from typing import NamedTuple

_MINUTE, _HOUR, _DAY = 60.0, 3600.0, 86_400.0


class Limit(NamedTuple):
    """So many requests in a period of seconds, evenly spread, and so many at once when nothing was asked before."""

    requests: int
    seconds: float
    burst: int

    @property
    def interval(self) -> float:
        """Seconds in which one more request becomes possible."""
        return self.seconds / self.requests


class Rule(NamedTuple):
    """What holds for a method: the bucket it shares, its limit, and that of a base token, if one may ask at all."""

    bucket: str
    full: Limit
    base: Limit | None


def _rule(bucket: str, full: tuple[int, float, int], base: tuple[int, float] | None) -> Rule:
    return Rule(bucket, Limit(*full), Limit(*base, 1) if base else None)


def _same(bucket: str, full: tuple[int, float, int]) -> Rule:
    return Rule(bucket, Limit(*full), Limit(*full))


PING = _same("ping", (3, 30.0, 3))
SELLER = _rule("seller-info", (1, _MINUTE, 10), (1, _DAY))
CARDS = _same("cards-list", (100, _MINUTE, 5))
CONTENT = _same("content", (100, _MINUTE, 5))
CARD_ERRORS = _same("card-errors", (10, _MINUTE, 5))
CARD_LIMITS = _rule("card-limits", (100, _MINUTE, 5), (2, _HOUR))
PRICES = _rule("prices", (10, 6.0, 5), (4, _HOUR))
STOCKS = _rule("wb-warehouses", (3, _MINUTE, 1), None)
FEED = _rule("order-feed", (1, _MINUTE, 1), (1, 3 * _HOUR))
ORDERS = _rule("supplier-orders", (1, _MINUTE, 10), (1, 3 * _HOUR))
SALES = _rule("supplier-sales", (1, _MINUTE, 1), (1, 2 * _HOUR))
REMAINS = _rule("remains", (1, _MINUTE, 5), (4, _HOUR))
REMAINS_STATUS = _rule("remains-status", (1, 5.0, 5), (4, _HOUR))
REMAINS_DOWNLOAD = _rule("remains-download", (1, _MINUTE, 1), (4, _HOUR))
COMMISSION = _rule("commission", (1, _MINUTE, 2), (5, _HOUR))
BOX = _rule("box", (60, _MINUTE, 5), (1, _HOUR))
PALLET = _rule("pallet", (60, _MINUTE, 5), (1, _HOUR))
RETURN = _rule("return", (60, _MINUTE, 5), (1, _HOUR))
SUPPLIES = _rule("supplies", (30, _MINUTE, 10), (2, _HOUR))
SUPPLY = _rule("supply", (30, _MINUTE, 10), (2, _HOUR))
SUPPLY_GOODS = _rule("supply-goods", (30, _MINUTE, 10), (2, _HOUR))
SUPPLY_PACKAGE = _rule("supply-package", (30, _MINUTE, 10), (2, _HOUR))
DISCREPANCIES = _rule("discrepancies", (1, _MINUTE, 1), None)
ITEM_RETURNS = _rule("item-returns", (1, _MINUTE, 10), (2, _HOUR))
CLAIMS = _rule("claims", (20, _MINUTE, 10), (1, _HOUR))


class Turn(NamedTuple):
    """What a request found: whether it may go on, how many more may, and the seconds until one may and until all."""

    passes: bool
    remaining: int
    burst: int
    retry: float
    reset: float

    def headers(self) -> tuple[tuple[str, str], ...]:
        """Return the headers that tell of it."""
        if self.passes:
            return (("X-Ratelimit-Remaining", str(self.remaining)),)
        return (
            ("X-Ratelimit-Retry", str(max(1, math.ceil(self.retry)))),
            ("X-Ratelimit-Limit", str(self.burst)),
            ("X-Ratelimit-Reset", str(max(1, math.ceil(self.reset)))),
        )


class Buckets:
    """The buckets of all sellers. What is refused takes nothing from its bucket."""

    def __init__(self, *, speed: float, is_on: bool, clock: Callable[[], float] = time.monotonic) -> None:
        """Start with full buckets; they fill `speed` times as fast as in life."""
        self._speed = speed
        self._is_on = is_on
        self._clock = clock
        self._lock = threading.Lock()
        self._levels: dict[tuple[str, str, str], tuple[float, float]] = {}

    def take(self, sid: str, kind: str, bucket: str, limit: Limit) -> Turn:
        """Take a request out of a bucket, if there is one."""
        if not self._is_on:
            return Turn(passes=True, remaining=limit.burst, burst=limit.burst, retry=0.0, reset=0.0)
        interval = limit.interval / self._speed
        with self._lock:
            now = self._clock()
            level, mark = self._levels.get((sid, kind, bucket), (float(limit.burst), now))
            level = min(float(limit.burst), level + (now - mark) / interval)
            passes = level >= 1
            level -= passes
            self._levels[sid, kind, bucket] = level, now
        retry = max(0.0, 1 - level) * interval
        return Turn(passes, int(level), limit.burst, retry, (limit.burst - level) * interval)
