"""Wire → contracts. Pure and total: every row becomes a snapshot or a Rejected, no network, no exception."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final

from pydantic import BaseModel

from core.money import LARGEST, currency_code, round_kopecks
from marketplaces.contracts.orders import OrderLineSnapshot, OrderSnapshot, OrderStatus
from marketplaces.contracts.pages import Rejected
from marketplaces.contracts.products import ProductSnapshot
from marketplaces.contracts.stock import StockQuantities, StockSnapshot, WarehouseSnapshot
from marketplaces.ozon.schemas import (
    CancelReason,
    ClustersV1,
    ClustersV2,
    FboStockRow,
    Money,
    OzonWarehouses,
    Posting,
    PostingAnalytics,
    PostingFinancial,
    PostingProduct,
    ProductAttributes,
    ProductInfo,
    StockRow,
)
from marketplaces.ozon.statuses import CANCEL_INITIATORS, listing_status, order_status
from marketplaces.wire import BAD_SUM, MIXED_CURRENCY, OUT_OF_RANGE, safe_payload

_ZERO: Final = Decimal(0)
_FIRST_YEAR: Final = 2000
_AFTER_YEARS: Final = 2100
_LARGEST_SIZE: Final = 2_000_000_000
_MM: Final = {"mm": Decimal(1), "cm": Decimal(10), "in": Decimal("25.4")}
_GRAMS: Final = {
    "g": Decimal(1),
    "kg": Decimal(1000),
    "lb": Decimal("453.59237"),
    "lbs": Decimal("453.59237"),
}
_NO_ANALYTICS: Final = PostingAnalytics()
_NO_FINANCIAL: Final = PostingFinancial()
_MOST_BARCODES: Final = 100

# Texts are cut to what the cabinet keeps; keys are refused when they are longer.
_NAME: Final = 500
_PLACE: Final = 200
_REASON: Final = 300
_WORD: Final = 64
_LONG_WORD: Final = 100
_URL: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Clusters:
    """Reference data of a run: the warehouses by id, and the names of cancel reasons live elsewhere."""

    warehouses: Mapping[str, WarehouseSnapshot] = field(default_factory=dict)
    # The old id of a cluster → the macrolocal one, which supplies and analytics speak of today.
    macrolocal_ids: Mapping[str, str] = field(default_factory=dict)


# ---- orders -----------------------------------------------------------------------------------------------
def order_snapshot(posting: Posting, reasons: Mapping[str, CancelReason]) -> OrderSnapshot | Rejected:
    """Turn a posting into an order; what cannot be true of a posting is rejected.

    Buyers' data are not even in the schemas. Ozon never says when an order was delivered: its
    `fact_delivery_date`, which comes with `get` only, is the hand-over to delivery.
    """
    placed_at = moment(posting.created_at)
    financial = posting.financial_data or _NO_FINANCIAL
    lines = _lines(posting.products, _discounts(financial))
    flaw = _flaw(posting, lines, placed_at)
    if placed_at is None or flaw[0]:
        return rejected_row(posting, posting.posting_number, *flaw)
    status = order_status(posting.status, posting.substatus or "")
    accepted_at = moment(posting.in_process_at)
    analytics = posting.analytics_data or _NO_ANALYTICS
    reason_id, reason, initiator = _cancellation(posting, reasons)
    return OrderSnapshot(
        external_id=posting.posting_number,
        number=(posting.order_number or "")[:_LONG_WORD],
        status=status,
        external_status=posting.status,
        external_substatus=(posting.substatus or "")[:_WORD],
        placed_at=placed_at,
        accepted_at=accepted_at,
        status_at=_status_at(posting, status, accepted_at),
        expected_from=moment(analytics.client_delivery_date_begin),
        expected_to=moment(analytics.client_delivery_date_end),
        lines=lines,
        currency=_currency(posting.products[0]),
        warehouse_external_id=given_id(analytics.warehouse_id),
        warehouse_name=(analytics.warehouse_name or "")[:_PLACE],
        cluster_from=(financial.cluster_from or "")[:_PLACE],
        cluster_to=(financial.cluster_to or "")[:_PLACE],
        city=_city(analytics.city),
        delivery_type=(analytics.delivery_type or "")[:_WORD],
        cancel_reason_id=reason_id,
        cancel_reason=reason,
        cancel_initiator=initiator,
    )


def _status_at(posting: Posting, status: OrderStatus, accepted_at: datetime | None) -> datetime | None:
    """When the posting came to its status, where Ozon says so."""
    if status is OrderStatus.ACCEPTED:
        return accepted_at
    return moment(posting.fact_delivery_date) if status is OrderStatus.SHIPPED else None


def _flaw(
    posting: Posting, lines: tuple[OrderLineSnapshot, ...], placed_at: datetime | None
) -> tuple[str, str]:
    """Reason and field of what cannot be true; empty texts when all is well."""
    if placed_at is None:
        return OUT_OF_RANGE, "created_at"
    if len(lines) > 1 and len({_currency(product) for product in posting.products}) > 1:
        return MIXED_CURRENCY, "products.price.currency"
    if sum(line.price * line.quantity for line in lines) > LARGEST:
        return BAD_SUM, "products.price"
    return "", ""


def needs_reasons(postings: Iterable[Posting]) -> bool:
    """Whether a posting names a cancel reason by its number only."""
    return any(
        given_id(posting.cancel_reason_id)
        and not (posting.cancellation and posting.cancellation.cancel_reason)
        for posting in postings
    )


def _lines(
    products: Iterable[PostingProduct], discounts: Mapping[str, Decimal]
) -> tuple[OrderLineSnapshot, ...]:
    return tuple(
        [
            OrderLineSnapshot(
                marketplace_sku=product.sku,
                seller_sku=product.offer_id,
                name=(product.name or product.offer_id)[:_NAME],
                quantity=product.quantity,
                price=round_kopecks(
                    product.price.amount if isinstance(product.price, Money) else product.price
                ),
                discount=discounts.get(product.sku, _ZERO),
            )
            for product in products
        ]
    )


def _currency(product: PostingProduct) -> str:
    told = product.price.currency if isinstance(product.price, Money) else product.currency_code
    return "RUB" if told == "RUB" else currency_code(told or None)


def _discounts(financial: PostingFinancial) -> dict[str, Decimal]:
    """The seller's discount of one unit by SKU; their `product_id` is the SKU here."""
    return {
        product.product_id: round_kopecks(product.total_discount_value)
        for product in financial.products or ()
        if product.product_id
        and product.total_discount_value
        and _ZERO < product.total_discount_value <= LARGEST
    }


