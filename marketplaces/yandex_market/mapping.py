"""Wire → contracts: offers, prices, stock, tariffs. Pure and total: no network, no exception."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any, Final

from core.money import LARGEST, currency_code, round_kopecks
from marketplaces.contracts.prices import PriceSnapshot
from marketplaces.contracts.products import ProductSnapshot
from marketplaces.contracts.stock import StockQuantities, StockSnapshot, WarehouseSnapshot
from marketplaces.contracts.tariffs import ChargeKind, TariffSnapshot, TariffSubject, TariffUnit
from marketplaces.yandex_market.schemas import (
    HeldOffer,
    MappedOffer,
    Money,
    PricedOffer,
    Sku,
    SkuTariff,
    StockedOffer,
    Warehouse,
    WeightDimensions,
)
from marketplaces.yandex_market.statuses import VERDICTS, listing_status

_ZERO: Final = Decimal(0)
# Days without a time are days of Moscow, which has not changed its clocks since 2014.
MOSCOW: Final = timezone(timedelta(hours=3))
_FIRST_YEAR: Final = 2000
_AFTER_YEARS: Final = 2100
_LARGEST_SIZE: Final = 2_000_000_000
_MM_IN_CM: Final = Decimal(10)
_GRAMS_IN_KG: Final = Decimal(1000)
_MOST_BARCODES: Final = 100
_MOST_PARAMETERS: Final = 40

# Texts are cut to what the cabinet keeps.
NAME: Final = 500
PLACE: Final = 200
WORD: Final = 64
LONG_WORD: Final = 100
_HOLD_REASON: Final = 300
_URL: Final = 1000

# `type` of a tariff → what is charged for; what is not here is OTHER and keeps its word.
CHARGE_KINDS: Final[Mapping[str, ChargeKind]] = {
    "FEE": ChargeKind.COMMISSION,
    "AGENCY_COMMISSION": ChargeKind.ACQUIRING,
    "PAYMENT_TRANSFER": ChargeKind.ACQUIRING,
    "DELIVERY_TO_CUSTOMER": ChargeKind.LAST_MILE,
    "EXPRESS_DELIVERY": ChargeKind.LAST_MILE,
    "CROSSREGIONAL_DELIVERY": ChargeKind.LOGISTICS_FORWARD,
    "MIDDLE_MILE": ChargeKind.LOGISTICS_FORWARD,
    "CROSSBORDER_DELIVERY": ChargeKind.LOGISTICS_FORWARD,
    "CROSSREGIONAL_DELIVERY_RETURN": ChargeKind.LOGISTICS_RETURN,
    "RETURN_PROCESSING": ChargeKind.RETURN_PROCESSING,
    "SORTING": ChargeKind.FULFILMENT,
    "INTAKE_SORTING_BULKY_CARGO": ChargeKind.FULFILMENT,
    "INTAKE_SORTING_SMALL_GOODS": ChargeKind.FULFILMENT,
    "INTAKE_SORTING_DAILY": ChargeKind.FULFILMENT,
    "ORDER_PROCESSING": ChargeKind.FULFILMENT,
    "STORAGE": ChargeKind.STORAGE,
    "VOLUME_STORAGE": ChargeKind.STORAGE,
    "FF_STORAGE_BILLING": ChargeKind.STORAGE,
    "SORTING_CENTER_STORAGE": ChargeKind.STORAGE,
    "GOODS_ACCEPTANCE": ChargeKind.ACCEPTANCE,
    "CARGO_ACCEPTANCE": ChargeKind.ACCEPTANCE,
    "SURPLUS": ChargeKind.ACCEPTANCE,
    "FF_XDOC_SUPPLY_BOX": ChargeKind.SUPPLY_CROSSDOCK,
    "FF_XDOC_SUPPLY_PALLET": ChargeKind.SUPPLY_CROSSDOCK,
    "WITHDRAW": ChargeKind.REMOVAL,
    "WITHDRAW_EXTERNAL": ChargeKind.REMOVAL,
    "DISPOSAL": ChargeKind.DISPOSAL,
    "ITEM_BOOKING": ChargeKind.OTHER,
    "EXPRESS_CANCELLED_BY_PARTNER": ChargeKind.OTHER,
    "CANCELLED_ORDER_FEE_QI": ChargeKind.OTHER,
    "LATE_ORDER_EXECUTION_FEE_QI": ChargeKind.OTHER,
}
# Parameters that say what the tariff is; the others say when it applies and tell tariffs of a type apart.
_VALUES: Final = frozenset({"value", "valueType", "billingUnit", "priceDependence", "minValue", "maxValue"})


# ---- offers -----------------------------------------------------------------------------------------------
def product_snapshot(row: MappedOffer, *, campaign_id: str) -> ProductSnapshot:
    """An offer as a listing of the shop. Its prices come apart."""
    offer, card = row.offer, row.mapping
    shop = next((one.status for one in offer.campaigns if one.campaignId == campaign_id), None) or ""
    status = listing_status(shop=shop, card=offer.cardStatus or "", is_archived=bool(offer.archived))
    size = offer.weightDimensions or WeightDimensions()
    return ProductSnapshot(
        external_id=offer.offerId,
        marketplace_sku=offer.offerId,
        seller_sku=offer.offerId,
        name=(offer.name or (card and card.marketSkuName) or offer.offerId)[:NAME],
        barcodes=_barcodes(offer.barcodes),
        photo_url=_photo(offer.pictures),
        category=((card and card.marketCategoryName) or offer.category or "")[:PLACE],
        category_id=given_id((card.marketCategoryId if card else None) or offer.marketCategoryId),
        card_id=given_id(card.marketSku if card else None),
        status=status,
        external_status=(shop or offer.cardStatus or "")[:LONG_WORD],
        is_archived=bool(offer.archived),
        length_mm=_size(size.length, _MM_IN_CM),
        width_mm=_size(size.width, _MM_IN_CM),
        height_mm=_size(size.height, _MM_IN_CM),
        weight_g=_size(size.weight, _GRAMS_IN_KG),
    )


def _barcodes(values: Iterable[str]) -> tuple[str, ...]:
    kept = dict.fromkeys(value.strip() for value in values if 0 < len(value.strip()) <= LONG_WORD)
    return tuple(kept)[:_MOST_BARCODES]


def _photo(urls: Iterable[str]) -> str:
    for url in urls:
        if url.startswith(("https://", "http://")) and len(url) <= _URL and url.isprintable():
            return url
    return ""


def _size(value: Decimal | None, factor: Decimal) -> int | None:
    if not value:
        return None
    size = int((value * factor).to_integral_value(rounding=ROUND_HALF_UP))
    return size if 0 < size <= _LARGEST_SIZE else None


# ---- prices -----------------------------------------------------------------------------------------------
def price_snapshot(row: PricedOffer, held: HeldOffer | None) -> PriceSnapshot:
    """The prices of an offer. While a new price is held back, the list names it and the last valid one stands.

    `minimumForBestseller` is a bound of one promotion, not the lowest price that the seller allows.
    """
    told = row.price
    price = told and told.value
    before = held and last_valid_price(held)
    price = before or price or None
    old = told and told.discountBase
    return PriceSnapshot(
        external_id=row.offerId,
        price=round_kopecks(price) if price else None,
        old_price=round_kopecks(old) if old and price and old > price else None,
        currency=currency_code(told.currencyId if told else None),
        held_price=held_price(held) if held else None,
        hold_reason=hold_reason(held) if held else "",
    )


def held_price(held: HeldOffer) -> Decimal | None:
    """The price that is held back; None where they do not name it."""
    return _verdict_price(held, "CURRENT_PRICE", held.currentPrice)


def last_valid_price(held: HeldOffer) -> Decimal | None:
    """The price in force while another is held back; None where they do not name it."""
    return _verdict_price(held, "LAST_VALID_PRICE", held.lastValidPrice)


def hold_reason(held: HeldOffer) -> str:
    """Why it is held back, as a seller reads it; words that we do not know as they come."""
    words = dict.fromkeys(VERDICTS.get(one.type, one.type) for one in held.verdicts if one.type)
    return ", ".join(words)[:_HOLD_REASON]


def _verdict_price(held: HeldOffer, name: str, field: Money | None) -> Decimal | None:
    """A parameter of the verdicts; the field of the same meaning is on its way out."""
    told = (one.value for verdict in held.verdicts for one in verdict.params if one.name == name)
    amounts = (amount(one) for one in told)
    return next((one for one in amounts if one), None) or (round_kopecks(field.value) if field else None)


def amount(value: str | None) -> Decimal | None:
    """A number in a text; None for anything that is no amount of money."""
    try:
        number = Decimal((value or "").strip().replace(",", "."))
    except InvalidOperation:
        return None
    return round_kopecks(number) if number.is_finite() and abs(number) <= LARGEST else None


# ---- stock ------------------------------------------------------------------------------------------------
def stock_snapshot(
    row: StockedOffer, *, warehouse_id: str, warehouses: Mapping[str, WarehouseSnapshot]
) -> StockSnapshot:
    """An offer in a warehouse. FIT is AVAILABLE and FREEZE together: what can be sold is said by AVAILABLE alone."""
    units = Counter[str]()
    for one in row.stocks:
        units[one.type] += max(0, one.count or 0)
    known = {"FIT", "AVAILABLE", "FREEZE", "DEFECT", "EXPIRED", "UTILIZATION", "QUARANTINE"}
    return StockSnapshot(
        marketplace_sku=row.offerId,
        warehouse=warehouses.get(warehouse_id)
        or WarehouseSnapshot(external_id=warehouse_id, name=warehouse_id),
        quantities=StockQuantities(
            available=units["AVAILABLE"],
            reserved=units["FREEZE"],
            # Past its date, or to be destroyed: not for sale and not the seller's to take back as good.
            defect=units["DEFECT"] + units["EXPIRED"] + units["UTILIZATION"],
            # In quarantine, and kinds that may come one day.
            other=units["QUARANTINE"] + sum(count for kind, count in units.items() if kind not in known),
        ),
        turnover_grade=((row.turnoverSummary and row.turnoverSummary.turnover) or "")[:WORD],
    )


def warehouse_snapshot(row: Warehouse) -> WarehouseSnapshot:
    """A warehouse of Market with its address."""
    address = row.address or {}
    parts = (address.get(name) for name in ("city", "street", "number"))
    return WarehouseSnapshot(
        external_id=row.id,
        name=(row.name or row.id)[:PLACE],
        address=", ".join(part for part in parts if isinstance(part, str) and part)[:NAME],
    )


# ---- tariffs ----------------------------------------------------------------------------------------------
def tariff_snapshots(row: Sku) -> tuple[TariffSnapshot, ...]:
    """What is charged for a SKU. A service that has several tariffs (storage by days, the transfer of money by
    frequency) gets a row for each, named with what tells them apart."""
    often = Counter(one.type for one in row.tariffs)
    found: dict[str, TariffSnapshot] = {}
    for one in row.tariffs:
        given = {
            parameter.name[:WORD]: (parameter.value or "")[:PLACE]
            for parameter in one.parameters[:_MOST_PARAMETERS]
            if parameter.name
        }
        name = one.type if often[one.type] == 1 else _full_name(one.type, given)
        value, unit = _value(one, given)
        if value is None or name in found:
            continue
        details: dict[str, Any] = dict(given)
        if one.amount is not None:
            details["amount"] = str(round_kopecks(one.amount))
        found[name] = TariffSnapshot(
            subject=TariffSubject.LISTING,
            subject_id=row.shopSku,
            subject_name=(row.name or "")[:PLACE],
            kind=CHARGE_KINDS.get(one.type, ChargeKind.OTHER),
            raw_name=name,
            value=value,
            unit=unit,
            currency=currency_code(one.currency),
            details=details,
        )
    return tuple(found.values())


def _full_name(word: str, given: Mapping[str, str]) -> str:
    marks = [f"{name}={value}" for name, value in sorted(given.items()) if name not in _VALUES]
    return " ".join((word, *marks))[:LONG_WORD]


def _value(one: SkuTariff, given: Mapping[str, str]) -> tuple[Decimal | None, TariffUnit]:
    """A percent where the tariff is one, otherwise the roubles that they counted for the SKU."""
    if given.get("valueType") == "relative":
        percent = amount(given.get("value"))
        if percent is not None:
            return percent, TariffUnit.PERCENT
    return (None if one.amount is None else round_kopecks(one.amount)), TariffUnit.MONEY


# ---- shared -----------------------------------------------------------------------------------------------
def moment(value: datetime | str | None) -> datetime | None:
    """An aware UTC moment; one without an offset is Moscow's. None for words and for years that nobody sells in."""
    if not isinstance(value, datetime) or not _FIRST_YEAR <= value.year < _AFTER_YEARS:
        return None
    return (value.replace(tzinfo=MOSCOW) if value.tzinfo is None else value).astimezone(UTC)


def moment_of(day: date | None, at: time) -> datetime | None:
    """A time of a day of Moscow; None for none."""
    return moment(datetime.combine(day, at)) if day else None


def given_id(value: str | None) -> str:
    """An id; a 0 means that there is none."""
    return "" if not value or value.strip("0") == "" else value
