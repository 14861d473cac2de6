"""What Yandex Market's refusals mean: by HTTP status, with their words for the seller."""

from __future__ import annotations

from typing import Any, Final

from marketplaces.errors import (
    CredentialsRejected,
    CursorRejected,
    MarketplaceError,
    RateLimited,
    RequestRejected,
    RightMissing,
)
from marketplaces.http import Refusal, pause_asked

_LONGEST_TEXT: Final = 200
_TOO_FAST: Final = 420
_LOCKED: Final = 423
# What a refused place in a list is worded with.
_CURSOR: Final = ("pagetoken", "page_token", "page token")


def explain(refusal: Refusal) -> MarketplaceError | None:
    """The error that a refusal means; None where the HTTP status says enough (408, 5xx).

    403 is a missing scope or a shop whose access to the API is switched off: the stream stops, not the key.
    """
    said = words_of(refusal.document())
    text = f"{refusal.path}: {refusal.status} {said[:_LONGEST_TEXT]}".strip()
    if refusal.status == _TOO_FAST or refusal.status == 429:
        return RateLimited(text, retry_after=pause_asked(refusal.headers))
    if refusal.status == 401:
        return CredentialsRejected(text)
    if refusal.status == 403:
        return RightMissing(text, method=refusal.path)
    if refusal.status == 400 and any(word in said.lower() for word in _CURSOR):
        return CursorRejected(text)
    return RequestRejected(text) if refusal.status in (400, 404, 405, 413, 415, _LOCKED) else None


def words_of(document: Any) -> str:
    """The codes and messages of `{status, errors: [{code, message}]}` in one text; empty of anything else."""
    errors = document.get("errors") if isinstance(document, dict) else None
    if not isinstance(errors, list):
        return ""
    told = [
        " ".join(str(error[name]) for name in ("code", "message") if isinstance(error.get(name), str))
        for error in errors
        if isinstance(error, dict)
    ]
    return "; ".join(word for word in told if word)