def _cancellation(posting: Posting, reasons: Mapping[str, CancelReason]) -> tuple[str, str, str]:
    """Id, text and initiator of a cancellation; empty when nothing was cancelled."""
    reason_id = given_id(posting.cancel_reason_id)
    told = posting.cancellation
    if not reason_id and told is None:
        return "", "", ""
    known = reasons.get(reason_id)
    reason = (told and told.cancel_reason) or (known and known.name) or ""
    kind = (told and told.cancellation_type) or (known and known.type_id) or ""
    initiator = (told and told.cancellation_initiator) or CANCEL_INITIATORS.get(kind, kind)
    return reason_id, reason[:_REASON], initiator[:_WORD]


def _city(value: str | None) -> str:
    """The name of a city; anything with digits or commas may be an address and is dropped."""
    text = (value or "").strip()
    return "" if len(text) > _LONG_WORD or any(char.isdigit() or char == "," for char in text) else text


# ---- products ---------------------------------------------------------------------------------------------
def product_snapshot(info: ProductInfo, attributes: ProductAttributes | None) -> ProductSnapshot:
    """Turn a product and its attributes (sizes; None when they are not given) into a listing."""
    statuses, visibility = info.statuses, info.visibility_details
    word = ((statuses and statuses.status) or "").strip()
    is_archived = bool(info.is_archived or info.is_autoarchived)
    length, width, height, weight = _sizes(attributes)
    return ProductSnapshot(
        external_id=info.id,
        marketplace_sku=_sku(info),
        seller_sku=info.offer_id,
        name=(info.name or info.offer_id)[:_NAME],
        barcodes=_barcodes(info.barcodes),
        photo_url=_photo(info),
        status=listing_status(
            word=word,
            name=(statuses and statuses.status_name) or "",
            failed=(statuses and statuses.status_failed) or "",
            is_archived=is_archived,
            has_price=visibility.has_price if visibility else None,
            has_stock=visibility.has_stock if visibility else None,
        ),
        external_status=word[:_LONG_WORD],
        is_archived=is_archived,
        price=_price(info.price),
        old_price=_price(info.old_price),
        min_price=_price(info.min_price),
        currency=currency_code(info.currency_code or None),
        length_mm=length,
        width_mm=width,
        height_mm=height,
        weight_g=weight,
        created_at=moment(info.created_at),
        updated_at=moment(info.updated_at),
    )


