"""Prices: read, checked by their rules, sent once, and what became of each."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplaces import errors
from marketplaces.contracts.prices import PriceOutcome, PriceWish
from marketplaces.errors import TurnIsFar
from marketplaces.wildberries import client as api
from marketplaces.wildberries.adapter import Adapter
from marketplaces.wildberries.price_rules import terms_of
from tests.marketplaces.wildberries.conftest import NoLimiter

if TYPE_CHECKING:
    from collections.abc import Callable

QUARANTINE = (
    "The new price is several times lower than the current price. Item has been moved to Price Quarantine"
)


def wish(external_id: str = "11", price: str = "900", old: str | None = "1000", **changes: Any) -> PriceWish:
    told = PriceWish(
        external_id=external_id,
        marketplace_sku=external_id,
        seller_sku="LN",
        price=Decimal(price),
        old_price=None if old is None else Decimal(old),
        card_id=external_id[:-1],
    )
    return replace(told, **changes)


class Prices:
    """Cards with one price each, an upload that is worked through when told, and the quarantine."""

    def __init__(self, prices: dict[int, tuple[int, int]], *, sizes: int = 1) -> None:
        self.prices, self.sizes = prices, sizes
        self.held: list[dict[str, Any]] = []
        self.items: list[dict[str, Any]] = []
        self.status: int | None = None
        self.sent: list[Any] = []
        self.answer: Any = None

    def good(self, nm_id: int) -> dict[str, Any]:
        price, discount = self.prices[nm_id]
        size = {"price": price, "discountedPrice": price * (100 - discount) / 100}
        return {
            "nmID": nm_id,
            "vendorCode": "LN",
            "currencyIsoCode4217": "RUB",
            "discount": discount,
            "sizes": [{"sizeID": nm_id * 10 + 1 + one, **size} for one in range(self.sizes)],
        }

    def __call__(self, path: str, query: dict[str, str], body: Any) -> Any:
        if path == api.UPLOAD:
            self.sent.append(body)
            return self.answer or {"data": {"id": 77, "alreadyExists": False}, "error": False}
        if path == api.UPLOAD_STATE:
            assert query == {"uploadID": "77"}
            return {"data": self.status and {"uploadID": 77, "status": self.status}, "error": False}
        if path == api.UPLOAD_GOODS:
            first = int(query["offset"])
            return {"data": {"historyGoods": self.items[first : first + 1000]}}
        if path == api.QUARANTINE:
            return {"data": {"quarantineGoods": self.held}, "error": False}
        cards = body["nmList"] if body else list(self.prices)[int(query["offset"]) :][: int(query["limit"])]
        return {"data": {"listGoods": [self.good(one) for one in cards if one in self.prices]}}


class OneTurn(NoLimiter):
    """Lets one request through, and the next is far."""

    def __init__(self) -> None:
        super().__init__()
        self.turns = 1

    def acquire(self, *_args: Any, **_kwargs: Any) -> None:
        """Take the turn, or say that there is none."""
        self.turns -= 1
        if self.turns < 0:
            raise TurnIsFar("far", retry_after=timedelta(minutes=15))


# ---- reading ----------------------------------------------------------------------------------------------
def test_all_prices_are_read_to_an_empty_page(adapter_over: Callable[..., Adapter]) -> None:
    shop = Prices({nm_id: (1000, 0 if nm_id == 7 else 25) for nm_id in range(1, 2501)}, sizes=2)
    shop.held = [
        {
            "nmID": 3,
            "sizeID": None,
            "newPrice": 100,
            "oldPrice": 1000,
            "newDiscount": None,
            "oldDiscount": 25,
        },
        {"nmID": 4, "sizeID": 42, "newPrice": None, "oldPrice": 1000, "newDiscount": 90, "oldDiscount": 25},
    ]

    pages = list(adapter_over(shop).fetch_prices(cursor={}))

    told = {one.external_id: one for page in pages for one in page.snapshots}
    assert len(told) == 5000
    assert (told["11"].price, told["11"].old_price) == (Decimal("750.00"), Decimal("1000.00"))
    assert (told["71"].price, told["71"].old_price) == (Decimal("1000.00"), None)
    assert (told["31"].held_price, told["32"].held_price) == (Decimal("75.00"), Decimal("75.00"))
    assert (told["41"].held_price, told["42"].held_price) == (None, Decimal("100.00"))
    assert (bool(told["42"].hold_reason), told["41"].hold_reason) == (True, "")
    assert [page.cursor.get("offset") for page in pages] == [0, 1000, 2000, 2500, None]
    assert (pages[0].snapshots, pages[-1].cursor, pages[-1].is_last) == ((), {}, True)

    rest = list(adapter_over(shop).fetch_prices(cursor=pages[2].cursor))
    assert sum(len(page.snapshots) for page in rest) == 1000


def test_a_quarantine_that_may_not_be_asked_costs_nothing_else(adapter_over: Callable[..., Adapter]) -> None:
    shop = Prices({1: (1000, 0)})

    def forbidden(path: str, query: dict[str, str], body: Any) -> Any:
        return httpx.Response(403, json={}) if path == api.QUARANTINE else shop(path, query, body)

    assert sum(len(page.snapshots) for page in adapter_over(forbidden).fetch_prices(cursor={})) == 1


def test_a_base_token_reads_one_list_a_turn_and_comes_to_the_end(
    adapter_over: Callable[..., Adapter],
) -> None:
    """Four requests an hour for all methods of prices: a run reads what its one turn allows, and the next goes on."""
    shop = Prices(dict.fromkeys(range(1, 1202), (1000, 0)))
    shop.held = [{"nmID": 3, "newPrice": 100, "oldPrice": 1000, "newDiscount": None, "oldDiscount": 0}]
    told: dict[str, Any] = {}
    cursor: Any = {}
    runs = 0
    is_done = False
    while not is_done:
        runs += 1
        assert runs < 10
        with suppress(TurnIsFar):
            for page in adapter_over(shop, limiter=OneTurn()).fetch_prices(cursor=cursor):
                told |= {one.external_id: one for one in page.snapshots}
                cursor, is_done = page.cursor, page.is_last
    assert (len(told), runs) == (1201, 4)
    assert told["31"].held_price == Decimal("100.00")


# ---- their rules ------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("told", "codes"),
    [
        (wish(), {}),
        (wish(price="1000", old=None), {}),
        (wish(price="1000", old="1000"), {}),
        (wish(price="0", old=None), {"not_positive": True}),
        (wish(price="-5"), {"not_positive": True}),
        (wish(price="999.50", old=None), {"not_whole": True}),
        (wish(price="0.30", old=None), {"not_whole": True}),
        (wish(old="1000.50"), {"not_whole": True}),
        (wish(price="1100"), {"old_price_too_low": True}),
        (wish(price="895"), {"discount_not_whole": True}),
        (wish(price="1", old="1000"), {"discount_not_whole": True}),
        (wish(was_price=Decimal(2700)), {"quarantine": False}),
        (wish(was_price=Decimal(2699)), {}),
        (wish(min_price=Decimal(500)), {"no_min_price": False}),
        (wish(min_price=Decimal(500), was_min_price=Decimal(500)), {}),
        (wish(card_id=""), {"no_card": True}),
        (wish(card_id="", price="0"), {"no_card": True, "not_positive": True}),
    ],
)
def test_their_rules_are_known_before_sending(told: PriceWish, codes: dict[str, bool]) -> None:
    problems = Adapter.price_problems(told)

    assert {one.code: one.is_fatal for one in problems} == codes
    assert all(str(one.text) for one in problems)


def test_the_nearest_prices_are_named() -> None:
    (problem,) = Adapter.price_problems(wish(price="895"))

    assert "890.00" in str(problem.text)
    assert "900.00" in str(problem.text)


@given(base=st.integers(1, 10**7), discount=st.integers(0, 99))
def test_whatever_can_be_expressed_is_sent_to_the_kopeck(base: int, discount: int) -> None:
    price = (Decimal(base) * (100 - discount) / 100).quantize(Decimal("0.01"))
    terms = terms_of(wish(price=str(price), old=str(base)))

    # Where half a kopeck is rounded either way, or the price is none, nothing is sent rather than something else.
    assert terms is None or (terms.price, terms.selling) == (base, price)
    assert terms is not None or price <= 0 or (Decimal(base) * (100 - discount)) % 1 == 0


@given(price=st.decimals(0, 10**6, places=2), old=st.none() | st.decimals(0, 10**6, places=2))
def test_a_wish_is_expressed_or_refused_never_changed(price: Decimal, old: Decimal | None) -> None:
    told = wish(price=str(price), old=None if old is None else str(old))
    terms = terms_of(told)
    is_refused = any(one.is_fatal for one in Adapter.price_problems(told))

    assert (terms is None) is is_refused
    if terms is not None:
        assert terms.selling == price


def test_portions_are_of_a_thousand_cards_with_all_their_sizes() -> None:
    wishes = [wish(f"{card}{size}", card_id=str(card)) for size in (1, 2) for card in range(1, 2002)]

    portions = Adapter.price_portions(wishes)

    assert [len({one.card_id for one in portion}) for portion in portions] == [1000, 1000, 1]
    assert sum(len(portion) for portion in portions) == len(wishes)
    assert Adapter.price_portions([]) == []


# ---- sending ----------------------------------------------------------------------------------------------
def test_a_portion_is_one_upload_of_one_item_a_card(adapter_over: Callable[..., Adapter]) -> None:
    shop = Prices({1: (2000, 0)})
    wishes = [wish("11", card_id="1"), wish("12", card_id="1"), wish("21", "500", None)]

    sent = adapter_over(shop).send_prices(wishes)

    assert (sent.reference, sent.answers) == ("77", ())
    assert shop.sent == [
        {"data": [{"nmID": 1, "price": 1000, "discount": 10}, {"nmID": 2, "price": 500, "discount": 0}]}
    ]


def test_sizes_of_a_card_with_different_wishes_are_not_sent(adapter_over: Callable[..., Adapter]) -> None:
    shop = Prices({})
    wishes = [wish("11", card_id="1"), wish("12", "800", card_id="1"), wish("21", "895")]

    sent = adapter_over(shop).send_prices(wishes)

    assert shop.sent == []
    assert {one.external_id: (one.code, one.outcome) for one in sent.answers} == {
        "11": ("sizes_differ", PriceOutcome.REJECTED),
        "12": ("sizes_differ", PriceOutcome.REJECTED),
        "21": ("broken_rule", PriceOutcome.REJECTED),
    }


def test_an_upload_that_there_is_already_is_that_upload(adapter_over: Callable[..., Adapter]) -> None:
    shop = Prices({})
    shop.answer = httpx.Response(
        208, json={"data": {"id": 78, "alreadyExists": True}, "error": False, "errorText": "Task exists"}
    )

    assert adapter_over(shop).send_prices([wish()]).reference == "78"


@pytest.mark.parametrize("status", [200, 400])
def test_prices_that_stand_already_are_sent_without_a_task(
    adapter_over: Callable[..., Adapter], status: int
) -> None:
    shop = Prices({})
    text = "The specified prices and discounts are already set"
    shop.answer = httpx.Response(status, json={"data": None, "error": True, "errorText": text})

    assert adapter_over(shop).send_prices([wish()]).reference == ""


def test_a_refusal_says_why_and_is_sent_once(adapter_over: Callable[..., Adapter]) -> None:
    shop = Prices({})
    shop.answer = httpx.Response(400, json={"error": True, "errorText": "Duplicate item Nos"})
    with pytest.raises(errors.RequestRejected, match="Duplicate"):
        adapter_over(shop).send_prices([wish()])

    shop.answer = httpx.Response(503)
    with pytest.raises(errors.TemporaryError):
        adapter_over(shop).send_prices([wish()])

    assert len(shop.sent) == 2


def test_too_many_at_once_is_told_with_a_pause(adapter_over: Callable[..., Adapter]) -> None:
    shop = Prices({})
    shop.answer = httpx.Response(429, json={}, headers={"X-Ratelimit-Retry": "6"})

    with pytest.raises(errors.RateLimited) as caught:
        adapter_over(shop).send_prices([wish()])

    assert caught.value.retry_after == timedelta(seconds=6)
    assert len(shop.sent) == 1


# ---- reading back -----------------------------------------------------------------------------------------
def outcomes(adapter: Adapter, reference: str, *wishes: PriceWish) -> dict[str, PriceOutcome]:
    return {one.external_id: one.outcome for one in adapter.read_price_answers(reference, wishes)}


@pytest.mark.parametrize("status", [None, 1, 99])
def test_what_is_not_worked_through_is_pending(
    adapter_over: Callable[..., Adapter], status: int | None
) -> None:
    shop = Prices({1: (1000, 10)})
    shop.status = status

    assert outcomes(adapter_over(shop), "77", wish()) == {"11": PriceOutcome.PENDING}


def test_a_cancelled_upload_is_rejected(adapter_over: Callable[..., Adapter]) -> None:
    shop = Prices({1: (1000, 10)})
    shop.status = 4

    assert outcomes(adapter_over(shop), "77", wish()) == {"11": PriceOutcome.REJECTED}


def test_each_item_is_told_by_the_upload_the_prices_and_the_quarantine(
    adapter_over: Callable[..., Adapter],
) -> None:
    shop = Prices({1: (1000, 10), 2: (3000, 0), 3: (3000, 0), 4: (3000, 0), 5: (3000, 0)})
    shop.status = 5
    shop.items = [
        {"nmID": 1, "status": 2},
        {"nmID": 2, "status": 3, "errorText": "You can't change the item price"},
        {"nmID": 3, "status": 3, "errorText": QUARANTINE},
        {"nmID": 4, "status": 2},
        {"nmID": 5, "status": 2},
    ]
    shop.held = [{"nmID": 4, "newPrice": 1000, "oldPrice": 3000, "newDiscount": 10, "oldDiscount": 0}]
    wishes = [wish(f"{card}1") for card in range(1, 6)]

    answers = {one.external_id: one for one in adapter_over(shop).read_price_answers("77", wishes)}

    assert {key: one.outcome for key, one in answers.items()} == {
        "11": PriceOutcome.CONFIRMED,
        "21": PriceOutcome.REJECTED,
        "31": PriceOutcome.HELD,
        "41": PriceOutcome.HELD,
        "51": PriceOutcome.PENDING,
    }
    assert "can't change" in answers["21"].reason
    assert answers["41"].reason


def test_without_a_reference_only_what_stands_decides(adapter_over: Callable[..., Adapter]) -> None:
    shop = Prices({1: (1000, 10), 2: (3000, 0), 3: (3000, 0)})
    shop.held = [{"nmID": 3, "newPrice": 1000, "newDiscount": 10, "oldDiscount": 0}]

    told = outcomes(adapter_over(shop), "", wish("11"), wish("21"), wish("31"), wish("99", card_id="9"))

    assert told == {
        "11": PriceOutcome.CONFIRMED,
        "21": PriceOutcome.PENDING,
        "31": PriceOutcome.HELD,
        "99": PriceOutcome.PENDING,
    }


def test_a_discount_more_is_not_the_wish(adapter_over: Callable[..., Adapter]) -> None:
    """The same price after another discount shows another crossed out price."""
    shop = Prices({1: (1800, 50)})

    assert outcomes(adapter_over(shop), "", wish()) == {"11": PriceOutcome.PENDING}
    assert outcomes(adapter_over(shop), "", wish(old="1800")) == {"11": PriceOutcome.CONFIRMED}
