"""The key: whose it is, what it may do, and what Ozon's refusals mean."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from pydantic import ValidationError

from core import requisites
from marketplaces import errors
from marketplaces.adapter import (
    FetchesOrders,
    FetchesPrices,
    FetchesProducts,
    FetchesReturns,
    FetchesStock,
    FetchesSupplies,
    FetchesTariffs,
    ReceivesPush,
)
from marketplaces.contracts.accounts import NOUNS
from marketplaces.contracts.orders import OrdersQuery
from marketplaces.contracts.stock import StockQuery
from marketplaces.http import Refusal
from marketplaces.ozon.adapter import Adapter, _digits, _tax_system, missing_streams
from marketplaces.ozon.credentials import OzonCredentials
from marketplaces.ozon.schemas import Role
from sandbox.accounts import Account
from sandbox.app import make_app
from sandbox.clock import Clock
from tests.marketplaces.ozon.conftest import NOW

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.world import World

GOODS = ("supplies", "returns")


def over(world: World, adapter_over: Callable[..., Adapter], **changes: Any) -> Adapter:
    """An adapter whose key the sandbox knows with these changes."""
    account = Account(client_id="77", api_key="another-key", **changes)
    app = make_app(world, accounts=[account], clock=Clock(NOW, frozen=True), rate=None)
    return adapter_over(app, client_id="77", api_key="another-key")


def test_good_key_tells_whose_it_is(adapter: Adapter) -> None:
    check = adapter.check()

    assert check.seller_external_id == "1284417"
    assert (check.seller_name, check.legal_name, check.currency) == (
        "Льняная лавка",
        "ООО «Льняная лавка»",
        "RUB",
    )
    assert requisites.inn(check.tax_id, is_person=False) == check.tax_id
    assert requisites.ogrn(check.registration_number) == check.registration_number
    assert (check.ownership_form, check.tax_system) == ("ООО", "USN")
    assert check.expires_at is not None
    assert check.expires_at > NOW
    assert check.roles == ("Admin read only", "Product")
    assert check.missing == ()


def test_expiry_is_told(world: World, adapter_over: Callable[..., Adapter]) -> None:
    moment = NOW + timedelta(days=3)

    assert over(world, adapter_over, expires_at=moment).check().expires_at == moment


@pytest.mark.parametrize(
    ("roles", "missing"),
    [
        (("Admin",), ()),
        (("Product read-only",), ("stock", "orders", "supplies", "returns")),
        (("Product read-only", "Report"), ("orders", "supplies", "returns")),
        (("Posting FBO", "Seller info"), ("products", "stock", "supplies", "returns", "prices", "tariffs")),
        (("Supply order",), ("products", "stock", "orders", "returns", "prices", "tariffs")),
        (("Returns",), ("products", "stock", "orders", "supplies", "prices", "tariffs")),
    ],
)
def test_missing_rights_name_their_streams(
    world: World, adapter_over: Callable[..., Adapter], roles: tuple[str, ...], missing: tuple[str, ...]
) -> None:
    check = over(world, adapter_over, roles=roles).check()

    assert check.missing == missing
    assert check.roles == roles


def test_key_without_the_right_to_ask_for_the_company_is_still_good(
    world: World, adapter_over: Callable[..., Adapter]
) -> None:
    check = over(world, adapter_over, roles=("Posting FBO",)).check()

    assert (check.seller_external_id, check.seller_name, check.tax_id) == ("77", "", "")


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ("OSNO", "OSNO"),
        (" USN ", "USN"),
        ("UNKNOWN", ""),
        ("UNSPECIFIED", ""),
        (None, ""),
        ("Х" * 99, "Х" * 24),
    ],
)
def test_a_tax_system_is_kept_in_their_word(told: str | None, kept: str) -> None:
    assert _tax_system(told) == kept


@pytest.mark.parametrize("told", [None, "", "нет", "٣٧٠٢٠٠٠٠٠١", "1" * 16])
def test_what_is_no_number_of_the_seller_is_not_kept(told: str | None) -> None:
    assert _digits(told, most=15) == ""


@pytest.mark.parametrize(
    ("methods", "missing"),
    [
        ([["/v1/posting"]], ("products", "stock", "orders", *GOODS, "prices", "tariffs")),
        ([["/v3/posting", "/v2/posting/fbo/get"]], ("products", "stock", *GOODS, "prices", "tariffs")),
        (
            [["/v3/posting/fbo/list"], ["/v2/posting/fbo/get"], ["/v1/analytics/"]],
            ("products", *GOODS, "prices", "tariffs"),
        ),
        ([[]], ()),
        ([], ("products", "stock", "orders", *GOODS, "prices", "tariffs")),
        (
            [["/v3/product/list", "/v3/product/info/list", "/v1/analytics/stock"]],
            ("stock", "orders", *GOODS, "prices", "tariffs"),
        ),
        (
            [["/v3/supply-order", "/v1/supply-order/bundle", "/v1/returns"]],
            ("products", "stock", "orders", "prices", "tariffs"),
        ),
    ],
)
def test_rights_are_methods_or_their_beginnings(methods: list[list[str]], missing: tuple[str, ...]) -> None:
    roles = [
        Role.model_validate({"name": str(number), "methods": some}) for number, some in enumerate(methods)
    ]

    assert missing_streams(roles) == missing


@pytest.mark.parametrize(
    "changes", [{"revoked": True}, {"networks": ("10.0.0.0/8",)}, {"expires_at": NOW - timedelta(days=1)}]
)
def test_bad_key_is_rejected(
    world: World, adapter_over: Callable[..., Adapter], changes: dict[str, Any]
) -> None:
    with pytest.raises(errors.CredentialsRejected) as caught:
        over(world, adapter_over, **changes).check()

    assert "another-key" not in str(caught.value)


def test_wrong_key_is_rejected(app: Any, adapter_over: Callable[..., Adapter]) -> None:
    with pytest.raises(errors.CredentialsRejected):
        adapter_over(app, api_key="not-the-key").check()


def test_missing_role_stops_the_stream_only(world: World, adapter_over: Callable[..., Adapter]) -> None:
    adapter = over(world, adapter_over, roles=("Product read-only",))
    month = OrdersQuery(since=NOW - timedelta(days=1), until=NOW)

    with pytest.raises(errors.RightMissing) as caught:
        list(adapter.fetch_orders(month, cursor={}))

    assert caught.value.method == "/v3/posting/fbo/list"


def test_stock_bears_the_absence_of_all_that_is_not_stock(
    world: World, adapter_over: Callable[..., Adapter]
) -> None:
    adapter = over(world, adapter_over, roles=("Report",))
    skus = tuple(str(product.sku) for product in world.products())

    pages = list(adapter.fetch_stock(StockQuery(marketplace_skus=skus), cursor={}))

    levels = [one for page in pages for one in page.snapshots]
    assert sum(one.quantities.available for one in levels) > 0
    assert sum(one.quantities.reserved for one in levels) == 0
    assert {one.warehouse.time_zone for one in levels} == {""}
    assert all(one.warehouse.cluster_external_id for one in levels)


def test_unknown_order_is_refused(adapter: Adapter) -> None:
    with pytest.raises(errors.RequestRejected):
        adapter.fetch_order("1-1-1")
    with pytest.raises(errors.RequestRejected):
        adapter.fetch_product("1")


def test_adapter_plays_the_roles_it_claims() -> None:
    roles = {
        "products": FetchesProducts,
        "stock": FetchesStock,
        "orders": FetchesOrders,
        "supplies": FetchesSupplies,
        "returns": FetchesReturns,
        "prices": FetchesPrices,
        "tariffs": FetchesTariffs,
        "push": ReceivesPush,
    }

    assert {one.stream for one in Adapter.capabilities if one.is_available} == set(roles)
    assert all(issubclass(Adapter, role) for role in roles.values())
    assert [one.stream for one in Adapter.capabilities] == list(NOUNS), "each noun is spoken of"
    assert all(one.reason for one in Adapter.capabilities if not one.is_available)


# ---- refusals ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("status", "code", "message", "error"),
    [
        (403, 7, "Invalid Api-Key, please contact support", errors.CredentialsRejected),
        (401, 16, "unauthenticated", errors.CredentialsRejected),
        (403, 7, "Api-key is deactivated, use another one or generate a new one", errors.CredentialsRejected),
        (403, 7, "Api-Key is restricted to specific IP addresses", errors.CredentialsRejected),
        (403, 0, "Offer not signed", errors.CredentialsRejected),
        (403, 7, "Api-Key is missing a required role for a method", errors.RightMissing),
        (429, 8, "You have reached request rate limit per second", errors.RateLimited),
        (400, 8, "exhausted", errors.RateLimited),
        (500, 13, "Circle is open", errors.TemporaryError),
        (403, 0, "Circle is open", errors.TemporaryError),
        (500, 13, "Internal error", errors.TemporaryError),
        (400, 3, "cursor: invalid value", errors.CursorRejected),
        (400, 3, "PERIOD_IS_TOO_LONG", errors.RequestRejected),
        (404, 5, "POSTING_NOT_FOUND", errors.RequestRejected),
        (404, 5, "method is not allowed", errors.RequestRejected),
    ],
)
def test_messages_decide_what_happens_next(
    status: int, code: int, message: str, error: type[errors.MarketplaceError]
) -> None:
    body = httpx.Response(200, json={"code": code, "message": message, "details": []}).content
    refusal = Refusal(path="/v3/posting/fbo/list", status=status, content=body, headers={"retry-after": "7"})

    found = Adapter.explain(refusal)

    assert type(found) is error
    assert message[:100] in str(found)
    if isinstance(found, errors.RateLimited):
        assert found.retry_after == timedelta(seconds=7)


@pytest.mark.parametrize(
    "content", [b"", b"<html>", b"[]", b"null", b'{"code": true, "message": null}', b'{"message": {}}']
)
def test_refusals_without_words_are_left_to_their_status(content: bytes) -> None:
    assert Adapter.explain(Refusal(path="/v1/roles", status=403, content=content, headers={})) is None


# ---- credentials ------------------------------------------------------------------------------------------
def test_credentials_are_trimmed_and_hidden() -> None:
    credentials = OzonCredentials.model_validate({"client_id": " 1284417 ", "api_key": " demo-ozon-key\n"})

    assert Adapter.headers(credentials) == {"Client-Id": "1284417", "Api-Key": "demo-ozon-key"}
    assert Adapter.external_id(credentials) == "1284417"
    assert "demo-ozon-key" not in f"{credentials!r} {credentials}"


@pytest.mark.parametrize(
    "given",
    [
        {"client_id": "abc", "api_key": "demo-ozon-key"},
        {"client_id": "", "api_key": "demo-ozon-key"},
        {"client_id": "1", "api_key": "k3y-odd"},
        {"client_id": "1", "api_key": "ключ-из-букв-не-ascii"},
        {"client_id": "1", "api_key": "with space inside"},
        {"client_id": "1", "api_key": "line\r\nX-Evil: 1"},
        {"client_id": "1", "api_key": "x" * 201},
        {"client_id": "1"},
    ],
)
def test_credentials_that_cannot_be_are_refused_without_showing_them(given: dict[str, str]) -> None:
    with pytest.raises(ValidationError) as caught:
        OzonCredentials.model_validate(given)

    assert given.get("api_key", "nothing") not in str(caught.value)


def test_credentials_make_a_form() -> None:
    fields = OzonCredentials.model_fields

    assert list(fields) == ["client_id", "api_key"]
    assert all(field.title and field.description for field in fields.values())


def test_moments_are_utc(adapter: Adapter) -> None:
    expires_at = adapter.check().expires_at

    assert isinstance(expires_at, datetime)
    assert expires_at.tzinfo is UTC
