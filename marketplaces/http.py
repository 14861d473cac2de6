"""The one place that opens a connection to a marketplace."""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cache
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import urlsplit

import httpx
import pydantic_core
import stamina
import structlog
from django.conf import settings
from django.utils import timezone

from marketplaces.errors import (
    CredentialsRejected,
    MarketplaceError,
    RateLimited,
    RequestRejected,
    RightMissing,
    TemporaryError,
    UnexpectedResponse,
)
from marketplaces.ratelimit import Limiter

log = structlog.get_logger(__name__)

TIMEOUT: Final = httpx.Timeout(30.0, connect=5.0, pool=5.0)
# An answer that drips in byte by byte is given up after this.
LONGEST_READING: Final = 60.0
LARGEST_ANSWER: Final = 32 * 1024 * 1024
# For reports that come in one piece.
LARGEST_REPORT: Final = 160 * 1024 * 1024
# Where an address names the host of a method (`https://{host}.example.ru`).
HOST: Final = "{host}"
LARGEST_ERROR: Final = 64 * 1024
# A read is tried this often and for this long before the run ends and is scheduled again.
READ_TRIES: Final = 4
READ_SECONDS: Final = 10.0
# A pause that the marketplace asks for and that is shorter than this is waited out on the spot.
SHORT_PAUSE: Final = timedelta(seconds=2)
# When they say 429 and not how long.
USUAL_PAUSE: Final = timedelta(seconds=5)
LONGEST_PAUSE: Final = timedelta(hours=6)
_TRACE_HEADERS: Final = ("x-o3-trace-id", "x-request-id")
_RATE_HEADERS: Final = ("ratelimit-remaining", "x-ratelimit-remaining", "x-ratelimit-resource-remaining")
_PAUSE_HEADERS: Final = ("retry-after", "x-ratelimit-retry", "x-ratelimit-resource-until")


class ForbiddenHost(ValueError):
    """The address is not a marketplace's own nor one that this cabinet was told to allow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A good answer: its bytes as they came (complete JSON; nothing when the status is 204, "there is none"),
    headers, and when the request was sent."""

    status: int = 200
    content: bytes
    headers: Mapping[str, str]
    sent_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """An answer other than 2xx, for `MarketplaceAdapter.explain`. `content` is cut at 64 KB."""

    path: str
    status: int
    content: bytes
    headers: Mapping[str, str]

    def document(self) -> Any:
        """The body as JSON; None when it is none."""
        try:
            return pydantic_core.from_json(self.content)
        except ValueError:
            return None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """How a request is sent: its path, its limit group and weight, and what may come back."""

    path: str
    limit_group: str = ""
    cost: int = 1
    is_write: bool = False
    largest: int


Explain = Callable[[Refusal], MarketplaceError | None]


