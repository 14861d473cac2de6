"""Prices of Ozon over the sandbox: read whole, sent once, read back; its rules checked before."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from marketplaces.contracts.prices import PriceOutcome, PriceWish
from marketplaces.errors import RightMissing
from marketplaces.ozon.adapter import Adapter
from sandbox.accounts import DEMO
from sandbox.app import App, make_app
from sandbox.clock import Clock
from tests.marketplaces.ozon.conftest import NOW

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.world import World


def wish(external_id: str, price: object, old: object = None, least: object = None) -> PriceWish:
    return PriceWish(
        external_id=external_id,
        marketplace_sku="1",
        seller_sku=f"A-{external_id}",
        price=Decimal(str(price)),
        old_price=None if old is None else Decimal(str(old)),
        min_price=None if least is None else Decimal(str(least)),
    )


def test_all_prices_are_read_once(adapter: Adapter, world: World) -> None:
    pages = list(adapter.fetch_prices(cursor={}))

    told = [one for page in pages for one in page.snapshots]
    assert len({one.external_id for one in told}) == len(told) == len(world.prices(at=NOW))
    assert all(one.price and one.currency == "RUB" for one in told)
    assert (pages[-1].is_last, pages[-1].cursor) == (True, {})
    assert not any(page.rejected for page in pages)


def test_prices_are_what_the_products_say(adapter: Adapter) -> None:
    products = {
        one.external_id: (one.price, one.old_price, one.min_price)
        for page in adapter.fetch_products(cursor={})
        for one in page.snapshots
    }
    prices = {
        one.external_id: (one.price, one.old_price, one.min_price)
        for page in adapter.fetch_prices(cursor={})
        for one in page.snapshots
    }
    assert prices == products


def test_a_pull_goes_on_from_its_cursor(adapter: Adapter) -> None:
    first = next(iter(adapter.fetch_prices(cursor={})))

    rest = list(adapter.fetch_prices(cursor=first.cursor))

    seen = {one.external_id for one in first.snapshots}
    assert not seen & {one.external_id for page in rest for one in page.snapshots}


def test_prices_are_sent_and_read_back(app: App, adapter: Adapter) -> None:
    items = [one.external_id for page in adapter.fetch_prices(cursor={}) for one in page.snapshots][:3]
    wishes = [
        wish(items[0], "1500", least="900"),
        wish(items[1], "1500", "2000"),
        wish("1", "1500"),
        wish(items[2], "300", "310"),
    ]

    sent = adapter.send_prices(wishes)
    back = adapter.read_price_answers(sent.reference, wishes)

    assert {one.external_id: (one.outcome, one.code) for one in sent.answers} == {
        items[0]: (PriceOutcome.PENDING, ""),
        items[1]: (PriceOutcome.PENDING, ""),
        "1": (PriceOutcome.REJECTED, "NOT_FOUND_ERROR"),
        items[2]: (PriceOutcome.REJECTED, "discount_for_low_price_is_too_small"),
    }
    assert [one.outcome for one in back] == [
        PriceOutcome.CONFIRMED,
        PriceOutcome.CONFIRMED,
        PriceOutcome.PENDING,
        PriceOutcome.PENDING,
    ]
    assert len(app.sellers[DEMO.client_id].prices.uploads) == 1


def test_a_key_that_only_reads_has_no_right(world: World, adapter_over: Callable[..., Adapter]) -> None:
    account = replace(DEMO, roles=("Admin read only",))
    adapter = adapter_over(make_app(world, accounts=(account,), clock=Clock(NOW, frozen=True), rate=None))

    with pytest.raises(RightMissing):
        adapter.send_prices([wish("1", 100)])


@pytest.mark.parametrize(
    ("price", "old", "code"),
    [
        ("300", "319.99", "discount_for_low_price_is_too_small"),
        ("300", "320", ""),
        ("399.99", "419.99", ""),
        ("400", "421", "discount_for_average_price_is_too_small"),
        ("10000", "10526.31", "discount_for_average_price_is_too_small"),
        ("950", "1000", ""),
        ("10000.01", "10500", "discount_for_top_price_is_too_small"),
        ("10001", "10501", ""),
        ("100", "1000", "discount_too_big"),
        ("500", "400", "discount_for_average_price_is_too_small"),
        ("0", None, "price_negative"),
        ("10", None, ""),
    ],
)
def test_the_rules_are_the_marketplaces(price: str, old: str | None, code: str) -> None:
    problems = Adapter.price_problems(wish("1", price, old))

    assert [one.code for one in problems if one.is_fatal] == ([code] if code else [])


def test_a_lowest_price_above_the_price_is_warned_of() -> None:
    problems = Adapter.price_problems(wish("1", 100, least=200))

    assert [(one.code, one.is_fatal) for one in problems] == [("min_price_above_price", False)]


def test_a_thousand_go_at_once() -> None:
    portions = Adapter.price_portions([wish(str(number), 1) for number in range(1, 2501)])

    assert [len(portion) for portion in portions] == [1000, 1000, 500]


def test_an_answer_about_something_else_is_left_out(canned: Callable[..., Any]) -> None:
    adapter = canned(
        lambda _path, _body: {
            "result": [
                {"product_id": "77", "updated": False, "errors": None},
                {"product_id": 0, "offer_id": "A-5", "updated": False, "errors": [{"message": "нельзя"}]},
            ]
        }
    )

    sent = adapter.send_prices([wish("5", 100)])

    assert [(one.external_id, one.outcome, one.reason) for one in sent.answers] == [
        ("5", PriceOutcome.REJECTED, "нельзя")
    ]
