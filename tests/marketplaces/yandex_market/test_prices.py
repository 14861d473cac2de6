"""New prices: the rules, sending once with what must not be erased, and what became of them."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from marketplaces.contracts.prices import PriceOutcome, PriceSnapshot, PriceWish
from marketplaces.errors import RateLimited, RequestRejected, TemporaryError
from marketplaces.yandex_market.adapter import Adapter
from tests.marketplaces.yandex_market.conftest import Counting, Made
from tests.marketplaces.yandex_market.payloads import held

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.app import App
    from sandbox.clock import Clock

UPDATES = "/v2/businesses/11456789/offer-prices/updates"
PRICES = "/v2/businesses/11456789/offer-prices"
QUARANTINE = "/v2/businesses/11456789/price-quarantine"


def wish(**changes: Any) -> PriceWish:
    told = {"external_id": "LN-01", "marketplace_sku": "LN-01", "seller_sku": "LN-01", "price": Decimal(900)}
    return PriceWish(**{**told, **changes})


def wish_of(snapshot: PriceSnapshot, price: Decimal) -> PriceWish:
    return wish(external_id=snapshot.external_id, price=price, was_price=snapshot.price)


# ---- rules ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({}, []),
        ({"price": Decimal(0)}, ["price_range"]),
        ({"price": Decimal(100_000_001)}, ["price_range"]),
        ({"old_price": Decimal(1000)}, []),
        ({"old_price": Decimal("947.37")}, ["old_price_whole"]),
        ({"old_price": Decimal(947)}, ["discount_range"]),
        ({"old_price": Decimal(948)}, []),
        ({"old_price": Decimal(90_000)}, []),
        ({"old_price": Decimal(90_001)}, ["discount_range"]),
        ({"old_price": Decimal(800)}, ["discount_range"]),
        ({"min_price": Decimal(800)}, ["no_min_price"]),
        ({"currency": "USD"}, ["currency"]),
        ({"was_price": Decimal(1900)}, ["strong_change"]),
        ({"was_price": Decimal(1800)}, []),
        ({"was_price": Decimal(500)}, ["strong_change"]),
    ],
)
def test_the_rules_are_markets(changes: dict[str, Any], codes: list[str]) -> None:
    problems = Adapter.price_problems(wish(**changes))
    assert [one.code for one in problems] == codes
    assert all(one.is_fatal == (one.code != "strong_change") for one in problems)


def test_portions_are_read_and_sent_in_one_request_each() -> None:
    wishes = [wish(external_id=f"LN-{number}") for number in range(401)]
    portions = Adapter.price_portions(wishes)

    assert [len(one) for one in portions] == [200, 200, 1]
    assert [one for portion in portions for one in portion] == wishes
    assert Adapter.price_portions([]) == []


# ---- sending ----------------------------------------------------------------------------------------------
def test_what_is_not_ours_to_erase_is_sent_along(adapter_over: Callable[..., Adapter]) -> None:
    kept = {"value": 950, "currencyId": "RUR", "minimumForBestseller": 777.5}

    def answer(path: str, _body: Any, _params: Any) -> Any:
        if path == PRICES:
            return {"status": "OK", "result": {"offers": [{"offerId": "LN-01", "price": kept}]}}
        return {"status": "OK"} if path == UPDATES else None

    made, limiter = Made(answer), Counting()
    two = [wish(price=Decimal("899.90"), old_price=Decimal(1200)), wish(external_id="LN-02")]
    sent = adapter_over(made, limiter=limiter).send_prices(two)

    bodies = [body for path, body, _params in made.asked if path == UPDATES]
    assert bodies == [
        {
            "offers": [
                {
                    "offerId": "LN-01",
                    "price": {
                        "value": 899.9,
                        "currencyId": "RUR",
                        "discountBase": 1200,
                        "minimumForBestseller": 777.5,
                    },
                },
                {"offerId": "LN-02", "price": {"value": 900, "currencyId": "RUR"}},
            ]
        }
    ]
    assert (sent.reference, sent.answers) == ("", ())
    assert ("price_updates", 2) in limiter.taken


@pytest.mark.parametrize(("status", "error"), [(400, RequestRejected), (500, TemporaryError)])
def test_a_sending_is_never_repeated(
    adapter_over: Callable[..., Adapter], status: int, error: type[Exception]
) -> None:
    def answer(path: str, _body: Any, _params: Any) -> Any:
        if path == UPDATES:
            errors = [{"code": "BAD_REQUEST", "message": "offers[0].price.value: no"}]
            return httpx.Response(status, json={"status": "ERROR", "errors": errors})
        return {"result": {"offers": []}} if path == PRICES else None

    made = Made(answer)
    with pytest.raises(error):
        adapter_over(made).send_prices([wish()])
    assert [path for path, _body, _params in made.asked].count(UPDATES) == 1


def test_nothing_is_sent_when_what_stands_cannot_be_read(adapter_over: Callable[..., Adapter]) -> None:
    made = Made(lambda path, *_rest: httpx.Response(503) if path == PRICES else None)
    with pytest.raises(RateLimited):
        adapter_over(made).send_prices([wish()])
    assert UPDATES not in [path for path, _body, _params in made.asked]


# ---- reading back -----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("price", "in_quarantine", "outcome"),
    [
        ({"value": 100}, [], PriceOutcome.CONFIRMED),
        ({"value": 100}, [held()], PriceOutcome.HELD),
        ({"value": 900}, [], PriceOutcome.PENDING),
        ({"value": 100, "discountBase": 150}, [], PriceOutcome.PENDING),
        ({"value": 900}, [held(currentPrice=None, verdicts=None)], PriceOutcome.HELD),
        (None, [], PriceOutcome.PENDING),
    ],
)
def test_what_became_of_a_price(
    adapter_over: Callable[..., Adapter], price: Any, in_quarantine: list[Any], outcome: PriceOutcome
) -> None:
    def answer(path: str, _body: Any, _params: Any) -> Any:
        if path == PRICES:
            return {"result": {"offers": [{"offerId": "LN-01", "price": price}]}}
        return {"result": {"offers": in_quarantine}} if path == QUARANTINE else None

    (told,) = adapter_over(Made(answer)).read_price_answers("", [wish(price=Decimal(100))])
    assert (told.external_id, told.outcome) == ("LN-01", outcome)


def test_a_price_comes_into_force_and_a_strong_change_is_held(
    app: App, clock: Clock, adapter_over: Callable[..., Adapter]
) -> None:
    adapter = adapter_over(app)
    told = [one for page in adapter.fetch_prices(cursor={}) for one in page.snapshots if one.price]
    fair, strong = told[0], told[1]
    wishes = [wish_of(fair, (fair.price or 0) + Decimal("1.50")), wish_of(strong, Decimal(1))]

    assert adapter.price_problems(wishes[0]) == ()
    adapter.send_prices(wishes)
    assert {one.outcome for one in adapter.read_price_answers("", wishes)} == {PriceOutcome.PENDING}
    clock.advance(timedelta(minutes=5))
    first, second = adapter.read_price_answers("", wishes)
    assert first.outcome is PriceOutcome.CONFIRMED
    assert second.outcome is PriceOutcome.HELD
    assert "PRICE_CHANGE" in second.code
    assert second.reason
    now = {one.external_id: one for page in adapter.fetch_prices(cursor={}) for one in page.snapshots}
    assert (now[strong.external_id].price, now[strong.external_id].held_price) == (strong.price, Decimal(1))
    assert now[fair.external_id].price == wishes[0].price
