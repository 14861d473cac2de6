"""The truth of a world as JSON lines."""

import json
from collections.abc import Iterator
from datetime import datetime

from sandbox.world import World

TRUTHS = ("orders", "stock", "stockouts", "summary")


def truth(world: World, name: str, *, at: datetime) -> Iterator[str]:
    """Yield a JSON line for each order, stock row or stock-out, or the summary alone."""
    match name:
        case "orders":
            rows = (order.as_json() for order in world.orders(until=at))
        case "stock":
            rows = (row.as_json() for row in world.stock(at=at))
        case "stockouts":
            rows = (row.as_json() for row in world.stockouts(until=at))
        case "summary":
            rows = (row for row in [world.summary(at=at)])
        case _:
            raise ValueError(f"no such truth: {name}")
    return (json.dumps(row, ensure_ascii=False) for row in rows)
