"""Keys, rights, networks and limits: refused with Ozon's own words."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from sandbox.accounts import DEMO, Account
from sandbox.app import make_app
from sandbox.clock import Clock
from sandbox.limits import Gate
from sandbox.ozon import errors
from sandbox.world import World
from tests.sandbox.conftest import NOW, PERIOD, Ask, asker, client_of


def _ask_as(world: World, account: Account, **call: str) -> Ask:
    app = make_app(world, accounts=(account,), clock=Clock(NOW, frozen=True), rate=None)
    return asker(client_of(app, **call))


@pytest.mark.parametrize(
    ("change", "call", "status", "code", "message"),
    [
        ({}, {"api_key": "wrong"}, 403, 7, errors.INVALID_KEY),
        ({}, {"client_id": "77"}, 403, 7, errors.INVALID_KEY),
        ({}, {"api_key": ""}, 400, 3, "required"),
        ({"revoked": True}, {}, 403, 7, errors.DEACTIVATED),
        ({"expires_at": NOW}, {}, 403, 7, errors.DEACTIVATED),
        ({"networks": ("10.0.0.0/8",)}, {}, 403, 7, errors.RESTRICTED),
        ({"roles": ("Product read-only",)}, {}, 403, 7, errors.MISSING_ROLE),
    ],
)
def test_a_key_is_refused(
    world: World, change: dict[str, Any], call: dict[str, str], status: int, code: int, message: str
) -> None:
    ask = _ask_as(world, replace(DEMO, **change), **call)

    answer = ask("/v3/posting/fbo/list", {"limit": 1, "filter": PERIOD})

    assert answer.status_code == status
    assert answer.json()["code"] == code
    assert message in answer.json()["message"]
    assert answer.headers["x-o3-trace-id"]


def test_roles_say_what_a_key_may_do_and_until_when(world: World) -> None:
    expires = NOW + timedelta(days=2, seconds=1)
    account = replace(DEMO, roles=("Product read-only", "Report"), expires_at=expires)
    ask = _ask_as(world, account)

    roles = ask("/v1/roles").json()

    assert datetime.fromisoformat(roles["expires_at"]) == expires
    methods = {method for role in roles["roles"] for method in role["methods"]}
    assert [role["name"] for role in roles["roles"]] == ["Product read-only", "Report"]
    assert "/v1/analytics/stocks" in methods
    assert "/v3/posting/fbo/list" not in methods
    for method in methods:
        assert ask(method).status_code in (200, 400)


def test_a_key_lives_three_months_beyond_the_history(world: World) -> None:
    expires = _ask_as(world, DEMO)("/v1/roles").json()["expires_at"]

    assert datetime.fromisoformat(expires) == datetime(2027, 2, 24, tzinfo=UTC)


def test_the_seller_has_legal_details_with_right_check_digits(world: World) -> None:
    company = _ask_as(world, DEMO)("/v1/seller/info").json()["company"]

    digits = [int(digit) for digit in company["inn"]]
    weights = (2, 4, 10, 3, 5, 9, 4, 6, 8)
    assert sum(w * d for w, d in zip(weights, digits, strict=False)) % 11 % 10 == digits[9]
    assert int(company["ogrn"][:12]) % 11 % 10 == int(company["ogrn"][12])
    assert company["name"] == "Льняная лавка"


def test_sellers_do_not_share_worlds() -> None:
    first, second = DEMO, Account(client_id="555", api_key="k")
    worlds = {first.client_id: World(), second.client_id: World(replace(World().settings, seed=9))}
    app = make_app(worlds, accounts=(first, second), clock=Clock(NOW, frozen=True), rate=None)
    body = {"limit": 100, "filter": {"since": "2026-11-20T00:00:00Z", "to": "2026-11-24T00:00:00Z"}}
    pages = [
        asker(client_of(app, client_id=a.client_id, api_key=a.api_key))("/v3/posting/fbo/list", body).json()
        for a in (first, second)
    ]

    ours, theirs = ({p["posting_number"] for p in page["postings"]} for page in pages)
    assert len(ours) == len(theirs) == 100
    assert ours.isdisjoint(theirs)


def test_unknown_methods_and_get_are_not_allowed(world: World) -> None:
    ask = _ask_as(world, DEMO)
    answers = [ask("/v2/posting/fbo/list"), ask("/v3/finance/transaction/list")]
    app = make_app(world, clock=Clock(NOW, frozen=True), rate=None)
    answers.append(client_of(app).get("/v1/roles"))

    assert [(a.status_code, a.json()["message"]) for a in answers] == [(404, errors.NO_METHOD)] * 3


def test_a_body_that_is_not_json_is_refused(world: World) -> None:
    client = client_of(make_app(world, clock=Clock(NOW, frozen=True), rate=None))

    for content in (b"{", b"[]", b"\xff"):
        assert client.post("/v3/product/list", content=content).status_code == 400
    assert client.post("/v1/roles", content=b"").status_code == 200


class Watch:
    """A monotonic clock that is moved by hand."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_over_fifty_requests_a_second_are_refused_and_counted(world: World) -> None:
    app = make_app(world, clock=Clock(NOW, frozen=True))
    watch = Watch()
    app.gate._monotonic = watch  # type: ignore[assignment]
    ask = asker(client_of(app))

    answers = [ask("/v1/roles") for _ in range(60)]

    assert [a.status_code for a in answers].count(200) == 55
    refused = answers[-1]
    assert refused.status_code == 429
    assert refused.json() == {"code": 8, "message": errors.RATE_LIMIT, "details": []}
    assert refused.headers["Retry-After"] == "1"
    assert int(answers[0].headers["Ratelimit-Remaining"]) == 49
    assert app.gate.report() == {"1284417": {"requests": 60, "violations": 5}}
    watch.now += 1
    assert [ask("/v1/roles").status_code for _ in range(51)].count(200) == 50


def test_an_even_fifty_a_second_never_meets_the_limit() -> None:
    watch = Watch()
    gate = Gate(50, monotonic=watch)
    for step in range(2000):
        watch.now = step / 50
        assert gate.enter("a") is not None
    assert gate.violations.total() == 0


def test_a_limit_is_each_sellers_own() -> None:
    gate = Gate(1, monotonic=Watch())

    assert [gate.enter(who) is None for who in ("a", "b", "a", "b")] == [False, False, True, True]
    gate.reset()
    assert gate.report() == {}


def test_accounts_are_read_from_the_command_line() -> None:
    account = Account.parse("42:secret:expires=2.5,roles=Product+Report,ip=10.0.0.0/8,name=Лён", now=NOW)

    assert account == Account(
        client_id="42",
        api_key="secret",
        company="Лён",
        roles=("Product", "Report"),
        expires_at=NOW + timedelta(days=2.5),
        networks=("10.0.0.0/8",),
    )
    assert Account.parse("42:secret:revoked", now=NOW).revoked
    for wrong in ("42", "42:", ":k", "42:k:colour=red"):
        with pytest.raises(ValueError, match="account"):
            Account.parse(wrong, now=NOW)


def test_addresses_are_judged_by_network() -> None:
    account = Account(networks=("10.0.0.0/8", "192.168.1.7/32"))

    assert account.allows("10.1.2.3")
    assert account.allows("192.168.1.7")
    assert not account.allows("192.168.1.8")
    assert Account().allows("")


def test_httpx_sees_the_headers_of_a_good_answer(ask: Ask) -> None:
    answer: httpx.Response = ask("/v1/roles")

    assert answer.headers["content-type"] == "application/json"
    assert len(answer.headers["x-o3-trace-id"]) == 16
