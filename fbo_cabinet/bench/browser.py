"""A signed-in browser without a network: Django's test client over the real middleware."""

from __future__ import annotations

from contextlib import contextmanager
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django.test import Client
from django.test.utils import override_settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from companies.models import User

_BACKEND: Final = "allauth.account.auth_backends.AuthenticationBackend"
_HOST: Final = "127.0.0.1"


class PageBroken(Exception):
    """A page did not answer 200, so its time says nothing."""


class Browser:
    """Asks for pages as one signed-in person."""

    def __init__(self, user: User) -> None:
        self._client = Client(raise_request_exception=True)
        self._client.force_login(user, backend=_BACKEND)

    def get(self, url: str) -> int:
        """Ask for a page and read it to the end; gives its size. Raises PageBroken."""
        return sum(map(len, self._chunks(url)))

    def content(self, url: str) -> bytes:
        """The whole of a page or a file. Raises PageBroken."""
        return b"".join(self._chunks(url))

    def _chunks(self, url: str) -> Iterator[bytes]:
        response: Any = self._client.get(url, SERVER_NAME=_HOST)
        if response.status_code != HTTPStatus.OK:
            raise PageBroken(f"{url}: {response.status_code}")
        yield from response.streaming_content if response.streaming else (response.content,)
        response.close()


@contextmanager
def as_served() -> Iterator[None]:
    """The settings of a server, but for hashed static names: nobody has collected them here."""
    storages = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    with override_settings(
        DEBUG=False,
        ROOT_URLCONF="fbo_cabinet.bench.urls",
        ALLOWED_HOSTS=[_HOST],
        STORAGES=storages,
        SECURE_SSL_REDIRECT=False,
    ):
        yield
