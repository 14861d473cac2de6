"""Supplies and returns as every marketplace's truth begins with them: in its words for goods, in ours for the rest.

`status` says where a supply or a return stands in the words that the cabinet uses on all marketplaces. What a
marketplace calls things and what it keeps to itself, its own `truth.py` writes over these rows.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sandbox.world import World
from sandbox.world.moments import instant
from sandbox.world.movements import return_view, supply_view
from sandbox.world.returns import Return
from sandbox.world.supplies import LEAD, Supply

Row = dict[str, Any]

SUPPLY_STATUS = {
    "draft": "draft",
    "booked": "booked",
    "ready": "ready",
    "shipped": "shipped",
    "arrived": "arrived",
    "accepting": "accepting",
    "checking": "discrepancy",
    "accepted": "accepted",
    "cancelled": "cancelled",
    "overdue": "overdue",
}
RETURN_STATUS = {
    "registered": "in_transit",
    "received": "received",
    "checked": "checked",
    "defective": "defective",
    "waiting": "waiting_pickup",
    "on_sale": "back_on_sale",
    "handed_over": "handed_over",
    "disposed": "disposed",
    "compensated": "compensated",
    "lost": "lost",
}


def supplies(world: World, at: datetime) -> Iterator[tuple[Supply, Row]]:
    """Yield everything supplied or taken back by an instant, with its row; `declared` is what was planned."""
    now = instant(at)
    for supply in world.supply_book.between(world.streams.opened - LEAD, now + 1):
        row = supply_view(world, supply, now).as_json()
        lines = [line | {"declared": line["planned"]} for line in row["lines"]]
        yield (
            supply,
            row | {"number": str(supply.serial), "status": SUPPLY_STATUS[row["stage"]], "lines": lines},
        )


def returns(world: World, at: datetime) -> Iterator[tuple[Return, Row]]:
    """Yield everything registered as coming back by an instant, with its row; `reason` is why in the world's word."""
    now = instant(at)
    for one in world.return_book.between(world.streams.opened, now + 1):
        row = return_view(world, one, now).as_json()
        more = {"number": str(one.serial), "status": RETURN_STATUS[row["step"]], "reason": row["why"]}
        yield one, row | more
