"""Browsers: what one is called in words, and the mark by which it is known again."""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import ua_parser
from django.conf import settings
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

# Browsers keep a cookie no longer than this.
_KEPT_SECONDS: Final = 400 * 86_400
_MARK: Final = re.compile(r"[A-Za-z0-9_-]{43}")
# Longer than any browser's own name for itself.
_LONGEST: Final = 512
_SYSTEMS: Final = {"Mac OS X": "macOS"}
_VERSIONED: Final = frozenset({"Android", "iOS", "Windows"})


def device_words(user_agent: str) -> str:
    """`Chrome, Windows 10`: the browser and the system, or that it is not known."""
    browser, system = _names(user_agent[:_LONGEST])
    return ", ".join(filter(None, (browser, system))) or _("an unknown browser")


def known_mark(request: HttpRequest) -> str:
    """The mark of the browser in the form that is stored; empty in one that has none, or made it up.

    What is stored opens nothing: the browser holds the secret, we its hash.
    """
    secret = request.COOKIES.get(settings.DEVICE_COOKIE_NAME, "")
    return _stored(secret) if _MARK.fullmatch(secret) else ""


def mark_browser(request: HttpRequest, response: HttpResponse) -> str:
    """Give the browser a mark, or prolong the one that it has; the mark in the form that is stored."""
    secret = request.COOKIES.get(settings.DEVICE_COOKIE_NAME, "")
    if not _MARK.fullmatch(secret):
        secret = secrets.token_urlsafe(32)
    response.set_cookie(
        settings.DEVICE_COOKIE_NAME,
        secret,
        max_age=_KEPT_SECONDS,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return _stored(secret)


def _stored(secret: str) -> str:
    digest = hashlib.sha256(secret.encode()).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


@lru_cache(maxsize=1024)
def _names(user_agent: str) -> tuple[str, str]:
    found = ua_parser.parse(user_agent)
    browser = found.user_agent.family if found.user_agent else ""
    if found.os is None:
        return browser, ""
    system = _SYSTEMS.get(found.os.family, found.os.family)
    if system in _VERSIONED and found.os.major:
        system = f"{system} {found.os.major}"
    return browser, system
