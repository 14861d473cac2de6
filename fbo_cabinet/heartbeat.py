"""Signs of life of the workers: beat sends a task to each queue, whoever runs it leaves the time."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.core.cache import cache
from django.utils import timezone

# Queue → how old its last sign of life may be. Syncs and reports are long tasks that keep a worker busy.
QUEUES: Final = {
    "sync": timedelta(minutes=5),
    "push": timedelta(minutes=1),
    "reports": timedelta(minutes=5),
}
EVERY_SECONDS: Final = 15.0
_KEPT_SECONDS: Final = 86_400


def record_beat(queue: str) -> None:
    """Note that a worker of the queue is alive now."""
    cache.set(_key(queue), timezone.now().isoformat(), _KEPT_SECONDS)


def last_beats() -> dict[str, datetime]:
    """Queue → its last sign of life; queues without one are missing. Raises redis.RedisError."""
    found = cache.get_many([_key(queue) for queue in QUEUES])
    return {queue: datetime.fromisoformat(found[_key(queue)]) for queue in QUEUES if _key(queue) in found}


def _key(queue: str) -> str:
    return f"heartbeat:{queue}"
