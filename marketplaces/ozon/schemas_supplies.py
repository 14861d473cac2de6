"""Answers about supplies and removals: only the fields that we read. Moments of slots are local though marked with Z."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator as Before
from pydantic import Field

from marketplaces.ozon.schemas import (
    MOST_UNITS,
    Id,
    MaybeAmount,
    MaybeId,
    MaybeMoment,
    Text,
    Texts,
    Wire,
    Word,
)

Units = Annotated[int, Field(ge=0, le=MOST_UNITS)]
MaybeUnits = Units | None


def _list(value: Any) -> Any:
    return [] if value is None else value


# ---- requests and their supplies --------------------------------------------------------------------------
class SupplyOrderIds(Wire):
    order_ids: Texts
    last_id: Text = None


class NamedPlace(Wire):
    warehouse_id: MaybeId = None
    name: Text = None


class SlotTimes(Wire):
    start: MaybeMoment = Field(None, alias="from")
    end: MaybeMoment = Field(None, alias="to")


class SlotZone(Wire):
    """`offset` is documented in seconds; the document's example shows `+03:00`."""

    iana_name: Text = None
    offset: Text = None


class Slot(Wire):
    timeslot: SlotTimes | None = None
    timezone_info: SlotZone | None = None


class OrderTags(Wire):
    is_virtual: bool | None = None


class OrderedSupply(Wire):
    supply_id: Id
    bundle_id: Text = None
    state: Word
    is_crossdock: bool | None = None
    macrolocal_cluster_id: MaybeId = None
    storage_warehouse: NamedPlace | None = None


class SupplyOrder(Wire):
    """A request: one slot, one drop-off point, one or more supplies."""

    order_id: Id
    order_number: Text = None
    created_date: MaybeMoment = None
    state: Word
    state_updated_date: MaybeMoment = None
    # Typed as a moment, described as seconds: only a moment is read.
    data_filling_deadline_utc: MaybeMoment = None
    dropoff_warehouse: NamedPlace | None = None
    order_tags: OrderTags | None = None
    timeslot: Slot | None = None
    supplies: Annotated[list[OrderedSupply], Before(_list), Field(max_length=1000)]


class SupplyOrders(Wire):
    orders: Annotated[list[SupplyOrder], Before(_list)]


class BundleItem(Wire):
    sku: Id
    offer_id: Text = None
    name: Text = None
    barcode: Text = None
    quantity: Units


class Bundle(Wire):
    items: Annotated[list[BundleItem], Before(_list)]
    total_count: MaybeUnits = None
    has_next: bool | None = None
    last_id: Text = None


# ---- cargoes ----------------------------------------------------------------------------------------------
class Tracking(Wire):
    """`date` is when the cargo is expected, or by `type` ACTUAL_ARRIVAL when it came."""

    date: MaybeMoment = None
    status: Text = None
    type: Text = None


class Cargo(Wire):
    cargo_id: Id
    bundle_id: Text = None
    type: Text = None
    tracking_info: Tracking | None = None


class SupplyCargoes(Wire):
    supply_id: Id
    cargoes: Annotated[list[Cargo], Before(_list)] = Field(default_factory=list)


class Cargoes(Wire):
    supply: Annotated[list[SupplyCargoes], Before(_list)]


# ---- acts -------------------------------------------------------------------------------------------------
class ActSum(Wire):
    amount: MaybeAmount = None


class ActAmount(Wire):
    """A sum with VAT."""

    amount: ActSum | None = None


class Act(Wire):
    act_number: Text = None
    created_date: MaybeMoment = None
    type: Text = None


class SupplyActs(Wire):
    supply_id: Id
    supply_acts: Annotated[list[Act], Before(_list)] = Field(default_factory=list)


class ActSummaries(Wire):
    supplies_acts: Annotated[list[SupplyActs], Before(_list)] = Field(default_factory=list)


class ActSku(Wire):
    sku: MaybeId = None
    offer_id: Text = None
    name: Text = None
    barcode: Text = None
    price_without_vat: ActSum | None = None


class ActItem(Wire):
    sku_info: ActSku | None = None
    declared_quantity: MaybeUnits = None
    fact_quantity: MaybeUnits = None
    fact_amount: ActAmount | None = None


class CountedAct(Wire):
    type: Text = None
    items: Annotated[list[ActItem], Before(_list)] = Field(default_factory=list)


class CountedActs(Wire):
    supply_acts: Annotated[list[CountedAct], Before(_list)] = Field(default_factory=list)


# ---- removals of the seller's own stock -------------------------------------------------------------------
class RemovalRow(Wire):
    """One product in one box of a removal. The states are Russian phrases."""

    return_id: Id
    return_state: Word
    return_created_at: MaybeMoment = None
    box_id: MaybeId = None
    box_state: Text = None
    stock_type: Text = None
    sku: MaybeId = None
    barcode: Text = None
    offer_id: Text = None
    name: Text = None
    quantity_for_return: Units
    clearing_warehouse_name: Text = None
    destination_warehouse_name: Text = None
    delivery_date: MaybeMoment = None
    given_out_date: MaybeMoment = None
    utilization_date: MaybeMoment = None


class RemovalRows(Wire):
    returns_summary_report_rows: Annotated[list[RemovalRow], Before(_list)]
    last_id: Text = None
