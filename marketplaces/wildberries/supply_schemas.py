"""Answers about supplies: only the fields that we read. The phone of who made a supply is not among them."""

# Fields are called as they call them.
# ruff: noqa: N815

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator as Before
from pydantic import Field, StringConstraints

from marketplaces.wildberries.schemas import (
    MOST_UNITS,
    Key,
    MaybeId,
    MaybeMoment,
    Text,
    WarehouseId,
    Wire,
    listed,
)

# A status or a type: a number of theirs, kept as they write it; new ones may come.
Code = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,9}$")]
# 0 where there is none.
PreorderId = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,19}$")]
Barcode = Annotated[str, StringConstraints(strict=True, min_length=1, max_length=100, strip_whitespace=True)]
Units = Annotated[int, Field(ge=0, le=MOST_UNITS)]


class SupplyState(Wire):
    """What the list and the details tell of a supply. Moments have Moscow's offset."""

    createDate: MaybeMoment = None
    supplyDate: MaybeMoment = None
    factDate: MaybeMoment = None
    updatedDate: MaybeMoment = None
    statusID: Code
    boxTypeID: Code | None = None


class SupplyRow(SupplyState):
    """A row of the list. A pre-order has no supply id yet; a virtual supply has the pre-order 0: a row that tells none
    is no virtual supply but a broken one."""

    supplyID: MaybeId = None
    preorderID: PreorderId


class SupplyRows(Wire):
    rows: list[SupplyRow]


class SupplyDetails(SupplyState):
    virtualTypeID: Code | None = None
    warehouseID: WarehouseId | None = None
    warehouseName: Text = None
    actualWarehouseID: WarehouseId | None = None
    actualWarehouseName: Text = None
    transitWarehouseName: Text = None
    rejectReason: Text = None
    quantity: Units | None = None
    isBoxOnPallet: bool | None = None
    discrepancies: Annotated[int, Field(ge=-MOST_UNITS, le=MOST_UNITS)] | None = None


class SupplyGood(Wire):
    """A barcode of a supply."""

    barcode: Barcode
    vendorCode: Text = None
    quantity: Units
    supplierBoxAmount: Units | None = None
    acceptedQuantity: Units | None = None
    readyForSaleQuantity: Units | None = None


class SupplyGoods(Wire):
    rows: list[SupplyGood]


class PackedBarcode(Wire):
    barcode: Barcode
    quantity: Units


class SupplyBox(Wire):
    packageCode: Key
    barcodes: Annotated[list[PackedBarcode], Before(listed)] = Field(default_factory=list)


class SupplyBoxes(Wire):
    rows: list[SupplyBox]


class DiscrepancyItem(Wire):
    """Units of a box that differ from what was declared; of a wrong barcode both are named."""

    declaredSku: Text = None
    actualSku: Text = None
    discrepancyType: Text = None
    discrepancyQuantity: Annotated[int, Field(ge=-MOST_UNITS, le=MOST_UNITS)] | None = None


class DiscrepancyBox(Wire):
    items: Annotated[list[DiscrepancyItem], Before(listed)] = Field(default_factory=list)


class DiscrepancyBoxes(Wire):
    rows: list[DiscrepancyBox]
