"""The seller's prices: what he set, what waits to act, what was held because it changed too much."""

import threading
from collections.abc import Sequence
from typing import NamedTuple

from sandbox.world import World
from sandbox.world.catalog import Product
from sandbox.world.moments import DAY, SECOND
from sandbox.world.seeds import mix, unit

_QUARTER = 91
#: An update acts between five seconds and two minutes later.
_LEAST_DELAY, _DELAYS = 5, 115
#: A price that changes by more than this share of the valid one is held.
_STRONG = 0.5


class Price(NamedTuple):
    """A price with the crossed-out one and the floor for promotions, in kopecks, 0 where there is none."""

    value: int
    base: int
    least: int
    updated: int


class Held(NamedTuple):
    """A price in quarantine and the last one that was valid, in kopecks."""

    price: Price
    valid: Price


class Upload(NamedTuple):
    """One accepted call that set prices: when, and for which SKUs which kopecks."""

    at: int
    prices: tuple[tuple[str, int], ...]


class _Pending(NamedTuple):
    acts: int
    turn: int
    price: Price


class PriceBook:
    """The prices of one cabinet. They begin as the world's regular prices; the rest is remembered."""

    def __init__(self, world: World) -> None:
        """Start with no changes."""
        self._world = world
        self._lock = threading.Lock()
        self._valid: dict[int, Price] = {}
        self._held: dict[int, Price] = {}
        self._pending: dict[int, list[_Pending]] = {}
        self._uploads: list[Upload] = []

    def uploads(self) -> list[Upload]:
        """Return every accepted call, oldest first: a test proves by it that nothing was sent twice."""
        with self._lock:
            return list(self._uploads)

    def price(self, product: Product, at: int) -> Price:
        """Return the price that the seller has set, also one that is held."""
        with self._lock:
            self._settle(product, at)
            return self._held.get(product.index) or self._price(product, at)

    def held(self, product: Product, at: int) -> Held | None:
        """Return the quarantine of a product, or nothing."""
        with self._lock:
            self._settle(product, at)
            price = self._held.get(product.index)
            return Held(price, self._price(product, at)) if price else None

    def set(self, rows: Sequence[tuple[Product, str, Price]], at: int) -> None:
        """Take prices of products, with the SKUs as they were sent; each acts some time later."""
        with self._lock:
            turn = len(self._uploads)
            self._uploads.append(Upload(at, tuple((offer, price.value) for _, offer, price in rows)))
            for product, _, price in rows:
                delay = _LEAST_DELAY + mix(self._world.settings.seed, 71, product.index, turn) % _DELAYS
                pending = self._pending.setdefault(product.index, [])
                pending.append(_Pending(at + delay * SECOND, turn, price))

    def confirm(self, products: Sequence[Product], at: int) -> None:
        """Let the held prices of some products act; those that are not held stay as they are."""
        with self._lock:
            for product in products:
                self._settle(product, at)
                price = self._held.pop(product.index, None)
                if price:
                    self._valid[product.index] = price._replace(updated=at)

    def _settle(self, product: Product, at: int) -> None:
        """Let the updates whose time has come act, in the order of the calls."""
        pending = self._pending.get(product.index)
        if not pending:
            return
        for update in [one for one in pending if one.acts <= at]:
            pending.remove(update)
            self._act(product, update.price._replace(updated=update.acts))

    def _act(self, product: Product, price: Price) -> None:
        valid = self._price(product, price.updated)
        if abs(price.value - valid.value) > valid.value * _STRONG:
            self._held[product.index] = price
            return
        self._held.pop(product.index, None)
        self._valid[product.index] = price

    def _price(self, product: Product, at: int) -> Price:
        return self._valid.get(product.index) or self._regular(product, at)

    def _regular(self, product: Product, at: int) -> Price:
        day = at // DAY
        value = self._world.demand.regular_price(product, day)
        seed = self._world.settings.seed
        base = value * 135 // 10_000 * 100 if unit(seed, 72, product.index) < 0.7 else 0
        revised = max(day // _QUARTER * _QUARTER, product.launched)
        return Price(value, base, 0, revised * DAY)
