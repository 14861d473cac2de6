"""The Prices service: prices of cards and sizes, uploads of new ones, and the quarantine."""

from collections.abc import Callable
from typing import Any

from sandbox.wildberries.calls import Call, Words
from sandbox.wildberries.errors import refused
from sandbox.wildberries.ids import Card
from sandbox.wildberries.paging import window
from sandbox.wildberries.prices_book import ALREADY, BAD, GOOD, HELD, NO_SUCH, Price, Upload
from sandbox.wildberries.words import moscow
from sandbox.world.catalog import Product

_WORDS = Words(lambda _call, text: refused(text))
_MOST = 1000
_MOST_PRICE = 100_000_000
_NONE_FITS = "All item Nos. are specified incorrectly, or prices and discounts are already set"
WRONG = "Invalid data format"
Answer = tuple[int, dict[str, Any]]


def _enveloped(data: dict[str, Any] | None) -> dict[str, Any]:
    return {"data": data, "error": False, "errorText": ""}


# ---- reading ----------------------------------------------------------------------------------------------
def goods(call: Call) -> dict[str, Any]:
    """Answer `GET /api/v2/list/goods/filter`: cards with the prices of their sizes, by an offset."""
    limit = _WORDS.number(call, "limit", default=None, most=_MOST, least=1)
    offset = _WORDS.number(call, "offset", default=0)
    wanted = _WORDS.number(call, "filterNmID", default=0)
    cards = [card for card in _sold(call) if wanted in (0, card.nm_id)]
    return _enveloped(
        {"listGoods": [_good(call, one) for one in window(call, cards, offset=offset, limit=limit)]}
    )


def goods_named(call: Call) -> dict[str, Any]:
    """Answer `POST /api/v2/list/goods/filter`: cards by their ids."""
    wanted = set(_WORDS.integers(call, call.body, "nmList", most=_MOST))
    if not wanted:
        raise refused("Empty data")
    cards = [card for card in _sold(call) if card.nm_id in wanted]
    return _enveloped({"listGoods": [_good(call, one) for one in window(call, cards, offset=0, limit=_MOST)]})


def sizes(call: Call) -> dict[str, Any]:
    """Answer `/api/v2/list/goods/size/nm`: the sizes of one card."""
    limit = _WORDS.number(call, "limit", default=None, most=_MOST, least=1)
    offset = _WORDS.number(call, "offset", default=0)
    card = call.shop.cards.by_nm.get(_WORDS.number(call, "nmID", default=None))
    found = list(card.sold(call.at)) if card is not None and not card.is_trashed else []
    rows = [
        {"nmID": card.nm_id, "vendorCode": card.article, **_size(call, card, one), **_common(call, card)}
        for one in window(call, found, offset=offset, limit=limit)
        if card is not None
    ]
    return _enveloped({"listGoods": rows})


def _sold(call: Call) -> list[Card]:
    at = call.seen_at
    return [card for card in call.shop.cards.all if not card.is_trashed and card.sold(at)]


def _good(call: Call, card: Card) -> dict[str, Any]:
    return {
        "nmID": card.nm_id,
        "vendorCode": card.article,
        "sizes": [_size(call, card, one) for one in card.sold(call.seen_at)],
        **_common(call, card),
        "wholesaleDiscountThreshold": [],
    }


def _common(call: Call, card: Card) -> dict[str, Any]:
    return {
        "currencyIsoCode4217": "RUB",
        "discount": _price(call, card.sizes[0]).discount,
        "clubDiscount": call.shop.prices.club(card.nm_id),
        "editableSizePrice": _has_size_prices(card),
    }


def _has_size_prices(card: Card) -> bool:
    return len({one.base_price for one in card.sizes}) > 1


def _price(call: Call, product: Product) -> Price:
    return call.shop.prices.price(product.index, call.seen_at)


