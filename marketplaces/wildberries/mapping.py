"""Wire → contracts: cards, prices, stock. Pure and total: every row becomes a snapshot or a Rejected."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from pydantic import BaseModel

from core.money import currency_code, round_kopecks
from marketplaces.contracts.pages import Rejected
from marketplaces.contracts.prices import PriceSnapshot
from marketplaces.contracts.products import ProductSnapshot
from marketplaces.contracts.stock import StockQuantities, StockSnapshot, WarehouseSnapshot
from marketplaces.wildberries import statuses
from marketplaces.wildberries.schemas import (
    Card,
    CardSize,
    Dimensions,
    Good,
    GoodSize,
    HeldGood,
    Photo,
    StockRow,
)
from marketplaces.wire import MISSING_FIELD, safe_payload

MOSCOW: Final = ZoneInfo("Europe/Moscow")
# Since 15 August 2026 the stock of all warehouses of Russia is told under this one.
ALL_WAREHOUSES: Final = "-999999"
ALL_WAREHOUSES_NAME: Final = "Склад WB"

NAME: Final = 500
PLACE: Final = 200
LONG_WORD: Final = 100
_URL: Final = 1000
_SIZE: Final = 64
_FIRST_YEAR: Final = 2000
_AFTER_YEARS: Final = 2100
_LARGEST_SIZE: Final = 2_000_000_000
_MOST_BARCODES: Final = 100
_HUNDRED: Final = Decimal(100)
_NO_SIZES: Final = Dimensions()
# The size of goods that have only one.
_ONE_SIZE: Final = frozenset({"", "0"})
# Before the ids of things whose order is not named: things and orders are numbered apart.
_THING: Final = "shk-"


# ---- cards ------------------------------------------------------------------------------------------------
def product_snapshots(card: Card, *, is_trash: bool) -> list[ProductSnapshot] | Rejected:
    """One listing for each size of a card."""
    if not card.sizes:
        return rejected(card, card.nmID, MISSING_FIELD, "sizes")
    photo = _photo(card.photos)
    place = statuses.TRASH if is_trash else statuses.ON_SALE if photo else statuses.NO_PHOTO
    article = (card.vendorCode or card.nmID).strip()[:LONG_WORD] or card.nmID
    sizes = card.dimensions or _NO_SIZES
    return [
        ProductSnapshot(
            external_id=size.chrtID,
            marketplace_sku=size.chrtID,
            seller_sku=article,
            name=_name(card, size, article),
            barcodes=_barcodes(size.skus),
            photo_url=photo,
            category=(card.subjectName or "")[:PLACE],
            category_id=given_id(card.subjectID),
            card_id=card.nmID,
            size=size_of(size.techSize),
            status=statuses.CARD_PLACES[place],
            external_status=place,
            is_archived=is_trash,
            length_mm=_scaled(sizes.length, 10),
            width_mm=_scaled(sizes.width, 10),
            height_mm=_scaled(sizes.height, 10),
            weight_g=_scaled(sizes.weightBrutto, 1000),
            created_at=moment(card.createdAt),
            updated_at=moment(card.updatedAt) or moment(card.trashedAt),
        )
        for size in card.sizes
    ]


def size_of(word: str | None) -> str:
    """The size; empty where the card has only one, which they call "0"."""
    text = (word or "").strip()[:_SIZE]
    return "" if text in _ONE_SIZE else text


def _name(card: Card, size: CardSize, article: str) -> str:
    title = (card.title or "").strip() or article
    word = size_of(size.techSize)
    return (f"{title}, {word}" if word else title)[:NAME]


def _barcodes(values: Iterable[str]) -> tuple[str, ...]:
    kept = dict.fromkeys(value.strip() for value in values if 0 < len(value.strip()) <= LONG_WORD)
    return tuple(kept)[:_MOST_BARCODES]


def _photo(photos: Iterable[Photo]) -> str:
    for photo in photos:
        for url in (photo.c516x688, photo.big, photo.c246x328):
            if url and url.startswith(("https://", "http://")) and len(url) <= _URL and url.isprintable():
                return url
    return ""


def _scaled(value: Decimal | None, factor: int) -> int | None:
    if not value:
        return None
    size = int((value * factor).to_integral_value())
    return size if 0 < size <= _LARGEST_SIZE else None


# ---- prices -----------------------------------------------------------------------------------------------
def price_snapshots(good: Good, held: Mapping[str, Decimal]) -> list[PriceSnapshot]:
    """The prices of each size of a card; `held` are the new prices that are held back, by card or by size."""
    return [
        PriceSnapshot(
            external_id=size.sizeID,
            price=selling_price(size, good.discount),
            old_price=_crossed_out(size, good.discount),
            currency=currency_code(good.currencyIsoCode4217 or None),
            held_price=held.get(size.sizeID, held.get(good.nmID)),
            hold_reason=HOLD_REASON if size.sizeID in held or good.nmID in held else "",
        )
        for size in good.sizes
    ]


# How their cabinet calls it; the answer gives no words.
HOLD_REASON: Final = "Карантин цен"


def selling_price(size: GoodSize, discount: Decimal | None) -> Decimal | None:
    """What the seller asks after his own discount; None when no price is set."""
    if size.discountedPrice:
        return round_kopecks(size.discountedPrice)
    return round_kopecks(discounted(size.price, discount)) if size.price else None


def _crossed_out(size: GoodSize, discount: Decimal | None) -> Decimal | None:
    price = selling_price(size, discount)
    return round_kopecks(size.price) if size.price and price is not None and size.price > price else None


def held_prices(goods: Iterable[HeldGood]) -> dict[str, Decimal]:
    """The prices after discount that are held back, by card, or by size where sizes have their own."""
    found = {}
    for good in goods:
        price = good.newPrice if good.newPrice is not None else good.oldPrice
        discount = good.newDiscount if good.newDiscount is not None else good.oldDiscount
        if price is not None:
            found[given_id(good.sizeID) or good.nmID] = round_kopecks(discounted(price, discount))
    return found


def discounted(price: Decimal, discount: Decimal | None) -> Decimal:
    """The price less the discount in percent, not rounded."""
    return price * (_HUNDRED - (discount or Decimal(0))) / _HUNDRED


# ---- stock ------------------------------------------------------------------------------------------------
def stock_snapshot(row: StockRow) -> StockSnapshot:
    """One size at one warehouse. Units on the way to buyers are sold already and belong to no stock."""
    return StockSnapshot(
        marketplace_sku=row.chrtId,
        warehouse=WarehouseSnapshot(
            external_id=row.warehouseId,
            name=(row.warehouseName or row.warehouseId)[:PLACE],
            cluster_name=_region(row)[:PLACE],
        ),
        quantities=StockQuantities(
            available=max(0, row.quantity or 0), from_customers=max(0, row.inWayFromClient or 0)
        ),
    )


def _region(row: StockRow) -> str:
    """Where the warehouse is; the one that stands for all is nowhere."""
    region = (row.regionName or "").strip()
    return "" if row.warehouseId == ALL_WAREHOUSES or region == ALL_WAREHOUSES_NAME else region


# ---- shared -----------------------------------------------------------------------------------------------
def moment(value: datetime | str | None) -> datetime | None:
    """An aware UTC moment; one without a zone is of Moscow. None for year 1, for words and for years that nobody
    sells in."""
    if not isinstance(value, datetime) or not _FIRST_YEAR <= value.year < _AFTER_YEARS:
        return None
    return (value.replace(tzinfo=MOSCOW) if value.tzinfo is None else value).astimezone(UTC)


def given_id(value: str | None) -> str:
    """An id; their 0 means that there is none."""
    return "" if not value or value.strip("0") == "" else value


def thing_id(srid: str | None, shk_id: str | None) -> str:
    """What a thing on its way to the seller is known by: the order of its return, by which other sources tell of it too,
    and its own id where it names none. Empty where it names neither."""
    shk_id = given_id(shk_id)
    return srid or (f"{_THING}{shk_id}" if shk_id else "")


def rejected(row: BaseModel, external_id: str, reason: str, detail: str) -> Rejected:
    """The record of a row that cannot be true."""
    return Rejected(
        external_id=external_id,
        reason=reason,
        detail=detail,
        payload=safe_payload(row.model_dump(mode="json")),
    )
