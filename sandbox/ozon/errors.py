"""Errors as Ozon words them."""

from typing import Any

INVALID_KEY = "Invalid Api-Key, please check the key and try again"
DEACTIVATED = "Api-key is deactivated, use another one or generate a new one"
MISSING_ROLE = "Api-Key is missing a required role for a method"
RESTRICTED = "Api-Key is restricted to specific IP addresses"
RATE_LIMIT = "You have reached request rate limit per second"
NO_METHOD = "method is not allowed"
INTERNAL = "Internal error"

BAD_ARGUMENT, NOT_FOUND, FORBIDDEN, EXHAUSTED, BROKEN = 3, 5, 7, 8, 13


class ApiError(Exception):
    """An answer that is not 2xx; `code` is Ozon's own, not the HTTP status."""

    def __init__(self, status: int, code: int, message: str, *, retry_after: int | None = None) -> None:
        """Word an error."""
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.retry_after = retry_after

    def body(self) -> dict[str, Any]:
        """Return the documented body."""
        return {"code": self.code, "message": self.message, "details": []}


def bad(message: str) -> ApiError:
    """Refuse an argument."""
    return ApiError(400, BAD_ARGUMENT, message)


def forbidden(message: str) -> ApiError:
    """Refuse a key."""
    return ApiError(403, FORBIDDEN, message)