def _size(call: Call, card: Card, product: Product) -> dict[str, Any]:
    price = _price(call, product)
    club = call.shop.prices.club(card.nm_id)
    return {
        "sizeID": call.shop.cards.chrt_id(product),
        "price": price.full,
        "discountedPrice": _roubles(price.kopecks),
        "clubDiscountedPrice": _roubles(price.kopecks * (100 - club) // 100),
        "techSizeName": call.world.listed[product.index].size,
    }


def _roubles(kopecks: int) -> int | float:
    return kopecks // 100 if kopecks % 100 == 0 else kopecks / 100


def quarantine(call: Call) -> dict[str, Any]:
    """Answer `/api/v2/quarantine/goods`: new prices that are held back."""
    limit = _WORDS.number(call, "limit", default=None, most=_MOST, least=1)
    offset = _WORDS.number(call, "offset", default=0)
    rows = []
    for held in call.shop.prices.held(call.at):
        old = _price(call, call.shop.cards.by_nm[held.nm_id].sizes[0])
        new = Price(
            old.full if held.price is None else held.price,
            old.discount if held.discount is None else held.discount,
        )
        rows.append(
            {
                "nmID": held.nm_id,
                "sizeID": None,
                "techSizeName": "",
                "currencyIsoCode4217": "RUB",
                "newPrice": held.price,
                "oldPrice": old.full,
                "newDiscount": held.discount,
                "oldDiscount": old.discount,
                "priceDiff": _roubles(new.kopecks - old.kopecks),
            }
        )
    return _enveloped({"quarantineGoods": window(call, rows, offset=offset, limit=limit)})


# ---- uploads ----------------------------------------------------------------------------------------------
def upload_cards(call: Call) -> Answer:
    """Answer `/api/v2/upload/task`: a price, a discount or both for each card."""
    return _upload(call, "task", ("nmID",), _check_card)


def upload_sizes(call: Call) -> Answer:
    """Answer `/api/v2/upload/task/size`: a price for each size of cards that have prices of sizes."""
    return _upload(call, "size", ("nmID", "sizeID"), _check_size)


def upload_club(call: Call) -> Answer:
    """Answer `/api/v2/upload/task/club-discount`."""
    return _upload(call, "club", ("nmID",), _check_club)


def _upload(
    call: Call, kind: str, keys: tuple[str, ...], check: Callable[[Call, dict[str, Any]], dict[str, Any]]
) -> Answer:
    """Take an upload. What is wrong with it as a whole is refused at once, the rest item by item later."""
    data = call.body.get("data")
    if not isinstance(data, list) or not all(isinstance(item, dict) for item in data):
        raise refused(WRONG)
    if not data:
        raise refused("Empty data")
    if len(data) > _MOST:
        raise refused("Upload limit exceeded: You can upload a maximum of 1 000 items")
    items = [check(call, item) for item in data]
    if len({tuple(item[key] for key in keys) for item in items}) != len(items):
        raise refused("Duplicate size IDs" if kind == "size" else "Duplicate item Nos.")
    book = call.shop.prices
    known = call.shop.cards.by_nm
    if not book.is_last(kind, items) and not any(book.changes(kind, item, call.at) for item in items):
        raise refused(ALREADY if any(item["nmID"] in known for item in items) else _NONE_FITS)
    taken, is_there = book.upload(kind, items, call.at)
    document = _enveloped({"id": taken.id, "alreadyExists": is_there})
    return (208 if is_there else 200), document


def _whole(value: Any, text: str, *, least: int, most: int) -> int | None:
    """Return a whole number or nothing where null stands."""
    if value is None:
        return None
    if isinstance(value, float):
        raise refused("Price should be a whole number" if text.startswith("Invalid price") else text)
    if type(value) is not int:
        raise refused(WRONG)
    if not least <= value <= most:
        raise refused(text)
    return value


def _number(item: dict[str, Any], name: str, text: str) -> int:
    value = _whole(item.get(name), text, least=1, most=1 << 62)
    if value is None:
        raise refused(text)
    return value


def _check_card(_call: Call, item: dict[str, Any]) -> dict[str, Any]:
    price = _whole(item.get("price"), "Invalid price value", least=1, most=_MOST_PRICE)
    discount = _whole(item.get("discount"), "Invalid discount value", least=0, most=99)
    if price is None and discount is None:
        raise refused("Price and discount not specified")
    return {"nmID": _number(item, "nmID", NO_SUCH), "price": price, "discount": discount}


def _check_size(call: Call, item: dict[str, Any]) -> dict[str, Any]:
    price = _whole(item.get("price"), "Invalid price value", least=1, most=_MOST_PRICE)
    if price is None:
        raise refused("Price and discount not specified")
    found = {
        "nmID": _number(item, "nmID", NO_SUCH),
        "sizeID": _number(item, "sizeID", "Invalid size"),
        "price": price,
    }
    card = call.shop.cards.by_nm.get(found["nmID"])
    if card is not None and not _has_size_prices(card):
        raise refused("Prices of sizes cannot be set for this item")
    return found


def _check_club(_call: Call, item: dict[str, Any]) -> dict[str, Any]:
    discount = _whole(item.get("clubDiscount"), "Invalid discount value", least=0, most=50)
    if discount is None:
        raise refused("Invalid discount value")
    return {"nmID": _number(item, "nmID", NO_SUCH), "clubDiscount": discount}


# ---- what became of them ----------------------------------------------------------------------------------
def history_task(call: Call) -> dict[str, Any]:
    """Answer `/api/v2/history/tasks`: an upload that is worked through; no data before."""
    upload = _asked(call)
    return _enveloped(_task(upload, upload.status) if upload and upload.status else None)


def buffer_task(call: Call) -> dict[str, Any]:
    """Answer `/api/v2/buffer/tasks`: an upload that is not worked through yet."""
    upload = _asked(call)
    return _enveloped(_task(upload, 1) if upload and not upload.status else None)


def history_goods(call: Call) -> dict[str, Any]:
    """Answer `/api/v2/history/goods/task`: what became of each item, without the usual envelope."""
    upload = _asked(call)
    if upload is None or not upload.status:
        return {"data": None}
    rows = [
        _row(call, item) | {"status": GOOD if text in ("", HELD) else BAD, "errorText": text}
        for item, text in zip(upload.items, upload.outcomes, strict=True)
    ]
    return {"data": {"uploadID": upload.id, "historyGoods": _cut(call, rows)}}


def buffer_goods(call: Call) -> dict[str, Any]:
    """Answer `/api/v2/buffer/goods/task`: the items of an upload that is not worked through yet."""
    upload = _asked(call)
    if upload is None or upload.status:
        return _enveloped(None)
    rows = [_row(call, item) | {"status": 1, "errorText": ""} for item in upload.items]
    return _enveloped({"uploadID": upload.id, "bufferGoods": _cut(call, rows)})


def _asked(call: Call) -> Upload | None:
    return call.shop.prices.find(_WORDS.number(call, "uploadID", default=None), call.at)


def _cut(call: Call, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    limit = _WORDS.number(call, "limit", default=None, most=_MOST, least=1)
    return window(call, rows, offset=_WORDS.number(call, "offset", default=0), limit=limit)


def _task(upload: Upload, status: int) -> dict[str, Any]:
    return {
        "uploadID": upload.id,
        "status": status,
        "uploadDate": moscow(upload.sent_at),
        "activationDate": moscow(upload.ready_at),
        "overAllGoodsNumber": len(upload.items),
        "successGoodsNumber": sum(text in ("", HELD) for text in upload.outcomes),
    }


def _row(call: Call, item: dict[str, Any]) -> dict[str, Any]:
    card = call.shop.cards.by_nm.get(item["nmID"])
    size = call.shop.cards.by_chrt.get(item.get("sizeID", 0))
    now = _price(call, card.sizes[0]) if card is not None else Price(0, 0)
    full, discount = item.get("price"), item.get("discount")
    return {
        "nmID": item["nmID"],
        "vendorCode": card.article if card is not None else "",
        "sizeID": item.get("sizeID", 0),
        "techSizeName": call.world.listed[size.index].size if size is not None else "",
        "price": now.full if full is None else full,
        "currencyIsoCode4217": "RUB",
        "discount": now.discount if discount is None else discount,
        "clubDiscount": item.get("clubDiscount", 0),
    }
