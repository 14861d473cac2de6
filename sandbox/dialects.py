"""What a dialect is: how one marketplace hears a request and words its answers."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol, runtime_checkable

JSON = "application/json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request below a dialect's address. `headers` are in lower case, `query` holds every value of a name.

    `base_url` is the address at which the caller sees the dialect.
    """

    method: str
    path: str
    now: datetime
    query: Mapping[str, list[str]] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    address: str = ""
    base_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What goes back: a status, headers and a body."""

    status: int = 200
    body: bytes = b""
    content_type: str = JSON
    headers: tuple[tuple[str, str], ...] = ()


class Refused(Exception):
    """The dialect refuses, in its own words."""

    def __init__(self, reply: Reply) -> None:
        """Refuse with this reply."""
        super().__init__(reply.status)
        self.reply = reply


class Dialect(Protocol):
    """One marketplace. A request is admitted first (key, rights, limits), then answered; between the two the
    sandbox may let it fail."""

    def admit(self, request: Request) -> Any:
        """Check key, rights, limits and method; what it gives goes to `answer`. Raises Refused."""

    def answer(self, admitted: Any, request: Request, *, fault: str | None, chance: float) -> Reply:
        """Call the method of an admitted request; `fault` of a kind of PAGING or CONTENT spoils it. Raises Refused."""

    def failure(self, fault: str) -> Reply:
        """The dialect's own words for a fault: "429" (420 where they say so), "500", "revoked" or "expired"."""


@runtime_checkable
class Counts(Protocol):
    """A dialect that counts the requests of its sellers, and those over a limit."""

    def report(self) -> dict[str, Any]:
        """Return by client id what was counted: `requests` and `violations` at least."""

    def reset(self) -> None:
        """Forget the counts."""


def reply_json(
    document: Any, *, status: int = 200, headers: tuple[tuple[str, str], ...] = (), content_type: str = JSON
) -> Reply:
    """A document as a reply."""
    body = document if isinstance(document, bytes) else json.dumps(document, ensure_ascii=False).encode()
    return Reply(status=status, body=body, content_type=content_type, headers=headers)
