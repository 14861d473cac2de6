"""When a stream runs next: its own pace, backoff after failures, the cooldown of "Refresh now"."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from django.core.cache import cache
from django.utils import timezone

FIRST_BACKOFF: Final = timedelta(minutes=1)
LONGEST_BACKOFF: Final = timedelta(minutes=30)
FIRST_DOUBT: Final = timedelta(minutes=2)
# An empty answer is believed after this many in a row: about an hour of them.
DOUBTS_BEFORE_BELIEF: Final = 6
# A deep pull that is due waits for the one that stands in the middle, unless that has failed so often in a row: some
# eight hours.
FAILURES_BEFORE_ANEW: Final = 20
# A run longer than this stops at a page and goes on in the next, well before the task's time limit.
LONGEST_RUN: Final = timedelta(minutes=15)
STREAM_COOLDOWN: Final = timedelta(seconds=30)
OBJECT_COOLDOWN: Final = timedelta(seconds=10)
# Days before a key expires at which its owners are told, once each.
KEY_WARN_DAYS: Final = (14, 3, 1)
_JITTER: Final = 0.2


class Trigger(StrEnum):
    """Who started a run."""

    SCHEDULE = "schedule"
    MANUAL = "manual"
    COMMAND = "command"
    PUSH = "push"
    RETRY = "retry"


def backoff(
    failures: int, *, first: timedelta = FIRST_BACKOFF, longest: timedelta = LONGEST_BACKOFF
) -> timedelta:
    """How long to wait after so many failures in a row: doubling, with jitter, so that accounts do not march in
    step."""
    doubled = first * 2 ** min(max(failures - 1, 0), 20)
    return jittered(min(doubled, longest))


def jittered(pause: timedelta) -> timedelta:
    """The pause, a fifth longer or shorter."""
    return pause * random.uniform(1 - _JITTER, 1 + _JITTER)  # noqa: S311 - spreading load, not a secret


def start_cooldown(*, account_id: int, stream: str, external_id: str = "") -> datetime | None:
    """Note that a person asked for a refresh. Gives None when he may, or the moment from which he may."""
    pause = OBJECT_COOLDOWN if external_id else STREAM_COOLDOWN
    until = timezone.now() + pause
    key = _cooldown_key(account_id, stream, external_id)
    if cache.add(key, until, timeout=pause.total_seconds()):
        return None
    held: datetime | None = cache.get(key)
    return held


def cooldowns(keys: list[tuple[int, str]]) -> dict[tuple[int, str], datetime]:
    """From when each (account, stream) may be refreshed by hand again; those that may now are absent."""
    names = {_cooldown_key(account_id, stream, ""): (account_id, stream) for account_id, stream in keys}
    now = timezone.now()
    return {names[key]: until for key, until in cache.get_many(list(names)).items() if until > now}


def _cooldown_key(account_id: int, stream: str, external_id: str) -> str:
    return f"refresh:{account_id}:{stream}:{external_id}"
