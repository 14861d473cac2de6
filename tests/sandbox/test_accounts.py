"""Sellers of three marketplaces behind one address."""

from __future__ import annotations

from dataclasses import replace

import httpx
import pytest

from sandbox.__main__ import main, worlds_of
from sandbox.accounts import ALL_SCOPES, DEMO, DEMO_YANDEX_MARKET, DEMOS, Account
from sandbox.app import App, make_app
from sandbox.clock import Clock
from sandbox.world.listings import YANDEX_MARKET
from tests.sandbox.conftest import NOW, SMALL


@pytest.fixture(scope="module")
def app() -> App:
    """The demo sellers of all marketplaces, with time standing still and no limit."""
    return make_app(worlds_of(DEMOS, SMALL), accounts=DEMOS, clock=Clock(NOW, frozen=True), rate=None)


@pytest.fixture
def client(app: App) -> httpx.Client:
    return httpx.Client(transport=httpx.WSGITransport(app), base_url="http://sandbox.test")


def test_the_demo_seller_sells_the_same_goods_everywhere_and_a_stranger_others() -> None:
    stranger = Account(client_id="7", marketplace=YANDEX_MARKET, api_key="ACMA:other")
    worlds = worlds_of([*DEMOS, stranger], SMALL)

    ours = [worlds[account.client_id] for account in DEMOS]
    assert len({world.assortment for world in ours}) == 1
    assert [world.settings.channel for world in ours] == [account.marketplace for account in DEMOS]
    assert worlds["7"].assortment != ours[0].assortment


def test_each_dialect_knows_its_own_keys_only(client: httpx.Client) -> None:
    ozon = {"Client-Id": DEMO.client_id, "Api-Key": DEMO.api_key}
    yandex = {"Api-Key": DEMO_YANDEX_MARKET.api_key}
    foreign = {"Client-Id": DEMO_YANDEX_MARKET.client_id, "Api-Key": DEMO_YANDEX_MARKET.api_key}

    assert client.post("/v1/seller/info", json={}, headers=ozon).status_code == 200
    assert client.post("/v1/seller/info", json={}, headers=foreign).status_code in (401, 403, 404)
    assert client.get("/yandex_market/v2/campaigns", headers=yandex).status_code == 200
    assert client.get("/yandex_market/v2/campaigns", headers=ozon).status_code == 401


def test_requests_are_counted_for_every_seller(client: httpx.Client) -> None:
    client.delete("/_sandbox/violations")
    client.get("/yandex_market/v2/campaigns", headers={"Api-Key": DEMO_YANDEX_MARKET.api_key})

    report = client.get("/_sandbox/violations").json()
    assert report[DEMO_YANDEX_MARKET.client_id]["requests"] == 1
    assert client.get("/_sandbox/violations").json() == report
    client.delete("/_sandbox/violations")
    assert client.get("/_sandbox/violations").json() == {}


def test_the_truth_of_each_seller_is_told_at_the_wheel(client: httpx.Client) -> None:
    answers = [
        client.get("/_sandbox/truth/summary", params={"client_id": account.client_id}).json()
        for account in (DEMO, DEMO_YANDEX_MARKET)
    ]

    assert "returned" not in answers[0]["by_stage"]
    assert answers[1]["by_stage"]["returned"] > 0
    assert client.get("/_sandbox/truth/summary", params={"client_id": "nobody"}).status_code == 404


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("1:key", Account(client_id="1", api_key="key")),
        ("ozon/1:key:revoked", Account(client_id="1", api_key="key", revoked=True)),
        (
            "yandex_market/5:ACMA%3Aa%3Ab:name=Дом",
            Account(
                client_id="5",
                api_key="ACMA:a:b",
                marketplace=YANDEX_MARKET,
                roles=ALL_SCOPES,
                company="Дом",
            ),
        ),
    ],
)
def test_an_account_is_read_from_the_command_line(text: str, wanted: Account) -> None:
    assert Account.parse(text, now=NOW) == wanted


@pytest.mark.parametrize("text", ["", "1", "1:", ":key", "/1:key", "bazaar/1:key", "ozon/:key", "1:key:odd"])
def test_an_account_that_makes_no_sense_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="account"):
        Account.parse(text, now=NOW)


def test_the_command_line_prints_the_truth_of_one_seller(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["--truth", "summary", "--skus", "10", "--days", "3", "--now", NOW.isoformat()]

    main([*arguments, "--client-id", DEMO_YANDEX_MARKET.client_id])
    main(arguments)

    yandex, ozon = capsys.readouterr().out.splitlines()
    assert yandex != ozon


def test_a_seller_who_is_not_there_has_no_truth(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--truth", "summary", "--client-id", "nobody"])
    assert "nobody" in capsys.readouterr().err


def test_without_limits_and_with_fast_ones_each_dialect_is_told() -> None:
    worlds = worlds_of(DEMOS, replace(SMALL, skus=2))
    fast = make_app(worlds, accounts=DEMOS, limit_speed=100)
    off = make_app(worlds, accounts=DEMOS, rate=None)

    assert fast.gate.rate == 50
    assert off.gate.rate is None
