"""What Wildberries' refusals mean where the HTTP status says too little."""

from __future__ import annotations

from typing import Any, Final

from marketplaces.errors import CredentialsRejected, MarketplaceError, RequestRejected, RightMissing
from marketplaces.http import Refusal

_LONGEST_TEXT: Final = 200
# 401 is said of a bad token and of a good one that lacks the category.
_NO_CATEGORY: Final = ("scope", "category", "категори")
_PRICES_ARE_SET: Final = "already set"


class AlreadySet(RequestRejected):
    """The prices that were sent stand already."""


def explain(refusal: Refusal) -> MarketplaceError | None:
    """The error that a refusal means; None where the HTTP status says enough."""
    said = told_by(refusal.document())
    text = f"{refusal.path}: {refusal.status} {said[:_LONGEST_TEXT]}".strip()
    if refusal.status == 401:
        lacks = any(word in said.lower() for word in _NO_CATEGORY)
        return RightMissing(text, method=refusal.path) if lacks else CredentialsRejected(text)
    if refusal.status in (402, 403):
        return RightMissing(text, method=refusal.path)
    if 400 <= refusal.status < 500 and refusal.status not in (408, 420, 425, 429):
        return refused(text, said)
    return None


def refused(text: str, said: str) -> RequestRejected:
    """The error of a request that they understood and refuse."""
    return AlreadySet(text) if _PRICES_ARE_SET in said.lower() else RequestRejected(text)


def told_by(document: Any) -> str:
    """Their words, of any of the shapes of their errors."""
    if not isinstance(document, dict):
        return ""
    words = (document.get(name) for name in ("title", "detail", "errorText", "message"))
    return " ".join(word for word in words if isinstance(word, str) and word)
