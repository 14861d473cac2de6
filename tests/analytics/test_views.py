"""The dashboard over HTTP: what it shows, how it stays live, what it costs."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from analytics.models import HourlyOrders, ListingSales
from core.periods import business_day
from marketplaces.contracts.orders import OrderStatus
from marketplaces.models import AccountStatus, RunOutcome
from tests.factories.catalog import ListingFactory, StockLevelFactory
from tests.factories.facts import sum_up
from tests.factories.marketplaces import AccountFactory, StreamStateFactory, SyncRunFactory
from tests.factories.orders import OrderTallyFactory

pytestmark = pytest.mark.django_db

# Who is asking: the session's trace (six), the member. The block: accounts, three of sales, three of stock, two of
# supplies, one of returns, two of stuck orders, prices held back, pairs in doubt, five of yesterday, runs, streams
# (what waits adds a few more: test_morning). The frame: accounts of the top bar, companies, open quarantine.
LIVE_QUERIES = 28
QUERIES = LIVE_QUERIES + 4


@pytest.fixture
def today():
    return business_day(timezone.now())


def page(client, company, query=""):
    return client.get(reverse("analytics:dashboard", args=[company.slug]) + query)


def live(client, company, query=""):
    return client.get(
        reverse("analytics:dashboard", args=[company.slug]) + query, headers={"HX-Request": "true"}
    )


def text_of(response):
    plain = re.sub(r"<[^>]+>", " ", response.content.decode())
    return re.sub(r"\s+", " ", plain.replace("\xa0", " "))


def live_url(response):
    return re.search(r'hx-get="[^"?]*(\?[^"]*)"', response.content.decode())[1].replace("&amp;", "&")


def read_streams(account, *, age=timedelta(minutes=1)):
    for stream in ("products", "stock", "orders"):
        moment = timezone.now() - age
        StreamStateFactory(account=account, stream=stream, succeeded_at=moment, data_as_of=moment)


@pytest.fixture
def shop(account, today):
    """An account in order: orders of today and of eight weeks back, a listing that ends, a run."""
    read_streams(account)
    for age in range(60):
        OrderTallyFactory(
            account=account,
            day=today - timedelta(days=age),
            status=OrderStatus.DELIVERED,
            orders=2,
            units=3,
            amount=Decimal("1000.00"),
        )
    OrderTallyFactory(account=account, day=today, orders=1, units=1, amount=Decimal("500.00"))
    HourlyOrders.all_companies.create(
        company=account.company, account=account, day=today - timedelta(days=28), hour=0,
        orders=1, units=1, amount=Decimal("400.00"), delivered=1,
    )  # fmt: skip
    listing = ListingFactory(account=account, name="Плед вафельный")
    StockLevelFactory(listing=listing, available=6)
    for age in range(1, 29):
        ListingSales.all_companies.create(
            company=account.company, account=account, listing=listing, day=today - timedelta(days=age),
            ordered_units=2, ordered_amount=200,
        )  # fmt: skip
    sum_up(account.company)
    SyncRunFactory(account=account, inserted=12)
    return account


def test_figures_of_the_period_are_shown_and_add_up(owner_client, shop):
    found = text_of(page(owner_client, shop.company))

    assert "Заказано" in found
    assert "28 500 ₽" in found  # 28 days of 1 000 and 500 of today
    assert re.search(r"Всего 57 100 %", found)  # 56 delivered, 1 accepted
    assert "Сегодня: 3 заказа на 1 500 ₽." in found


def test_stock_accounts_and_runs_are_shown(owner_client, shop):
    found = text_of(page(owner_client, shop.company))

    assert re.search(r"Плед вафельный .{0,20}1 склад .{0,5}6 2,0 в день 3 дн\.", found)
    assert "В порядке" in found
    assert re.search(r"Заказы: новых 12", found)


def test_period_and_measure_come_from_the_address(owner_client, shop):
    found = page(owner_client, shop.company, "?period=7&measure=revenue")

    assert "7 500 ₽" in text_of(found)
    html = found.content.decode()
    assert re.search(r'period=7[^"]*" aria-current="true"', html)
    assert re.search(r'measure=revenue[^"]*" aria-current="true"', html)


def test_unknown_words_of_the_address_are_said(owner_client, shop):
    found = text_of(page(owner_client, shop.company, "?period=400"))

    assert "незнакомое значение (период)" in found
    assert "28 500 ₽" in found


def test_account_narrows_the_figures(owner_client, shop, today):
    other = AccountFactory(company=shop.company)
    OrderTallyFactory(account=other, day=today, orders=9, units=9, amount=Decimal("77.00"))

    assert "Сегодня: 9 заказов на 77 ₽." in text_of(page(owner_client, shop.company, f"?account={other.pk}"))


def test_a_foreign_account_is_not_found(owner_client, company, other_company):
    foreign = AccountFactory(company=other_company)

    assert page(owner_client, company, f"?account={foreign.pk}").status_code == 404


def test_live_block_says_nothing_while_nothing_changed(owner_client, shop):
    address = live_url(page(owner_client, shop.company, "?period=7"))

    again = live(owner_client, shop.company, address)

    assert "period=7" in address
    assert (again.status_code, again.content) == (204, b"")


def test_live_block_comes_anew_when_an_order_came(owner_client, shop, today):
    address = live_url(page(owner_client, shop.company))
    OrderTallyFactory(account=shop, day=today, status=OrderStatus.PACKED, orders=1)

    again = live(owner_client, shop.company, address)

    assert again.status_code == 200
    assert b"<html" not in again.content
    assert "Сегодня: 4 заказа" in text_of(again)
    assert live_url(again) != address


def test_page_and_block_are_kept_apart_by_caches(owner_client, shop):
    assert "HX-Request" in page(owner_client, shop.company)["Vary"]


def test_company_without_an_account_is_told_how_to_begin(owner_client, company):
    found = text_of(page(owner_client, company))

    assert "Первые шаги" in found
    assert "Подключить кабинет маркетплейса" in found
    assert "Ближайшие обнуления" not in found


def test_account_without_orders_says_so(owner_client, account):
    read_streams(account)

    found = text_of(page(owner_client, account.company))

    assert "Заказов ещё нет" in found
    assert "Здесь будут остатки" in found


def test_a_young_company_is_not_compared(owner_client, account, today):
    OrderTallyFactory(account=account, day=today - timedelta(days=3))

    assert "сравнить не с чем: заказы с" in text_of(page(owner_client, account.company))


@pytest.mark.parametrize(
    ("status", "word"),
    [(AccountStatus.PAUSED, AccountStatus.PAUSED), (AccountStatus.REJECTED, AccountStatus.REJECTED)],
)
def test_an_account_that_is_not_synced_says_so(owner_client, shop, status, word):
    shop.status = status
    shop.save()

    found = text_of(page(owner_client, shop.company))

    assert f"{word.label}" in found
    assert "Ничего не синхронизируется. Прежние данные на месте." in found


def test_an_account_with_old_data_falls_behind(owner_client, account):
    read_streams(account, age=timedelta(hours=5))

    assert "Отстаёт" in text_of(page(owner_client, account.company))


def test_an_account_that_is_read_for_the_first_time(owner_client, account):
    StreamStateFactory(account=account, stream="orders")

    assert "Читаем впервые: заказы." in text_of(page(owner_client, account.company))


def test_a_key_that_ends_soon_is_told(owner_client, shop):
    shop.key_expires_at = timezone.now() + timedelta(days=3, hours=1)
    shop.save()

    assert "Ключ действует ещё 3 дня." in text_of(page(owner_client, shop.company))


def test_a_failed_run_is_told_in_words(owner_client, shop):
    SyncRunFactory(account=shop, outcome=RunOutcome.FAILED, error_code="temporary")

    assert "Ozon не отвечает или отвечает ошибкой" in text_of(page(owner_client, shop.company))


def test_viewer_sees_the_dashboard(client_of, teammate, shop):
    assert page(client_of(teammate), shop.company).status_code == 200


def test_stranger_gets_404(client_of, stranger, shop):
    assert page(client_of(stranger), shop.company).status_code == 404


def test_guest_is_sent_to_sign_in(client, shop):
    assert page(client, shop.company).status_code == 302


@pytest.mark.parametrize("accounts", [1, 3])
def test_cost_does_not_grow(owner_client, shop, today, accounts, django_assert_num_queries):
    for _ in range(accounts - 1):
        more = AccountFactory(company=shop.company)
        read_streams(more)
        OrderTallyFactory(account=more, day=today - timedelta(days=60))
        StockLevelFactory(listing=ListingFactory(account=more))
        SyncRunFactory(account=more, inserted=1)

    page(owner_client, shop.company)

    with django_assert_num_queries(QUERIES):
        assert page(owner_client, shop.company).status_code == 200
    with django_assert_num_queries(LIVE_QUERIES):
        assert live(owner_client, shop.company).status_code == 200
