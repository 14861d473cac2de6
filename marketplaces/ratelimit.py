"""Limits of a marketplace shared by all workers: evenly spread buckets in Redis, one script for all of them."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, Final

import redis
import structlog
from django.conf import settings
from django.utils import timezone

from marketplaces.errors import TemporaryError, TurnIsFar

log = structlog.get_logger(__name__)

# The group of every request of the account.
ALL: Final = ""
# A worker waits this long for its turn; for longer it gives its place to other work and comes again.
LONGEST_WAIT: Final = timedelta(seconds=2)
_CONNECT_TIMEOUT: Final = 2.0

# Each key holds the moment (microseconds) at which its bucket is full again ("theoretical arrival time" of the
# generic cell rate algorithm). A turn is taken in all the buckets or in none, and may lie a little ahead: the
# caller sleeps until it, so waiting workers stand in a queue and nobody polls.
_TAKE: Final = """
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local longest = tonumber(ARGV[1])
local turn = now
local full = {}
for i, key in ipairs(KEYS) do
  -- A request that counts as several stands where the last of them would.
  local first, last, room = tonumber(ARGV[3 * i - 1]), tonumber(ARGV[3 * i]), tonumber(ARGV[3 * i + 1])
  full[i] = math.max(tonumber(redis.call('GET', key) or '0'), now)
  turn = math.max(turn, full[i] + last - first - room)
end
if turn - now > longest then return {0, turn - now} end
for i, key in ipairs(KEYS) do
  local gap = tonumber(ARGV[3 * i])
  local next_full = math.max(full[i], turn) + gap
  redis.call('SET', key, string.format('%.0f', next_full), 'PX', math.ceil((next_full - now) / 1000) + 1000)
end
return {1, turn - now}
"""
_BLOCK: Final = """
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local full = now + tonumber(ARGV[1]) + tonumber(ARGV[2])
if full > tonumber(redis.call('GET', KEYS[1]) or '0') then
  redis.call('SET', KEYS[1], string.format('%.0f', full), 'PX', math.ceil((full - now) / 1000) + 1000)
