"""Connecting accounts, their keys, rights and expiry."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from core import crypto
from marketplaces import services, tasks
from marketplaces.contracts.accounts import AccountCheck
from marketplaces.errors import CredentialsRejected, RequestRejected, TemporaryError
from marketplaces.http import ForbiddenHost
from marketplaces.models import AccountStatus, MarketplaceAccount, StreamState
from marketplaces.services.accounts import AlreadyConnected, BadCredentials
from marketplaces.services.pushes import is_reachable
from tests.factories.companies import MembershipFactory
from tests.factories.marketplaces import AccountFactory
from tests.marketplaces.fakes import BASE_URL, SECRET, Shop

if TYPE_CHECKING:
    from companies.models import Company, User

pytestmark = pytest.mark.django_db

KEY = {"shop": "77", "key": SECRET}


def connect(company: Company, **values: Any) -> MarketplaceAccount:
    return services.connect_account(
        company=company, **{"marketplace": "fake", "credentials": KEY, "base_url": BASE_URL} | values
    )


def again(account: MarketplaceAccount) -> MarketplaceAccount:
    return MarketplaceAccount.all_companies.select_related("company").get(pk=account.pk)


def raising(error: Exception) -> Any:
    def raise_it(*_args: Any) -> Any:
        raise error

    return raise_it


def test_connecting_seals_the_key_and_makes_every_stream_due(
    shop: Shop, company: Company, settings: Any
) -> None:
    settings.PUBLIC_URL = "http://127.0.0.1:8000"
    expires = timezone.now() + timedelta(days=90)
    shop.check = lambda: AccountCheck(
        seller_external_id="77",
        seller_name="Лавка",
        tax_id="7701234567",
        expires_at=expires,
        roles=("Admin",),
    )

    account = again(connect(company))

    assert (account.title, account.seller_name, account.tax_id) == ("Лавка", "Лавка", "7701234567")
    assert account.key_hint == "beef"
    assert account.key_expires_at == expires
    assert SECRET not in account.credentials_sealed
    assert account.open_credentials() == KEY
    states = StreamState.all_companies.filter(account=account)
    assert set(states.values_list("stream", flat=True)) == {"things", "mute"}
    assert all(state.is_on and state.due_at <= timezone.now() for state in states)
    assert shop.subscribed == [f"http://127.0.0.1:8000/push/{account.push_token}/"]
    assert account.push_is_on


def test_the_sealed_key_cannot_be_moved_to_another_company(
    shop: Shop, company: Company, other_company: Company
) -> None:
    account = connect(company)
    thief = AccountFactory(
        company=other_company, marketplace="fake", credentials_sealed=again(account).credentials_sealed
    )
    with pytest.raises(crypto.CannotDecrypt):
        thief.open_credentials()


def test_a_seller_is_connected_once_to_a_company(
    shop: Shop, company: Company, other_company: Company
) -> None:
    first = connect(company)
    with pytest.raises(AlreadyConnected) as caught:
        connect(company, title="again")
    assert caught.value.account == first
    assert again(first).title != "again"
    assert connect(other_company).pk != first.pk


@pytest.mark.parametrize("error", [CredentialsRejected("no"), TemporaryError("500")])
def test_a_key_that_is_not_accepted_connects_nothing(shop: Shop, company: Company, error: Exception) -> None:
    shop.check = raising(error)
    with pytest.raises(type(error)):
        connect(company)
    assert not MarketplaceAccount.all_companies.exists()


def test_credentials_of_a_wrong_form_name_their_fields_and_no_value(shop: Shop, company: Company) -> None:
    with pytest.raises(BadCredentials) as caught:
        connect(company, credentials={"shop": "", "key": SECRET})
    assert set(caught.value.fields) == {"shop"}
    with pytest.raises(BadCredentials) as caught:
        connect(company, credentials={"key": [SECRET]})
    assert set(caught.value.fields) == {"shop", "key"}
    assert SECRET not in repr(caught.value) + json.dumps(caught.value.fields)
    assert caught.value.__context__ is None


def test_keys_go_to_no_foreign_host(shop: Shop, company: Company) -> None:
    with pytest.raises(ForbiddenHost):
        connect(company, base_url="http://169.254.169.254")


def test_streams_without_a_right_are_off(shop: Shop, company: Company) -> None:
    shop.check = lambda: AccountCheck(seller_external_id="77", missing=("mute",))
    account = again(connect(company))
    states = dict(StreamState.all_companies.values_list("stream", "is_on"))
    assert states == {"things": True, "mute": False}
    assert account.missing == ["mute"]

    shop.check = lambda: AccountCheck(seller_external_id="77")
    services.check_account(account=account)
    assert all(StreamState.all_companies.values_list("is_on", flat=True))


def test_connecting_does_not_depend_on_notices(shop: Shop, company: Company, settings: Any) -> None:
    shop.subscribe = raising(RequestRejected("no"))
    assert not connect(company).push_is_on


def test_nobody_is_asked_to_send_notices_to_an_address_out_of_reach(
    shop: Shop, company: Company, settings: Any
) -> None:
    settings.PUBLIC_URL = "http://127.0.0.1:8000"
    settings.MARKETPLACE_BASE_URLS = {"fake": "https://api.fake.com"}
    assert not connect(company, base_url="https://api.fake.com").push_is_on
    assert shop.subscribed == []


@pytest.mark.parametrize(
    ("public", "host", "reachable"),
    [
        ("https://cabinet.example.ru", "https://api.ozon.ru", True),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8010", True),
        ("http://localhost:8000", "https://api.ozon.ru", False),
        ("http://10.0.0.4", "https://api.ozon.ru", False),
        ("http://cabinet", "https://api.ozon.ru", False),
    ],
)
def test_who_reaches_whom(public: str, host: str, reachable: bool) -> None:
    assert is_reachable(public, from_host=host) is reachable


def test_a_new_key_brings_a_stopped_account_back(shop: Shop, company: Company) -> None:
    account = connect(company)
    MarketplaceAccount.all_companies.update(status=AccountStatus.REJECTED)
    StreamState.all_companies.update(due_at=timezone.now() + timedelta(days=1), failures=9)
    new = "another-key-0123456789-cafe"

    services.replace_credentials(account=account, credentials={"shop": "77", "key": new})

    held = again(account)
    assert (held.status, held.key_hint, held.open_credentials()["key"]) == (AccountStatus.ACTIVE, "cafe", new)
    state = StreamState.all_companies.filter(stream="things").get()
    assert state.due_at <= timezone.now()
    assert state.failures == 0


def test_a_key_of_another_seller_replaces_nothing(shop: Shop, company: Company) -> None:
    account = connect(company)
    shop.check = lambda: AccountCheck(seller_external_id="78")
    with pytest.raises(BadCredentials, match="shop"):
        services.replace_credentials(account=account, credentials={"shop": "78", "key": "x" * 20})
    assert again(account).open_credentials() == KEY


def test_pause_and_resume(shop: Shop, company: Company) -> None:
    account = connect(company)
    services.pause_account(account=account)
    assert again(account).status == AccountStatus.PAUSED
    assert services.queue_due_streams() == []
    StreamState.all_companies.update(due_at=timezone.now() + timedelta(hours=1))

    services.resume_account(account=account)
    assert again(account).status == AccountStatus.ACTIVE
    assert len(services.queue_due_streams()) == 2

    MarketplaceAccount.all_companies.update(status=AccountStatus.REJECTED)
    assert services.pause_account(account=account).status == AccountStatus.REJECTED
    assert services.resume_account(account=account).status == AccountStatus.REJECTED


def test_a_check_that_is_refused_stops_the_account(shop: Shop, company: Company) -> None:
    account = connect(company)
    shop.check = raising(TemporaryError("500"))
    with pytest.raises(TemporaryError):
        services.check_account(account=account)
    assert again(account).status == AccountStatus.ACTIVE

    shop.check = raising(CredentialsRejected("revoked"))
    with pytest.raises(CredentialsRejected):
        services.check_account(account=account)
    assert again(account).status == AccountStatus.REJECTED


def test_owners_are_warned_of_an_expiring_key_once_for_each_threshold(
    shop: Shop, company: Company, owner: User, teammate: User, posted: list[Any]
) -> None:
    second = MembershipFactory(company=company, role="owner").user
    MembershipFactory(company=company, role="owner", user__is_active=False)
    account = connect(company, title="Основной")
    told = []
    for days in (30, 14, 13, 3, 2, 1, 0, -1):
        MarketplaceAccount.all_companies.update(
            key_expires_at=timezone.now() + timedelta(days=days, minutes=5)
        )
        told.append(services.warn_of_expiry(account=again(account)))

    assert told == [None, 14, None, 3, None, 1, None, None]
    assert posted == 3 * [
        ("key_expires", {"account_id": account.pk, "user_id": user.pk}) for user in (owner, second)
    ]


def test_nobody_is_warned_of_a_key_that_is_not_in_use(
    shop: Shop, company: Company, owner: User, posted: list[Any]
) -> None:
    account = connect(company)
    MarketplaceAccount.all_companies.update(
        key_expires_at=timezone.now() + timedelta(days=1), status=AccountStatus.PAUSED
    )
    assert services.warn_of_expiry(account=again(account)) is None
    assert posted == []


def test_a_renewed_key_is_warned_of_anew(
    shop: Shop, company: Company, owner: User, posted: list[Any]
) -> None:
    soon = timezone.now() + timedelta(days=2, hours=1)
    shop.check = lambda: AccountCheck(seller_external_id="77", expires_at=soon)
    account = connect(company)
    assert services.warn_of_expiry(account=again(account)) == 3
    later = timezone.now() + timedelta(days=10)
    shop.check = lambda: AccountCheck(seller_external_id="77", expires_at=later)
    services.check_account(account=account)
    assert services.warn_of_expiry(account=again(account)) == 14


def test_the_daily_task_checks_everybody_and_goes_on_after_a_refusal(
    shop: Shop, company: Company, other_company: Company, owner: User, posted: list[Any]
) -> None:
    connect(company)
    connect(other_company)
    answers = iter([CredentialsRejected("revoked"), None])

    def check() -> AccountCheck:
        error = next(answers)
        if error:
            raise error
        return AccountCheck(seller_external_id="77", expires_at=timezone.now() + timedelta(days=2))

    shop.check = check
    assert tasks.check_accounts() == 1
    statuses = set(MarketplaceAccount.all_companies.values_list("status", flat=True))
    assert statuses == {AccountStatus.ACTIVE, AccountStatus.REJECTED}
