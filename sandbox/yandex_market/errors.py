"""Errors as Yandex Market words them."""

from typing import Any

ENHANCE_CALM, LOCKED = 420, 423


class ApiError(Exception):
    """An answer that is not 2xx: pairs of one of their codes and a text."""

    def __init__(self, status: int, *errors: tuple[str, str]) -> None:
        """Word an error."""
        super().__init__("; ".join(message for _, message in errors))
        self.status = status
        self.errors = errors

    def body(self) -> dict[str, Any]:
        """Return the documented body."""
        return {
            "status": "ERROR",
            "errors": [{"code": code, "message": message} for code, message in self.errors],
        }


def bad(message: str, *, code: str = "BAD_REQUEST") -> ApiError:
    """Refuse an argument."""
    return ApiError(400, (code, message))


def unauthorized() -> ApiError:
    """Refuse a key: unknown, revoked or not sent."""
    return ApiError(401, ("UNAUTHORIZED", "Api-Key is invalid"))


def forbidden(message: str, *, code: str = "FORBIDDEN") -> ApiError:
    """Refuse what the key may not do or see."""
    return ApiError(403, (code, message))


def not_found(code: str, message: str) -> ApiError:
    """Answer that there is no such thing."""
    return ApiError(404, (code, message))


def exhausted() -> ApiError:
    """Answer that there were too many requests."""
    return ApiError(ENHANCE_CALM, ("LIMIT_EXCEEDED", "Hit rate limit"))


def locked(message: str) -> ApiError:
    """Refuse a method that does not apply to the resource now."""
    return ApiError(LOCKED, ("LOCKED", message))


def broken() -> ApiError:
    """Answer that Market itself failed."""
    return ApiError(500, ("INTERNAL_ERROR", "Internal server error"))
