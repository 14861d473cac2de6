"""Errors as Wildberries words them: one shape of the gateway, others of the services behind it."""

from datetime import datetime
from http import HTTPStatus
from typing import Any

from sandbox.dialects import JSON, Reply, reply_json
from sandbox.world.moments import instant
from sandbox.world.seeds import mix

PROBLEM = "application/problem+json"
GATEWAY = "s2s-api-auth-catalog"


class ApiError(Exception):
    """An answer that is not 2xx."""

    def __init__(
        self,
        status: int,
        body: dict[str, Any],
        *,
        content_type: str = JSON,
        headers: tuple[tuple[str, str], ...] = (),
    ) -> None:
        """Word an error by its whole body."""
        super().__init__(status, body)
        self.status = status
        self.body = body
        self.content_type = content_type
        self.headers = headers

    def reply(self) -> Reply:
        """Return the error as a reply."""
        return reply_json(self.body, status=self.status, headers=self.headers, content_type=self.content_type)


def problem(
    status: int,
    title: str,
    detail: str,
    *,
    at: datetime,
    code: str = "07e4668e-ac2f-4b1c-9d5e-b1a5a3f2c7d4",
    origin: str = GATEWAY,
    headers: tuple[tuple[str, str], ...] = (),
) -> ApiError:
    """Refuse as the gateway does, before any service is asked."""
    body = {
        "title": title,
        "detail": detail,
        "code": code,
        "requestId": request_id(at),
        "origin": origin,
        "status": status,
        "statusText": HTTPStatus(status).phrase,
        "timestamp": f"{at:%Y-%m-%dT%H:%M:%SZ}",
    }
    return ApiError(status, body, content_type=PROBLEM, headers=headers)


def unauthorized(detail: str, *, at: datetime) -> ApiError:
    """Refuse a token."""
    return problem(401, "unauthorized", detail, at=at)


def no_base_token(*, at: datetime) -> ApiError:
    """Refuse a base token where none may come."""
    word = "base token is not allowed"
    return problem(403, "forbidden", word, at=at, code=f"{word} for this path", origin="s2s-api-auth-stat")


def not_found(*, at: datetime) -> ApiError:
    """Answer that there is no such method, or none any more."""
    detail = "Please consult the https://dev.wildberries.ru/openapi/api-information"
    return problem(404, "path not found", detail, at=at, origin="s2sauth")


def too_many(headers: tuple[tuple[str, str], ...], *, at: datetime) -> ApiError:
    """Answer that a bucket is empty."""
    return problem(
        429, "too many requests", "limited by c122a060-a7fb-4bb4-abb0-32fd4e18d489", at=at, headers=headers
    )


def broken(*, at: datetime) -> ApiError:
    """Answer that Wildberries itself failed."""
    return problem(500, "internal server error", "internal server error", at=at)


def refused(text: str, *, status: int = 400, additional: bool = False) -> ApiError:
    """Refuse as Prices do, or, with `additional`, as Content does."""
    body: dict[str, Any] = {"data": None, "error": True, "errorText": text}
    return ApiError(status, body | ({"additionalErrors": {}} if additional else {}))


def short(detail: str, *, at: datetime, status: int = 400, origin: str = "analytic-open-api") -> ApiError:
    """Refuse as Analytics, reports and tariffs do."""
    title = "Invalid request body" if status == 400 else HTTPStatus(status).phrase
    body = {"title": title, "detail": detail, "requestId": request_id(at), "origin": origin}
    return ApiError(status, body, content_type=PROBLEM if status == 404 else JSON)


def of_supplies(detail: str, *, at: datetime, status: int = 400) -> ApiError:
    """Refuse as Supplies do."""
    body = {
        "status": status,
        "title": HTTPStatus(status).phrase.lower(),
        "detail": detail,
        "requestId": request_id(at).replace("-", ""),
        "origin": "supply-api",
    }
    return ApiError(status, body)


def of_claims(detail: str, *, at: datetime) -> ApiError:
    """Refuse as buyers' returns do."""
    body = {"title": "Invalid query params", "detail": detail, "requestId": request_id(at)}
    return ApiError(400, body, content_type=PROBLEM)


def request_id(at: datetime) -> str:
    """Return an id such as every error carries."""
    stir = f"{mix(instant(at), 91):016x}{mix(instant(at), 92):016x}"
    return "-".join((stir[:8], stir[8:12], stir[12:16], stir[16:20], stir[20:]))
