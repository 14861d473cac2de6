"""Answers of the Partner API: only the fields that we read, tolerant of what live answers really hold.

Buyers' addresses, points and notes are not even read.
"""

# Fields are called as they call them.
# ruff: noqa: N815

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from pydantic import BeforeValidator as Before

from core.money import LARGEST

MOST_UNITS = 1_000_000


class Wire(BaseModel):
    """Base of all: unknown fields are ignored, an int64 may come as a number or as text."""

    model_config = ConfigDict(extra="ignore", coerce_numbers_to_str=True, protected_namespaces=())


def as_list(value: Any) -> Any:
    """A list where null may stand for an empty one."""
    return [] if value is None else value


def _texts(value: Any) -> Any:
    if value is None:
        return []
    return [item for item in value if item is not None] if isinstance(value, list) else [value]


def _unreadable_is_none(value: Any) -> Any:
    """Dates come as YYYY-MM-DD, in older shapes as DD-MM-YYYY; another text is no date."""
    if not isinstance(value, str):
        return None
    text = value.strip()[:10]
    parts = text.split("-")
    if len(parts) == 3 and len(parts[2]) == 4:
        text = "-".join(reversed(parts))
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


# A number of theirs that names something; 0 means "not given yet" and is not one.
Id = Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]{0,18}$")]
MaybeId = Annotated[str, StringConstraints(pattern=r"^[0-9]{0,19}$")] | None
# The seller's own SKU, trimmed as they trim it; at most 255 characters.
OfferId = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=255)]
Word = Annotated[str, StringConstraints(strict=True, max_length=64)]
Text = str | None
Texts = Annotated[list[str], Before(_texts)]
Count = Annotated[int, Field(ge=0, le=MOST_UNITS)]
MaybeCount = Count | None
Units = Annotated[int, Field(ge=-MOST_UNITS, le=MOST_UNITS)] | None
Amount = Annotated[Decimal, Field(ge=0, le=LARGEST, allow_inf_nan=False)]
Number = Annotated[Decimal, Field(ge=-LARGEST, le=LARGEST, allow_inf_nan=False)]
MaybeDay = Annotated[date | None, Before(_unreadable_is_none)]
MaybeMoment = Annotated[datetime | str | None, Field(union_mode="left_to_right")]


class Paging(Wire):
    nextPageToken: Text = None


class Money(Wire):
    """`{value, currencyId}`."""

    value: Amount
    currencyId: Text = None


# ---- the seller -------------------------------------------------------------------------------------------
class ApiKey(Wire):
    name: Text = None
    authScopes: Texts = Field(default_factory=list)


class TokenResult(Wire):
    apiKey: ApiKey


class Token(Wire):
    result: TokenResult


class Business(Wire):
    id: Id
    name: Text = None


class Campaign(Wire):
    id: Id
    domain: Text = None
    business: Business
    placementType: Text = None
    apiAvailability: Text = None


class CampaignAnswer(Wire):
    campaign: Campaign


# ---- offers -----------------------------------------------------------------------------------------------
Size = Annotated[Decimal, Field(ge=0, le=10_000_000, allow_inf_nan=False)] | None


class WeightDimensions(Wire):
    """Centimetres and kilograms."""

    length: Size = None
    width: Size = None
    height: Size = None
    weight: Size = None


class ShopState(Wire):
    campaignId: MaybeId = None
    status: Text = None


class Offer(Wire):
    offerId: OfferId
    name: Text = None
    category: Text = None
    marketCategoryId: MaybeId = None
    pictures: Texts = Field(default_factory=list)
    barcodes: Texts = Field(default_factory=list)
    weightDimensions: WeightDimensions | None = None
    cardStatus: Text = None
    campaigns: Annotated[list[ShopState], Before(as_list)] = Field(default_factory=list)
    archived: bool | None = None


class CardMapping(Wire):
    marketSku: MaybeId = None
    marketSkuName: Text = None
    marketCategoryId: MaybeId = None
    marketCategoryName: Text = None


class MappedOffer(Wire):
    offer: Offer
    mapping: CardMapping | None = None


class MappedOffers(Wire):
    offerMappings: Annotated[list[MappedOffer], Before(as_list)]
    paging: Paging | None = None


class OffersPage(Wire):
    result: MappedOffers


# ---- prices -----------------------------------------------------------------------------------------------
class Price(Wire):
    value: Amount | None = None
    currencyId: Text = None
    discountBase: Amount | None = None
    minimumForBestseller: Amount | None = None


