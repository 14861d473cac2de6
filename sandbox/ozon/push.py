"""Bodies of Ozon's push notifications."""

import uuid
from collections.abc import Iterable, Iterator
from typing import Any

from sandbox.ozon import words
from sandbox.world import World
from sandbox.world.events import Event, StepTaken, StockChanged
from sandbox.world.geography import WAREHOUSES
from sandbox.world.moments import iso
from sandbox.world.orders import Step


def push_bodies(world: World, events: Iterable[Event], *, seller_id: int) -> Iterator[dict[str, Any]]:
    """Yield the documented body of each event; the same event has the same `uuid` every time."""
    for event in events:
        if isinstance(event, StockChanged):
            yield _stock(world, event, seller_id=seller_id)
        else:
            yield _step(world, event, seller_id=seller_id)


def _stock(world: World, event: StockChanged, *, seller_id: int) -> dict[str, Any]:
    return {
        "message_type": "TYPE_FBO_STOCKS_CHANGED",
        "sku": world.assortment[event.product].sku,
        "stocks": {
            "new_present": event.new.present,
            "new_reserved": event.new.reserved,
            "old_present": event.old.present,
            "old_reserved": event.old.reserved,
        },
        "updated_at": iso(event.at),
        "seller_id": seller_id,
    }


def _step(world: World, event: StepTaken, *, seller_id: int) -> dict[str, Any]:
    order, step = event.order, event.order.path[event.place]
    body: dict[str, Any] = {
        "message_type": "TYPE_FBO_POSTING_STATE_CHANGED",
        "posting_number": order.number,
        "order_number": order.basket,
        "uuid": str(uuid.uuid5(uuid.NAMESPACE_OID, f"{order.number}/{step}")),
    }
    products = [
        {"sku": world.assortment[line.product].sku, "quantity": line.quantity} for line in order.lines
    ]
    state = words.SUBSTATUS[order.delivery]
    if event.place == 0:
        body |= {
            "message_type": "TYPE_FBO_POSTING_NEW",
            "products": products,
            "creation_date": iso(event.at),
        }
    elif step is Step.CANCELLED and order.reason is not None:
        reason, why, *_ = words.REASONS[order.reason]
        body |= {
            "message_type": "TYPE_FBO_POSTING_CANCELLED",
            "products": products,
            "old_state": state[order.path[event.place - 1]],
            "new_state": state[step],
            "cancel_date": iso(event.at),
            "reason": {"id": reason, "message": why},
        }
    else:
        body |= {"new_state": state[step], "changed_state_date": iso(event.at)}
    return body | {"warehouse_id": WAREHOUSES[order.warehouse].id, "seller_id": seller_id}
