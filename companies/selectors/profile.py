"""What a person's own pages ask for: sessions that live, sign-ins, devices that have been here before."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from allauth.core import context
from allauth.core.internal import ratelimit
from allauth.usersessions.models import UserSession
from django.contrib.auth import HASH_SESSION_KEY
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from companies.choices import SignInOutcome
from companies.models import SignIn
from core.devices import device_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from django.db.models import QuerySet

    from companies.models import User


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRow:
    """A browser in which the person is signed in."""

    pk: int
    browser: str
    address: str
    signed_in_at: datetime
    seen_at: datetime
    is_current: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInRow:
    """An attempt to sign in with its browser in words."""

    sign_in: SignIn
    browser: str


def sessions_of(user: User, *, current_key: str | None) -> list[SessionRow]:
    """The sessions that still open the cabinet: the current one first, then those seen last."""
    rows = list(UserSession.objects.filter(user=user).order_by("-last_seen_at", "-pk"))
    living = Session.objects.filter(
        session_key__in=[row.session_key for row in rows], expire_date__gt=timezone.now()
    )
    keys = {session.session_key for session in living if _is_valid(session.get_decoded(), user)}
    found = [
        SessionRow(
            pk=row.pk,
            browser=device_words(row.user_agent),
            address=row.ip,
            signed_in_at=row.created_at,
            seen_at=row.last_seen_at,
            is_current=row.session_key == current_key,
        )
        for row in rows
        if row.session_key in keys
    ]
    return sorted(found, key=lambda row: not row.is_current)


def sign_ins_of(user: User) -> QuerySet[SignIn]:
    """The attempts to sign in as the person."""
    return SignIn.objects.filter(user=user)


def sign_in_rows(sign_ins: Iterable[SignIn]) -> list[SignInRow]:
    """The attempts as the history shows them."""
    return [SignInRow(sign_in=row, browser=device_words(row.user_agent)) for row in sign_ins]


def is_known_device(*, email: str, device: str) -> bool:
    """Whether this person has signed in from the browser with the mark (core.devices) before."""
    if not device:
        return False
    done = SignIn.objects.filter(user__email=email, device=device, outcome=SignInOutcome.DONE)
    return done.exists()


def wait_for_codes(user: User) -> timedelta:
    """For how long codes of the person's second step are refused, even right ones, after too many wrong ones."""
    waits = [0.0]
    for rate in ratelimit.get_rates(app="allauth.account", action="login_failed"):
        name = ratelimit.get_cache_key(
            context.request,
            app="allauth.account",
            action="login_failed",
            rate=rate,
            key=f"mfa-auth-user-{user.pk}",
        )
        tries = sorted(cache.get(name, []))
        if len(tries) >= rate.amount:
            waits.append(tries[-rate.amount] + rate.duration - time.time())
    return timedelta(seconds=max(waits))


def _is_valid(data: Mapping[str, Any], user: User) -> bool:
    """Whether the session survived the last change of the password."""
    kept = data.get(HASH_SESSION_KEY, "")
    known = [user.get_session_auth_hash(), *user.get_session_auth_fallback_hash()]
    return any(constant_time_compare(kept, one) for one in known)