class PricedOffer(Wire):
    offerId: OfferId
    price: Price | None = None


class PricedOffers(Wire):
    offers: Annotated[list[PricedOffer], Before(as_list)]
    paging: Paging | None = None


class PricesPage(Wire):
    result: PricedOffers


class VerdictParameter(Wire):
    name: Text = None
    value: Text = None


class Verdict(Wire):
    type: Text = None
    params: Annotated[list[VerdictParameter], Before(as_list)] = Field(default_factory=list)


class HeldOffer(Wire):
    offerId: OfferId
    currentPrice: Money | None = None
    lastValidPrice: Money | None = None
    verdicts: Annotated[list[Verdict], Before(as_list)] = Field(default_factory=list)


class HeldOffers(Wire):
    offers: Annotated[list[HeldOffer], Before(as_list)]
    paging: Paging | None = None


class HeldPage(Wire):
    result: HeldOffers


# ---- stock ------------------------------------------------------------------------------------------------
class StockOfKind(Wire):
    type: Word
    count: Units = None


class TurnoverSummary(Wire):
    turnover: Text = None


class StockedOffer(Wire):
    offerId: OfferId
    stocks: Annotated[list[StockOfKind], Before(as_list)] = Field(default_factory=list)
    turnoverSummary: TurnoverSummary | None = None


class WarehouseStocks(Wire):
    """Offers stay as they came: each is read alone, so that a broken one spoils nobody else."""

    warehouseId: Id
    offers: Annotated[list[Any], Before(as_list)] = Field(default_factory=list)


class WarehousesStocks(Wire):
    warehouses: Annotated[list[WarehouseStocks], Before(as_list)]
    paging: Paging | None = None


class StockPage(Wire):
    result: WarehousesStocks


class Warehouse(Wire):
    id: Id
    name: Text = None
    address: dict[str, Any] | None = None


class WarehouseList(Wire):
    warehouses: Annotated[list[Warehouse], Before(as_list)]


class Warehouses(Wire):
    result: WarehouseList


# ---- orders -----------------------------------------------------------------------------------------------
class Paid(Wire):
    """Money for all the units of a line, or of an order: what the buyer pays, what Market adds, points of Plus."""

    payment: Money | None = None
    subsidy: Money | None = None
    cashback: Money | None = None


class UnitStatus(Wire):
    status: Word
    count: Count


class OrderItem(Wire):
    id: MaybeId = None
    offerId: OfferId
    offerName: Text = None
    count: Count
    prices: Paid | None = None
    itemStatuses: Annotated[list[UnitStatus], Before(as_list)] = Field(default_factory=list)


class DeliveryDates(Wire):
    fromDate: MaybeDay = None
    toDate: MaybeDay = None
    realDeliveryDate: MaybeDay = None


class Region(Wire):
    name: Text = None
    type: Text = None


class DeliveryPlace(Wire):
    """Where it goes: the region only, the address is the buyer's."""

    region: Region | None = None


class Delivery(Wire):
    type: Text = None
    warehouseId: MaybeId = None
    dates: DeliveryDates | None = None
    courier: DeliveryPlace | None = None
    pickup: DeliveryPlace | None = None


class BusinessOrder(Wire):
    orderId: Id
    campaignId: MaybeId = None
    programType: Text = None
    status: Word
    substatus: Text = None
    creationDate: MaybeMoment = None
    updateDate: MaybeMoment = None
    fake: bool | None = None
    items: Annotated[list[OrderItem], Before(as_list), Field(min_length=1)]
    prices: Paid | None = None
    delivery: Delivery | None = None


class OrdersPage(Wire):
    orders: Annotated[list[BusinessOrder], Before(as_list)]
    paging: Paging | None = None


# ---- tariffs ----------------------------------------------------------------------------------------------
class TariffParameter(Wire):
    name: Text = None
    value: Text = None


class SkuTariff(Wire):
    type: Word
    amount: Number | None = None
    currency: Text = None
    parameters: Annotated[list[TariffParameter], Before(as_list)] = Field(default_factory=list)


class Sku(Wire):
    shopSku: OfferId
    name: Text = None
    tariffs: Annotated[list[SkuTariff], Before(as_list)] = Field(default_factory=list)


class SkuList(Wire):
    shopSkus: Annotated[list[Sku], Before(as_list)]


class SkusPage(Wire):
    result: SkuList
