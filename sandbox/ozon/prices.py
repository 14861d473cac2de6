"""New prices from the seller: each item is taken or refused by itself."""

from decimal import Decimal, InvalidOperation
from typing import Any

from sandbox.ozon.calls import Call
from sandbox.ozon.catalogue import prices_of, product_id
from sandbox.ozon.errors import bad
from sandbox.ozon.price_book import Told
from sandbox.world.catalog import Product
from sandbox.world.moments import DAY

_MOST = 1000
_CHANGES_AN_HOUR = 10
_PRODUCT_ID = 1_300_000_000
_LARGEST = 10**12
# Up to a price (kopecks): the least discount from the crossed-out price, and the word for one that is smaller.
_CHEAP, _DEAR = 400_00, 10_000_00


def import_prices(call: Call) -> dict[str, Any]:
    """Answer `/v1/product/import/prices`."""
    rows = call.body.get("prices")
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise bad("prices: array of objects expected")
    if not 1 <= len(rows) <= _MOST:
        raise bad(f"prices: value must contain between 1 and {_MOST} items, inclusive")
    asked = [(row, _product(call, row)) for row in rows]
    amounts = [_told(call, row, product) for row, product in asked]
    call.seller.prices.uploads.append([product.sku if product else 0 for _row, product in asked])
    return {
        "result": [
            _result(call, row, product, told) for (row, product), told in zip(asked, amounts, strict=True)
        ]
    }


def _result(call: Call, row: dict[str, Any], product: Product | None, told: Told | None) -> dict[str, Any]:
    if product is None or told is None:
        errors = [_error("NOT_FOUND_ERROR", "Product not found")]
        return {
            "product_id": _number(row.get("product_id")),
            "offer_id": str(row.get("offer_id") or ""),
            "updated": False,
            "errors": errors,
        }
    errors = _errors(call, row, product, told)
    if not errors:
        call.seller.prices.put(product.sku, told, at=call.at)
    return {
        "product_id": product_id(product),
        "offer_id": product.offer_id,
        "updated": not errors,
        "errors": errors,
    }


def _errors(call: Call, row: dict[str, Any], product: Product, told: Told) -> list[dict[str, str]]:
    errors = []
    if told.price <= 0:
        errors.append(_error("price_negative", "Price must be greater than zero"))
    elif told.old:
        errors += _gap(told)
    if row.get("currency_code") not in (None, "", "RUB"):
        errors.append(_error("currency_code_invalid", "Currency differs from the currency of the cabinet"))
    if row.get("auto_action_enabled") == "ENABLED" and not told.least:
        errors.append(_error("action_price_enabled_min_price_missing", "Minimum price is required"))
    if call.seller.prices.changes_within_hour(product.sku, call.at) >= _CHANGES_AN_HOUR:
        errors.append(_error("error limiting", "price update per hour limit exceeded"))
    return errors


def _gap(told: Told) -> list[dict[str, str]]:
    gap = told.old - told.price
    if gap * 10 >= told.old * 9:
        return [_error("discount_too_big", "Discount must be less than 90%")]
    if told.price < _CHEAP:
        return [] if gap >= 20_00 else [_error("discount_for_low_price_is_too_small", "at least 20 RUB")]
    if told.price <= _DEAR:
        is_wide = gap * 20 >= told.old
        return [] if is_wide else [_error("discount_for_average_price_is_too_small", "at least 5%")]
    return [] if gap >= 500_00 else [_error("discount_for_top_price_is_too_small", "at least 500 RUB")]


def _told(call: Call, row: dict[str, Any], product: Product | None) -> Told | None:
    """Read the prices of a row; what it leaves out stays."""
    price, old, least = (_kopecks(row, name) for name in ("price", "old_price", "min_price"))
    if product is None:
        return None
    held = prices_of(call, product)
    return Told(
        price=held[0] if price is None else price,
        old=held[1] if old is None else old,
        least=held[2] if least is None else least,
    )


def _kopecks(row: dict[str, Any], name: str) -> int | None:
    value = row.get(name)
    if value in (None, ""):
        return None
    if not isinstance(value, str):
        raise bad(f"{name}: string expected")
    try:
        amount = Decimal(value)
    except InvalidOperation as error:
        raise bad(f"{name}: invalid value") from error
    if not amount.is_finite() or abs(amount) > _LARGEST:
        raise bad(f"{name}: invalid value")
    return int(amount * 100)


def _product(call: Call, row: dict[str, Any]) -> Product | None:
    """Find the item of a row; the article wins if both are given."""
    if row.get("offer_id"):
        found = call.world.by_offer.get(str(row["offer_id"]))
    else:
        found = call.world.by_sku.get(_number(row.get("product_id")) + _PRODUCT_ID)
    return found if found is not None and found.launched <= call.at // DAY else None


def _number(value: object) -> int:
    return int(value) if isinstance(value, int | str) and str(value).isdecimal() else 0


def _error(code: str, message: str) -> dict[str, str]:
    return {"code": code, "message": message}
