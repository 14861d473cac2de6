"""Push notifications: what one says, before anything of it is believed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class PushNotice:
    """A parsed notice: which object of which stream to read again.

    `dedupe_key` is their id, or a hash of the body. `stream` and `external_id` are empty for notices that
    touch nothing we keep. `changed_at` is when it happened on their side, `external_status` their word and
    `status` ours (empty when the notice tells no status).
    """

    kind: str
    dedupe_key: str
    stream: str = ""
    external_id: str = ""
    external_status: str = ""
    status: str = ""
    changed_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PushReply:
    """What to answer: an HTTP status and a JSON document."""

    status: int
    body: dict[str, Any]