def _sku(info: ProductInfo) -> str:
    """The SKU on the site: the common one, or that of FBO in old cabinets; empty until Ozon gives one."""
    by_source = {(source.source or "").upper(): given_id(source.sku) for source in info.sources}
    return given_id(info.sku) or by_source.get("SDS", "") or by_source.get("FBO", "")


def _barcodes(values: Iterable[str]) -> tuple[str, ...]:
    kept = dict.fromkeys(value.strip() for value in values if 0 < len(value.strip()) <= _LONG_WORD)
    return tuple(kept)[:_MOST_BARCODES]


def _photo(info: ProductInfo) -> str:
    for url in (*info.primary_image, *info.images):
        if url.startswith(("https://", "http://")) and len(url) <= _URL and url.isprintable():
            return url
    return ""


def _price(value: Decimal | str | None) -> Decimal | None:
    """A price; their zero and their empty text mean that none is set."""
    return round_kopecks(value) if isinstance(value, Decimal) and value else None


def _sizes(
    attributes: ProductAttributes | None,
) -> tuple[int | None, int | None, int | None, int | None]:
    if attributes is None:
        return None, None, None, None
    mm = _MM.get((attributes.dimension_unit or "").lower())
    grams = _GRAMS.get((attributes.weight_unit or "").lower())
    return (
        _size(attributes.depth, mm),
        _size(attributes.width, mm),
        _size(attributes.height, mm),
        _size(attributes.weight, grams),
    )


def _size(value: Decimal | None, factor: Decimal | None) -> int | None:
    if not value or factor is None:
        return None
    size = int((value * factor).to_integral_value())
    return size if 0 < size <= _LARGEST_SIZE else None


# ---- stock ------------------------------------------------------------------------------------------------
def stock_snapshot(*, row: StockRow | None, plain: FboStockRow | None, clusters: Clusters) -> StockSnapshot:
    """Join the two answers about a SKU at a warehouse; at least one of them must be given."""
    known = row or plain
    if known is None:
        raise ValueError("a row or the plain quantities")
    quantities = _quantities(row, plain)
    if row is None:
        warehouse = clusters.warehouses.get(known.warehouse_id) or WarehouseSnapshot(
            external_id=known.warehouse_id, name=known.warehouse_id
        )
        return StockSnapshot(marketplace_sku=known.sku, warehouse=warehouse, quantities=quantities)
    return StockSnapshot(
        marketplace_sku=row.sku,
        warehouse=_warehouse(row, clusters),
        quantities=quantities,
        ads=_rate(row.ads),
        cluster_ads=_rate(row.ads_cluster),
        days_without_sales=row.days_without_sales,
        turnover_grade=(row.turnover_grade or "")[:_WORD],
    )


def _rate(sold_a_day: Decimal | None) -> Decimal | None:
    return None if sold_a_day is None else sold_a_day.quantize(Decimal("0.001"))


def _quantities(row: StockRow | None, plain: FboStockRow | None) -> StockQuantities:
    reserved = _units(plain.reserved if plain else None)
    free = _units(plain.present if plain else None) - reserved
    if row is None:
        return StockQuantities(available=max(0, free), reserved=reserved)
    told = row.available_stock_count
    return StockQuantities(
        # Their own count knows what is not sold for other reasons; the difference stands in where it is silent.
        available=_units(told) if told is not None else max(0, free),
        reserved=reserved,
        preparing=_units(row.valid_stock_count),
        requested=_units(row.requested_stock_count),
        in_transit=_units(row.transit_stock_count),
        waiting_docs=_units(row.waiting_docs_stock_count) + _units(row.waiting_docs_to_export_stock_count),
        expiring=_units(row.expiring_stock_count),
        excess=_units(row.excess_stock_count),
        defect=_units(row.stock_defect_stock_count) + _units(row.transit_defect_stock_count),
        from_customers=_units(row.return_from_customer_stock_count),
        to_seller=_units(row.return_to_seller_stock_count),
        other=_units(row.other_stock_count),
    )


