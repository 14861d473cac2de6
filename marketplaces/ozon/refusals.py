"""What Ozon's refusals mean: its messages matter more than its HTTP statuses."""

from __future__ import annotations

from typing import Any, Final

from marketplaces.errors import (
    CredentialsRejected,
    CursorRejected,
    MarketplaceError,
    RateLimited,
    RequestRejected,
    RightMissing,
    TemporaryError,
)
from marketplaces.http import Refusal, pause_asked

# gRPC codes that come as `code` in the body.
_UNAUTHENTICATED: Final = 16
_EXHAUSTED: Final = 8
_UNAVAILABLE: Final = (4, 13, 14)
_LONGEST_TEXT: Final = 200

_KEY_IS_BAD: Final = (
    "invalid api-key",
    "api-key is deactivated",
    "api-key is expired",
    "api-key has expired",
    "client-id and api-key headers are required",
    "restricted to specific ip",
    "offer not signed",
)
_ROLE_IS_MISSING: Final = "missing a required role"
_TOO_FAST: Final = "rate limit"
_CIRCUIT_IS_OPEN: Final = "circle is open"
_CURSOR: Final = ("cursor", "last_id")


def explain(refusal: Refusal) -> MarketplaceError | None:
    """The error that a refusal means; None where the HTTP status says enough."""
    code, message = _read(refusal.document())
    said = message.lower()
    text = f"{refusal.path}: {refusal.status} {message[:_LONGEST_TEXT]}".strip()
    if any(words in said for words in _KEY_IS_BAD) or code == _UNAUTHENTICATED:
        return CredentialsRejected(text)
    if _ROLE_IS_MISSING in said:
        return RightMissing(text, method=refusal.path)
    if refusal.status == 429 or _TOO_FAST in said or code == _EXHAUSTED:
        return RateLimited(text, retry_after=pause_asked(refusal.headers))
    if _CIRCUIT_IS_OPEN in said or (refusal.status >= 500 and code in _UNAVAILABLE):
        return TemporaryError(text)
    return _of_request(refusal.status, said, text)


def _of_request(status: int, said: str, text: str) -> MarketplaceError | None:
    """What a refused argument means."""
    if status != 400:
        return RequestRejected(text) if status in (404, 409) else None
    return CursorRejected(text) if any(word in said for word in _CURSOR) else RequestRejected(text)


def _read(document: Any) -> tuple[int, str]:
    """Code and message of `{code, message, details}`; zero and nothing of anything else."""
    if not isinstance(document, dict):
        return 0, ""
    code, message = document.get("code"), document.get("message")
    return (
        code if isinstance(code, int) and not isinstance(code, bool) else 0,
        message if isinstance(message, str) else "",
    )
