"""The truth of a world as JSON lines, in the ids of the marketplace whose world it is."""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from sandbox.ozon import truth as ozon
from sandbox.reports import reports
from sandbox.wildberries import ids as wildberries_ids
from sandbox.wildberries import truth as wildberries
from sandbox.world import World
from sandbox.world.catalog import Product
from sandbox.world.listings import CHANNELS, OZON, WILDBERRIES, YANDEX_MARKET
from sandbox.yandex_market import ids as yandex_ids
from sandbox.yandex_market import truth as yandex

TRUTHS = (
    "orders",
    "stock",
    "stockouts",
    "summary",
    "matching",
    "supplies",
    "returns",
    "conservation",
    "reports",
)
Row = dict[str, Any]


class Teller(NamedTuple):
    """How a marketplace tells what is true: orders, stock, supplies and returns by an instant in the shapes of
    OrderView, StockView, SupplyView and ReturnView, and what it calls a product. `sku` is what lines, stock and
    listings are told apart by, `number` what orders, supplies and returns are."""

    orders: Callable[[World, datetime], Iterator[Row]]
    stock: Callable[[World, datetime], Iterator[Row]]
    supplies: Callable[[World, datetime], Iterator[Row]]
    returns: Callable[[World, datetime], Iterator[Row]]
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
        orders=ozon.truth_orders,
        stock=ozon.truth_stock,
        supplies=ozon.truth_supplies,
        returns=ozon.truth_returns,
        names=_ozon_names,
    ),
    WILDBERRIES: Teller(
        orders=wildberries.truth_orders,
        stock=wildberries.truth_stock,
        supplies=wildberries.truth_supplies,
        returns=wildberries.truth_returns,
        names=_wildberries_names,
    ),
    YANDEX_MARKET: Teller(
        orders=yandex.truth_orders,
        stock=yandex.truth_stock,
        supplies=yandex.truth_supplies,
        returns=yandex.truth_returns,
        names=_yandex_names,
    ),
}


def truth(world: World, name: str, *, at: datetime) -> Iterator[str]:
    """Yield a JSON line for each order, stock row, stock-out, product, supply, return or figure of a report, or the
    summary alone."""
    teller = TELLERS[world.settings.channel]
    tell: dict[str, Callable[[], Iterator[Row]]] = {
        "orders": lambda: teller.orders(world, at),
        "stock": lambda: teller.stock(world, at),
        "stockouts": lambda: _stockouts(world, teller, at),
        "summary": lambda: iter([_summary(world, teller, at)]),
        "matching": lambda: _matching(world),
        "supplies": lambda: teller.supplies(world, at),
        "returns": lambda: teller.returns(world, at),
        "conservation": lambda: _conservation(world, teller, at),
        "reports": lambda: _reports(world, teller, at),
    }
    if name not in tell:
        raise ValueError(f"no such truth: {name}")
    return (json.dumps(row, ensure_ascii=False) for row in tell[name]())


def _conservation(world: World, teller: Teller, at: datetime) -> Iterator[Row]:
    """Yield the whole circle of units of every listed product."""
    for index, circle in world.conservation(at).items():
        names = teller.names(world, world.assortment[index])
        yield circle.as_json() | {"sku": names["sku"], "offer_id": names["article"]}


def _reports(world: World, teller: Teller, at: datetime) -> Iterator[Row]:
    orders, returns = teller.orders(world, at), teller.returns(world, at)
    return reports(world, at, orders=orders, returns=returns, stock=teller.stock)


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
