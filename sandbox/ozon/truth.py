"""The truth of a world in Ozon's ids: rows of the shape in which the world itself tells it."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sandbox import movements
from sandbox.ozon import removals, shipments, words
from sandbox.ozon.returns import return_id, told_status
from sandbox.world import World
from sandbox.world.moments import instant
from sandbox.world.supplies import SUPPLY, Supply

_NEVER_TOLD = {"shipped": None, "on_sale": None}
_NOT_OF_REMOVALS = dict.fromkeys(("accepted", "shortage", "surplus", "defect"))


def truth_orders(world: World, at: datetime) -> Iterator[dict[str, Any]]:
    """Yield every posting by an instant: `number` is its number. Postings never tell of a return."""
    return (order.as_json() for order in world.orders(until=at))


def truth_stock(world: World, at: datetime) -> Iterator[dict[str, Any]]:
    """Yield the stock of every product in every warehouse that keeps it, zeros too."""
    return (row.as_json() for row in world.stock(at=at))


def truth_supplies(world: World, at: datetime) -> Iterator[dict[str, Any]]:
    """Yield every supply by its supply_id, and the removals beside them. Units shipped and on sale are not told."""
    now = instant(at)
    for supply, row in movements.supplies(world, at):
        yield row | (_supply if supply.kind == SUPPLY else _removal)(supply, row, now)


def _supply(supply: Supply, row: dict[str, Any], now: int) -> dict[str, Any]:
    lines = [
        told | _NEVER_TOLD | {"declared": shipments.declared(supply, line, now)}
        for line, told in zip(supply.lines, row["lines"], strict=True)
    ]
    number = str(shipments.supply_id(supply.serial))
    return {"number": number, "status": shipments.told_status(supply, now), "lines": lines}


def _removal(supply: Supply, row: dict[str, Any], now: int) -> dict[str, Any]:
    return {
        "number": f"removal-{removals.removal_id(supply.serial)}",
        "status": removals.told_status(supply, now),
        "lines": [told | _NEVER_TOLD | _NOT_OF_REMOVALS for told in row["lines"]],
    }


def truth_returns(world: World, at: datetime) -> Iterator[dict[str, Any]]:
    """Yield everything that comes back; cancellations before shipping too, since Ozon's list tells them."""
    for one, row in movements.returns(world, at):
        told = {"number": str(return_id(one.serial)), "status": told_status(one, instant(at))}
        yield row | told | {"reason": words.WHY[one.why]}
