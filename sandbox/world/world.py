"""The world: one door to everything that is computed in this package."""

from collections.abc import Callable, Iterator
from datetime import datetime
from decimal import Decimal
from functools import cached_property

from sandbox.world import events, moments
from sandbox.world.catalog import Product, assortment
from sandbox.world.cells import WIDTH, Cells
from sandbox.world.conservation import Circle, circles
from sandbox.world.demand import Demand
from sandbox.world.events import Event
from sandbox.world.geography import CLUSTERS, WAREHOUSES
from sandbox.world.listings import Listed, is_listed, listed
from sandbox.world.moments import DAY, day_number
from sandbox.world.movements import return_view, supply_view
from sandbox.world.orders import DayPlan, Order, OrderMaker
from sandbox.world.returns import ReturnMaker, Returns, return_rates
from sandbox.world.settings import WorldSettings
from sandbox.world.shelf import Shelf
from sandbox.world.shipping import SupplyMaker
from sandbox.world.stock import Stock
from sandbox.world.streams import Streams
from sandbox.world.supplies import LEAD, Supplies
from sandbox.world.views import (
    LineView,
    OrderView,
    ReturnView,
    StockoutView,
    StockView,
    SupplyView,
    roubles,
    stage_of,
)


class World:
    """A seller's world. Every answer is a function of the settings and of the instant asked about."""

    def __init__(self, settings: WorldSettings | None = None) -> None:
        """Open a world; nothing is computed before it is asked for."""
        self.settings = settings or WorldSettings()
        seed = self.settings.seed
        self.assortment = assortment(seed, count=self.settings.skus)
        self.opened = day_number(self.settings.first_day)
        self.demand = Demand(self.settings, self.assortment)
        own = self.settings.own_seed
        daily = self._orders_a_day()
        self.cells = Cells(self.settings, self.assortment, per_day=daily)
        self._plans: Shelf[int, DayPlan] = Shelf(self._plan, room=60)
        self.maker = OrderMaker(
            seed=own,
            cancel_rate=self.settings.cancel_rate,
            return_rates=return_rates(seed, self.assortment, rate=self.settings.returns),
            tells_returns=self.settings.orders_tell_returns,
            refuses_in_part=self.settings.refuses_in_part,
            plan=self._plans.get,
        )
        self.streams = Streams(self.maker, self.settings, count=self.demand.orders_on)
        backs = ReturnMaker(seed=own, goods_seed=seed, cells=self.cells, products=self.assortment)
        self.return_book = Returns(self.streams, backs)
        self.stock_book = Stock(self.streams, self.cells, self.return_book, products=len(self.assortment))
        shop = [product for product in self.assortment if self.is_listed(product)]
        hours = self.streams.live_hours()
        shipping = SupplyMaker(self.stock_book, shop, seed=own, opened=self.opened, live_hours=hours)
        self.supply_book = Supplies(shipping)

    def _orders_a_day(self) -> float:
        if self.settings.orders is None:
            return self.settings.per_day
        return self.settings.orders / self.settings.days

    def _plan(self, day: int) -> DayPlan:
        return DayPlan(self.demand, self.cells, day=day)

    @cached_property
    def by_sku(self) -> dict[int, Product]:
        """The products by SKU."""
        return {product.sku: product for product in self.assortment}

    @cached_property
    def by_offer(self) -> dict[str, Product]:
        """The products by the seller's article."""
        return {product.offer_id: product for product in self.assortment}

    def is_listed(self, product: Product) -> bool:
        """Tell whether the seller lists the product on the marketplace of this world."""
        return is_listed(self.settings.channel, product)

    @cached_property
    def listed(self) -> dict[int, Listed]:
        """How the marketplace of this world lists each product, by place in the assortment."""
        return {
            product.index: listed(self.settings.channel, self.settings.seed, product, self.assortment)
            for product in self.assortment
            if self.is_listed(product)
        }

    def products(self) -> tuple[Product, ...]:
        """Return all products, archived ones too, in the order of the assortment."""
        return self.assortment

    def prices(self, at: datetime) -> dict[int, Decimal]:
        """Return the selling price of each SKU at an instant."""
        prices = self._plans.get(moments.instant(at) // DAY).prices
        return {product.sku: roubles(price) for product, price in zip(self.assortment, prices, strict=True)}

    def price_on(self, product: Product, at: int) -> int:
        """Return the selling price in kopecks of a product at an instant."""
        return self._plans.get(at // DAY).prices[product.index]

    def orders(self, *, until: datetime, since: datetime | None = None) -> Iterator[OrderView]:
        """Yield every order created up to and including `until`, oldest first, as it stands then."""
        at = moments.instant(until)
        first = moments.instant(since) if since else self.streams.opened
        for order in self.streams.between(first, at + 1):
            yield self._view(order, at)

    def order(self, number: str, *, at: datetime) -> OrderView | None:
        """Return an order by its number as it stands at an instant, or nothing if it is not there yet."""
        order = self.find(number)
        instant = moments.instant(at)
        return self._view(order, instant) if order and order.created <= instant else None

    def find(self, number: str) -> Order | None:
        """Return an order by its number, whenever it is created."""
        serial = self.maker.numbers.serial(number)
        order = self.streams.by_serial(serial) if serial is not None else None
        return order if order is not None and order.number == number else None

    def count(self, *, until: datetime) -> int:
        """Return how many orders are created up to and including an instant."""
        at = moments.instant(until)
        today = sum(order.live is False for order in self.streams.between(at // DAY * DAY, at + 1))
        before = sum(self.demand.orders_on(day) for day in range(self.opened, at // DAY))
        live = self.streams.live
        return before + today + (sum(1 for _ in live.between(live.since, at + 1)) if live else 0)

    def stock(self, *, at: datetime) -> list[StockView]:
        """Return the stock of every product in every warehouse that keeps it, zeros too."""
        return [
            self._stock_view(place, available=level.available, reserved=level.reserved)
            for place, level in self.stock_book.levels(moments.instant(at)).items()
            if self.is_listed(self.assortment[place // WIDTH])
        ]

    def stockouts(self, *, until: datetime) -> list[StockoutView]:
        """Return the planted stock-outs that begin between the opening of the world and an instant."""
        found = []
        last = moments.instant(until) // DAY
        for cell in self.cells.by_place.values():
            for cycle in range(cell.cycle(self.opened), cell.cycle(last) + 1):
                end = cell.first_day(cycle + 1)
                start = max(self.cells.out_from(cell, cycle), self.opened)
                if start < end and start <= last:
                    found.append((start, end, cell.place))
        return [self._stockout_view(*row) for row in sorted(found)]

    def supplies(self, *, until: datetime, since: datetime | None = None) -> Iterator[SupplyView]:
        """Yield every supply, withdrawal and disposal created up to and including `until`, as it stands then."""
        at = moments.instant(until)
        first = moments.instant(since) if since else self.streams.opened - LEAD
        return (supply_view(self, one, at) for one in self.supply_book.between(first, at + 1))

    def returns(self, *, until: datetime, since: datetime | None = None) -> Iterator[ReturnView]:
        """Yield everything that is registered as coming back up to and including `until`, as it stands then."""
        at = moments.instant(until)
        first = moments.instant(since) if since else self.streams.opened
        return (return_view(self, one, at) for one in self.return_book.between(first, at + 1))

    def conservation(self, at: datetime) -> dict[int, Circle]:
        """Return the whole circle of units of every listed product, by its place in the assortment."""
        return circles(self, moments.instant(at))

    def push_events(self, since: datetime, until: datetime) -> Iterator[Event]:
        """Yield what happens after `since` and not later than `until`, oldest first."""
        return events.events(
            self.streams,
            self.stock_book,
            moments.instant(since),
            moments.instant(until),
            products=len(self.assortment),
        )

    def summary(self, *, at: datetime) -> dict[str, object]:
        """Count orders by stage, money and stock at an instant."""
        stages: dict[str, int] = {}
        units = amount = 0
        until = moments.instant(at)
        for order in self.streams.between(self.streams.opened, until + 1):
            stage = stage_of(order, order.step_at(until))
            stages[stage] = stages.get(stage, 0) + 1
            units += sum(line.quantity for line in order.lines)
            amount += sum(line.quantity * line.price for line in order.lines)
        levels = self.stock_book.levels(until).values()
        return {
            "at": at.isoformat(),
            "seed": self.settings.seed,
            "first_day": self.settings.first_day.isoformat(),
            "products": len(self.assortment),
            "orders": sum(stages.values()),
            "by_stage": dict(sorted(stages.items())),
            "units": units,
            "amount": str(roubles(amount)),
            "stock_present": sum(level.present for level in levels),
            "stock_reserved": sum(level.reserved for level in levels),
            "stockouts": len(self.stockouts(until=at)),
        }

    def listing(
        self,
        *,
        since: int,
        until: int,
        after: tuple[int, int] | None,
        limit: int,
        newest_first: bool,
        accept: Callable[[Order], bool] | None,
    ) -> list[Order]:
        """Return up to `limit` orders of a closed range of creation, after a position, oldest or newest first."""
        if newest_first:
            found = self.streams.backwards(after or (until, 1 << 62), since)
        else:
            found = self.streams.onwards(after or (since, -1), until)
        rows: list[Order] = []
        for order in found:
            if accept is None or accept(order):
                rows.append(order)
                if len(rows) == limit:
                    break
        return rows

    def _view(self, order: Order, at: int) -> OrderView:
        place = order.step_at(at)
        step = order.path[place]
        warehouse = WAREHOUSES[order.warehouse]
        lines = tuple(
            LineView(
                sku=self.assortment[line.product].sku,
                offer_id=self.assortment[line.product].offer_id,
                quantity=line.quantity,
                price=roubles(line.price),
            )
            for line in order.lines
        )
        return OrderView(
            number=order.number,
            basket=order.basket,
            stage=stage_of(order, place),
            step=step.name.lower(),
            created_at=moments.moment(order.created),
            changed_at=moments.moment(order.times[place]),
            warehouse_id=warehouse.id,
            warehouse=warehouse.name,
            cluster_to=CLUSTERS[order.cluster].name,
            lines=lines,
            amount=sum((line.price * line.quantity for line in lines), Decimal(0)),
            reason=order.reason.name.lower()
            if order.reason is not None and step.name == "CANCELLED"
            else None,
            live=order.live,
            history=tuple(
                (passed.name.lower(), moments.moment(when))
                for passed, when in zip(order.path[: place + 1], order.times, strict=False)
            ),
        )

    def _stock_view(self, place: int, *, available: int, reserved: int) -> StockView:
        product, warehouse = self.assortment[place // WIDTH], WAREHOUSES[place % WIDTH]
        return StockView(
            sku=product.sku,
            offer_id=product.offer_id,
            warehouse_id=warehouse.id,
            warehouse=warehouse.name,
            available=available,
            reserved=reserved,
            present=available + reserved,
        )

    def _stockout_view(self, start: int, end: int, place: int) -> StockoutView:
        product, warehouse = self.assortment[place // WIDTH], WAREHOUSES[place % WIDTH]
        return StockoutView(
            sku=product.sku,
            offer_id=product.offer_id,
            warehouse_id=warehouse.id,
            warehouse=warehouse.name,
            since=moments.moment(start * DAY),
            until=moments.moment(end * DAY),
        )
