"""The catalogue: offers with their cards, their state in the shop, the quality of the cards."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from sandbox.world.catalog import Product
from sandbox.world.cells import WIDTH
from sandbox.world.moments import DAY
from sandbox.yandex_market import ids
from sandbox.yandex_market.calls import (
    Call,
    flag,
    integers,
    limit_of,
    money,
    moscow,
    offers_of,
    price,
    strings,
)
from sandbox.yandex_market.errors import bad
from sandbox.yandex_market.paging import page_of

HAS_CARD, UPDATING, NO_CARD = "HAS_CARD_CAN_UPDATE", "HAS_CARD_CAN_UPDATE_PROCESSING", "NO_CARD_NEED_CONTENT"
CARD_STATUSES = (
    "HAS_CARD_CAN_NOT_UPDATE",
    HAS_CARD,
    "HAS_CARD_CAN_UPDATE_ERRORS",
    UPDATING,
    NO_CARD,
    "NO_CARD_MARKET_WILL_CREATE",
    "NO_CARD_ERRORS",
    "NO_CARD_PROCESSING",
    "NO_CARD_ADD_TO_CAMPAIGN",
)
_FILTERS = ("cardStatuses", "categoryIds", "vendorNames", "tags", "archived")
_VENDOR = "Льняная лавка"


class Shelf:
    """Units for sale of every product over all warehouses at the second of a call."""

    def __init__(self, call: Call) -> None:
        """Add up the stock."""
        self.available: defaultdict[int, int] = defaultdict(int)
        for place, level in call.world.stock_book.levels(call.seen_at).items():
            self.available[place // WIDTH] += level.available


def card_status(product: Product) -> str:
    """Return how Market's card of a product is doing; a few are being looked over."""
    return UPDATING if product.index % 37 == 11 else HAS_CARD


def category_id(product: Product) -> int:
    """Return Market's category of a product, which is not the one of other marketplaces."""
    return 7_000_000 + product.family.kind


