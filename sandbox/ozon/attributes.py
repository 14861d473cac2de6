"""Products: attributes and descriptions."""

from collections.abc import Callable
from typing import Any

from sandbox.ozon.calls import Call, integers, limit_of
from sandbox.ozon.catalogue import MOST, PRODUCT_ID, filtered, found_by, photos_of, product_id
from sandbox.ozon.errors import NOT_FOUND, ApiError, bad
from sandbox.ozon.paging import page_of
from sandbox.world.catalog import Product

_ORDERINGS: dict[str, Callable[[Product], Any]] = {
    "sku": lambda p: p.sku,
    "id": lambda p: p.sku,
    "offer_id": lambda p: p.offer_id,
    "title": lambda p: (p.name, p.sku),
}


def product_attributes(call: Call) -> dict[str, Any]:
    """Answer `/v4/product/info/attributes`."""
    products = filtered(call, skus="sku")
    by = call.body.get("sort_by") or "id"
    if by not in _ORDERINGS or (call.body.get("sort_dir") or "asc") not in ("asc", "desc"):
        raise bad("sort_by, sort_dir: invalid value")
    products.sort(key=_ORDERINGS[by], reverse=call.body.get("sort_dir") == "desc")
    ranks = {product.sku: rank for rank, product in enumerate(products)}
    got = page_of(
        call,
        products,
        key=lambda p: (ranks[p.sku],),
        token=call.body.get("last_id"),
        limit=limit_of(call.body, most=MOST),
    )
    rows = [_attributes(call, product) for product in got.rows]
    return {"result": rows, "total": str(len(products)), "last_id": got.next}


def _attributes(call: Call, product: Product) -> dict[str, Any]:
    depth, width, height = product.family.box
    photos = photos_of(call, product)
    values = (
        (85, 971034861, call.seller.account.company),
        (8229, product.family.kind, product.family.kind_name),
        (9048, 0, f"{product.family.name}, {product.family.material}"),
        (4495, 0, product.size),
        (10096, 61576, product.colour.named(0)),
        (6385, 0, product.family.material),
    )
    return {
        "id": product_id(product),
        "sku": str(product.sku),
        "offer_id": product.offer_id,
        "name": product.name,
        "barcode": product.barcodes[0] if product.barcodes else "",
        "barcodes": list(product.barcodes),
        "description_category_id": product.family.category,
        "type_id": product.family.kind,
        "depth": depth,
        "width": width,
        "height": height,
        "dimension_unit": "mm",
        "weight": product.weight,
        "weight_unit": "g",
        "primary_image": photos[0],
        "images": photos,
        "color_image": "",
        "model_info": {"model_id": 500_000_000 + product.family.kind, "count": len(product.family.sizes)},
        "pdf_list": [],
        "attributes": [
            {"id": id_, "complex_id": 0, "values": [{"dictionary_value_id": word, "value": value}]}
            for id_, word, value in values
        ],
        "attributes_with_defaults": [],
        "complex_attributes": [],
    }


def product_description(call: Call) -> dict[str, Any]:
    """Answer `/v1/product/info/description`."""
    offer, id_ = call.body.get("offer_id"), call.body.get("product_id")
    if not offer and not id_:
        raise bad("offer_id or product_id is required")
    ids = [] if offer else integers({"product_id": [id_]}, "product_id", most=1)
    found = found_by(call, [str(offer)] if offer else [], [one + PRODUCT_ID for one in ids])
    if not found:
        raise ApiError(404, NOT_FOUND, "product not found")
    product = found[0]
    return {
        "result": {
            "id": product_id(product),
            "offer_id": product.offer_id,
            "name": product.name,
            "description": product.description,
        }
    }
