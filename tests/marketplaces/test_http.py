"""The one door to the network: errors by name, retries of reads only, limits obeyed, no secret in any text."""

from __future__ import annotations

import logging
from contextlib import AbstractContextManager, nullcontext
from datetime import timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from django.utils import timezone

from marketplaces import http
from marketplaces.errors import (
    CredentialsRejected,
    MarketplaceError,
    RateLimited,
    RequestRejected,
    RightMissing,
    TemporaryError,
    UnexpectedResponse,
)
from marketplaces.http import ForbiddenHost, Http, check_base_url, pause_asked, transport_for, use_transport
from marketplaces.ratelimit import Limiter

if TYPE_CHECKING:
    from collections.abc import Callable

SECRET = "very-secret-key-0123456789"
BASE_URL = "http://sandbox.test"

pytestmark = pytest.mark.usefixtures("no_pauses")


class Turnstile(Limiter):
    """Counts who goes through and remembers what was blocked."""

    def __init__(self) -> None:
        super().__init__(owner="test", limits={})
        self.turns: list[str] = []
        self.blocked: list[tuple[str, timedelta]] = []

    def acquire(self, group: str = "", **_kwargs: Any) -> None:
        self.turns.append(group)

    def place(self) -> AbstractContextManager[None]:
        return nullcontext()

    def block(self, group: str, *, retry_after: timedelta) -> None:
        self.blocked.append((group, retry_after))


def door(
    answer: Callable[[httpx.Request], httpx.Response] | list[httpx.Response | Exception],
    *,
    explain: Any = lambda _refusal: None,
) -> tuple[Http, Turnstile]:
    queue = answer if isinstance(answer, list) else None

    def handle(request: httpx.Request) -> httpx.Response:
        if queue is None:
            return answer(request)  # type: ignore[operator]
        given = queue.pop(0)
        if isinstance(given, Exception):
            raise given
        return given

    turnstile = Turnstile()
    opened = Http(
        BASE_URL,
        marketplace="fake",
        own_url="https://api.fake.com",
        headers={"Api-Key": SECRET},
        explain=explain,
        limiter=turnstile,
        account_id=7,
        transport=httpx.MockTransport(handle),
    )
    return opened, turnstile


def ok(text: str = '{"a": 1}', **kwargs: Any) -> httpx.Response:
    return httpx.Response(200, text=text, headers={"content-type": "application/json", **kwargs})


def test_a_good_answer_comes_back_as_it_is_with_the_moment_of_the_question() -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return ok()

    before = timezone.now()
    opened, turnstile = door(answer)
    with opened:
        given = opened.post_json("/v1/things", {"id": 1}, limit_group="slow")

    assert given.content == b'{"a": 1}'
    assert before <= given.sent_at <= timezone.now()
    assert seen[0].headers["api-key"] == SECRET
    assert str(seen[0].url) == "http://sandbox.test/v1/things"
    assert turnstile.turns == ["slow"]


@pytest.mark.parametrize(
    "failures",
    [
        [httpx.Response(500), httpx.Response(502, text="<html>bad gateway</html>")],
        [httpx.ReadTimeout("slow"), httpx.ConnectError("refused")],
        [ok('{"items": [{"id": 1}, {"id'), ok("")],
        [
            httpx.Response(200, text="<!doctype html><title>Проверка</title>"),
            httpx.RemoteProtocolError("cut"),
        ],
        [httpx.Response(429, headers={"retry-after": "1"}), httpx.Response(503)],
    ],
)
def test_a_read_is_tried_again(failures: list[Any]) -> None:
    opened, turnstile = door([*failures, ok()])
    assert opened.post_json("/x", {}).content == b'{"a": 1}'
    assert len(turnstile.turns) == 3, "every try takes its own turn"


def test_a_read_is_given_up_after_some_tries() -> None:
    opened, turnstile = door(lambda _request: httpx.Response(500))
    with pytest.raises(TemporaryError):
        opened.get_json("/x")
    assert len(turnstile.turns) == http.READ_TRIES


@pytest.mark.parametrize("failure", [httpx.ReadTimeout("slow"), httpx.Response(500), httpx.Response(429)])
def test_a_write_is_never_tried_again(failure: Any) -> None:
    opened, turnstile = door([failure])
    with pytest.raises(TemporaryError):
        opened.post_json("/x", {}, is_write=True)
    assert len(turnstile.turns) == 1


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (401, CredentialsRejected),
        (403, RightMissing),
        (404, RequestRejected),
        (409, RequestRejected),
        (400, RequestRejected),
        (302, UnexpectedResponse),
        (408, TemporaryError),
    ],
)
def test_a_status_has_its_usual_meaning(status: int, error: type[Exception]) -> None:
    opened, turnstile = door(lambda _request: httpx.Response(status, json={"message": "no"}))
    with pytest.raises(error):
        opened.post_json("/x", {})
    assert len(turnstile.turns) == (http.READ_TRIES if error is TemporaryError else 1)


def test_the_adapter_explains_what_it_knows_better() -> None:
    seen = []

    def explain(refusal: http.Refusal) -> Exception | None:
        seen.append((refusal.status, refusal.document()))
        return CredentialsRejected("deactivated")

    opened, _turnstile = door(lambda _request: httpx.Response(403, json={"code": 7}), explain=explain)
    with pytest.raises(CredentialsRejected):
        opened.post_json("/x", {})
    assert seen == [(403, {"code": 7})]


