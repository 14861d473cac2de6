"""Answers of the Wildberries API: only the fields that we read, tolerant of what live answers really hold."""

# Fields are called as they call them: the spelling of one id differs from method to method.
# ruff: noqa: N815

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from pydantic import BeforeValidator as Before

from core.money import LARGEST

MOST_UNITS = 1_000_000


class Wire(BaseModel):
    """Base of all: unknown fields are ignored, an id may come as a number or as text."""

    model_config = ConfigDict(extra="ignore", coerce_numbers_to_str=True, protected_namespaces=())


def listed(value: Any) -> Any:
    """A list; an empty one for null."""
    return [] if value is None else value


def _texts(value: Any) -> Any:
    """A list of texts, also where one text, null or a list with nulls came."""
    if value is None:
        return []
    return [item for item in value if item is not None] if isinstance(value, list) else [value]


# A number of theirs that names something.
Id = Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]{0,18}$")]
# The same where it may be missing: 0, an empty text or null.
MaybeId = Annotated[str, StringConstraints(pattern=r"^[0-9]{0,19}$")] | None
# Stock that is told of all warehouses together has the warehouse −999999.
WarehouseId = Annotated[str, StringConstraints(pattern=r"^-?[0-9]{1,18}$")]
# A name of an object, always text: printable ASCII without spaces.
Key = Annotated[str, StringConstraints(strict=True, min_length=1, max_length=100, pattern=r"^[!-~]+$")]
Word = Annotated[str, StringConstraints(strict=True, min_length=1, max_length=64)]
Text = str | None
Texts = Annotated[list[str], Before(_texts)]
Count = Annotated[int, Field(ge=-MOST_UNITS, le=MOST_UNITS)] | None
Amount = Annotated[Decimal, Field(ge=0, le=LARGEST, allow_inf_nan=False)]
Percent = Annotated[Decimal, Field(ge=0, le=100, allow_inf_nan=False)]
Size = Annotated[Decimal, Field(ge=0, le=10_000_000, allow_inf_nan=False)] | None
MaybeMoment = Annotated[datetime | str | None, Field(union_mode="left_to_right")]


class Envelope(Wire):
    """What stands around the data of Content and Prices; 200 may be an error."""

    error: bool | None = None
    errorText: Text = None


class SellerInfo(Wire):
    name: Text = None
    sid: Text = None
    tin: Text = None
    tradeMark: Text = None


# ---- cards ------------------------------------------------------------------------------------------------
class CardSize(Wire):
    chrtID: Id
    techSize: Text = None
    skus: Texts = Field(default_factory=list)


class Photo(Wire):
    big: Text = None
    c516x688: Text = None
    c246x328: Text = None


class Dimensions(Wire):
    """Centimetres and kilogrammes."""

    length: Size = None
    width: Size = None
    height: Size = None
    weightBrutto: Size = None


class Card(Wire):
    nmID: Id
    subjectID: MaybeId = None
    subjectName: Text = None
    vendorCode: Text = None
    title: Text = None
    photos: Annotated[list[Photo], Before(listed)] = Field(default_factory=list)
    dimensions: Dimensions | None = None
    sizes: Annotated[list[CardSize], Before(listed)] = Field(default_factory=list)
    createdAt: MaybeMoment = None
    updatedAt: MaybeMoment = None
    trashedAt: MaybeMoment = None


class CardsCursor(Wire):
    """Where the next page begins; the words go back as they came."""

    updatedAt: Text = None
    trashedAt: Text = None
    nmID: MaybeId = None
    total: Count = None


class CardsPage(Wire):
    cards: Annotated[list[Card], Before(listed)]
    cursor: CardsCursor = Field(default_factory=CardsCursor)


# ---- prices -----------------------------------------------------------------------------------------------
class GoodSize(Wire):
    sizeID: Id
    price: Amount | None = None
    discountedPrice: Amount | None = None


class Good(Wire):
    nmID: Id
    currencyIsoCode4217: Text = None
    discount: Percent | None = None
    sizes: Annotated[list[GoodSize], Before(listed)] = Field(default_factory=list)


