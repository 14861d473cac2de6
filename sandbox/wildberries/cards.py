"""The Content service: cards, the trash, cards that were not made, and how many may still be made."""

from datetime import datetime
from typing import Any

from sandbox.wildberries.calls import Call, Words
from sandbox.wildberries.errors import refused
from sandbox.wildberries.ids import Card
from sandbox.wildberries.paging import moved, repeats, turned
from sandbox.wildberries.words import BRAND, utc
from sandbox.world.catalog import Product
from sandbox.world.moments import DAY, instant
from sandbox.world.seeds import mix

_WORDS = Words(lambda _call, text: refused(text, additional=True))
_MOST, _USUAL = 100, 10
_TRASHED_AFTER = 40 * DAY
_SECOND = 1_000_000


def cards_list(call: Call) -> dict[str, Any]:
    """Answer `/content/v2/get/cards/list`: cards by their last change, after the cursor."""
    settings = _WORDS.section(call, call.body, "settings")
    at = call.seen_at
    found = [
        (_second(card.updated(call.world, at)), card)
        for card in call.shop.cards.all
        if not card.is_trashed and card.sold(at) and _fits(call, settings, card)
    ]
    rows, cursor = _page(call, settings, found, name="updatedAt")
    return {"cards": [_card(call, card, at) for card in rows], "cursor": cursor}


def cards_trash(call: Call) -> dict[str, Any]:
    """Answer `/content/v2/get/cards/trash`: cards that the seller threw away, by when he did."""
    settings = _WORDS.section(call, call.body, "settings")
    at = call.seen_at
    found = [
        (_second(_trashed(call, card)), card)
        for card in call.shop.cards.all
        if card.is_trashed and card.sold(at) and _fits(call, settings, card)
    ]
    rows, cursor = _page(call, settings, found, name="trashedAt")
    return {"cards": [_trash(call, card, at) for card in rows], "cursor": cursor}


def cards_errors(call: Call) -> dict[str, Any]:
    """Answer `/content/v2/cards/error/list`: there are none."""
    batch = "00000000-0000-0000-0000-000000000000"
    cursor = {"next": False, "updatedAt": utc(call.at), "batchUUID": batch}
    return _enveloped({"items": [], "cursor": cursor})


def cards_limits(call: Call) -> dict[str, Any]:
    """Answer `/content/v2/cards/limits`."""
    return _enveloped({"freeLimits": 1500 - len(call.shop.cards.all), "paidLimits": 10})


def _enveloped(data: dict[str, Any]) -> dict[str, Any]:
    return {"data": data, "error": False, "errorText": "", "additionalErrors": None}


def _second(at: int) -> int:
    return at // _SECOND * _SECOND


def _trashed(call: Call, card: Card) -> int:
    return card.created(call.world) + mix(call.world.settings.seed, 84, card.first) % _TRASHED_AFTER


def _fits(call: Call, settings: dict[str, Any], card: Card) -> bool:
    """Tell whether a card is asked for. All cards have photos, but for every thirteenth."""
    asked = _WORDS.section(call, settings, "filter")
    photo = _WORDS.integer(call, asked, "withPhoto", default=0, most=2, least=-1)
    subjects = _WORDS.integers(call, asked, "objectIDs", most=1000)
    brands = _WORDS.strings(call, asked, "brands", most=1000)
    tags = _WORDS.integers(call, asked, "tagIDs", most=1000)
    text = str(asked.get("textSearch") or "").strip()
    product = card.sizes[0]
    names = {
        card.article,
        str(card.nm_id),
        *(b for one in card.sizes for b in call.world.listed[one.index].barcodes),
    }
    return (photo not in (1, 2) or (photo == 1) == _has_photo(card)) and not (
        (subjects and product.family.kind not in subjects)
        or (brands and BRAND not in brands)
        or tags
        or (text and text not in names)
        or (asked.get("imtID") and asked["imtID"] != call.shop.cards.imt_id(card))
    )


def _has_photo(card: Card) -> bool:
    return card.first % 13 != 6


def _page(
    call: Call, settings: dict[str, Any], found: list[tuple[int, Card]], *, name: str
) -> tuple[list[Card], dict[str, Any]]:
    """Return the cards after the cursor and the cursor after them; its `total` is how many there are here."""
    ascending = _WORDS.section(call, settings, "sort").get("ascending") is True
    cursor = _WORDS.section(call, settings, "cursor")
    limit = _WORDS.integer(call, cursor, "limit", default=_USUAL, most=_MOST, least=1)
    after = _after(call, cursor, name)
    rows = sorted(found, key=_place, reverse=not ascending)
    if after is not None:
        rows = [row for row in rows if (_place(row) > after if ascending else _place(row) < after)]
    is_last = len(rows) <= limit
    rows = rows[:limit] if call.fault != "empty_page" else []
    if not rows:
        place = after or (0, 0)
        return [], {name: utc(place[0]) if place[0] else "", "nmID": place[1], "total": 0}
    end = moved(call, rows, is_last=is_last)
    told = {name: utc(end[0]), "nmID": end[1].nm_id, "total": len(rows)}
    if after is not None and not is_last and repeats(call, (name, after)):
        told = {name: utc(after[0]), "nmID": after[1], "total": len(rows)}
    return [card for _, card in turned(call, rows)], told


