"""How much is ordered on a day and at which prices: seasons, weekdays, sale days, promotions."""

import math
from bisect import bisect_right
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from itertools import accumulate, pairwise

from sandbox.world.catalog import Product
from sandbox.world.listings import is_listed
from sandbox.world.moments import day_date, day_number
from sandbox.world.seeds import unit
from sandbox.world.settings import WorldSettings

_WEEK = (1.06, 1.02, 1.0, 0.98, 0.94, 0.94, 1.06)
_MONTHS = (0.86, 0.94, 1.0, 0.94, 0.87, 0.83, 0.82, 0.88, 0.98, 1.08, 1.2, 1.3)

_SEASONS = {
    "flat": (1.0,) * 12,
    "winter": (1.3, 1.2, 1.0, 0.8, 0.6, 0.5, 0.5, 0.7, 1.0, 1.25, 1.45, 1.6),
    "summer": (0.5, 0.6, 0.9, 1.3, 1.7, 1.9, 1.7, 1.3, 0.9, 0.6, 0.5, 0.5),
    "spring": (0.8, 0.9, 1.2, 1.4, 1.3, 1.1, 1.0, 1.0, 1.0, 0.9, 0.8, 0.8),
    "holiday": (0.8, 1.0, 1.2, 1.1, 0.9, 0.7, 0.7, 0.8, 0.9, 1.0, 1.4, 2.2),
}

#: Orders by the hour of the UTC day; the UTC day begins at 03:00 in Moscow, when nobody buys.
_HOURS = (2, 2, 3, 5, 9, 14, 19, 23, 25, 26, 27, 28, 28, 27, 27, 28, 31, 34, 35, 32, 26, 18, 10, 4)
HOURS = tuple(range(24))
HOUR_WEIGHTS = tuple(accumulate(_HOURS))


@dataclass(frozen=True, slots=True, kw_only=True)
class Promotion:
    """A discount over whole UTC days, both ends included, on a share of the assortment."""

    id: int
    title: str
    first: date
    last: date
    percent: int
    share: float
    uplift: float


def _year_promotions(year: int) -> tuple[Promotion, ...]:
    november = date(year, 11, 30)
    friday = november - timedelta(days=(november.weekday() - 4) % 7)
    rows = (
        ("Подарки к 8 марта", date(year, 3, 1), date(year, 3, 7), 12, 0.4, 1.3),
        ("Тёплый дом: скидки сентября", date(year, 9, 14), date(year, 9, 20), 10, 0.35, 1.2),
        ("Распродажа 11.11", date(year, 11, 10), date(year, 11, 11), 25, 0.7, 1.9),
        ("Чёрная пятница", friday, friday + timedelta(days=2), 20, 0.6, 1.75),
        ("Новогодние подарки", date(year, 12, 10), date(year, 12, 16), 15, 0.5, 1.35),
    )
    return tuple(
        Promotion(
            id=year * 10 + n, title=title, first=first, last=last, percent=percent, share=share, uplift=uplift
        )
        for n, (title, first, last, percent, share, uplift) in enumerate(rows)
    )


@lru_cache(maxsize=16)
def promotions_of(year: int) -> tuple[Promotion, ...]:
    """Return the promotions that begin in a year."""
    return _year_promotions(year)


@lru_cache(maxsize=4096)
def promotion_on(day: int) -> Promotion | None:
    """Return the promotion of a day, if there is one."""
    when = day_date(day)
    found = (promo for promo in promotions_of(when.year) if promo.first <= when <= promo.last)
    return next(found, None)


def _between_months(table: tuple[float, ...], when: date) -> float:
    """Glide from the middle of one month to the middle of the next."""
    place = (when.month - 1) + (when.day - 15) / 30.5
    left = math.floor(place)
    weight = place - left
    return table[left % 12] * (1 - weight) + table[(left + 1) % 12] * weight


