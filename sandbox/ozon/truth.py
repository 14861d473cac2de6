"""The truth of a world in Ozon's ids: rows of the shape in which the world itself tells it."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sandbox import movements
from sandbox.world import World


def truth_orders(world: World, at: datetime) -> Iterator[dict[str, Any]]:
    """Yield every posting by an instant: `number` is its number. Postings never tell of a return."""
    return (order.as_json() for order in world.orders(until=at))


def truth_stock(world: World, at: datetime) -> Iterator[dict[str, Any]]:
    """Yield the stock of every product in every warehouse that keeps it, zeros too."""
    return (row.as_json() for row in world.stock(at=at))


def truth_supplies(world: World, at: datetime) -> Iterator[dict[str, Any]]:
    """Yield every supply, and the withdrawals and disposals beside them."""
    return (row for _, row in movements.supplies(world, at))


def truth_returns(world: World, at: datetime) -> Iterator[dict[str, Any]]:
    """Yield everything that comes back; cancellations before shipping too, since Ozon's list tells them."""
    return (row for _, row in movements.returns(world, at))
