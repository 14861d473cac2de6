"""The whole circle of units, added up thing by thing: what came, what left, what lies there, what is missing."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from sandbox.world.cells import WIDTH
from sandbox.world.moments import DAY
from sandbox.world.returns import CANCELLATION, BackStep
from sandbox.world.supplies import LEAD, SUPPLY, WITHDRAWAL, Supply

if TYPE_CHECKING:
    from sandbox.world.orders import Order
    from sandbox.world.returns import Return
    from sandbox.world.world import World


@dataclass(slots=True, kw_only=True)
class Circle:
    """The units of a product on every shelf by an instant.

    accepted + returned_to_stock − sold − written_off − closing = lost. `sold` left for a buyer, whatever became of
    it; `returned_to_stock` of it can be bought again; `written_off` was taken off the shelf. `closing` lies in the
    warehouses: available, reserved, being looked over after a cancellation (`checking`), or accepted and not on sale
    yet (`not_on_sale`). `lost` was counted at acceptance and never came on sale.
    """

    product: int
    accepted: int = 0
    returned_to_stock: int = 0
    sold: int = 0
    written_off: int = 0
    available: int = 0
    reserved: int = 0
    checking: int = 0
    not_on_sale: int = 0
    lost: int = 0
    # What became of what was sold: none of it is part of the sum.
    delivered: int = 0
    on_the_way: int = 0
    coming_back: int = 0
    not_to_stock: int = 0

    @property
    def closing(self) -> int:
        """All units that lie in the warehouses."""
        return self.available + self.reserved + self.checking + self.not_on_sale

    @property
    def difference(self) -> int:
        """What is missing when everything known is added up."""
        return self.accepted + self.returned_to_stock - self.sold - self.written_off - self.closing

    def as_json(self) -> dict[str, Any]:
        """Return plain values that JSON can hold, the sums too."""
        row = {field.name: getattr(self, field.name) for field in fields(self)}
        return row | {"closing": self.closing, "difference": self.difference}


def circles(world: "World", at: int) -> dict[int, Circle]:
    """Add up every listed product from the opening of the world to an instant; slow on purpose."""
    found = {index: Circle(product=index) for index in world.listed}
    opened = world.streams.opened
    _supplied(found, world.supply_book.between(opened - LEAD, at + 1), at)
    _ordered(found, world.streams.between(opened, at + 1), at)
    _brought_back(found, world.return_book.between(opened, at + 1), at)
    for place, level in world.stock_book.levels(at).items():
        index = place // WIDTH
        if index in found and world.assortment[index].launched <= at // DAY:
            found[index].available += level.available
            found[index].reserved += level.reserved
    return found


def _supplied(found: dict[int, Circle], supplies: Iterable[Supply], at: int) -> None:
    for supply in supplies:
        for line in supply.lines:
            circle = found[line.product]
            moved = sum(units for when, units in line.parts if when <= at)
            if supply.kind == WITHDRAWAL:
                circle.written_off += moved
            elif supply.kind == SUPPLY and line.parts and line.counted_at <= at:
                circle.accepted += line.accepted
                circle.lost += line.lost
                circle.not_on_sale += line.accepted - line.lost - moved


def _ordered(found: dict[int, Circle], orders: "Iterable[Order]", at: int) -> None:
    for order in orders:
        if order.shipped is None or order.shipped > at:
            continue
        is_received = order.cancelled is None and order.times[6] <= at
        is_refused = order.cancelled is not None and order.cancelled <= at
        for line in order.lines:
            circle = found[line.product]
            circle.sold += line.quantity
            circle.delivered += line.quantity if is_received else 0
            circle.on_the_way += 0 if is_received or is_refused else line.quantity


def _brought_back(found: "dict[int, Circle]", returns: "Iterable[Return]", at: int) -> None:
    for one in returns:
        circle = found[one.product]
        step = one.step_at(at)
        if one.kind == CANCELLATION:
            circle.checking += one.quantity if step is not BackStep.ON_SALE else 0
        elif step is BackStep.ON_SALE:
            circle.returned_to_stock += one.quantity
        elif step in (BackStep.REGISTERED, BackStep.RECEIVED, BackStep.CHECKED):
            circle.coming_back += one.quantity
        else:
            circle.not_to_stock += one.quantity


def total(circles_: Iterable[Circle]) -> Circle:
    """Add up the circles of products; the product of the sum is -1."""
    sums: defaultdict[str, int] = defaultdict(int)
    for circle in circles_:
        for field in fields(circle):
            sums[field.name] += getattr(circle, field.name)
    return Circle(**sums | {"product": -1})
