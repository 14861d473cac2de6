"""The pages on which an account is let go, connected again, and compared with others."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from companies.choices import Role
from marketplaces import registry, services
from marketplaces.abilities import abilities
from marketplaces.models import AccountStatus, Erasure, MarketplaceAccount
from tests.factories.catalog import ListingFactory
from tests.factories.marketplaces import AccountFactory, StreamStateFactory
from tests.factories.orders import OrderFactory

SYNC = "/lavka/marketplaces/"
ABILITIES = "/lavka/marketplaces/abilities/"

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner_client(owner, client_of):
    """The owner has just given his password again."""
    return client_of(owner, confirmed=True)


@pytest.fixture
def started(monkeypatch) -> list:
    """The erasures handed to the workers."""
    sent: list = []
    monkeypatch.setattr(
        "marketplaces.tasks.erase_account.apply_async", lambda args, **_rest: sent.append(args)
    )
    return sent


def page_of(account: MarketplaceAccount) -> str:
    return f"{account.get_absolute_url()}disconnect/"


def reread(account: MarketplaceAccount) -> MarketplaceAccount:
    return MarketplaceAccount.all_companies.get(pk=account.pk)


def text(response) -> str:
    return response.content.decode().replace("\xa0", " ")


# ---- letting go -------------------------------------------------------------------------------------------------


def test_the_page_says_what_there_is(owner_client, account) -> None:
    listing = ListingFactory(account=account)
    OrderFactory.create_batch(2, account=account, lines__listing=listing)

    page = text(owner_client.get(page_of(account)))

    assert "2 заказа" in page
    assert "1 карточка" in page
    assert 'value="keep"' in page
    assert account.credentials_sealed not in page


def test_nobody_counts_beyond_a_thousand(account) -> None:
    OrderFactory.create_batch(3, account=account, lines=0)

    holding = registry.holdings()["orders"]()

    assert holding.amount(account, most=2) == "больше 2 заказов"


def test_the_data_are_kept_unless_one_says_otherwise(owner_client, account, started) -> None:
    response = owner_client.post(page_of(account), {"fate": "keep", "title": "  Ozon   основной "})

    assert response.headers["Location"] == SYNC
    assert reread(account).status == AccountStatus.DISCONNECTED
    assert started == []
    assert "Ozon основной» отключён" in text(owner_client.get(SYNC))


def test_erasing_begins_at_once_and_is_seen(
    owner_client, owner, account, started, django_capture_on_commit_callbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        owner_client.post(page_of(account), {"fate": "erase", "title": account.title})

    assert reread(account).status == AccountStatus.ERASING
    assert started == [(account.pk, owner.pk)]
    Erasure.all_companies.update(erased={"orders": 12_000, "stock": 3})
    for address in (SYNC, account.get_absolute_url()):
        page = text(owner_client.get(address))
        assert "Данные стираются" in page
        assert "стёрто 12 003 строки" in page
        assert "12 000" in page
    assert owner_client.get(f"{account.get_absolute_url()}key/").status_code == 404
    assert account.title not in text(owner_client.get("/lavka/orders/")), "the switcher has forgotten it"


@pytest.mark.parametrize(
    "title", ["", "Ozon", "ozon основной", "Ozon основной 2", "я" * 10_000, "Ozon\u202e основной", "<script>"]
)
def test_another_name_lets_nothing_go(owner_client, account, title: str) -> None:
    response = owner_client.post(page_of(account), {"fate": "erase", "title": title})

    assert response.status_code == 422
    assert list(response.context["form"].errors) == ["title"]
    assert reread(account).status == AccountStatus.ACTIVE


def test_without_a_choice_nothing_happens(owner_client, account) -> None:
    response = owner_client.post(page_of(account), {"title": account.title, "fate": "burn"})

    assert list(response.context["form"].errors) == ["fate"]
    assert reread(account).status == AccountStatus.ACTIVE


def test_the_password_is_asked_first(client_of, owner, account) -> None:
    client = client_of(owner)

    assert client.get(page_of(account)).headers["Location"].startswith("/accounts/reauthenticate/")
    response = client.post(page_of(account), {"fate": "erase", "title": account.title})
    assert response.status_code == 422
    assert reread(account).status == AccountStatus.ACTIVE


@pytest.mark.parametrize("path", ["/lavka/marketplaces/connect/", "key/"])
def test_keys_ask_for_the_password_too(client_of, owner, account, path: str) -> None:
    url = path if path.startswith("/") else f"{account.get_absolute_url()}{path}"
    client = client_of(owner)

    assert client.get(url).headers["Location"].startswith("/accounts/reauthenticate/")
    response = client.post(url, {"client_id": "1284417", "api_key": "demo-ozon-key"})
    assert response.status_code == 422
    assert "demo-ozon-key" not in text(response)
    assert reread(account).key_set_at == account.key_set_at


@pytest.mark.parametrize("role", [role for role in Role if role != Role.OWNER])
def test_only_owners_let_accounts_go(client_of, member, account, role: Role) -> None:
    client = client_of(member(role), confirmed=True)

    assert client.post(page_of(account), {"fate": "keep", "title": account.title}).status_code == 403
    assert "disconnect/" not in text(client.get(account.get_absolute_url()))


# ---- afterwards -------------------------------------------------------------------------------------------------


def test_a_disconnected_account_is_shown_as_such(owner_client, account) -> None:
    StreamStateFactory(account=account, stream="orders", fresh=True)
    services.disconnect_account(account=account, erases=False)

    page = text(owner_client.get(account.get_absolute_url()))
    assert "Подключить снова" in page
    assert page_of(account) in page
    assert "/pause/" not in page
    assert "/check/" not in page
    assert "Обновить" not in page
    assert "Кабинет отключён; прочитанное раньше остаётся." in page
    assert "Отключён" in text(owner_client.get("/lavka/orders/")), "the switcher says so"
    assert "Ключ должен быть того же продавца" in text(owner_client.get(f"{account.get_absolute_url()}key/"))
    checked = owner_client.post(f"{account.get_absolute_url()}check/", follow=True)
    assert "проверять нечего" in text(checked)


def test_the_data_of_a_disconnected_account_can_still_be_erased(owner_client, account, started) -> None:
    services.disconnect_account(account=account, erases=False)

    page = text(owner_client.get(page_of(account)))
    assert "Стереть навсегда" in page
    assert 'value="keep"' not in page
    owner_client.post(page_of(account), {"fate": "erase", "title": account.title})
    assert reread(account).status == AccountStatus.ERASING


def test_a_name_that_is_taken_is_told_at_its_field(owner_client, account, company) -> None:
    AccountFactory(company=company, title="Ozon второй")

    response = owner_client.post(f"{account.get_absolute_url()}rename/", {"title": "ozon второй"})

    assert response.status_code == 422
    assert "Так уже называется другой кабинет" in response.context["form"].errors["title"][0]
    assert reread(account).title == "Ozon основной"


# ---- abilities --------------------------------------------------------------------------------------------------


def test_every_noun_of_every_account_has_a_word(owner_client, account, company) -> None:
    AccountFactory(company=company, title="Без права", missing=["stock"])
    AccountFactory(company=company, title="На паузе", paused=True)
    AccountFactory(company=company, title="Отвергнут", rejected=True)
    gone = AccountFactory(company=company, title="Отключён")
    services.disconnect_account(account=gone, erases=False)
    AccountFactory(company=company, title="Стирается", status=AccountStatus.ERASING)

    response = owner_client.get(ABILITIES)

    rows = {str(row.title): row for row in response.context["rows"]}
    assert list(rows) == [
        "Товары", "Остатки", "Заказы", "Цены", "Тарифы", "Возвраты", "Поставки", "Финансы", "Уведомления",
    ]  # fmt: skip
    stock = {one.title: ability.verdict.value for one, ability in rows["Остатки"].cells}
    assert stock == {
        "Ozon основной": "read",
        "Без права": "no_right",
        "На паузе": "paused",
        "Отвергнут": "stopped",
        "Отключён": "stopped",
    }
    finance = rows["Финансы"].cells[0][1]
    assert (finance.verdict.value, finance.since.isoformat()) == ("not_read", "2026-09-08")
    assert "Стирается" not in text(response)
    stopped = next(ability for one, ability in rows["Заказы"].cells if one.title == "Отключён")
    assert stopped.since == timezone.localtime(reread(gone).disconnected_at, company.zone).date()


def test_notices_say_whether_they_come(account, company) -> None:
    def push() -> str:
        return {one.noun: one.verdict.value for one in abilities(account, company=company)}["push"]

    assert push() == "off"
    account.push_is_on = True
    assert push() == "on"


def test_without_accounts_the_page_says_what_to_do(owner_client, company) -> None:
    assert "Подключите первый" in text(owner_client.get(ABILITIES))


@pytest.mark.parametrize("accounts", [1, 3])
def test_the_abilities_ask_the_same_number_of_queries(
    owner_client, company, accounts: int, django_assert_num_queries
) -> None:
    AccountFactory.create_batch(accounts, company=company)
    owner_client.get(ABILITIES)

    with django_assert_num_queries(11):
        owner_client.get(ABILITIES)


@pytest.mark.parametrize("accounts", [1, 3])
def test_erasing_asks_the_same_number_of_queries(
    owner_client, company, accounts: int, django_assert_num_queries
) -> None:
    for account in AccountFactory.create_batch(accounts, company=company):
        services.disconnect_account(account=account, erases=True)
    Erasure.all_companies.update(requested_at=timezone.now() - timedelta(minutes=3))
    owner_client.get(SYNC)

    with django_assert_num_queries(20):
        owner_client.get(SYNC)
