"""The token: whose it is, what it may do, and what refusals mean."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from pydantic import ValidationError

from marketplaces import errors
from marketplaces.http import Refusal
from marketplaces.wildberries import limits
from marketplaces.wildberries.adapter import Adapter
from marketplaces.wildberries.credentials import WildberriesCredentials
from marketplaces.wildberries.refusals import AlreadySet
from sandbox.wildberries import limits as their_limits
from tests.marketplaces.wildberries.conftest import ALL_CATEGORIES, SID, token

if TYPE_CHECKING:
    from collections.abc import Callable

SELLER = {"name": "ООО «Льняная лавка»", "sid": SID, "tin": "3702000001", "tradeMark": "Льняная лавка"}


def of(**claims: Any) -> WildberriesCredentials:
    return WildberriesCredentials.model_validate({"token": token(**claims)})


def test_a_good_token_tells_whose_it_is(adapter_over: Callable[..., Adapter]) -> None:
    check = adapter_over(lambda _path, _query, _body: SELLER).check()

    assert (check.seller_external_id, check.seller_name) == (SID, "Льняная лавка")
    assert (check.legal_name, check.tax_id) == ("ООО «Льняная лавка»", "3702000001")
    assert check.expires_at == datetime(2030, 6, 1, tzinfo=UTC)
    assert check.roles == ("Контент", "Аналитика", "Цены и скидки", "Статистика", "Поставки", "Финансы")
    assert (check.key_kind, check.missing) == ("personal", ())


@pytest.mark.parametrize(
    ("bits", "missing"),
    [
        ((1, 2, 3, 5, 10, 11), ()),
        ((1, 2, 3, 5, 10), ()),
        ((1, 2, 3, 5), ("supplies",)),
        ((1, 2, 3, 10), ("orders", "returns")),
        ((1,), ("stock", "orders", "prices", "supplies", "returns")),
        ((), ("products", "stock", "orders", "prices", "supplies", "returns")),
        ((1, 2, 3, 5, 10, 30), ()),
    ],
)
def test_missing_categories_name_their_streams(
    adapter_over: Callable[..., Adapter], bits: tuple[int, ...], missing: tuple[str, ...]
) -> None:
    key = token(s=sum(1 << bit for bit in bits))

    check = adapter_over(lambda _path, _query, _body: SELLER, key=key).check()

    assert check.missing == missing
    assert ("Только на чтение" in check.roles) is (30 in bits)


@pytest.mark.parametrize(
    ("claims", "kind"),
    [
        ({"acc": 3}, "personal"),
        ({"acc": 4}, "personal"),
        ({"acc": 1}, "base"),
        ({"acc": 2}, "test"),
        ({"acc": 3, "t": True}, "test"),
        ({"acc": 9}, "base"),
        ({"acc": "3"}, "base"),
        ({"acc": None}, "base"),
    ],
)
def test_the_kind_of_token_decides_the_limits(claims: dict[str, Any], kind: str) -> None:
    assert Adapter.key_kind(of(**claims)) == kind
    told = Adapter.limits_for(kind)
    assert told is (limits.LEAST if kind == "base" else limits.FULL)


def test_methods_of_a_minute_are_asked_once_a_minute_and_no_bucket_is_over_theirs() -> None:
    for group in (limits.FEED, limits.SALES):
        assert (limits.FULL[group].gap_us >= 60_000_000, limits.FULL[group].burst) == (True, 1)
    assert (limits.FULL[limits.ORDERS].gap_us >= 60_000_000, limits.FULL[limits.ORDERS].burst) == (True, 10)
    assert limits.LEAST[limits.FEED].gap_us >= timedelta(hours=3) / timedelta(microseconds=1)
    assert set(limits.LEAST) == set(limits.FULL) - {limits.STOCKS, limits.DISCREPANCIES}


def test_we_ask_for_less_than_they_give() -> None:
    """Of every method whose bucket the sandbox has, by the figures of their document."""
    theirs = {
        rule.bucket: rule for rule in vars(their_limits).values() if isinstance(rule, their_limits.Rule)
    }
    ours = {
        "discrepancies": limits.DISCREPANCIES,
        "commission": limits.COMMISSION,
        "box": limits.BOX,
        "pallet": limits.PALLET,
        "return": limits.RETURN,
    }
    compared = 0
    for bucket, rule in theirs.items():
        group = ours.get(bucket, bucket)
        for told, given in ((limits.FULL.get(group), rule.full), (limits.LEAST.get(group), rule.base)):
            if told is not None and given is not None:
                assert told.gap_us > given.interval * 1_000_000, group
                assert told.burst <= given.burst, group
                compared += 1
    assert compared == 2 * len(limits.FULL) - 4  # requests of all methods; methods closed to a base token


def test_a_base_token_may_not_ask_for_stock(adapter_over: Callable[..., Adapter]) -> None:
    assert adapter_over(lambda _path, _query, _body: SELLER, key=token(acc=1)).check().missing == ("stock",)


@pytest.mark.parametrize("exp", [None, "soon", True, -(10**12), 10**18, 0])
def test_an_expiry_that_is_none_is_not_told(adapter_over: Callable[..., Adapter], exp: Any) -> None:
    check = adapter_over(lambda _path, _query, _body: SELLER, key=token(exp=exp)).check()

    assert check.expires_at is None


@pytest.mark.parametrize("told", [{}, {"name": None, "tin": "12 34", "sid": None}, {"tin": "1" * 30}])
def test_a_seller_who_tells_nothing_is_still_known(adapter_over: Callable[..., Adapter], told: Any) -> None:
    check = adapter_over(lambda _path, _query, _body: told).check()

    assert (check.seller_external_id, check.tax_id) == (SID, "")


# ---- refusals ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (401, {"title": "unauthorized", "detail": "token problem; token is malformed"}, errors.CredentialsRejected),
        (401, {"title": "unauthorized", "detail": "access token expired"}, errors.CredentialsRejected),
        (401, None, errors.CredentialsRejected),
        (401, {"title": "unauthorized", "detail": "token scope not allowed"}, errors.RightMissing),
        (402, {"title": "Payment Required"}, errors.RightMissing),
        (403, {"detail": "base token is not allowed"}, errors.RightMissing),
        (400, {"data": None, "error": True, "errorText": "Invalid data format"}, errors.RequestRejected),
        (400, {"error": True, "errorText": "The specified prices are already set"}, AlreadySet),
        (404, {"title": "Not Found"}, errors.RequestRejected),
        (409, {"title": "Conflict"}, errors.RequestRejected),
        (413, ["too", "large"], errors.RequestRejected),
        (422, {"errorText": "Unexpected result"}, errors.RequestRejected),
    ],
)  # fmt: skip
def test_words_decide_what_happens_next(status: int, body: Any, error: type[Exception]) -> None:
    refusal = Refusal(path="/x", status=status, content=json.dumps(body).encode(), headers={})

    assert type(Adapter.explain(refusal)) is error


@pytest.mark.parametrize("status", [408, 425, 429, 500, 503])
def test_what_the_status_says_is_left_to_it(status: int) -> None:
    assert Adapter.explain(Refusal(path="/x", status=status, content=b"", headers={})) is None


def test_a_pause_is_read_from_their_header(adapter_over: Callable[..., Adapter]) -> None:
    answer = httpx.Response(429, json={}, headers={"X-Ratelimit-Retry": "42"})

    with pytest.raises(errors.RateLimited) as caught:
        adapter_over(lambda _path, _query, _body: answer).check()

    assert caught.value.retry_after == timedelta(seconds=42)


# ---- credentials ------------------------------------------------------------------------------------------
def test_a_token_is_trimmed_and_hidden() -> None:
    text = token()
    credentials = WildberriesCredentials.model_validate({"token": f"  Bearer {text}\n"})

    assert Adapter.headers(credentials) == {"Authorization": text}
    assert Adapter.external_id(credentials) == SID
    assert text not in f"{credentials!r} {credentials}"


@pytest.mark.parametrize(
    "text",
    [
        "k3y-odd",
        "only.two-parts-of-some-length",
        "a.b.c.d-with-some-length",
        f"{token()} {token()}",
        "токен-из-русских-букв.и.точек",
        "head.!!!!not-base64!!!!.signature",
        "head.bm90LWpzb24.signature-of-it",
        token(sid="nobody"),
        token(sid=None),
        token(s="all"),
        token(s=True),
        token(s=-1),
        token(s=1 << 80),
        "x" * 5000,
        "head..signature-of-some-length",
        "h\r\nX-Evil: 1.middle.signature",
    ],
)
def test_what_is_no_token_is_refused_without_showing_it(text: str) -> None:
    with pytest.raises(ValidationError) as caught:
        WildberriesCredentials.model_validate({"token": text})

    assert text not in str(caught.value)


def test_categories_are_bits() -> None:
    claims = of(s=ALL_CATEGORIES | 1 << 30).claims

    assert claims.is_read_only
    assert claims.has(1)
    assert not claims.has(4)
