"""A browser in words, and the mark by which it is known again."""

from __future__ import annotations

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from core.devices import device_words, known_mark, mark_browser

WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        (WINDOWS + "Chrome/126.0.0.0 Safari/537.36", "Chrome, Windows 10"),
        (WINDOWS + "Chrome/126.0.0.0 YaBrowser/24.7.0 Safari/537.36", "Yandex Browser, Windows 10"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:109.0) Gecko/20100101 Firefox/115.0", "Firefox, Linux"),
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
            "Version/17.5 Safari/605.1.15",
            "Safari, macOS",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
            "Version/17.5 Mobile/15E148 Safari/604.1",
            "Mobile Safari, iOS 17",
        ),
        ("", "неизвестный браузер"),
        ("x" * 10_000, "неизвестный браузер"),
        ("\u202e\x00<script>alert(1)</script>", "неизвестный браузер"),
    ],
)
def test_a_browser_in_words(user_agent, words) -> None:
    assert device_words(user_agent) == words


def _visit(cookies: dict[str, str] | None = None):
    request = RequestFactory().get("/")
    request.COOKIES.update(cookies or {})
    return request


def test_a_marked_browser_is_known_again(settings) -> None:
    response = HttpResponse()

    stored = mark_browser(_visit(), response)

    secret = response.cookies[settings.DEVICE_COOKIE_NAME].value
    assert known_mark(_visit({settings.DEVICE_COOKIE_NAME: secret})) == stored


def test_what_is_stored_is_not_what_the_browser_holds(settings) -> None:
    response = HttpResponse()

    stored = mark_browser(_visit(), response)

    assert stored != response.cookies[settings.DEVICE_COOKIE_NAME].value
    assert len(stored) == 43


def test_a_mark_is_kept(settings) -> None:
    first, second = HttpResponse(), HttpResponse()
    stored = mark_browser(_visit(), first)
    secret = first.cookies[settings.DEVICE_COOKIE_NAME].value

    again = mark_browser(_visit({settings.DEVICE_COOKIE_NAME: secret}), second)

    assert again == stored
    assert second.cookies[settings.DEVICE_COOKIE_NAME].value == secret


@pytest.mark.parametrize("made_up", ["", "short", "x" * 44, "я" * 43, "a" * 42 + "\n"])
def test_a_made_up_mark_is_none(settings, made_up) -> None:
    assert known_mark(_visit({settings.DEVICE_COOKIE_NAME: made_up})) == ""


@pytest.mark.parametrize("is_secure", [True, False])
def test_the_cookie_is_out_of_reach_of_scripts(settings, is_secure) -> None:
    settings.SESSION_COOKIE_SECURE = is_secure
    response = HttpResponse()

    mark_browser(_visit(), response)

    cookie = response.cookies[settings.DEVICE_COOKIE_NAME]
    assert (cookie["httponly"], cookie["samesite"], bool(cookie["secure"])) == (True, "Lax", is_secure)