@lru_cache(maxsize=4096)
def shape(seed: int, day: int) -> float:
    """Return the demand of a day against an average day."""
    when = day_date(day)
    promo = promotion_on(day)
    noise = 0.93 + 0.14 * unit(seed, 21, day)
    peak = 1.35 if (when.month, when.day) == (11, 11) else 1.0
    return (
        _WEEK[when.weekday()]
        * _between_months(_MONTHS, when)
        * (promo.uplift if promo else 1.0)
        * noise
        * peak
    )


class Demand:
    """Counts of orders by day and popularity of products by day, for one world."""

    def __init__(self, settings: WorldSettings, products: tuple[Product, ...]) -> None:
        """Scale the seasons to the size that the settings ask for."""
        self._seed = settings.own_seed
        self._channel = settings.channel
        self._first = day_number(settings.first_day)
        self._products = products
        self._scale = settings.per_day
        self._exact: tuple[int, ...] = ()
        self._by_quarter: dict[int, list[int]] = {}
        if settings.orders is not None:
            shapes = [shape(self._seed, self._first + n) for n in range(settings.days)]
            self._scale = settings.orders / sum(shapes)
            edges = [0, *(int(edge + 1e-6) for edge in accumulate(s * self._scale for s in shapes))]
            edges[-1] = settings.orders
            self._exact = tuple(after - before for before, after in pairwise(edges))

    def orders_on(self, day: int) -> int:
        """Return how many orders a day has; none before the world opens."""
        place = day - self._first
        if place < 0:
            return 0
        if place < len(self._exact):
            return self._exact[place]
        return int(self._scale * shape(self._seed, day) + unit(self._seed, 22, day))

    def joins(self, promo: Promotion, product: Product) -> bool:
        """Tell whether the seller put this product into this promotion."""
        return unit(self._seed, 23, promo.id, product.index) < promo.share

    def weights_on(self, day: int) -> list[float]:
        """Return the cumulated popularity of the products on a day; a product not on sale adds nothing."""
        when = day_date(day)
        promo = promotion_on(day)
        seasons = {name: _between_months(table, when) for name, table in _SEASONS.items()}
        weights = []
        for product in self._products:
            weight = product.popularity * seasons[product.family.season]
            if promo and self.joins(promo, product):
                weight *= 1.6
            is_sold = is_listed(self._channel, product) and not product.archived and product.launched <= day
            weights.append(weight if is_sold else 0.0)
        if not any(weights):
            weights[0] = 1.0
        return list(accumulate(weights))

    def prices_on(self, day: int) -> list[int]:
        """Return the selling price of every product on a day, in kopecks."""
        promo = promotion_on(day)
        prices = []
        for product in self._products:
            price = self.regular_price(product, day)
            if promo and self.joins(promo, product):
                price = price * (100 - promo.percent) // 100
            prices.append(price)
        return prices

    def regular_price(self, product: Product, day: int) -> int:
        """Return the price without promotions: sellers revise it once a quarter by a few per cent."""
        return self._regular_prices(day // 91)[product.index]

    def _regular_prices(self, quarter: int) -> list[int]:
        prices = self._by_quarter.get(quarter)
        if prices is None:
            steps = [int(unit(self._seed, 24, product.index, quarter) * 7) - 3 for product in self._products]
            prices = self._by_quarter[quarter] = [
                product.base_price + product.base_price * step // 10_000 * 100
                for product, step in zip(self._products, steps, strict=True)
            ]
        return prices

    def promotion_of(self, product: Product, day: int) -> Promotion | None:
        """Return the promotion in which a product takes part on a day."""
        promo = promotion_on(day)
        return promo if promo and self.joins(promo, product) else None


def pick(cumulated: list[float], chance: float) -> int:
    """Return the place of a random number in [0, 1) among cumulated weights."""
    return bisect_right(cumulated, chance * cumulated[-1], 0, len(cumulated) - 1)
