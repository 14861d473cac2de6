"""The truth of a world as JSON lines, in the ids of the marketplace whose world it is."""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from sandbox.wildberries import ids as wildberries_ids
from sandbox.wildberries.truth import truth_orders as wildberries_orders
from sandbox.wildberries.truth import truth_stock as wildberries_stock
from sandbox.world import World
from sandbox.world.catalog import Product
from sandbox.world.listings import CHANNELS, OZON, WILDBERRIES, YANDEX_MARKET
from sandbox.yandex_market import ids as yandex_ids
from sandbox.yandex_market.truth import truth_orders as yandex_orders
from sandbox.yandex_market.truth import truth_stock as yandex_stock

TRUTHS = ("orders", "stock", "stockouts", "summary", "matching")
Row = dict[str, Any]


class Teller(NamedTuple):
    """How a marketplace tells what is true: orders and stock by an instant in the shape of OrderView and StockView,
    and what it calls a product. `sku` is what lines, stock and listings are told apart by."""

    orders: Callable[[World, datetime], Iterator[Row]]
    stock: Callable[[World, datetime], Iterator[Row]]
    names: Callable[[World, Product], Row]


def _ozon_names(world: World, product: Product) -> Row:
    return {"sku": product.sku, "article": world.listed[product.index].article}


def _wildberries_names(world: World, product: Product) -> Row:
    return {
        "sku": wildberries_ids.chrt_id(world, product),
        "article": world.listed[product.index].article,
        "card": str(wildberries_ids.nm_id(world, product)),
        "size": world.listed[product.index].size,
    }


def _yandex_names(world: World, product: Product) -> Row:
    offer = yandex_ids.offer_id(world, product)
    return {"sku": offer, "article": offer, "card": str(yandex_ids.market_sku(product))}


TELLERS: dict[str, Teller] = {
    OZON: Teller(
        orders=lambda world, at: (order.as_json() for order in world.orders(until=at)),
        stock=lambda world, at: (row.as_json() for row in world.stock(at=at)),
        names=_ozon_names,
    ),
    WILDBERRIES: Teller(orders=wildberries_orders, stock=wildberries_stock, names=_wildberries_names),
    YANDEX_MARKET: Teller(orders=yandex_orders, stock=yandex_stock, names=_yandex_names),
}


def truth(world: World, name: str, *, at: datetime) -> Iterator[str]:
    """Yield a JSON line for each order, stock row, stock-out or product, or the summary alone."""
    teller = TELLERS[world.settings.channel]
    match name:
        case "orders":
            rows = teller.orders(world, at)
        case "stock":
            rows = teller.stock(world, at)
        case "stockouts":
            rows = _stockouts(world, teller, at)
        case "summary":
            rows = iter([_summary(world, teller, at)])
        case "matching":
            rows = _matching(world)
        case _:
            raise ValueError(f"no such truth: {name}")
    return (json.dumps(row, ensure_ascii=False) for row in rows)


def _stockouts(world: World, teller: Teller, at: datetime) -> Iterator[Row]:
    """Yield the planted stock-outs; their warehouses are the world's own, also where the marketplace hides them."""
    for row in world.stockouts(until=at):
        product = world.by_sku[row.sku]
        if world.is_listed(product):
            names = teller.names(world, product)
            yield row.as_json() | {"sku": names["sku"], "offer_id": names["article"]}


def _summary(world: World, teller: Teller, at: datetime) -> Row:
    """Count orders by stage, money and stock as the marketplace counts them."""
    summary = world.summary(at=at)
    if world.settings.channel == OZON:
        return summary
    stages: Counter[str] = Counter()
    units, amount = 0, Decimal(0)
    for order in teller.orders(world, at):
        stages[order["stage"]] += 1
        units += sum(line["quantity"] for line in order["lines"])
        amount += Decimal(order["amount"])
    stock = list(teller.stock(world, at))
    return summary | {
        "products": len(world.listed),
        "orders": stages.total(),
        "by_stage": dict(sorted(stages.items())),
        "units": units,
        "amount": str(amount),
        "stock_present": sum(row["present"] for row in stock),
        "stock_reserved": sum(row["reserved"] for row in stock),
    }


def _matching(world: World) -> Iterator[Row]:
    """Yield every product with what each marketplace calls it, and with the doubts planted about it.

    A marketplace that does not list the product is left out.
    """
    shops = {
        channel: world
        if channel == world.settings.channel
        else World(replace(world.settings, channel=channel))
        for channel in CHANNELS
        if channel in TELLERS
    }
    for product in world.assortment:
        listings: dict[str, Mapping[str, Any]] = {
            channel: TELLERS[channel].names(shop, product)
            | {
                "barcodes": list(shop.listed[product.index].barcodes),
                "doubt": shop.listed[product.index].doubt,
            }
            for channel, shop in shops.items()
            if shop.is_listed(product)
        }
        yield {"product": product.index, "name": product.name, "listings": listings}