class GoodsData(Wire):
    listGoods: Annotated[list[Good], Before(listed)]


class GoodsPage(Wire):
    data: GoodsData


class HeldGood(Wire):
    """A card, or one of its sizes, whose new price is held back. A part that was not changed comes as null."""

    nmID: Id
    sizeID: MaybeId = None
    newPrice: Amount | None = None
    oldPrice: Amount | None = None
    newDiscount: Percent | None = None
    oldDiscount: Percent | None = None


class HeldData(Wire):
    quarantineGoods: Annotated[list[HeldGood], Before(listed)] = Field(default_factory=list)


class HeldPage(Wire):
    data: HeldData = Field(default_factory=HeldData)


class UploadId(Wire):
    id: Id


class Uploaded(Wire):
    data: UploadId


class UploadTask(Wire):
    status: int | None = None


class UploadState(Wire):
    """`data` is null until the upload has been worked through."""

    data: UploadTask | None = None


class UploadedGood(Wire):
    nmID: Id
    status: int | None = None
    errorText: Text = None


class UploadedData(Wire):
    historyGoods: Annotated[list[UploadedGood], Before(listed)] = Field(default_factory=list)


class UploadedPage(Wire):
    data: UploadedData | None = None


# ---- stock ------------------------------------------------------------------------------------------------
class StockRow(Wire):
    """One size at one warehouse."""

    nmId: MaybeId = None
    chrtId: Id
    warehouseId: WarehouseId
    warehouseName: Text = None
    regionName: Text = None
    quantity: Count = None
    inWayFromClient: Count = None


class StockData(Wire):
    items: Annotated[list[StockRow], Before(listed)]


class StockPage(Wire):
    data: StockData


# ---- orders -----------------------------------------------------------------------------------------------
class FeedOrder(Wire):
    srid: Key
    chrtId: Id
    status: Word
    cancelType: Text = None
    createdAt: datetime
    updatedAt: MaybeMoment = None
    warehouseName: Text = None
    isMp: bool | None = None
    destinationDistrict: Text = None
    sellerPrice: Amount | None = None


class FeedData(Wire):
    snapshotTime: Text = None
    currency: Text = None
    orders: Annotated[list[FeedOrder], Before(listed)]


class FeedPage(Wire):
    data: FeedData


class StatisticsRow(Wire):
    """What orders and sales have in common; one row is one unit. Moments are naive Moscow time."""

    srid: Key
    date: datetime
    warehouseName: Text = None
    warehouseType: Text = None
    oblastOkrugName: Text = None
    supplierArticle: Text = None
    nmId: MaybeId = None
    barcode: Text = None
    subject: Text = None
    totalPrice: Amount
    discountPercent: Percent | None = None


class OrderRow(StatisticsRow):
    isCancel: bool | None = None
    cancelDate: MaybeMoment = None
    gNumber: Text = None


class SaleRow(StatisticsRow):
    saleID: Key


class OrderRows(Wire):
    rows: list[OrderRow]


class SaleRows(Wire):
    rows: list[SaleRow]


# ---- tariffs ----------------------------------------------------------------------------------------------
class Commission(Wire):
    """`paidStorageKgvp` is the percent of goods at their warehouses, whatever its name says; sellers of other
    countries get other columns."""

    subjectID: Id
    subjectName: Text = None
    parentName: Text = None
    paidStorageKgvp: Percent | None = None


class Commissions(Wire):
    report: Annotated[list[Commission], Before(listed)]


class WarehouseTariff(BaseModel):
    """A row of box, pallet or return: texts with decimal commas, thousands with spaces, "-" for none."""

    model_config = ConfigDict(extra="allow", coerce_numbers_to_str=True)

    warehouseName: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    geoName: Text = None


class WarehouseTariffsData(Wire):
    currency: Text = None
    warehouseList: Annotated[list[WarehouseTariff], Before(listed)]


class WarehouseTariffsResponse(Wire):
    data: WarehouseTariffsData


class WarehouseTariffs(Wire):
    response: WarehouseTariffsResponse
