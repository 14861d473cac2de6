"""Products: list, details, prices."""

from collections.abc import Callable
from typing import Any

from sandbox.ozon.calls import Call, integers, limit_of, section, strings
from sandbox.ozon.errors import bad
from sandbox.ozon.paging import Page, page_of
from sandbox.ozon.render import crossed_out
from sandbox.world import World
from sandbox.world.catalog import Product
from sandbox.world.cells import WIDTH
from sandbox.world.demand import promotions_of
from sandbox.world.moments import DAY, HOUR, day_date, day_number, iso

MOST = 1000
PRODUCT_ID = 1_300_000_000
_VISIBILITIES = frozenset(
    [
        "ALL",
        "VISIBLE",
        "INVISIBLE",
        "EMPTY_STOCK",
        "NOT_MODERATED",
        "MODERATED",
        "DISABLED",
        "STATE_FAILED",
        "READY_TO_SUPPLY",
        "VALIDATION_STATE_PENDING",
        "VALIDATION_STATE_FAIL",
        "VALIDATION_STATE_SUCCESS",
        "TO_SUPPLY",
        "IN_SALE",
        "REMOVED_FROM_SALE",
        "BANNED",
        "OVERPRICED",
        "CRITICALLY_OVERPRICED",
        "EMPTY_BARCODE",
        "BARCODE_EXISTS",
        "QUARANTINE",
        "ARCHIVED",
        "OVERPRICED_WITH_STOCK",
        "PARTIAL_APPROVED",
        "AUTO_ARCHIVED",
        "MANUAL_ARCHIVED",
        "SEASONAL_AUTO_ARCHIVED",
        "VISIBLE_WITH_FBO_STOCK",
        "SHOWCASE_SELECT_ACTIVE",
    ]
)


def product_id(product: Product) -> int:
    """Return Ozon's id of an item in the cabinet; the SKU is its id on the site."""
    return product.sku - PRODUCT_ID


