"""What can go wrong with a marketplace, named for what the caller does next. Texts are for the seller."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class MarketplaceError(Exception):
    """Base of all. `code` names the entry of the error catalogue (marketplaces/catalogue.py)."""

    code = "unexpected"


class TemporaryError(MarketplaceError):
    """Their side or the network is ill; the run ends here and is scheduled again."""

    code = "temporary"


class RateLimited(TemporaryError):
    """Over the limit; nothing may be asked before `retry_after` has passed."""

    code = "rate_limited"

    def __init__(self, message: str, *, retry_after: timedelta) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class TurnIsFar(RateLimited):
    """Our own limiter: the next turn is too far to wait for; the run goes on when it comes. Nothing was asked."""

    code = "waits_for_turn"


class CredentialsRejected(MarketplaceError):
    """The key is wrong, revoked or expired; the account is stopped until its owner gives another."""

    code = "credentials_rejected"


class RightMissing(MarketplaceError):
    """The key is good but lacks the role for this method; the stream is off, the account goes on."""

    code = "right_missing"

    def __init__(self, message: str, *, method: str) -> None:
        super().__init__(message)
        self.method = method


class RequestRejected(MarketplaceError):
    """They understood and refuse: shown to the person, never repeated as it is.

    `told` is the adapter's own reason in the reader's language, free of anything that they sent; "" for none.
    """

    code = "request_rejected"

    def __init__(self, message: str, *, told: StrOrPromise = "") -> None:
        super().__init__(message)
        self.told = told


class CursorRejected(RequestRejected):
    """The saved place in a list is no longer known to them; the pull starts its window anew."""

    code = "cursor_rejected"


class UnexpectedResponse(MarketplaceError):
    """The answer as a whole cannot be read (not JSON, another shape)."""

    code = "unexpected_response"