def test_a_challenge_page_is_not_a_missing_right() -> None:
    opened, _turnstile = door(lambda _request: httpx.Response(403, html="<html>captcha</html>"))
    with pytest.raises(TemporaryError):
        opened.post_json("/x", {})


def test_over_the_limit_everybody_waits_as_long_as_they_ask() -> None:
    opened, turnstile = door(lambda _request: httpx.Response(429, headers={"Retry-After": "60"}))
    with pytest.raises(RateLimited) as caught:
        opened.post_json("/x", {}, limit_group="slow")
    assert caught.value.retry_after == timedelta(seconds=60)
    assert turnstile.blocked == [("slow", timedelta(seconds=60))]
    assert len(turnstile.turns) == 1, "a long pause is not waited out on the spot"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "3"}, 3),
        ({"X-Ratelimit-Retry": "0.5"}, 0.5),
        ({"retry-after": "-4"}, 0),
        ({"retry-after": "99999999"}, http.LONGEST_PAUSE.total_seconds()),
        ({"retry-after": "1e300"}, http.USUAL_PAUSE.total_seconds()),
        ({"retry-after": "nan"}, http.USUAL_PAUSE.total_seconds()),
        ({"retry-after": "soon"}, http.USUAL_PAUSE.total_seconds()),
        ({}, http.USUAL_PAUSE.total_seconds()),
    ],
)
def test_the_pause_is_read_from_any_header(headers: dict[str, str], seconds: float) -> None:
    assert pause_asked(httpx.Headers(headers)).total_seconds() == seconds


def test_the_pause_may_be_a_moment() -> None:
    moment = format_datetime(timezone.now() + timedelta(seconds=30), usegmt=False)
    pause = pause_asked(httpx.Headers({"X-RateLimit-Resource-Until": moment}))
    assert timedelta(seconds=27) < pause <= timedelta(seconds=30)


def test_an_endless_answer_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "LARGEST_ANSWER", 1000)
    opened, _turnstile = door(lambda _request: ok('{"a": "' + "x" * 2000 + '"}'))
    with pytest.raises(UnexpectedResponse):
        opened.post_json("/x", {})
    assert len(opened.post_json("/x", {}, largest=3000).content) > 2000


def test_braces_inside_texts_are_no_cut_off_document() -> None:
    opened, turnstile = door([ok('{"a": "{{{[["}')])
    assert opened.post_json("/x", {}).content == b'{"a": "{{{[["}'
    assert len(turnstile.turns) == 1


@pytest.mark.parametrize("answer", [httpx.Response(401), httpx.ReadTimeout("slow"), httpx.Response(500)])
def test_the_key_is_in_no_log_and_no_exception(answer: Any, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)

    def handle(_request: httpx.Request) -> httpx.Response:
        if isinstance(answer, Exception):
            raise answer
        return answer

    opened, _turnstile = door(handle)
    with pytest.raises(MarketplaceError) as caught:
        opened.post_json("/x", {"password": SECRET})

    chain: BaseException | None = caught.value
    while chain is not None:
        assert SECRET not in repr(chain)
        assert SECRET not in str(vars(chain))
        chain = chain.__cause__
    assert SECRET not in caplog.text
    assert SECRET not in repr(opened)
    assert "marketplace_request" in caplog.text


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example",
        "http://api-seller.ozon.ru",
        "https://api-seller.ozon.ru.evil.example",
        "https://user:pass@api-seller.ozon.ru",
        "https://api-seller.ozon.ru?x=1",
        "https://api-seller.ozon.ru:8443",
        "https://api-seller.ozon.ru/other",
        "ftp://sandbox.test",
        "http://169.254.169.254/latest",
        "http://[::1]",
        "",
        "sandbox.test",
    ],
)
def test_keys_are_sent_to_the_marketplace_only(address: str) -> None:
    with pytest.raises(ForbiddenHost):
        check_base_url(address, own_url="https://api-seller.ozon.ru")


@pytest.mark.parametrize(
    "address", ["https://api-seller.ozon.ru", "https://api-seller.ozon.ru/", "http://sandbox.test/ozon"]
)
def test_the_marketplaces_own_host_and_the_sandbox_are_allowed(address: str) -> None:
    check_base_url(address, own_url="https://api-seller.ozon.ru")


def test_an_extra_host_may_be_bound_to_its_port(settings: Any) -> None:
    settings.MARKETPLACE_EXTRA_HOSTS = ["127.0.0.1:8010"]
    check_base_url("http://127.0.0.1:8010", own_url="https://api-seller.ozon.ru")
    with pytest.raises(ForbiddenHost):
        check_base_url("http://127.0.0.1:6379", own_url="https://api-seller.ozon.ru")


def test_a_registered_transport_serves_while_the_block_runs() -> None:
    first, second = httpx.MockTransport(lambda _r: ok()), httpx.MockTransport(lambda _r: ok())
    with use_transport("http://sandbox.test/", first):
        with use_transport("http://sandbox.test", second):
            assert transport_for("http://sandbox.test") is second
        assert transport_for("http://sandbox.test") is first
    assert transport_for("http://sandbox.test") is None
