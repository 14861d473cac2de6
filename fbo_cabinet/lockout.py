"""Guessing a password is stopped: whom wrong ones are counted against, for how long, and what the page says.

docs/adr/0006-lockout.md says why it is counted in three ways.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from math import ceil
from typing import TYPE_CHECKING, Final

from axes.handlers.database import AxesDatabaseHandler
from axes.handlers.proxy import AxesProxyHandler
from axes.models import AccessAttempt
from django.conf import settings
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from companies.selectors import is_known_device
from core.devices import known_mark

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.db.models import QuerySet
    from django.http import HttpRequest

# A row of axes keeps no more of a name.
_LONGEST_NAME: Final = 255


class LockKind(StrEnum):
    """What is closed: one person from one address, an address for everybody, one person for new devices."""

    PAIR = "pair"
    ADDRESS = "address"
    ACCOUNT = "account"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock:
    """A closed door and the moment when it opens by itself."""

    kind: LockKind
    until: datetime

    @property
    def seconds_left(self) -> int:
        """How long it stays closed, at least a second."""
        return max(1, ceil((self.until - timezone.now()).total_seconds()))

    @property
    def minutes_left(self) -> int:
        """The same in minutes, rounded up."""
        return ceil(self.seconds_left / 60)


# How many wrong passwords within the pause (settings.AXES_COOLOFF_TIME) close which door.
LIMITS: Final[dict[LockKind, int]] = {
    LockKind.PAIR: settings.AXES_FAILURE_LIMIT,
    LockKind.ADDRESS: 30,
    LockKind.ACCOUNT: 20,
}


# What the wrong passwords of a door have in common: columns of axes.
COUNTED_BY: Final[dict[LockKind, tuple[str, ...]]] = {
    LockKind.PAIR: ("username", "ip_address"),
    LockKind.ADDRESS: ("ip_address",),
    LockKind.ACCOUNT: ("username",),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """Who tries to come in, and from where."""

    email: str
    address: str | None
    device: str


class Doorkeeper(AxesDatabaseHandler):  # type: ignore[misc]  # axes has no types
    """Counts wrong passwords in PostgreSQL (settings.AXES_HANDLER), so that no cache that is down opens a door.

    A right password forgives the wrong ones of that person from that address, and nobody else's.
    """

    def get_failures(self, request: HttpRequest, credentials: Mapping[str, str] | None = None) -> int:
        """As many as lock, when a door is closed; else how many this person had from this address."""
        attempt = attempt_of(request, credentials)
        if find_lock(attempt) is not None:
            return LIMITS[LockKind.PAIR]
        return sum(count for _moment, count in _wrong_ones(LockKind.PAIR, attempt))


def find_lock(attempt: Attempt) -> Lock | None:
    """The door that is closed to the attempt; of several, the one that opens last."""
    is_known = is_known_device(email=attempt.email, device=attempt.device)
    locks = [
        Lock(kind=kind, until=until)
        for kind in ([LockKind.PAIR] if is_known else LockKind)
        for until in [_opens_at(_wrong_ones(kind, attempt), limit=LIMITS[kind])]
        if until is not None
    ]
    return max(locks, key=lambda lock: lock.until, default=None)


def fresh_attempts() -> QuerySet[AccessAttempt]:
    """The wrong passwords that still count."""
    since = timezone.now() - settings.AXES_COOLOFF_TIME
    rows: QuerySet[AccessAttempt] = AccessAttempt.objects.filter(attempt_time__gt=since)
    return rows


def username_of(request: HttpRequest | None, credentials: Mapping[str, str] | None) -> str:
    """The e-mail that was tried, as it is stored, however it was spelled; empty when none was.

    allauth calls it `email`, Django `username`, the form `login` (settings.AXES_USERNAME_CALLABLE).
    """
    sources: tuple[Mapping[str, str], ...] = (credentials or {}, request.POST if request is not None else {})
    found = (source.get(name) for source in sources for name in ("email", "username", "login"))
    return next((value for value in found if value), "").strip().lower()[:_LONGEST_NAME]


def attempt_of(request: HttpRequest, credentials: Mapping[str, str] | None) -> Attempt:
    """Who tries to come in with the request."""
    AxesProxyHandler.update_request(request)
    return Attempt(
        email=username_of(request, credentials),
        address=request.axes_ip_address,  # type: ignore[attr-defined]  # set by axes
        device=known_mark(request),
    )


def locked_out(
    request: HttpRequest, _response: HttpResponse | None = None, credentials: Mapping[str, str] | None = None
) -> HttpResponse:
    """The answer to a closed door (settings.AXES_LOCKOUT_CALLABLE): 429, for how long and what to do."""
    attempt = attempt_of(request, credentials)
    lock = find_lock(attempt) or Lock(kind=LockKind.PAIR, until=timezone.now())
    response = _said(request, attempt, lock)
    response.headers["Retry-After"] = str(lock.seconds_left)
    return response


def _said(request: HttpRequest, attempt: Attempt, lock: Lock) -> HttpResponse:
    if request.headers.get("HX-Request"):
        # htmx leaves a page with an error as it is; the sign-in says the rest when it is tried there.
        return HttpResponse(status=429, headers={"HX-Redirect": reverse("account_login")})
    if _wants_json(request):
        told = {"error": "locked_out", "locked": lock.kind, "until": lock.until.isoformat()}
        return JsonResponse({**told, "retry_after": lock.seconds_left}, status=429)
    context = {"lock": lock, "email": attempt.email, "limit": LIMITS[lock.kind]}
    return render(request, "account/lockout.html", context, status=429)


def _wants_json(request: HttpRequest) -> bool:
    return (
        request.headers.get("X-Requested-With") == "XMLHttpRequest"
        or request.content_type == "application/json"
        or request.headers.get("Accept") == "application/json"
    )


def _wrong_ones(kind: LockKind, attempt: Attempt) -> Sequence[tuple[datetime, int]]:
    """When wrong passwords came last and how many, a line for each person, address and browser; oldest first."""
    asked = {"username": attempt.email, "ip_address": attempt.address}
    rows = fresh_attempts().filter(**{name: asked[name] for name in COUNTED_BY[kind]})
    return list(rows.order_by("attempt_time").values_list("attempt_time", "failures_since_start"))


def _opens_at(wrong_ones: Sequence[tuple[datetime, int]], *, limit: int) -> datetime | None:
    """When enough of them are forgotten; None while there are too few to close the door."""
    left = sum(count for _moment, count in wrong_ones)
    if left < limit:
        return None
    for moment, count in wrong_ones:
        left -= count
        if left < limit:
            return moment + settings.AXES_COOLOFF_TIME
    raise AssertionError("no wrong passwords are fewer than any limit")
