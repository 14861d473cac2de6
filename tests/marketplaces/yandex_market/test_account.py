"""Keys, scopes, shops and refusals: what stops the key, what stops a stream, what is told to the person."""

from __future__ import annotations

from datetime import UTC, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from django.utils import timezone
from pydantic import ValidationError

from marketplaces.errors import (
    CredentialsRejected,
    CursorRejected,
    RateLimited,
    RequestRejected,
    RightMissing,
    TemporaryError,
)
from marketplaces.yandex_market.adapter import Adapter
from marketplaces.yandex_market.credentials import YandexMarketCredentials
from tests.marketplaces.yandex_market.conftest import CAMPAIGN, Counting, Made

if TYPE_CHECKING:
    from collections.abc import Callable

TOKEN = "/v2/auth/token"
SHOP = f"/v2/campaigns/{CAMPAIGN['id']}"
KEY = "ACMA:secret-secret:1"


def shop(scopes: list[str], **campaign: Any) -> Made:
    def answer(path: str, _body: Any, _params: Any) -> Any:
        if path == TOKEN:
            return {"status": "OK", "result": {"apiKey": {"name": "k", "authScopes": scopes}}}
        return {"campaign": {**CAMPAIGN, **campaign}}

    return Made(answer)


def refusing(status: int, code: str = "", message: str = "", **headers: str) -> Made:
    body = {"status": "ERROR", "errors": [{"code": code, "message": message}]}
    return Made(lambda *_asked: httpx.Response(status, json=body, headers=headers))


# ---- the form ---------------------------------------------------------------------------------------------
def test_a_key_never_shows() -> None:
    credentials = YandexMarketCredentials.model_validate(
        {"campaign_id": " 22123456 ", "api_key": f" {KEY}\n"}
    )

    assert credentials.campaign_id == "22123456"
    assert credentials.headers() == {"Api-Key": KEY}
    assert KEY not in repr(credentials) + str(credentials.model_dump())


@pytest.mark.parametrize(
    "given",
    [
        {"campaign_id": "abc", "api_key": KEY},
        {"campaign_id": "0", "api_key": KEY},
        {"campaign_id": "1" * 19, "api_key": KEY},
        {"campaign_id": "22123456", "api_key": "короткий-ключ"},
        {"campaign_id": "22123456", "api_key": "ACMA: with a space"},
        {"campaign_id": "22123456", "api_key": "ACMA:\x00nul:key"},
        {"campaign_id": "22123456", "api_key": "k" * 10_000},
        {"campaign_id": "22123456"},
    ],
)
def test_what_cannot_be_a_key_is_refused_without_telling_it(given: dict[str, str]) -> None:
    with pytest.raises(ValidationError) as caught:
        YandexMarketCredentials.model_validate(given)
    assert given.get("api_key", "-") not in str(caught.value)


# ---- who it is --------------------------------------------------------------------------------------------
def test_the_shop_and_its_scopes_are_told(adapter_over: Callable[..., Adapter]) -> None:
    check = adapter_over(shop(["all-methods:read-only"])).check()

    assert (check.seller_external_id, check.seller_name) == ("22123456", "Лён и дом")
    assert check.missing == ()
    assert check.expires_at is None
    assert check.roles == ("ALL_METHODS_READ_ONLY",)


@pytest.mark.parametrize(
    ("scopes", "missing"),
    [
        (["ALL_METHODS"], ()),
        (["PRICING_READ_ONLY"], ("products", "stock", "orders", "tariffs", "returns", "supplies")),
        (["OFFERS_AND_CARDS_MANAGEMENT"], ("orders", "prices", "returns", "supplies")),
        (["FINANCE_AND_ACCOUNTING"], ("products", "stock", "prices", "tariffs", "returns", "supplies")),
        (["INVENTORY_AND_ORDER_PROCESSING"], ("products", "stock", "prices", "tariffs", "supplies")),
        (
            ["supplies-management:read-only"],
            ("products", "stock", "orders", "prices", "tariffs", "returns"),
        ),
        (["COMMUNICATION"], ("products", "stock", "orders", "prices", "tariffs", "returns", "supplies")),
        ([], ("products", "stock", "orders", "prices", "tariffs", "returns", "supplies")),
    ],
)
def test_a_stream_without_its_scope_is_missing(
    adapter_over: Callable[..., Adapter], scopes: list[str], missing: tuple[str, ...]
) -> None:
    assert adapter_over(shop(scopes)).check().missing == missing


def test_a_shop_that_is_switched_off_leaves_its_streams_off(adapter_over: Callable[..., Adapter]) -> None:
    made = shop(["ALL_METHODS"], apiAvailability="MANUALLY_DISABLED")
    assert adapter_over(made).check().missing == ("stock", "tariffs", "returns", "supplies")


@pytest.mark.parametrize("model", ["FBS", "DBS", "LAAS", None])
def test_a_shop_of_another_model_is_refused(adapter_over: Callable[..., Adapter], model: str | None) -> None:
    with pytest.raises(RequestRejected):
        adapter_over(shop(["ALL_METHODS"], placementType=model)).check()


def test_the_cabinet_is_asked_once(adapter_over: Callable[..., Adapter]) -> None:
    made = Made(lambda path, *_rest: {"orders": []} if path.endswith("/orders") else None)
    adapter = adapter_over(made)
    for _time in range(3):
        with pytest.raises(RequestRejected):
            adapter.fetch_order("5001")

    assert [path for path, _body, _params in made.asked].count(SHOP) == 1


# ---- refusals ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, RequestRejected),
        (401, CredentialsRejected),
        (403, RightMissing),
        (404, RequestRejected),
        (423, RequestRejected),
        (500, TemporaryError),
        (503, TemporaryError),
    ],
)
def test_a_refusal_means_what_its_status_says(
    adapter_over: Callable[..., Adapter], status: int, error: type[Exception]
) -> None:
    with pytest.raises(error) as caught:
        adapter_over(refusing(status, "LOCKED", "the shop is being moved")).check()
    if status == 423:
        assert "the shop is being moved" in str(caught.value)


def test_an_unknown_place_in_a_list_is_told_apart(adapter_over: Callable[..., Adapter]) -> None:
    with pytest.raises(CursorRejected):
        adapter_over(refusing(400, "INVALID_QUERY_PARAMETER", "pageToken: invalid value")).check()


def test_420_blocks_the_method_until_its_window_ends(adapter_over: Callable[..., Adapter]) -> None:
    until = format_datetime(timezone.now().astimezone(UTC) + timedelta(minutes=2), usegmt=True)
    limiter = Counting()
    made = refusing(420, "LIMIT_EXCEEDED", "Hit rate limit", **{"X-RateLimit-Resource-Until": until})
    with pytest.raises(RateLimited) as caught:
        adapter_over(made, limiter=limiter).check()

    assert 110 < caught.value.retry_after.total_seconds() <= 120
    assert limiter.blocked[0][0] == "token"
    assert len(made.asked) == 1


@pytest.mark.parametrize("body", [b"[]", b'{"errors": 5}', b'{"errors": [5, {"code": null}]}', b"not json"])
def test_a_refusal_in_an_odd_shape_is_still_one(adapter_over: Callable[..., Adapter], body: bytes) -> None:
    with pytest.raises(RequestRejected):
        adapter_over(Made(lambda *_asked: httpx.Response(400, content=body))).check()
