"""Supplies and returns of a world in plain values, as they stand at an instant."""

from datetime import datetime
from typing import TYPE_CHECKING

from sandbox.world.geography import CLUSTERS, WAREHOUSES
from sandbox.world.moments import moment
from sandbox.world.returns import BackStep, Return
from sandbox.world.supplies import Supply, SupplyLine
from sandbox.world.views import ReturnView, SupplyLineView, SupplyView, roubles

if TYPE_CHECKING:
    from sandbox.world.world import World


def supply_view(world: "World", supply: Supply, at: int) -> SupplyView:
    """Return a supply as it stands at an instant."""
    return SupplyView(
        serial=supply.serial,
        kind=supply.kind,
        stage=supply.stage_at(at).name.lower(),
        created_at=moment(supply.created),
        changed_at=moment(supply.changed_at(at)),
        slot_from=moment(supply.slot_from),
        slot_to=moment(supply.slot_to),
        zone=supply.zone,
        warehouse_id=WAREHOUSES[supply.warehouse].id,
        warehouse=WAREHOUSES[supply.warehouse].name,
        drop_off=supply.point.name if supply.point else "",
        boxes=len(supply.boxes),
        lines=tuple(_line(world, supply, line, at) for line in supply.lines),
        history=tuple(
            (stage.name.lower(), moment(when))
            for stage, when in zip(supply.path, supply.times, strict=True)
            if when <= at
        ),
    )


def _line(world: "World", supply: Supply, line: SupplyLine, at: int) -> SupplyLineView:
    product = world.assortment[line.product]
    return SupplyLineView(
        sku=product.sku,
        offer_id=product.offer_id,
        lost=line.lost,
        **supply.count_at(line, at)._asdict(),
    )


def return_view(world: "World", one: Return, at: int) -> ReturnView:
    """Return what comes back as it stands at an instant. It is compensated only from that step on."""
    product, warehouse = world.assortment[one.product], WAREHOUSES[one.warehouse]
    step = one.step_at(at)
    return ReturnView(
        serial=one.serial,
        order=one.order.number,
        kind=one.kind,
        step=step.name.lower(),
        why=one.why.name.lower(),
        registered_at=moment(one.registered),
        changed_at=moment(one.changed_at(at)),
        sku=product.sku,
        offer_id=product.offer_id,
        quantity=one.quantity,
        price=roubles(one.price),
        warehouse_id=warehouse.id,
        warehouse=warehouse.name,
        cluster_to=CLUSTERS[one.order.cluster].name,
        placed_at=moment(one.order.created),
        pick_up_until=_when(one.pick_up_until, step),
        disposal_at=_when(one.disposal_at, step),
        storage=roubles(one.stored_days(at) * one.storage_a_day),
        compensation=roubles(one.compensation if step is BackStep.COMPENSATED else 0),
        history=tuple(
            (passed.name.lower(), moment(when))
            for passed, when in zip(one.path, one.times, strict=True)
            if when <= at
        ),
    )


def _when(instant: int | None, step: BackStep) -> datetime | None:
    """Return a deadline, which is told only while the goods wait for it."""
    return moment(instant) if instant is not None and step is BackStep.WAITING else None
