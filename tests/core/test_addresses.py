"""The client's address is what the outermost of our proxies saw, whatever the client says of itself."""

from __future__ import annotations

import pytest
from django.test import RequestFactory

from core.addresses import client_address


def _address(told: str | None, connection: str = "10.0.0.9") -> str | None:
    headers = {} if told is None else {"HTTP_X_FORWARDED_FOR": told}
    return client_address(RequestFactory().get("/", REMOTE_ADDR=connection, **headers))


@pytest.mark.parametrize(
    ("count", "told", "expected"),
    [
        (0, None, "10.0.0.9"),
        (0, "203.0.113.7", "10.0.0.9"),
        (1, "203.0.113.7", "203.0.113.7"),
        (1, "198.51.100.1, 203.0.113.7", "203.0.113.7"),
        (2, "198.51.100.1, 203.0.113.7, 10.0.0.1", "203.0.113.7"),
        (2, "203.0.113.7", "10.0.0.9"),
        (1, None, "10.0.0.9"),
        (1, "", "10.0.0.9"),
        (1, "not an address", "10.0.0.9"),
        (1, "203.0.113.7:4711", "203.0.113.7"),
        (1, "[2001:db8::1]:4711", "2001:db8::1"),
        (1, "fe80::1%eth0", "fe80::1"),
        (1, "::ffff:203.0.113.7", "203.0.113.7"),
        (1, "<script>" * 1000, "10.0.0.9"),
    ],
)
def test_the_proxies_word(settings, count, told, expected) -> None:
    settings.PROXY_COUNT = count

    assert _address(told) == expected


def test_a_server_that_was_told_nothing(settings) -> None:
    settings.PROXY_COUNT = 0

    assert _address(None, connection="") is None
