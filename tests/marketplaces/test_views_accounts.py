"""Connecting an account and its page, over the sandbox: the same code as against the real marketplace."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest
import stamina
from django.utils import timezone

from companies.choices import Role
from marketplaces.http import use_transport
from marketplaces.models import AccountStatus, MarketplaceAccount, StreamState
from sandbox.app import make_app
from sandbox.clock import Clock
from sandbox.world import World, WorldSettings
from tests.factories.marketplaces import AccountFactory, StreamStateFactory, SyncRunFactory

BASE_URL = "http://sandbox.test"
KEY = {"client_id": "1284417", "api_key": "demo-ozon-key"}
CONNECT = "/lavka/marketplaces/connect/"
SYNC = "/lavka/marketplaces/"

pytestmark = pytest.mark.django_db


@pytest.fixture
def sandbox(settings):
    """A small Ozon at the address of the real one."""
    settings.MARKETPLACE_BASE_URLS = {"ozon": BASE_URL}
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    stamina.set_testing(True, attempts=1)
    now = timezone.now() - timedelta(hours=1)
    app = make_app(
        World(WorldSettings(skus=5, days=3, per_day=5).ending(now)), clock=Clock(now, frozen=True), rate=None
    )
    with use_transport(BASE_URL, httpx.WSGITransport(app)):
        yield app
    stamina.set_testing(False)


@pytest.fixture
def owner_client(owner, client_of):
    """The owner has just given his password again: keys ask for it."""
    return client_of(owner, confirmed=True)


@pytest.fixture
def connected(sandbox, owner_client) -> MarketplaceAccount:
    owner_client.post(CONNECT, KEY)
    return MarketplaceAccount.all_companies.get()


def reread(account: MarketplaceAccount) -> MarketplaceAccount:
    return MarketplaceAccount.all_companies.get(pk=account.pk)


def test_two_fields_connect_an_account(sandbox, owner_client, company) -> None:
    response = owner_client.post(CONNECT, KEY)

    account = MarketplaceAccount.all_companies.get()
    assert response.headers["Location"] == SYNC
    assert (account.company, account.external_id, account.status) == (
        company,
        "1284417",
        AccountStatus.ACTIVE,
    )
    assert account.open_credentials() == KEY
    assert sorted(StreamState.all_companies.values_list("stream", flat=True)) == [
        "orders",
        "prices",
        "products",
        "returns",
        "stock",
        "supplies",
        "tariffs",
    ]


def test_the_key_is_never_sent_back(sandbox, owner_client) -> None:
    response = owner_client.post(CONNECT, {**KEY, "client_id": "not a number"})

    page = response.content.decode()
    assert response.status_code == 422
    assert "not a number" in page
    assert KEY["api_key"] not in page
    assert 'type="password"' in page


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"client_id": "", "api_key": KEY["api_key"]}, "client_id"),
        ({"client_id": "12 34x", "api_key": KEY["api_key"]}, "client_id"),
        ({"client_id": KEY["client_id"], "api_key": ""}, "api_key"),
        ({"client_id": KEY["client_id"], "api_key": "short"}, "api_key"),
        ({"client_id": KEY["client_id"], "api_key": "x" * 201}, "api_key"),
    ],
)
def test_what_cannot_be_a_key_is_told_at_its_field(sandbox, owner_client, given, field: str) -> None:
    response = owner_client.post(CONNECT, given)

    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    assert MarketplaceAccount.all_companies.count() == 0


def test_a_key_that_ozon_refuses_is_told_at_the_key(sandbox, owner_client) -> None:
    response = owner_client.post(CONNECT, {**KEY, "api_key": "another-key-altogether"})

    errors = response.context["form"].errors
    assert response.status_code == 422
    assert list(errors) == ["api_key"]
    assert "Ozon не принимает ключ" in errors["api_key"][0]
    assert MarketplaceAccount.all_companies.count() == 0


def test_a_marketplace_that_does_not_answer_is_no_fault_of_the_seller(
    settings, sandbox, owner_client
) -> None:
    def broken(_environ, start_response):
        start_response("503 Service Unavailable", [("content-type", "text/html")])
        return [b"<html>down</html>"]

    with use_transport(BASE_URL, httpx.WSGITransport(broken)):
        response = owner_client.post(CONNECT, KEY)

    errors = response.context["form"].errors
    assert list(errors) == ["__all__"]
    assert "Ничего не сохранено" in errors["__all__"][0]


def test_the_adapters_own_reason_is_told(settings, sandbox, owner_client) -> None:
    """A shop of another model: by its number alone the seller cannot see what is wrong with it."""
    settings.MARKETPLACE_BASE_URLS = {"yandex_market": BASE_URL}
    # Not the demo shop: what is asked here counts against the limits of this one.
    campaign = {"id": 33123457, "placementType": "<b>DBS</b>", "business": {"id": 1, "name": "Лён"}}

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/v2/auth/token":
            key = {"name": "k", "authScopes": ["ALL_METHODS"]}
            return httpx.Response(200, json={"status": "OK", "result": {"apiKey": key}})
        return httpx.Response(200, json={"campaign": campaign})

    given = {"marketplace": "yandex_market", "campaign_id": "33123457", "api_key": "ACMA:good:key:fbo"}
    with use_transport(BASE_URL, httpx.MockTransport(answer)):
        response = owner_client.post(CONNECT, given)

    errors = response.context["form"].errors
    assert response.status_code == 422
    assert list(errors) == ["__all__"]
    assert "(FBY)" in errors["__all__"][0]
    assert "DBS" not in response.content.decode()
    assert MarketplaceAccount.all_companies.count() == 0


def test_the_same_seller_is_connected_once(connected, owner_client) -> None:
    response = owner_client.post(CONNECT, KEY)

    assert connected.title in response.context["form"].errors["__all__"][0]
    assert MarketplaceAccount.all_companies.count() == 1


def test_an_address_that_is_not_allowed_is_never_asked(owner_client, company) -> None:
    account = AccountFactory(company=company, base_url="http://169.254.169.254")

    response = owner_client.post(f"{account.get_absolute_url()}key/", KEY)

    assert list(response.context["form"].errors) == ["__all__"]
    assert "нельзя обращаться" in response.context["form"].errors["__all__"][0]


def test_the_account_page_shows_seller_rights_and_what_is_given(connected, owner_client) -> None:
    page = owner_client.get(connected.get_absolute_url()).content.decode()

    assert connected.seller_name in page
    assert connected.tax_id in page
    assert "…" + connected.key_hint in page
    assert connected.credentials_sealed not in page
    assert "кабинет начисления пока не читает" in page


def test_a_viewer_sees_the_account_and_no_way_to_change_it(account, client_of, teammate) -> None:
    page = client_of(teammate).get(account.get_absolute_url()).content.decode()

    assert account.title in page
    assert "/key/" not in page
    assert "/pause/" not in page
    assert 'method="post" action="/lavka' not in page


def test_an_account_is_renamed(account, owner_client) -> None:
    owner_client.post(f"{account.get_absolute_url()}rename/", {"title": "Ozon Москва"})

    assert reread(account).title == "Ozon Москва"


def test_a_name_cannot_be_empty(account, owner_client) -> None:
    response = owner_client.post(f"{account.get_absolute_url()}rename/", {"title": " "})

    assert response.status_code == 422
    assert reread(account).title == "Ozon основной"


def test_an_account_is_paused_and_resumed(account, owner_client) -> None:
    owner_client.post(f"{account.get_absolute_url()}pause/")
    assert reread(account).status == AccountStatus.PAUSED

    owner_client.post(f"{account.get_absolute_url()}resume/")
    assert reread(account).status == AccountStatus.ACTIVE


def test_a_refused_account_goes_on_with_a_new_key(connected, owner_client) -> None:
    MarketplaceAccount.all_companies.update(status=AccountStatus.REJECTED)

    response = owner_client.post(f"{connected.get_absolute_url()}key/", KEY)

    assert response.headers["Location"] == connected.get_absolute_url()
    assert reread(connected).status == AccountStatus.ACTIVE


def test_the_key_page_knows_the_seller_and_not_the_key(connected, owner_client) -> None:
    page = owner_client.get(f"{connected.get_absolute_url()}key/").content.decode()

    assert 'value="1284417"' in page
    assert KEY["api_key"] not in page


def test_a_wrong_new_key_leaves_the_old_one(connected, owner_client) -> None:
    response = owner_client.post(
        f"{connected.get_absolute_url()}key/", {**KEY, "api_key": "another-key-altogether"}
    )

    assert list(response.context["form"].errors) == ["api_key"]
    assert reread(connected).open_credentials() == KEY


def test_the_key_is_checked_on_demand(connected, owner_client) -> None:
    MarketplaceAccount.all_companies.update(checked_at=None)

    owner_client.post(f"{connected.get_absolute_url()}check/")

    assert reread(connected).checked_at is not None


def test_a_revoked_key_stops_the_account_and_says_so(connected, owner_client) -> None:
    def revoked(_environ, start_response):
        start_response("403 Forbidden", [("content-type", "application/json")])
        return [b'{"code": 7, "message": "Invalid Api-Key, please contact support"}']

    with use_transport(BASE_URL, httpx.WSGITransport(revoked)):
        page = owner_client.post(f"{connected.get_absolute_url()}check/", follow=True).content.decode()

    assert reread(connected).status == AccountStatus.REJECTED
    assert "Ozon не принимает ключ" in page


@pytest.mark.parametrize(
    ("days", "words"), [(5, "Ключ истекает через 5 дней"), (-1, "Ключ истёк"), (60, "В порядке")]
)
def test_the_expiry_of_the_key_is_told(account, owner_client, days: int, words: str) -> None:
    account.key_expires_at = timezone.now() + timedelta(days=days, hours=1)
    account.save(update_fields=["key_expires_at"])
    StreamStateFactory(account=account, fresh=True)

    assert words in owner_client.get(SYNC).content.decode()


@pytest.mark.parametrize("role", [Role.WAREHOUSE, Role.ACCOUNTANT, Role.VIEWER])
def test_only_managers_connect(client_of, member, role: Role) -> None:
    assert client_of(member(role)).post(CONNECT, KEY).status_code == 403


@pytest.mark.parametrize("accounts", [1, 3])
def test_the_account_page_asks_the_same_number_of_queries(
    owner_client, company, accounts: int, django_assert_num_queries
) -> None:
    for _ in range(accounts):
        account = AccountFactory(company=company)
        for stream in ("orders", "stock", "products"):
            StreamStateFactory(account=account, stream=stream)
            SyncRunFactory(account=account, stream=stream, outcome="failed", error_code="temporary")

    with django_assert_num_queries(23):
        owner_client.get(account.get_absolute_url())