class Levels:
    """Units of every product over all warehouses at the second of a call."""

    def __init__(self, call: Call) -> None:
        """Add up the stock."""
        self.present = [0] * len(call.world.assortment)
        self.reserved = [0] * len(call.world.assortment)
        for place, level in call.world.stock_book.levels(call.at).items():
            self.present[place // WIDTH] += level.present
            self.reserved[place // WIDTH] += level.reserved


def launched_by(world: World, at: int) -> list[Product]:
    """Return the products that exist at an instant, in the order of their ids."""
    return sorted((p for p in world.assortment if p.launched <= at // DAY), key=lambda p: p.sku)


def _visible(products: list[Product], visibility: str, levels: Levels) -> list[Product]:
    if visibility not in _VISIBILITIES:
        raise bad(f"filter.visibility: invalid value for enum type: {visibility!r}")
    tests: dict[str, Callable[[Product], bool]] = {
        "ARCHIVED": lambda p: p.archived,
        "MANUAL_ARCHIVED": lambda p: p.archived,
        "EMPTY_STOCK": lambda p: not p.archived and levels.present[p.index] == 0,
        "EMPTY_BARCODE": lambda p: not p.archived and not p.barcodes,
        "BARCODE_EXISTS": lambda p: not p.archived and bool(p.barcodes),
    }
    for name in ("VISIBLE", "IN_SALE", "VISIBLE_WITH_FBO_STOCK"):
        tests[name] = lambda p: not p.archived and levels.present[p.index] > 0
    for name in ("ALL", "MODERATED", "VALIDATION_STATE_SUCCESS", "SHOWCASE_SELECT_ACTIVE"):
        tests[name] = lambda p: not p.archived
    test = tests.get(visibility)
    return [product for product in products if test and test(product)]


def _asked(call: Call, query: dict[str, Any], *, skus: str) -> list[Product] | None:
    """Return the products that a filter names by ids, or nothing if it names none."""
    offers = strings(query, "offer_id", most=MOST)
    ids = integers(query, "product_id", most=MOST)
    numbers = integers(query, skus, most=MOST) if skus else []
    if sum(map(bool, (offers, ids, numbers))) > 1:
        raise bad("filter: use only one kind of identifiers")
    if not (offers or ids or numbers):
        return None
    return found_by(call, offers, [*numbers, *(id_ + PRODUCT_ID for id_ in ids)])


def found_by(call: Call, offers: list[str], skus: list[int]) -> list[Product]:
    """Return the products of these articles or SKUs."""
    world = call.world
    named = (*(world.by_offer.get(offer) for offer in offers), *(world.by_sku.get(sku) for sku in skus))
    there = {p.sku: p for p in named if p is not None and p.launched <= call.at // DAY}
    return [there[sku] for sku in sorted(there)]


def filtered(call: Call, *, skus: str) -> list[Product]:
    """Return the products that the body's filter names. Raises ApiError."""
    query = section(call.body, "filter")
    asked = _asked(call, query, skus=skus)
    if asked is not None:
        return asked
    return _visible(launched_by(call.world, call.at), query.get("visibility") or "ALL", Levels(call))


def _page(call: Call, products: list[Product], *, field: str) -> Page:
    limit = limit_of(call.body, most=MOST)
    return page_of(call, products, key=lambda p: (p.sku,), token=call.body.get(field), limit=limit)


def page_filtered(call: Call, *, field: str) -> tuple[list[Product], Page]:
    """Return the products that a filter of offers, ids or visibility selects, and a page of them."""
    products = filtered(call, skus="")
    return products, _page(call, products, field=field)


def product_list(call: Call) -> dict[str, Any]:
    """Answer `/v3/product/list`."""
    products = filtered(call, skus="skus")
    got = _page(call, products, field="last_id")
    levels = Levels(call)
    items = [
        {
            "product_id": product_id(product),
            "offer_id": product.offer_id,
            "sku": product.sku,
            "has_fbo_stocks": levels.present[product.index] > 0,
            "has_fbs_stocks": False,
            "archived": product.archived,
            "is_discounted": False,
            "quants": [],
        }
        for product in got.rows
    ]
    return {"result": {"items": items, "total_items": len(products), "last_id": got.next}}


def product_info(call: Call) -> dict[str, Any]:
    """Answer `/v3/product/info/list`."""
    offers = strings(call.body, "offer_id", most=MOST)
    skus = integers(call.body, "sku", most=MOST)
    skus += [id_ + PRODUCT_ID for id_ in integers(call.body, "product_id", most=MOST)]
    if not 1 <= len(offers) + len(skus) <= MOST:
        raise bad("offer_id, product_id, sku: value must contain between 1 and 1000 items in sum")
    levels = Levels(call)
    return {"items": [_info(call, product, levels) for product in found_by(call, offers, skus)]}


def _born(call: Call, product: Product) -> int:
    day = product.launched or day_number(call.world.settings.first_day) - 200 - product.index
    return day * DAY + 9 * HOUR + product.index * 1_000_003 * 61 % HOUR


def prices_of(call: Call, product: Product) -> tuple[int, int, int]:
    """Return price, crossed-out price and the least price, in kopecks: the seller's own, or the world's."""
    told = call.seller.prices.told.get(product.sku)
    if told is not None:
        return told.price, told.old, told.least
    price = call.world.price_on(product, call.at)
    old = max(crossed_out(call.world, product.index, call.at // DAY), price)
    return price, old, product.base_price * 72 // 10_000 * 100


def _info(call: Call, product: Product, levels: Levels) -> dict[str, Any]:
    price, old, least = prices_of(call, product)
    present, reserved = levels.present[product.index], levels.reserved[product.index]
    selling = present > 0 and not product.archived
    status = "price_sent" if selling else "archived" if product.archived else "imported"
    named = "Продаётся" if selling else "В архиве" if product.archived else "Готов к продаже"
    born = iso(_born(call, product))
    return {
        "id": product_id(product),
        "name": product.name,
        "offer_id": product.offer_id,
        "sku": product.sku,
        "barcodes": list(product.barcodes),
        "description_category_id": product.family.category,
        "type_id": product.family.kind,
        "created_at": born,
        "updated_at": iso(call.at // DAY * DAY),
        "images": photos_of(call, product)[1:],
        "primary_image": photos_of(call, product)[:1],
        "color_image": [],
        "currency_code": "RUB",
        "price": _text(price),
        "old_price": _text(old),
        "min_price": _text(least),
        "vat": "0.22",
        "volume_weight": _litres(product),
        "is_archived": product.archived,
        "is_autoarchived": False,
        "is_discounted": False,
        "is_kgt": False,
        "is_prepayment_allowed": False,
        "is_super": product.index % 17 == 3,
        "has_discounted_fbo_item": False,
        "discounted_fbo_stocks": 0,
        "promotions": [{"is_enabled": product.index % 5 == 0, "type": "REVIEWS_PROMO"}],
        "sources": [
            {
                "sku": product.sku,
                "source": "SDS",
                "created_at": born,
                "quant_code": "",
                "shipment_type": "SHIPMENT_TYPE_GENERAL",
            }
        ],
        "statuses": {
            "status": status,
            "status_name": named,
            "status_description": "",
            "status_tooltip": "",
            "moderate_status": "approved",
            "validation_status": "success",
            "status_failed": "",
            "is_created": True,
            "status_updated_at": born,
        },
        "errors": [] if product.barcodes else [_no_barcode()],
        "stocks": {
            "has_stock": present > 0,
            "stocks": [{"sku": product.sku, "source": "fbo", "present": present, "reserved": reserved}],
        },
        "visibility_details": {"has_price": True, "has_stock": present > 0},
        "availabilities": [_availability(product, selling=selling)],
        "commissions": [_commission(product, price)],
        "price_indexes": _indexes(product, price, prefix="COLOR_INDEX_", least="minimal_price", text=True),
        "model_info": {"model_id": 500_000_000 + product.family.kind, "count": len(product.family.sizes)},
    }


def _no_barcode() -> dict[str, Any]:
    return {
        "attribute_id": 0,
        "code": "EMPTY_BARCODE",
        "field": "barcode",
        "level": "ERROR_LEVEL_WARNING",
        "state": "imported",
        "texts": {
            "attribute_name": "Штрихкод",
            "description": "Без штрихкода товар не примут на склад.",
            "hint_code": "EMPTY_BARCODE",
            "message": "Добавьте штрихкод",
            "params": [],
            "short_description": "Нет штрихкода",
        },
    }


def _availability(product: Product, *, selling: bool) -> dict[str, Any]:
    hidden = [] if selling else [{"id": 41, "human_text": {"text": "Нет остатков на складах"}}]
    return {
        "availability": "AVAILABLE" if selling else "UNAVAILABLE",
        "reasons": hidden,
        "sku": product.sku,
        "source": "SDS",
    }


def _commission(product: Product, price: int) -> dict[str, Any]:
    return {
        "sale_schema": "FBO",
        "percent": product.family.commission,
        "value": price * product.family.commission // 100 / 100,
        "delivery_amount": 25.0,
        "return_amount": 15.0,
    }


def _indexes(product: Product, price: int, *, prefix: str, least: str, text: bool) -> dict[str, Any]:
    colour = ("GREEN", "YELLOW", "WITHOUT_INDEX", "SUPER", "RED")[product.index % 5]
    rival = price * (96 + product.index % 9) // 100

    def data(kopecks: int, index: float) -> dict[str, Any]:
        money: str | float = _text(kopecks) if text else kopecks / 100
        return {least: money, f"{least}_currency": "RUB", "price_index_value": index}

    nothing = data(0, 0)
    return {
        "color_index": f"{prefix}{colour}",
        "external_index_data": nothing,
        "ozon_index_data": nothing if colour == "WITHOUT_INDEX" else data(rival, round(price / rival, 2)),
        "self_marketplaces_index_data": nothing,
    }


def _text(kopecks: int) -> str:
    return f"{kopecks // 100}.{kopecks % 100:02}"


def _litres(product: Product) -> float:
    depth, width, height = product.family.box
    return round(depth * width * height / 1_000_000, 1)


def photos_of(call: Call, product: Product) -> list[str]:
    """Return the addresses of a product's pictures."""
    base = f"{call.base_url}/_sandbox/photo/{product.sku}"
    return [f"{base}.svg", f"{base}.svg?view=2"]


def product_prices(call: Call) -> dict[str, Any]:
    """Answer `/v5/product/info/prices`."""
    if "filter" not in call.body:
        raise bad("filter: value is required")
    products, got = page_filtered(call, field="cursor")
    return {
        "items": [_price(call, product) for product in got.rows],
        "cursor": got.next,
        "total_items": len(products),
    }


def _price(call: Call, product: Product) -> dict[str, Any]:
    price, old, least = prices_of(call, product)
    regular = call.world.demand.regular_price(product, call.at // DAY)
    percent = float(product.family.commission)
    return {
        "product_id": product_id(product),
        "offer_id": product.offer_id,
        "price": {
            "price": price / 100,
            "old_price": old / 100,
            "min_price": least / 100,
            "marketing_seller_price": min(price, regular) / 100,
            "net_price": product.base_price * 41 // 100 / 100,
            "retail_price": 0,
            "currency_code": "RUB",
            "vat": 0.22,
            "auto_action_enabled": product.index % 2 == 0,
            "auto_add_to_ozon_actions_list_enabled": product.index % 3 == 0,
        },
        "commissions": {
            "sales_percent_fbo": percent,
            "sales_percent_fbs": percent + 2,
            "sales_percent_rfbs": percent - 1,
            "sales_percent_fbp": percent,
            "fbo_deliv_to_customer_amount": 25.0,
            "fbo_direct_flow_trans_min_amount": 46.0,
            "fbo_direct_flow_trans_max_amount": 96.0,
            "fbo_return_flow_amount": 15.0,
            "fbs_deliv_to_customer_amount": 25.0,
            "fbs_direct_flow_trans_min_amount": 76.0,
            "fbs_direct_flow_trans_max_amount": 126.0,
            "fbs_first_mile_min_amount": 20.0,
            "fbs_first_mile_max_amount": 30.0,
            "fbs_return_flow_amount": 15.0,
        },
        "marketing_actions": _actions(call, product),
        "price_indexes": _indexes(product, price, prefix="", least="min_price", text=False),
        "acquiring": price * 19 // 1000 / 100,
        "volume_weight": _litres(product),
    }


def _actions(call: Call, product: Product) -> dict[str, Any]:
    today = call.at // DAY
    rows = [
        {
            "title": promo.title,
            "value": promo.percent,
            "date_from": iso(day_number(promo.first) * DAY),
            "date_to": iso((day_number(promo.last) + 1) * DAY),
        }
        for promo in promotions_of(day_date(today).year)
        if day_number(promo.last) >= today >= day_number(promo.first) - 7
        and call.world.demand.joins(promo, product)
    ]
    return {
        "actions": rows,
        "current_period_from": rows[0]["date_from"] if rows else None,
        "current_period_to": rows[0]["date_to"] if rows else None,
        "ozon_actions_exist": bool(rows),
    }