def _units(value: int | None) -> int:
    """Units; they are sometimes short of one for a moment, which nobody can sell."""
    return max(0, value or 0)


def _warehouse(row: StockRow, clusters: Clusters) -> WarehouseSnapshot:
    known = clusters.warehouses.get(row.warehouse_id)
    old_id = given_id(row.cluster_id)
    cluster_id = given_id(row.macrolocal_cluster_id) or clusters.macrolocal_ids.get(old_id, "")
    return WarehouseSnapshot(
        external_id=row.warehouse_id,
        name=(row.warehouse_name or (known and known.name) or row.warehouse_id)[:_PLACE],
        cluster_external_id=cluster_id or (known.cluster_external_id if known else ""),
        cluster_name=(row.cluster_name or (known and known.cluster_name) or "")[:_PLACE],
        address=known.address if known else "",
        time_zone=known.time_zone if known else "",
        is_active=known.is_active if known else True,
    )


def clusters_of(*, macrolocal: ClustersV2, old: Iterable[ClustersV1], warehouses: OzonWarehouses) -> Clusters:
    """Put the three reference lists together: warehouses with their cluster, address and zone."""
    names: dict[str, str] = {}
    places: dict[str, tuple[str, str]] = {}
    macrolocal_ids: dict[str, str] = {}
    for cluster in (one for answer in old for one in answer.clusters):
        cluster_id = given_id(cluster.macrolocal_cluster_id)
        macrolocal_ids[given_id(cluster.id)] = cluster_id
        for warehouse in (one for group in cluster.logistic_clusters for one in group.warehouses):
            names[warehouse.warehouse_id] = warehouse.name or ""
            places[warehouse.warehouse_id] = (cluster_id, cluster.name or "")
    for macro in macrolocal.result:
        if macro.data is None:
            continue
        title = (macro.data.macrolocal_cluster and macro.data.macrolocal_cluster.name) or ""
        for warehouse in macro.data.fulfillments:
            names[warehouse.warehouse_id] = warehouse.name or names.get(warehouse.warehouse_id, "")
            places[warehouse.warehouse_id] = (macro.macrolocal_cluster_id, title)
    known = {one.warehouse_id: one for one in warehouses.warehouses}
    return Clusters(
        warehouses={
            id_: WarehouseSnapshot(
                external_id=id_,
                name=((known[id_].name if id_ in known else "") or names.get(id_) or id_)[:_PLACE],
                cluster_external_id=places.get(id_, ("", ""))[0],
                cluster_name=places.get(id_, ("", ""))[1][:_PLACE],
                address=((known[id_].address if id_ in known else "") or "")[:_NAME],
                time_zone=((known[id_].timezone if id_ in known else "") or "")[:_WORD],
                is_active=known[id_].is_active is not False if id_ in known else True,
            )
            for id_ in {*places, *known}
        },
        macrolocal_ids=macrolocal_ids,
    )


# ---- shared -----------------------------------------------------------------------------------------------
def moment(value: datetime | str | None) -> datetime | None:
    """An aware UTC moment; the API works in UTC, so a moment without a zone is one. None for Go's zero time,
    for words and for years that nobody sells in."""
    if not isinstance(value, datetime) or not _FIRST_YEAR <= value.year < _AFTER_YEARS:
        return None
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def given_id(value: str | None) -> str:
    """An id; their 0 means that there is none."""
    return "" if not value or value.strip("0") == "" else value


def rejected_row(row: BaseModel, external_id: str, reason: str, detail: str) -> Rejected:
    return Rejected(
        external_id=external_id,
        reason=reason,
        detail=detail,
        payload=safe_payload(row.model_dump(mode="json")),
    )