end
return 1
"""
# The places of a seller's requests that run now, each until it is left or its holder must be dead.
_ENTER: Final = """
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
if redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[1]) then return 0 end
redis.call('ZADD', KEYS[1], now + tonumber(ARGV[2]), ARGV[3])
redis.call('PEXPIRE', KEYS[1], math.ceil(tonumber(ARGV[2]) / 1000) + 1000)
return 1
"""
_LEAVE: Final = "return redis.call('ZREM', KEYS[1], ARGV[1])"
# No request runs longer (http.TIMEOUT and LONGEST_READING together, and some more).
LONGEST_REQUEST: Final = timedelta(seconds=120)
_KNOCK_EVERY: Final = 0.05
_BUSY_PAUSE: Final = timedelta(seconds=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """`requests` evenly spread over `seconds`, of which `burst` may come at once.

    In any span of `seconds` at most `requests + burst - 1` are sent, so give less than the marketplace allows:
    requests bunch a little on the way.
    """

    requests: float
    seconds: float = 1.0
    burst: int = 1

    def __post_init__(self) -> None:
        if self.requests <= 0 or self.seconds <= 0 or self.burst < 1:
            raise ValueError(f"not a limit: {self}")

    @property
    def gap_us(self) -> int:
        """Microseconds between two requests."""
        return round(self.seconds / self.requests * 1_000_000)

    @property
    def room_us(self) -> int:
        """How far ahead of the even spread a burst may run, in microseconds."""
        return self.gap_us * (self.burst - 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitState:
    """A limit as the sync page shows it: `next_allowed_at` is None when a request may be sent now."""

    group: str
    limit: Limit
    next_allowed_at: datetime | None


class Limiter:
    """The limits of one seller on one marketplace host. Knows no account: two companies that connect the same
    seller share his limits, because the marketplace counts them together."""

    def __init__(
        self,
        *,
        owner: str,
        limits: Mapping[str, Limit],
        parallel: int | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.owner = owner
        self.limits = limits
        self.parallel = parallel
        self._sleep = sleep

    def acquire(self, group: str = ALL, *, cost: int = 1, max_wait: timedelta = LONGEST_WAIT) -> None:
        """Wait for a turn in the group, which a request enters `cost` times, and in the group of all requests.

        Raises TurnIsFar when the turn is further than `max_wait` (nothing is taken then), TemporaryError
        when Redis does not answer: without the shared limits nothing is sent.
        """
        names = [name for name in dict.fromkeys((ALL, group)) if name in self.limits]
        spread = [
            number
            for name in names
            for number in self._spread(name, max(1, cost) if name == group != ALL else 1)
        ]
        longest = round(max_wait.total_seconds() * 1_000_000)
        is_taken, wait_us = _run(_TAKE, keys=[self._key(name) for name in names], args=[longest, *spread])
        wait = timedelta(microseconds=wait_us)
        if not is_taken:
            raise TurnIsFar("our own limit: the next turn is too far", retry_after=wait)
        if wait:
            self._sleep(wait.total_seconds())

    def block(self, group: str, *, retry_after: timedelta) -> None:
        """Drain the group after an answer 429 or 420: nobody asks before `retry_after` has passed."""
        name = group if group in self.limits else ALL
        wait_us = round(retry_after.total_seconds() * 1_000_000)
        _run(_BLOCK, keys=[self._key(name)], args=[wait_us, self.limits[name].room_us])

    @contextmanager
    def place(self, *, max_wait: timedelta = LONGEST_WAIT) -> Iterator[None]:
        """One of the places for requests that run at once, given back at the end. Raises TurnIsFar, TemporaryError."""
        if self.parallel is None:
            yield
            return
        key, token = self._key("parallel"), uuid.uuid4().hex
        longest = round(LONGEST_REQUEST.total_seconds() * 1_000_000)
        waited = 0.0
        while not _run(_ENTER, keys=[key], args=[self.parallel, longest, token]):
            if waited >= max_wait.total_seconds():
                raise TurnIsFar("too many requests at once", retry_after=_BUSY_PAUSE)
            self._sleep(_KNOCK_EVERY)
            waited += _KNOCK_EVERY
        try:
            yield
        finally:
            # A place that could not be given back runs out by itself; what was answered meanwhile stays answered.
            with suppress(TemporaryError):
                _run(_LEAVE, keys=[key], args=[token])

    def _spread(self, name: str, cost: int) -> tuple[int, int, int]:
        """The gap of one, the gap of all that the request counts for, and the room of the bucket."""
        limit = self.limits[name]
        return limit.gap_us, limit.gap_us * cost, limit.room_us

    def _key(self, group: str) -> str:
        return _key(self.owner, group)


def limit_states(owners: Mapping[str, Mapping[str, Limit]]) -> dict[str, tuple[LimitState, ...]]:
    """The limits of many owners at once, with one request to Redis; empty states when it does not answer."""
    wanted = [(owner, group) for owner, limits in owners.items() for group in limits]
    if not wanted:
        return {}
    try:
        values = _redis(settings.REDIS_URL).mget([_key(*pair) for pair in wanted])
    except redis.RedisError:
        log.warning("limits_unreadable")
        values = [None] * len(wanted)
    now = timezone.now()
    states: dict[str, list[LimitState]] = {owner: [] for owner in owners}
    for (owner, group), value in zip(wanted, values, strict=True):
        limit = owners[owner][group]
        turn = (
            None if value is None else datetime.fromtimestamp((int(value) - limit.room_us) / 1_000_000, UTC)
        )
        allowed_at = turn if turn is not None and turn > now else None
        states[owner].append(LimitState(group=group, limit=limit, next_allowed_at=allowed_at))
    return {owner: tuple(found) for owner, found in states.items()}


def _key(owner: str, group: str) -> str:
    return f"{settings.REDIS_PREFIX}:limit:{owner}:{group or 'all'}"


@cache
def _redis(url: str) -> redis.Redis[bytes]:
    return redis.Redis.from_url(url, socket_connect_timeout=_CONNECT_TIMEOUT, socket_timeout=_CONNECT_TIMEOUT)


@cache
def _script(url: str, text: str) -> Callable[..., Any]:
    return _redis(url).register_script(text)


def _run(text: str, *, keys: list[str], args: list[int | str]) -> Any:
    try:
        return _script(settings.REDIS_URL, text)(keys=keys, args=args)
    except redis.RedisError as exc:
        raise TemporaryError("the shared limits do not answer") from exc
