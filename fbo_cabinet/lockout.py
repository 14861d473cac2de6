"""Whom a wrong password is counted against (settings.AXES_USERNAME_CALLABLE)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import HttpRequest


def username_of(request: HttpRequest | None, credentials: Mapping[str, str] | None) -> str:
    """The e-mail that was tried, as it is stored, however it was spelled; empty when none was.

    allauth calls it `email`, Django `username`, the form `login`.
    """
    sources: tuple[Mapping[str, str], ...] = (credentials or {}, request.POST if request is not None else {})
    found = (source.get(name) for source in sources for name in ("email", "username", "login"))
    return next((value for value in found if value), "").strip().lower()