def _place(row: tuple[int, Card]) -> tuple[int, int]:
    return row[0], row[1].nm_id


def _after(call: Call, cursor: dict[str, Any], name: str) -> tuple[int, int] | None:
    moment, number = cursor.get(name), _WORDS.integer(call, cursor, "nmID", default=0)
    if not moment:
        return None
    try:
        return instant(datetime.fromisoformat(moment)), number
    except (TypeError, ValueError) as error:
        raise _WORDS.bad(call, f"{name}: date-time expected, RFC3339") from error


# ---- a card -----------------------------------------------------------------------------------------------
def _card(call: Call, card: Card, at: int) -> dict[str, Any]:
    product, number = card.sizes[0], call.shop.cards
    stir = f"{mix(card.nm_id, 85):016x}{mix(card.nm_id, 86):016x}"
    return {
        "nmID": card.nm_id,
        "imtID": number.imt_id(card),
        "nmUUID": "-".join((stir[:8], stir[8:12], stir[12:16], stir[16:20], stir[20:])),
        "subjectID": product.family.kind,
        "subjectName": product.family.kind_name,
        "vendorCode": card.article,
        "brand": BRAND,
        "title": _title(product),
        "description": product.description.replace("<br/>", " "),
        "needKiz": False,
        "kizMarked": False,
        "photos": _photos(call, card),
        "video": "",
        "wholesale": {"enabled": False, "quantum": 0},
        "dimensions": _dimensions(product),
        "characteristics": _characteristics(product),
        "sizes": _sizes(call, card, at),
        "tags": [],
        "createdAt": utc(card.created(call.world)),
        "updatedAt": utc(card.updated(call.world, at)),
    }


def _trash(call: Call, card: Card, at: int) -> dict[str, Any]:
    product = card.sizes[0]
    return {
        "nmID": card.nm_id,
        "vendorCode": card.article,
        "kizMarked": False,
        "subjectID": product.family.kind,
        "subjectName": product.family.kind_name,
        "photos": _photos(call, card),
        "video": "",
        "wholesale": {"enabled": False, "quantum": 0},
        "sizes": _sizes(call, card, at),
        "dimensions": _dimensions(product),
        "characteristics": _characteristics(product),
        "createdAt": utc(card.created(call.world)),
        "trashedAt": utc(_trashed(call, card)),
    }


def _title(product: Product) -> str:
    """Return the name of a card: no size is in it, and at most sixty characters."""
    family = product.family
    return f"{family.name}, {family.material}, {product.colour.named(family.gender)}"[:60]


def _photos(call: Call, card: Card) -> list[dict[str, str]]:
    if not _has_photo(card):
        return []
    address = f"{call.base_url.rsplit('/', 1)[0]}/_sandbox/photo/{card.sizes[0].sku}.svg?view="
    names = ("big", "c246x328", "c516x688", "square", "tm")
    return [dict.fromkeys(names, f"{address}{view}") for view in (1, 2)]


def _dimensions(product: Product) -> dict[str, Any]:
    """Return centimetres and kilogrammes."""
    length, width, height = (max(1, -(-side // 10)) for side in product.family.box)
    return {
        "length": length,
        "width": width,
        "height": height,
        "weightBrutto": round(product.weight / 1000, 3),
        "isValid": True,
    }


def _characteristics(product: Product) -> list[dict[str, Any]]:
    return [
        {"id": 14177449, "name": "Цвет", "value": [product.colour.named(0)]},
        {"id": 14177450, "name": "Состав", "value": [product.family.material]},
        {"id": 88952, "name": "Вес товара с упаковкой (г)", "value": product.weight},
    ]


def _sizes(call: Call, card: Card, at: int) -> list[dict[str, Any]]:
    return [
        {
            "chrtID": call.shop.cards.chrt_id(product),
            "techSize": call.world.listed[product.index].size,
            "wbSize": "" if call.world.listed[product.index].size == "0" else product.size,
            "skus": list(call.world.listed[product.index].barcodes),
            "gtin": f"0{call.world.listed[product.index].barcodes[0]}",
        }
        for product in card.sold(at)
    ]
