"""The pages of orders as a browser sees them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
import time_machine

from core.periods import business_day
from marketplaces.contracts.orders import OrderStatus
from orders.choices import COUNT_LIMIT
from orders.models import Order
from orders.selectors import lists
from tests.factories.catalog import ProductFactory
from tests.factories.marketplaces import AccountFactory, StreamStateFactory
from tests.factories.orders import OrderEventFactory, OrderFactory, OrderTallyFactory

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

    from companies.models import Company, User
    from marketplaces.models import MarketplaceAccount

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
LIST = "/lavka/orders/"
LIST_QUERIES, ORDER_QUERIES = 16, 13
HTMX = {"HX-Request": "true"}


@pytest.fixture
def _frozen() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def counters(client: Client, query: str = "") -> dict[str, str]:
    strip = client.get(f"{LIST}{query}").context["counters"]
    return {str(cell.label): cell.value for cell in strip}


@pytest.mark.parametrize("count", [1, 3])
def test_list_takes_the_same_queries_for_one_row_and_three(
    owner_client: Client, account: MarketplaceAccount, count: int, django_assert_num_queries: Any
) -> None:
    OrderFactory.create_batch(count, account=account, lines=2)
    owner_client.get(LIST)

    with django_assert_num_queries(LIST_QUERIES):
        response = owner_client.get(LIST)

    assert len(response.context["found"].rows) == count


@pytest.mark.parametrize("count", [1, 3])
def test_order_takes_the_same_queries_for_one_line_and_three(
    owner_client: Client, account: MarketplaceAccount, count: int, django_assert_num_queries: Any
) -> None:
    order = OrderFactory(account=account, lines=count)
    for index in range(count):
        OrderEventFactory(order=order, happened_at=order.placed_at + timedelta(minutes=index))
    owner_client.get(f"{LIST}{order.pk}/")

    with django_assert_num_queries(ORDER_QUERIES):
        owner_client.get(f"{LIST}{order.pk}/")


def test_list_shows_an_order(owner_client: Client, account: MarketplaceAccount) -> None:
    order = OrderFactory(account=account, lines=2, lines_count=3, amount=Decimal(4270), shipped=True)

    page = owner_client.get(LIST).content.decode()

    assert f'href="{LIST}{order.pk}/" title="{order.external_id}">{order.external_id}</a>' in page
    assert "4\u00a0270" in page
    assert "и ещё 2" in page
    assert 'title="delivering"' in page


def test_list_of_another_company_is_not_there(
    stranger: User, client_of: Callable[[User], Client], account: MarketplaceAccount
) -> None:
    order = OrderFactory(account=account)
    client = client_of(stranger)

    for url in (LIST, f"{LIST}{order.pk}/", f"{LIST}export.csv"):
        assert client.get(url).status_code == 404
    assert client.post(f"{LIST}{order.pk}/refresh/").status_code == 404


def test_foreign_objects_under_the_own_company_are_not_there(
    owner_client: Client, other_company: Company
) -> None:
    foreign = OrderFactory(account=AccountFactory(company=other_company))
    product = ProductFactory(company=other_company)

    assert owner_client.get(f"{LIST}{foreign.pk}/").status_code == 404
    assert owner_client.post(f"{LIST}{foreign.pk}/refresh/").status_code == 404
    assert owner_client.get(f"{LIST}of-product/{product.pk}/").status_code == 404
    assert foreign.external_id not in owner_client.get(LIST).content.decode()


def test_viewer_may_look_but_not_export_or_refresh(
    teammate: User, client_of: Callable[[User], Client], account: MarketplaceAccount
) -> None:
    order = OrderFactory(account=account)
    client = client_of(teammate)

    page = client.get(LIST)
    assert page.context["exports"] == []
    assert 'action="/lavka/marketplaces/refresh/"' not in page.content.decode()
    assert client.get(f"{LIST}export.xlsx").status_code == 403
    assert client.post(f"{LIST}{order.pk}/refresh/").status_code == 403
    assert "refresh/" not in client.get(f"{LIST}{order.pk}/").content.decode()


def test_unknown_parameter_is_told_on_the_page(owner_client: Client, account: MarketplaceAccount) -> None:
    OrderFactory(account=account)

    assert "не знает: colour" in owner_client.get(f"{LIST}?colour=red").content.decode()


def test_wrong_filter_is_told_on_the_page(owner_client: Client, account: MarketplaceAccount) -> None:
    OrderFactory(account=account)

    response = owner_client.get(f"{LIST}?status=lost")

    assert response.status_code == 200
    assert "Фильтр не понятен" in response.content.decode()
    assert response.context["found"].rows == []


@pytest.mark.parametrize(
    ("query", "text"), [("", "Здесь будут заказы"), ("?status=packed", "Ни один заказ не подходит")]
)
def test_empty_list_says_why(owner_client: Client, query: str, text: str) -> None:
    assert text in owner_client.get(f"{LIST}{query}").content.decode()


@pytest.mark.usefixtures("_frozen")
def test_counters_come_from_the_tally(owner_client: Client, account: MarketplaceAccount) -> None:
    today = business_day(NOW)
    second = AccountFactory(company=account.company)
    OrderTallyFactory(account=account, day=today, orders=5, amount=Decimal(500))
    OrderTallyFactory(account=account, day=today - timedelta(days=40), orders=7)
    OrderTallyFactory(account=account, day=today, status=OrderStatus.CANCELLED, orders=4)
    OrderTallyFactory(account=second, day=today, orders=30)

    assert counters(owner_client) == {
        "Все заказы": "46", "Принят": "42", "Укомплектован": "0", "Передан в доставку": "0",
        "Доставлен": "0", "Отменён": "4",
    }  # fmt: skip
    assert counters(owner_client, "?period=7d")["Принят"] == "35"
    assert counters(owner_client, f"?account={account.pk}&status=cancelled")["Принят"] == "12"
    assert counters(owner_client, "?marketplace=ozon")["Все заказы"] == "46"
    notes = {str(cell.label): cell.note for cell in owner_client.get(LIST).context["counters"]}
    assert notes["Принят"] == "сегодня 35"
    assert notes["Отменён"] == "8,7\u00a0% от всех"


def test_counters_count_rows_when_the_tally_cannot_tell(
    owner_client: Client, account: MarketplaceAccount
) -> None:
    OrderFactory(account=account, amount=Decimal(20_000), packed=True)
    OrderFactory(account=account, amount=Decimal(20_000))
    OrderFactory(account=account, amount=Decimal(1))

    strip = counters(owner_client, "?amount_from=10000&status=packed")

    assert (strip["Все заказы"], strip["Принят"], strip["Укомплектован"]) == ("2", "1", "1")


def test_counting_ends_at_the_limit(company: Company, account: MarketplaceAccount) -> None:
    OrderFactory.create_batch(7, account=account, lines=0)
    OrderFactory.create_batch(2, account=account, lines=0, packed=True)

    counts = lists.bounded_counts(lists.order_list(company), limit=3)

    assert (counts["accepted"].orders, counts["accepted"].is_more) == (3, True)
    assert (counts["packed"].orders, counts["packed"].is_more) == (2, False)
    assert lists.total(counts).is_more
    assert COUNT_LIMIT == 1_000


def test_counter_links_keep_the_other_filters(owner_client: Client) -> None:
    strip = owner_client.get(f"{LIST}?status=packed&period=7d&sort=-amount&after=x").context["counters"]

    assert strip[0].url == "?period=7d&sort=-amount"
    assert strip[1].url == "?period=7d&sort=-amount&status=accepted"
    assert [cell.is_current for cell in strip[:3]] == [False, False, True]


def live_url(client: Client, query: str = "") -> str:
    seen = client.get(f"{LIST}{query}").context["seen"]
    return f"{LIST}{query}{'&' if query else '?'}seen={seen}"


def test_live_block_hears_nothing_while_nothing_changes(
    owner_client: Client, account: MarketplaceAccount
) -> None:
    OrderFactory(account=account)

    assert owner_client.get(live_url(owner_client), headers=HTMX).status_code == 204


def test_live_block_brings_new_orders_and_marks_them(
    owner_client: Client, account: MarketplaceAccount
) -> None:
    known = OrderFactory(account=account)
    url = live_url(owner_client)
    new = OrderFactory(account=account, changed_at=known.changed_at + timedelta(seconds=1))

    response = owner_client.get(url, headers=HTMX)

    page = response.content.decode()
    row = page.index(new.external_id)
    assert page.count('class="is-new"') == 1
    assert page.rindex("<tr", 0, row) == page.index('<tr class="is-new"')
    assert page.index(new.external_id) < page.index(known.external_id)
    assert 'id="orders-counters" hx-swap-oob="true"' in page
    assert "<html" not in page
    assert "HX-Request" in response["Vary"]


def test_live_block_hears_of_a_sync_that_changed_nothing(
    owner_client: Client, account: MarketplaceAccount
) -> None:
    OrderFactory(account=account)
    state = StreamStateFactory(account=account, stream="orders", data_as_of=NOW)
    url = live_url(owner_client)
    state.data_as_of = NOW + timedelta(minutes=1)
    state.save()

    assert owner_client.get(url, headers=HTMX).status_code == 200


def test_live_block_keeps_filters_and_order(owner_client: Client, account: MarketplaceAccount) -> None:
    OrderFactory(account=account, packed=True)
    url = live_url(owner_client, "?status=packed&sort=-amount")
    OrderFactory(account=account, changed_at=NOW + timedelta(days=9))

    page = owner_client.get(url, headers=HTMX).content.decode()

    assert page.count('class="row-link cut"') == 1
    assert page.count("Укомплектован") == 2  # the counter and the only row
    assert "?status=packed&amp;sort=-amount&amp;seen=" in page


def test_second_page_does_not_live(owner_client: Client, account: MarketplaceAccount) -> None:
    OrderFactory.create_batch(51, account=account, lines=0)
    first = owner_client.get(LIST)
    older = first.context["found"].older_url

    assert "every 5s" in first.content.decode()
    assert "every 5s" not in owner_client.get(f"{LIST}{older}").content.decode()


@pytest.mark.usefixtures("_frozen")
def test_footer_says_span_and_sum(owner_client: Client, account: MarketplaceAccount) -> None:
    for hours in (1, 3):
        OrderFactory(account=account, changed_at=NOW - timedelta(hours=hours), amount=Decimal(1000))

    response = owner_client.get(LIST)

    assert response.context["span"] == "с 11:00 до 09:00"
    assert response.context["page_sum"] == "2\u00a0000\u00a0₽"


def test_sum_of_two_currencies_is_not_shown(owner_client: Client, account: MarketplaceAccount) -> None:
    OrderFactory(account=account)
    OrderFactory(account=account, currency="KZT")

    assert owner_client.get(LIST).context["page_sum"] == ""


def test_export_is_the_list(owner_client: Client, account: MarketplaceAccount) -> None:
    order = OrderFactory(account=account, packed=True)
    OrderFactory(account=account)

    response = owner_client.get(f"{LIST}export.csv?status=packed")

    lines = b"".join(response.streaming_content).decode().split("\r\n")
    assert [line.split(";")[0] for line in lines[1:-1]] == [order.external_id]


def test_order_lives_until_it_changes(owner_client: Client, account: MarketplaceAccount) -> None:
    order = OrderFactory(account=account)
    url = f"{LIST}{order.pk}/"
    seen = owner_client.get(url).context["seen"]

    assert owner_client.get(f"{url}?seen={seen}", headers=HTMX).status_code == 204
    Order.objects.for_company(account.company).update(
        status=OrderStatus.SHIPPED, changed_at=order.changed_at + timedelta(minutes=1)
    )
    page = owner_client.get(f"{url}?seen={seen}", headers=HTMX).content.decode()
    assert "Передан в доставку" in page
    assert "<html" not in page


def test_orders_of_a_product(owner_client: Client, account: MarketplaceAccount) -> None:
    order = OrderFactory(account=account)
    OrderFactory(account=account)
    product = order.lines.get().listing.product
    url = f"{LIST}of-product/{product.pk}/"

    block = owner_client.get(url, headers=HTMX)

    assert [line.order_id for line in block.context["lines"]] == [order.pk]
    assert owner_client.get(url)["Location"] == f"{LIST}?product={product.pk}"


def test_refresh_asks_once_and_then_says_when_again(
    owner_client: Client, account: MarketplaceAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    StreamStateFactory(account=account, stream="orders")
    order = OrderFactory(account=account)
    url = f"{LIST}{order.pk}/refresh/"

    first = owner_client.post(url, follow=True)
    again = owner_client.post(url, follow=True)

    assert first.redirect_chain == [(f"{LIST}{order.pk}/", 302)]
    assert [str(message) for message in first.context["messages"]] == [
        "Спрашиваем маркетплейс: страница обновится сама."
    ]
    assert [str(message)[:30] for message in again.context["messages"]] == ["Только что спрашивали. Снова м"]


def test_refresh_of_a_stopped_account_says_so(owner_client: Client, company: Company) -> None:
    order = OrderFactory(account=AccountFactory(company=company, paused=True))

    page = owner_client.post(f"{LIST}{order.pk}/refresh/", follow=True)

    assert [str(message)[:19] for message in page.context["messages"]] == ["Кабинет остановлен,"]
