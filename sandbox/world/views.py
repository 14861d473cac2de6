"""The truth as others may read it: orders, stock, stock-outs, supplies and returns in plain values."""

from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sandbox.world.orders import Order, Step

#: The four steps of the seller's language, the cancellation and the return.
STAGES = {
    Step.CREATED: "accepted",
    Step.PACKING: "accepted",
    Step.PACKED: "packed",
    Step.SHIPPED: "shipped",
    Step.LAST_MILE: "shipped",
    Step.AT_POINT: "shipped",
    Step.RECEIVED: "delivered",
    Step.CANCELLED: "cancelled",
    Step.RETURNED: "returned",
}


def stage_of(order: Order, place: int) -> str:
    """Return the stage at a place of an order's path; a return of some of the units is one in part."""
    step = order.path[place]
    return "partly_returned" if step is Step.RETURNED and not order.is_wholly_returned else STAGES[step]


def roubles(kopecks: int) -> Decimal:
    """Turn kopecks into an exact amount of roubles with two decimals."""
    return Decimal(kopecks).scaleb(-2)


@dataclass(frozen=True, slots=True, kw_only=True)
class LineView:
    """A line of an order."""

    sku: int
    offer_id: str
    quantity: int
    price: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderView:
    """An order as it stands at an instant; `history` holds each step with its time, oldest first."""

    number: str
    basket: str
    stage: str
    step: str
    created_at: datetime
    changed_at: datetime
    warehouse_id: int
    warehouse: str
    cluster_to: str
    lines: tuple[LineView, ...]
    amount: Decimal
    reason: str | None
    live: bool
    history: tuple[tuple[str, datetime], ...]

    def as_json(self) -> dict[str, Any]:
        """Return plain values that JSON can hold, money as strings."""
        return {
            "number": self.number,
            "basket": self.basket,
            "stage": self.stage,
            "step": self.step,
            "created_at": self.created_at.isoformat(),
            "changed_at": self.changed_at.isoformat(),
            "warehouse_id": self.warehouse_id,
            "warehouse": self.warehouse,
            "cluster_to": self.cluster_to,
            "lines": [
                {
                    "sku": line.sku,
                    "offer_id": line.offer_id,
                    "quantity": line.quantity,
                    "price": str(line.price),
                }
                for line in self.lines
            ],
            "amount": str(self.amount),
            "reason": self.reason,
            "live": self.live,
            "history": [[step, at.isoformat()] for step, at in self.history],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class StockView:
    """The units of a product in a warehouse at an instant."""

    sku: int
    offer_id: str
    warehouse_id: int
    warehouse: str
    available: int
    reserved: int
    present: int

    def as_json(self) -> dict[str, Any]:
        """Return plain values that JSON can hold."""
        return asdict(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class StockoutView:
    """A planted stock-out: nothing to sell from `since` until the supply at `until`."""

    sku: int
    offer_id: str
    warehouse_id: int
    warehouse: str
    since: datetime
    until: datetime

    def as_json(self) -> dict[str, Any]:
        """Return plain values that JSON can hold."""
        return asdict(self) | {"since": self.since.isoformat(), "until": self.until.isoformat()}


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplyLineView:
    """A line of a supply, in units; nothing where it is not known yet. `lost` is known to the world alone."""

    sku: int
    offer_id: str
    planned: int
    shipped: int | None
    accepted: int | None
    on_sale: int
    shortage: int | None
    surplus: int | None
    defect: int | None
    lost: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplyView:
    """A supply, withdrawal or disposal as it stands at an instant; `history` holds each stage with its time.

    The slot is in UTC and `zone` the zone in which it is printed.
    """

    serial: int
    kind: str
    stage: str
    created_at: datetime
    changed_at: datetime
    slot_from: datetime
    slot_to: datetime
    zone: str
    warehouse_id: int
    warehouse: str
    drop_off: str
    boxes: int
    lines: tuple[SupplyLineView, ...]
    history: tuple[tuple[str, datetime], ...]

    def as_json(self) -> dict[str, Any]:
        """Return plain values that JSON can hold."""
        moments = ("created_at", "changed_at", "slot_from", "slot_to")
        return (
            asdict(self)
            | {name: getattr(self, name).isoformat() for name in moments}
            | {"history": [[stage, at.isoformat()] for stage, at in self.history]}
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnView:
    """What comes back of a line of an order, as it stands at an instant; `history` holds each step with its time.

    `price` is that of a unit; `storage` what lying there has cost so far, `compensation` what was paid, both for
    all units.
    """

    serial: int
    order: str
    kind: str
    step: str
    why: str
    registered_at: datetime
    changed_at: datetime
    sku: int
    offer_id: str
    quantity: int
    price: Decimal
    warehouse_id: int
    warehouse: str
    cluster_to: str
    placed_at: datetime
    pick_up_until: datetime | None
    disposal_at: datetime | None
    storage: Decimal
    compensation: Decimal
    history: tuple[tuple[str, datetime], ...]

    def as_json(self) -> dict[str, Any]:
        """Return plain values that JSON can hold, money as strings."""
        row = asdict(self)
        for name, value in row.items():
            if isinstance(value, datetime):
                row[name] = value.isoformat()
            elif isinstance(value, Decimal):
                row[name] = str(value)
        return row | {"history": [[step, at.isoformat()] for step, at in self.history]}