class Http:
    """A keep-alive connection for one set of credentials: shared limits, retries of reads, errors by name.

    `own_url` is the marketplace's own address; `base_url` may hold `{host}` where the marketplace has a host for each of its services.
    Headers may hold secrets: they are never logged, and exceptions of httpx, which carry the request, are not
    chained. Use it as a context manager, or `close` it.
    """

    def __init__(
        self,
        base_url: str,
        *,
        marketplace: str,
        own_url: str,
        headers: Mapping[str, str],
        explain: Explain,
        limiter: Limiter,
        account_id: int | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        check_base_url(base_url, own_url=own_url)
        self._base_url = base_url.rstrip("/")
        self._explain = explain
        self._limiter = limiter
        self._log = log.bind(marketplace=marketplace, account=account_id)
        self._client = httpx.Client(
            headers={"Accept": "application/json", "User-Agent": "fbo-cabinet", **headers},
            timeout=TIMEOUT,
            transport=transport or transport_for(base_url),
            verify=_tls(),
            follow_redirects=False,
            trust_env=False,
        )

    def __repr__(self) -> str:
        return f"<Http {self._base_url}>"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def post_json(
        self,
        path: str,
        body: Any,
        *,
        host: str = "",
        params: Mapping[str, str] | None = None,
        limit_group: str = "",
        cost: int = 1,
        largest: int | None = None,
        is_write: bool = False,
    ) -> Answer:
        """POST a JSON body and give the JSON that came back, unparsed; at most `largest` bytes of it.

        A read is retried a few times within about ten seconds; a write never. The request counts `cost` times in
        its limit group. Raises from marketplaces.errors only.
        """
        asked = _Asked(
            path=path,
            limit_group=limit_group,
            cost=cost,
            is_write=is_write,
            largest=largest or LARGEST_ANSWER,
        )
        return self._ask("POST", host, asked, json=body, params=params)

    def get_json(
        self,
        path: str,
        params: Mapping[str, str] | None = None,
        *,
        host: str = "",
        limit_group: str = "",
        largest: int | None = None,
    ) -> Answer:
        """GET and give the JSON that came back, unparsed. As `post_json`."""
        asked = _Asked(path=path, limit_group=limit_group, largest=largest or LARGEST_ANSWER)
        return self._ask("GET", host, asked, params=params)

    def _ask(self, method: str, host: str, asked: _Asked, **content: Any) -> Answer:
        request = self._client.build_request(
            method, self._base_url.replace(HOST, host) + asked.path, **content
        )
        if asked.is_write:
            return self._send(request, asked)
        for attempt in stamina.retry_context(
            on=_pause_before_retry,
            attempts=READ_TRIES,
            timeout=READ_SECONDS,
            wait_initial=0.2,
            wait_max=3.0,
            wait_jitter=0.3,
        ):
            with attempt:
                answer = self._send(request, asked)
        return answer

    def _send(self, request: httpx.Request, asked: _Asked) -> Answer:
        path = asked.path
        with self._limiter.place():
            self._limiter.acquire(asked.limit_group, cost=asked.cost)
            sent_at = timezone.now()
            started = time.perf_counter()
            status, content, headers, failure = self._exchange(request, asked.largest)
        self._log.info(
            "marketplace_request",
            method=request.method,
            path=path,
            status=status,
            ms=round((time.perf_counter() - started) * 1000),
            bytes=len(content),
            trace=_first(headers, _TRACE_HEADERS),
            rate_remaining=_first(headers, _RATE_HEADERS),
            failure=failure or None,
        )
        if failure == "too_large":
            raise UnexpectedResponse(f"{path}: the answer is larger than {asked.largest} bytes")
        if failure:
            raise TemporaryError(f"{path}: {failure}")
        if not 200 <= status < 300:
            raise self._error(
                Refusal(path=path, status=status, content=content, headers=headers), asked.limit_group
            )
        # A write may be answered with nothing at all, and so is a report in which there is nothing.
        if content or not (asked.is_write or status == 204):
            _check_json(path, content, headers)
        return Answer(status=status, content=content, headers=headers, sent_at=sent_at)

    def _exchange(self, request: httpx.Request, largest: int) -> tuple[int, bytes, Mapping[str, str], str]:
        """Status, body, headers, and a word for what broke on the way (empty: nothing)."""
        status = 0
        headers: Mapping[str, str] = {}
        try:
            response = self._client.send(request, stream=True)
            try:
                status, headers = response.status_code, response.headers
                most = largest if response.is_success else LARGEST_ERROR
                content, is_whole = _read(response, most)
            finally:
                response.close()
        except httpx.TimeoutException:
            return status, b"", headers, "timeout"
        except (httpx.HTTPError, OSError) as exc:
            return status, b"", headers, f"broken connection ({type(exc).__name__})"
        is_too_large = not is_whole and 200 <= status < 300
        return status, content, headers, "too_large" if is_too_large else ""

    def _error(self, refusal: Refusal, limit_group: str) -> MarketplaceError:
        if refusal.status not in (420, 429) and _is_html(refusal.content, refusal.headers):
            return TemporaryError(f"{refusal.path}: {refusal.status} with a page instead of JSON")
        error = self._explain(refusal) or _usual_error(refusal)
        if isinstance(error, RateLimited):
            self._limiter.block(limit_group, retry_after=error.retry_after)
        return error


def check_base_url(base_url: str, *, own_url: str) -> None:
    """Raise ForbiddenHost unless the address is the marketplace's own over https, or an allowed extra host.

    `{host}` may stand in the path of an extra host, not in its name.

    Keys go to these hosts, so a person may not type any other: neither an inner service nor a look-alike.
    """
    parts = urlsplit(base_url)
    own = urlsplit(own_url)
    is_plain = not (parts.username or parts.password or parts.query or parts.fragment)
    if not is_plain or parts.scheme not in ("http", "https") or not parts.hostname:
        raise ForbiddenHost("not an address of an API")
    if (parts.scheme, parts.netloc, parts.path.rstrip("/")) == (own.scheme, own.netloc, own.path.rstrip("/")):
        return
    if not {parts.netloc, parts.hostname} & set(settings.MARKETPLACE_EXTRA_HOSTS):
        raise ForbiddenHost(f"the host {parts.hostname} is not allowed")


# Tests put a WSGI transport here so that the engine, tasks and views run over the sandbox without sockets.
_transports: dict[str, httpx.BaseTransport] = {}


def transport_for(base_url: str) -> httpx.BaseTransport | None:
    """The transport registered for the address; None means the network."""
    return _transports.get(base_url.rstrip("/"))


@contextmanager
def use_transport(base_url: str, transport: httpx.BaseTransport) -> Iterator[None]:
    """Send everything for the address to the transport while the block runs."""
    key = base_url.rstrip("/")
    before = _transports.get(key)
    _transports[key] = transport
    try:
        yield
    finally:
        del _transports[key]
        if before is not None:
            _transports[key] = before


@cache
def _tls() -> ssl.SSLContext:
    return httpx.create_ssl_context(trust_env=False)


def _read(response: httpx.Response, most: int) -> tuple[bytes, bool]:
    pieces: list[bytes] = []
    size = 0
    deadline = time.monotonic() + LONGEST_READING
    for piece in response.iter_bytes():
        pieces.append(piece)
        size += len(piece)
        if size > most:
            return b"".join(pieces)[:most], False
        if time.monotonic() > deadline:
            raise httpx.ReadTimeout("the answer drips in too slowly")
    return b"".join(pieces), True


def _check_json(path: str, content: bytes, headers: Mapping[str, str]) -> None:
    if _is_html(content, headers):
        raise TemporaryError(f"{path}: a page instead of JSON")
    if not content.strip():
        raise TemporaryError(f"{path}: an empty answer")
    if _looks_whole(content):
        return
    try:
        pydantic_core.from_json(content)
    except ValueError:
        raise TemporaryError(f"{path}: a broken or cut off JSON") from None


def _looks_whole(content: bytes) -> bool:
    """A cut off document lacks closing brackets: counting them is far cheaper than parsing twice."""
    return (
        content.rstrip()[-1:] in (b"}", b"]")
        and content.count(b"{") == content.count(b"}")
        and content.count(b"[") == content.count(b"]")
    )


def _is_html(content: bytes, headers: Mapping[str, str]) -> bool:
    return "text/html" in headers.get("content-type", "") or content[:64].lstrip().startswith(b"<")


def _usual_error(refusal: Refusal) -> MarketplaceError:
    text = f"{refusal.path}: {refusal.status}"
    if refusal.status in (420, 429):
        return RateLimited(text, retry_after=pause_asked(refusal.headers))
    if refusal.status == 401:
        return CredentialsRejected(text)
    if refusal.status == 403:
        return RightMissing(text, method=refusal.path)
    if refusal.status in (408, 425) or refusal.status >= 500:
        return TemporaryError(text)
    if 400 <= refusal.status < 500:
        return RequestRejected(text)
    return UnexpectedResponse(text)


def pause_asked(headers: Mapping[str, str]) -> timedelta:
    """How long the marketplace asks to wait (seconds or a moment, by several headers), within reason."""
    for name in _PAUSE_HEADERS:
        pause = _pause(headers.get(name, ""))
        if pause is not None:
            return max(timedelta(0), min(pause, LONGEST_PAUSE))
    return USUAL_PAUSE


def _pause(value: str) -> timedelta | None:
    try:
        return timedelta(seconds=float(value))
    except (ValueError, OverflowError):
        pass
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, TypeError):
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - timezone.now()


def _pause_before_retry(exc: Exception) -> bool | float:
    if isinstance(exc, RateLimited):
        is_short = exc.retry_after <= SHORT_PAUSE
        return exc.retry_after.total_seconds() if is_short else False
    return isinstance(exc, TemporaryError)


def _first(headers: Mapping[str, str], names: tuple[str, ...]) -> str | None:
    return next((headers[name][:100] for name in names if name in headers), None)