def asked(call: Call, body: Mapping[str, Any], *, most: int, archived: bool | None) -> list[Product]:
    """Return the products that a body names by SKU, or those of its filters; never both.

    `archived` is what the list holds without the filter of that name, nothing for both kinds.
    """
    named = offers_of(body, "offerIds", most=most)
    statuses = strings(body, "cardStatuses", most=len(CARD_STATUSES))
    categories = integers(body, "categoryIds", most=10_000)
    vendors, tags = strings(body, "vendorNames", most=10_000), strings(body, "tags", most=10_000)
    kept = flag(body, "archived")
    if named is not None:
        if any(body.get(name) is not None for name in _FILTERS):
            raise bad("offerIds: must not be used together with other filters")
        return ids.found(call.world, named, day=call.at // DAY)
    if not set(statuses or ()) <= set(CARD_STATUSES):
        raise bad("cardStatuses: unknown value")
    kept = archived if kept is None else kept
    return [
        product
        for product in ids.sold(call.world, day=call.at // DAY)
        if (kept is None or product.archived is kept)
        and (statuses is None or card_status(product) in statuses)
        and (categories is None or category_id(product) in categories)
        and (vendors is None or _VENDOR in vendors)
        and tags is None
    ]


def offer_mappings(call: Call) -> dict[str, Any]:
    """Answer `/v2/businesses/{businessId}/offer-mappings`; without a filter it leaves the archive out."""
    products = asked(call, call.body, most=100, archived=False)
    limit = 100 if call.body.get("offerIds") is not None else limit_of(call, default=50, most=100)
    got = page_of(call, products, key=lambda product: (product.index,), width=1, limit=limit)
    shelf = Shelf(call)
    rows = [_mapped(call, product, shelf) for product in got.rows]
    if call.fault == "unknown_status" and rows:
        odd = rows[int(call.chance * len(rows))]["offer"]
        odd["cardStatus"] = "HAS_CARD_IN_ANOTHER_WORLD"
        odd["campaigns"][0]["status"] = "TELEPORTED"
    return {"status": "OK", "result": {"offerMappings": rows, "paging": got.paging}}


def _mapped(call: Call, product: Product, shelf: Shelf) -> dict[str, Any]:
    offer = _offer(call, product, shelf)
    showcase = f"https://market.yandex.ru/product/{ids.market_sku(product)}"
    return {
        "offer": offer,
        "mapping": _mapping(product),
        "showcaseUrls": [{"showcaseType": "B2C", "showcaseUrl": showcase}],
    }


def _mapping(product: Product) -> dict[str, Any]:
    return {
        "marketSku": ids.market_sku(product),
        "marketSkuName": product.name,
        "marketModelName": f"{product.family.name} {product.family.material}",
        "marketCategoryId": category_id(product),
        "marketCategoryName": product.family.kind_name,
    }


def _offer(call: Call, product: Product, shelf: Shelf) -> dict[str, Any]:
    length, width, height = (side / 10 for side in product.family.box)
    codes = ids.barcodes(call.world, product)
    return {
        "offerId": ids.offer_id(call.world, product),
        "name": product.name,
        "marketCategoryId": category_id(product),
        "category": product.family.kind_name,
        "pictures": _photos(call, product),
        "vendor": _VENDOR,
        **({"barcodes": list(codes)} if codes else {}),
        "description": product.description,
        "manufacturerCountries": ["Россия"],
        "weightDimensions": {
            "length": length,
            "width": width,
            "height": height,
            "weight": product.weight / 1000,
        },
        "vendorCode": product.offer_id,
        "boxCount": 1,
        "type": "DEFAULT",
        "downloadable": False,
        "adult": False,
        "basicPrice": basic_price(call, product),
        "cardStatus": card_status(product),
        "campaigns": [{"campaignId": call.shop.campaign_id, "status": shop_status(product, shelf)}],
        "sellingPrograms": [{"sellingProgram": "FBY", "status": "FINE"}],
        "archived": product.archived,
        "groupId": f"LN-{product.family.code}",
    }


def _photos(call: Call, product: Product) -> list[str]:
    root = urlsplit(call.base_url)._replace(path="").geturl()
    address = f"{root}/_sandbox/photo/{product.sku}.svg"
    return [address, f"{address}?view=2"]


def basic_price(call: Call, product: Product) -> dict[str, Any]:
    """Return the price for all shops as the catalogue writes it."""
    set_ = call.shop.prices.price(product, call.seen_at)
    base = {"discountBase": money(set_.base)} if set_.base else {}
    return {**price(set_.value), **base, "updatedAt": moscow(set_.updated)}


def shop_status(product: Product, shelf: Shelf) -> str:
    """Return the state of an offer in the shop."""
    if product.archived:
        return "ARCHIVED"
    if card_status(product) == UPDATING:
        return "CHECKING"
    return "PUBLISHED" if shelf.available[product.index] else "NO_STOCKS"


def campaign_offers(call: Call) -> dict[str, Any]:
    """Answer `/v2/campaigns/{campaignId}/offers`: the state of offers in the shop, the archive too."""
    statuses = strings(call.body, "statuses", most=20)
    if statuses is not None and call.body.get("offerIds") is not None:
        raise bad("offerIds: must not be used together with other filters")
    shelf = Shelf(call)
    products = [
        product
        for product in asked(call, call.body, most=200, archived=None)
        if statuses is None or shop_status(product, shelf) in statuses
    ]
    limit = 200 if call.body.get("offerIds") is not None else limit_of(call, default=100, most=200)
    got = page_of(call, products, key=lambda product: (product.index,), width=1, limit=limit)
    rows = [
        {
            "offerId": ids.offer_id(call.world, product),
            "available": not product.archived,
            "basicPrice": basic_price(call, product),
            "status": shop_status(product, shelf),
        }
        for product in got.rows
    ]
    return {"status": "OK", "result": {"offers": rows, "paging": got.paging}}


def offer_cards(call: Call) -> dict[str, Any]:
    """Answer `/v2/businesses/{businessId}/offer-cards`."""
    wants = bool(flag(call.body, "withRecommendations"))
    products = asked(call, call.body, most=200, archived=None)
    limit = 200 if call.body.get("offerIds") is not None else limit_of(call, default=100, most=200)
    got = page_of(call, products, key=lambda product: (product.index,), width=1, limit=limit)
    rows = [_card(call, product, wants=wants) for product in got.rows]
    return {"status": "OK", "result": {"offerCards": rows, "paging": got.paging}}


def _card(call: Call, product: Product, *, wants: bool) -> dict[str, Any]:
    rating = 62 + product.index * 7 % 39
    advice = [{"type": "HAS_VIDEO", "percent": 0, "remainingRatingPoints": 100 - rating}]
    return {
        "offerId": ids.offer_id(call.world, product),
        "mapping": _mapping(product),
        "parameterValues": [{"parameterId": 14_871_214, "value": product.colour.named(0)}],
        "cardStatus": card_status(product),
        "contentRating": rating,
        "averageContentRating": 78,
        "contentRatingStatus": "ACTUAL",
        **({"recommendations": advice} if wants and rating < 100 else {}),
        "groupId": f"LN-{product.family.code}",
    }
