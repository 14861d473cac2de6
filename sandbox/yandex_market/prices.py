"""Prices: lists, updates that act later, the quarantine and leaving it."""

from decimal import Decimal
from typing import Any

from sandbox.world.catalog import Product
from sandbox.world.moments import DAY
from sandbox.yandex_market import ids
from sandbox.yandex_market.calls import Call, flag, limit_of, money, moscow, offers_of, price
from sandbox.yandex_market.errors import ApiError, bad, locked
from sandbox.yandex_market.offers import asked
from sandbox.yandex_market.paging import Page, page_of
from sandbox.yandex_market.prices_book import Held, Price

_MOST_VALUE = 10**8
_ONLY_DEFAULT = "Shop prices are not available: the cabinet uses the default price only"


def default_prices(call: Call) -> dict[str, Any]:
    """Answer `/v2/businesses/{businessId}/offer-prices`."""
    named = offers_of(call.body, "offerIds", most=200)
    archived = flag(call.body, "archived")
    day = call.at // DAY
    if named is not None:
        products = ids.found(call.world, named, day=day)
    else:
        products = [p for p in ids.sold(call.world, day=day) if archived is None or p.archived is archived]
    got = _page(call, products, default=250, most=500)
    rows = [_row(call, product) for product in got.rows]
    return {"status": "OK", "result": {"offers": rows, "paging": got.paging}}


def _page(call: Call, products: list[Product], *, default: int, most: int) -> Page[Product]:
    limit = limit_of(call, default=default, most=most)
    return page_of(call, products, key=lambda product: (product.index,), width=1, limit=limit)


def _row(call: Call, product: Product) -> dict[str, Any]:
    return {
        "offerId": ids.offer_id(call.world, product),
        "price": _default_price(call.shop.prices.price(product, call.seen_at)),
    }


def _default_price(set_: Price) -> dict[str, Any]:
    return {
        **price(set_.value),
        **({"discountBase": money(set_.base)} if set_.base else {}),
        **({"minimumForBestseller": money(set_.least)} if set_.least else {}),
        "excludedFromBestsellers": False,
        "updatedAt": moscow(set_.updated),
    }


def update_default(call: Call) -> dict[str, Any]:
    """Answer `…/offer-prices/updates`: all of the offers or none, and nothing acts at once."""
    offers = call.body.get("offers")
    if not isinstance(offers, list) or not 1 <= len(offers) <= 500:
        raise bad("offers: size must be between 1 and 500")
    rows: list[tuple[Product, str, Price]] = []
    problems: list[tuple[str, str]] = []
    seen: set[str] = set()
    for place, offer in enumerate(offers):
        where = f"offers[{place}]"
        try:
            row = _wanted(call, offer, where)
            if row[1] in seen:
                raise bad(f"{where}.offerId: duplicate offer {row[1]}", code="DUPLICATE_OFFER")
            seen.add(row[1])
            rows.append(row)
        except ApiError as error:
            problems += error.errors
    if problems:
        raise ApiError(400, *problems)
    call.shop.prices.set(rows, call.at)
    return {"status": "OK"}


def _wanted(call: Call, offer: object, where: str) -> tuple[Product, str, Price]:
    if not isinstance(offer, dict) or not isinstance(offer.get("price"), dict):
        raise bad(f"{where}.price: must not be null", code="NO_REQUIRED_FIELDS")
    named = offers_of({"offerId": [offer.get("offerId")]}, "offerId", most=1) or [""]
    products = ids.found(call.world, named, day=call.at // DAY)
    if not products:
        raise bad(f"{where}.offerId: offer {named[0]} is not found", code="OFFER_NOT_FOUND")
    wanted = offer["price"]
    if wanted.get("currencyId") != "RUR":
        raise bad(f"{where}.price.currencyId: expected currency RUR", code="INVALID_CURRENCY")
    value = _kopecks(wanted.get("value"), f"{where}.price.value")
    base = _kopecks(wanted.get("discountBase", 0), f"{where}.price.discountBase", is_needed=False)
    least = _kopecks(
        wanted.get("minimumForBestseller", 0), f"{where}.price.minimumForBestseller", is_needed=False
    )
    if base:
        _check_discount(value, base, f"{where}.price.discountBase")
    return products[0], named[0], Price(value, base, least, call.at)


def _kopecks(value: object, where: str, *, is_needed: bool = True) -> int:
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise bad(f"{where}: number expected")
    if not 0 <= value <= _MOST_VALUE or (is_needed and value == 0):
        raise bad(f"{where}: must be greater than 0 and less than {_MOST_VALUE}")
    kopecks = Decimal(str(value)) * 100
    if kopecks != int(kopecks):
        raise bad(f"{where}: must have at most 2 decimal places")
    return int(kopecks)


def _check_discount(value: int, base: int, where: str) -> None:
    if base % 100:
        raise bad(f"{where}: must be an integer")
    if not 5 * base <= 100 * (base - value) <= 99 * base:
        raise bad(f"{where}: discount must be between 5% and 99%")


def quarantine(call: Call) -> dict[str, Any]:
    """Answer `/v2/businesses/{businessId}/price-quarantine`."""
    book = call.shop.prices
    held = [
        (product, one)
        for product in asked(call, call.body, most=200, archived=None)
        if (one := book.held(product, call.seen_at)) is not None
    ]
    limit = limit_of(call, default=100, most=200)
    got = page_of(call, held, key=lambda row: (row[0].index,), width=1, limit=limit)
    rows = [{"offerId": ids.offer_id(call.world, product), **_held(one)} for product, one in got.rows]
    return {"status": "OK", "result": {"offers": rows, "paging": got.paging}}


def _held(held: Held) -> dict[str, Any]:
    now, before = held.price.value, held.valid.value
    params = [
        {"name": "CURRENT_PRICE", "value": str(money(now))},
        {"name": "LAST_VALID_PRICE", "value": str(money(before))},
        {"name": "CURRENCY", "value": "RUR"},
    ]
    verdicts = [{"type": "PRICE_CHANGE", "params": params}]
    if now * 5 < before:
        least = {"name": "MIN_PRICE", "value": str(money(before // 5))}
        verdicts.append({"type": "LOW_PRICE", "params": [params[0], least, params[2]]})
    return {"currentPrice": price(now), "lastValidPrice": price(before), "verdicts": verdicts}


def confirm(call: Call) -> dict[str, Any]:
    """Answer `…/price-quarantine/confirm`."""
    named = offers_of(call.body, "offerIds", most=200)
    if named is None:
        raise bad("offerIds: must not be null", code="NO_REQUIRED_FIELDS")
    call.shop.prices.confirm(ids.found(call.world, named, day=call.at // DAY), call.at)
    return {"status": "OK"}


def shop_prices(call: Call) -> dict[str, Any]:
    """Answer `/v2/campaigns/{campaignId}/offer-prices` and its like: this cabinet has one price everywhere."""
    del call
    raise locked(_ONLY_DEFAULT)
