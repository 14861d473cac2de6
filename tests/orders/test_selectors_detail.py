"""The page of an order: steps, history, facts, and what is not known said as such."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
import time_machine
from django.utils import timezone

from core.periods import MOSCOW
from marketplaces.contracts.orders import OrderStatus, Precision
from orders.models import EventKind, Order
from orders.selectors.detail import OrderPage, order_page
from tests.factories.marketplaces import AccountFactory
from tests.factories.orders import OrderEventFactory, OrderFactory, OrderLineFactory

if TYPE_CHECKING:
    from companies.models import Company
    from marketplaces.models import MarketplaceAccount

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
PLACED = datetime(2026, 11, 22, 16, 42, tzinfo=UTC)
pytestmark = pytest.mark.usefixtures("_frozen")


@pytest.fixture
def _frozen() -> Any:
    with time_machine.travel(NOW, tick=False), timezone.override(MOSCOW):
        yield


def page_of(order: Order) -> OrderPage:
    return order_page(order.company, order.pk)


def tell(order: Order, status: OrderStatus, *, after: timedelta, **fields: Any) -> None:
    OrderEventFactory(order=order, new_status=status, happened_at=order.placed_at + after, **fields)


def said(page: OrderPage) -> list[tuple[str, str, str, str]]:
    return [(str(step.name), step.state, str(step.when), str(step.note)) for step in page.steps]


def test_shipped_order_with_all_its_events(account: MarketplaceAccount) -> None:
    order = OrderFactory(
        account=account, shipped=True, placed_at=PLACED, expected_to=datetime(2026, 11, 28, 12, tzinfo=UTC)
    )
    tell(order, OrderStatus.ACCEPTED, after=timedelta())
    tell(order, OrderStatus.PACKED, after=timedelta(hours=15, minutes=23))
    tell(order, OrderStatus.SHIPPED, after=timedelta(hours=37, minutes=16), precision=Precision.OBSERVED)

    assert said(page_of(order)) == [
        ("Принят", "done", "22\u00a0ноя, 19:42", ""),
        ("Укомплектован", "done", "23\u00a0ноя, 11:05", "через 15\u00a0ч 23\u00a0мин"),
        ("Передан в доставку", "now", "08:58", "через 21\u00a0ч 53\u00a0мин, заметили, сейчас здесь"),
        ("Доставлен", "next", "ждём до 28\u00a0ноя", ""),
    ]


def test_step_that_nobody_saw_is_said_to_be_unknown(account: MarketplaceAccount) -> None:
    order = OrderFactory(account=account, shipped=True, placed_at=PLACED)
    tell(order, OrderStatus.ACCEPTED, after=timedelta())
    tell(order, OrderStatus.SHIPPED, after=timedelta(hours=30))

    steps = said(page_of(order))

    assert steps[1] == ("Укомплектован", "done", "", "прошёл между опросами, время неизвестно")
    assert steps[2][3] == "через 1\u00a0дн. 6\u00a0ч, сейчас здесь"


def test_order_without_events_shows_what_the_row_knows(account: MarketplaceAccount) -> None:
    delivered_at = PLACED + timedelta(days=1)
    order = OrderFactory(account=account, delivered=True, placed_at=PLACED, status_at=delivered_at)

    steps = said(page_of(order))

    assert [step[1] for step in steps] == ["done", "done", "done", "done"]
    assert steps[0][2] == "22\u00a0ноя, 19:42"
    assert steps[3][2] == "23\u00a0ноя, 19:42"
    assert page_of(order).history == []


def test_cancelled_order_ends_where_it_was_cancelled(account: MarketplaceAccount) -> None:
    order = OrderFactory(account=account, cancelled=True, placed_at=PLACED)
    tell(order, OrderStatus.ACCEPTED, after=timedelta())
    tell(order, OrderStatus.PACKED, after=timedelta(hours=1))
    tell(order, OrderStatus.CANCELLED, after=timedelta(hours=3))

    steps = said(page_of(order))

    assert [step[:2] for step in steps] == [
        ("Принят", "done"), ("Укомплектован", "done"), ("Отменён", "bad"),
    ]  # fmt: skip
    assert steps[2][3] == "через 2\u00a0ч · Покупатель отменил заказ · отменил: покупатель"


def test_unknown_status_passes_no_step_but_the_first(account: MarketplaceAccount) -> None:
    order = OrderFactory(
        account=account, status=OrderStatus.UNKNOWN, external_status="flying", placed_at=PLACED
    )

    assert [step[1] for step in said(page_of(order))] == ["done", "next", "next", "next"]


def test_history_is_newest_first_with_both_times_and_the_lag(account: MarketplaceAccount) -> None:
    order = OrderFactory(account=account, packed=True, placed_at=PLACED)
    tell(order, OrderStatus.ACCEPTED, after=timedelta(), source="push")
    tell(
        order,
        OrderStatus.PACKED,
        after=timedelta(hours=1),
        old_status=OrderStatus.ACCEPTED,
        external_status="awaiting_deliver",
        recorded_at=PLACED + timedelta(hours=4, minutes=7),
    )

    packed, accepted = page_of(order).history

    assert (packed.old, packed.new, packed.tone) == ("Принят", "Укомплектован", "info")
    assert (packed.is_late, packed.lag) == (True, "позже на 3\u00a0ч 7\u00a0мин")
    assert packed.note == "опрос заказов · у маркетплейса: awaiting_deliver"
    assert (accepted.old, accepted.new, accepted.is_late) == ("", "Принят", False)
    assert str(accepted.note).startswith("уведомление, проверено по API")


def test_time_that_was_only_noticed_is_never_late(account: MarketplaceAccount) -> None:
    order = OrderFactory(account=account, placed_at=PLACED)
    tell(
        order,
        OrderStatus.ACCEPTED,
        after=timedelta(),
        recorded_at=PLACED + timedelta(days=2),
        precision=Precision.OBSERVED,
        kind=EventKind.CORRECTION,
    )

    (event,) = page_of(order).history

    assert not event.is_late
    assert "время, когда заметили; случилось раньше" in str(event.note)
    assert "исправление конечного статуса" in str(event.note)


def test_positions_add_up(account: MarketplaceAccount) -> None:
    order = OrderFactory(account=account, lines=0, amount=Decimal(4270), units=3)
    OrderLineFactory(order=order, price=Decimal(2490), discount=Decimal(240))
    OrderLineFactory(order=order, position=1, quantity=2, price=Decimal(890), discount=Decimal(86))

    page = page_of(order)

    assert [position.amount for position in page.positions] == [Decimal(2490), Decimal(1780)]
    assert sum(position.amount for position in page.positions) == order.amount
    assert page.discount == Decimal(-412)


def test_position_that_the_assortment_does_not_know(account: MarketplaceAccount) -> None:
    order = OrderFactory(account=account, lines=0)
    OrderLineFactory(order=order, listing=None, seller_sku="X-1", marketplace_sku="77", name="Неведомое")

    (position,) = page_of(order).positions

    assert (position.product_id, position.subtitle, position.photo_url) == (None, "X-1 · 77", "")


@pytest.mark.parametrize(
    ("clusters", "words"),
    [(("Урал", "Урал"), "локальный"), (("Москва", "Урал"), "нелокальный"), (("", "Урал"), "–")],
)
def test_route(account: MarketplaceAccount, clusters: tuple[str, str], words: str) -> None:
    order = OrderFactory(account=account, cluster_from=clusters[0], cluster_to=clusters[1])

    facts = {str(fact.label): fact.value for fact in page_of(order).facts}

    assert facts["Маршрут"] == words


def test_link_to_their_page_only_for_real_accounts(company: Company, account: MarketplaceAccount) -> None:
    real = AccountFactory(company=company, base_url="https://api-seller.ozon.ru")

    assert page_of(OrderFactory(account=account)).their_page == ""
    assert page_of(OrderFactory(account=real, external_id="1-2")).their_page.endswith("postingDetails=1-2")


def test_foreign_order_does_not_exist(other_company: Company, account: MarketplaceAccount) -> None:
    order = OrderFactory(account=account)

    with pytest.raises(Order.DoesNotExist):
        order_page(other_company, order.pk)
