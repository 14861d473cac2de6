"""Headers that every answer carries beside those of Django's own middlewares."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponseBase

# What a page of the cabinet never asks a browser for. Passkeys are asked for, by ourselves only.
_PERMISSIONS: Final = ", ".join(
    (
        *(
            f"{feature}=()"
            for feature in ("camera", "display-capture", "geolocation", "microphone", "payment", "usb")
        ),
        "publickey-credentials-create=(self)",
        "publickey-credentials-get=(self)",
    )
)


class HeadersMiddleware:
    """Stands outermost, so that errors, files and redirects carry the headers too.

    An answer that says nothing of caching is kept by nobody between us and the person, and asked for again.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        response.headers.setdefault("Permissions-Policy", _PERMISSIONS)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.headers.setdefault("Cache-Control", "private, no-cache")
        return response
