"""What their records become: money to the kopeck, sizes, statuses, moments; and what is refused."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.money import KOPECK
from marketplaces.contracts.orders import OrderSnapshot, OrderStatus
from marketplaces.contracts.pages import Rejected
from marketplaces.contracts.products import ListingStatus
from marketplaces.contracts.tariffs import ChargeKind, TariffUnit
from marketplaces.yandex_market import mapping
from marketplaces.yandex_market.mapping_orders import is_ours, order_lines, order_snapshot
from marketplaces.yandex_market.schemas import (
    BusinessOrder,
    HeldOffer,
    MappedOffer,
    OrderItem,
    PricedOffer,
    Sku,
    StockedOffer,
)
from tests.marketplaces.yandex_market.payloads import CAMPAIGN_ID, held, item, money, offer, order

KOPECKS = st.integers(min_value=0, max_value=10_000_000)


def read(**changes: Any) -> OrderSnapshot:
    found = order_snapshot(BusinessOrder.model_validate(order(**changes)))
    assert isinstance(found, OrderSnapshot)
    return found


def refused(**changes: Any) -> tuple[str, str]:
    found = order_snapshot(BusinessOrder.model_validate(order(**changes)))
    assert isinstance(found, Rejected)
    return found.reason, found.detail


# ---- money ------------------------------------------------------------------------------------------------
@given(payment=KOPECKS, subsidy=KOPECKS, cashback=KOPECKS, count=st.integers(min_value=1, max_value=999))
def test_money_of_a_line_is_split_to_the_kopeck(
    payment: int, subsidy: int, cashback: int, count: int
) -> None:
    prices = {
        "payment": money(payment / 100),
        "subsidy": money(subsidy / 100),
        "cashback": money(cashback / 100),
    }
    lines = order_lines(OrderItem.model_validate(item(count=count, prices=prices)))

    assert sum(line.price * line.quantity for line in lines) == Decimal(payment + subsidy + cashback) / 100
    assert sum(line.quantity for line in lines) == count
    assert 1 <= len(lines) <= 2
    assert max(line.price for line in lines) - min(line.price for line in lines) in (0, KOPECK)
    assert all(line.price == line.price.quantize(KOPECK) for line in lines)


def test_an_order_is_read() -> None:
    one = read()

    assert (one.external_id, one.number, one.status) == ("5001", "5001", OrderStatus.ACCEPTED)
    assert one.placed_at == datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
    assert one.status_at is None
    assert [(line.marketplace_sku, line.quantity, line.price) for line in one.lines] == [
        ("LN-01", 2, Decimal(500))
    ]
    assert one.amount == Decimal(1000)
    assert (one.currency, one.warehouse_external_id, one.city) == ("RUB", "172", "Москва")
    assert one.expected_from == datetime(2026, 11, 22, 21, tzinfo=UTC)
    assert one.expected_to == datetime(2026, 11, 24, 20, 59, tzinfo=UTC)


def test_what_cannot_be_true_is_refused() -> None:
    assert refused(prices={"payment": money(500)})[0] == "bad_sum"
    assert refused(creationDate="yesterday") == ("out_of_range", "creationDate")
    assert refused(items=[item(count=0)], prices=None) == ("out_of_range", "items.count")
    assert refused(items=[item(prices=None)], prices=None)[0] == "missing_field"
    mixed = [item(), item(id=2, prices={"payment": {"value": 5, "currencyId": "USD"}})]
    assert refused(items=mixed, prices=None)[0] == "mixed_currency"


def test_an_order_without_a_sum_of_its_own_is_believed() -> None:
    assert read(prices=None).amount == Decimal(1000)
    assert read(prices={"payment": money(0)}).amount == Decimal(1000)


def test_units_that_were_taken_out_are_no_line() -> None:
    assert len(read(items=[item(), item(id=2, offerId="LN-02", count=0)]).lines) == 1


def test_only_real_orders_of_the_shop_are_ours() -> None:
    def ours(**changes: Any) -> bool:
        return is_ours(BusinessOrder.model_validate(order(**changes)), campaign_id=str(CAMPAIGN_ID))

    assert ours()
    assert not ours(fake=True)
    assert not ours(programType="FBS")
    assert not ours(campaignId=1)


def test_a_cancellation_says_why_and_who() -> None:
    known = read(status="CANCELLED", substatus="PICKUP_EXPIRED")
    assert (known.status, known.cancel_reason_id, known.cancel_initiator) == (
        OrderStatus.CANCELLED,
        "PICKUP_EXPIRED",
        "customer",
    )
    assert known.cancel_reason != "PICKUP_EXPIRED"
    assert known.status_at == datetime(2026, 11, 22, 6, tzinfo=UTC)
    other = read(status="CANCELLED", substatus="PARCEL_DRONE")
    assert (other.cancel_reason, other.cancel_initiator) == ("PARCEL_DRONE", "")


def test_the_day_of_delivery_is_the_buyers_to_the_door_only() -> None:
    dates = {"fromDate": "2026-11-21", "realDeliveryDate": "21-11-2026"}
    door = {"type": "DELIVERY", "dates": dates}
    point = {"type": "PICKUP", "dates": dates}

    assert read(status="DELIVERED", delivery=point).delivered_at == datetime(2026, 11, 22, 6, tzinfo=UTC)
    assert read(status="RETURNED", delivery=door).delivered_at == datetime(2026, 11, 21, 9, tzinfo=UTC)
    assert read(status="RETURNED", delivery=point).delivered_at is None
    assert read(status="DELIVERY", delivery=door).delivered_at is None


# ---- offers and prices ------------------------------------------------------------------------------------
def test_an_offer_is_read() -> None:
    one = mapping.product_snapshot(MappedOffer.model_validate(offer()), campaign_id=str(CAMPAIGN_ID))

    assert one.external_id == one.marketplace_sku == one.seller_sku == "LN-01"
    assert (one.card_id, one.size, one.category_id, one.category) == ("101", "", "7", "Скатерти и салфетки")
    assert (one.length_mm, one.width_mm, one.height_mm, one.weight_g) == (656, 507, 200, 1001)
    assert (one.status, one.external_status) == (ListingStatus.ON_SALE, "PUBLISHED")
    assert one.price is None


@pytest.mark.parametrize(
    ("changes", "status", "word"),
    [
        ({"archived": True}, ListingStatus.ARCHIVED, "PUBLISHED"),
        ({"campaigns": []}, ListingStatus.READY, "HAS_CARD_CAN_UPDATE"),
        ({"campaigns": None, "cardStatus": "NO_CARD_ERRORS"}, ListingStatus.BLOCKED, "NO_CARD_ERRORS"),
        (
            {"campaigns": [{"campaignId": CAMPAIGN_ID, "status": "TELEPORTED"}]},
            ListingStatus.UNKNOWN,
            "TELEPORTED",
        ),
        ({"campaigns": [], "cardStatus": None}, ListingStatus.UNKNOWN, ""),
    ],
)
def test_the_shop_speaks_before_the_card(changes: dict[str, Any], status: ListingStatus, word: str) -> None:
    one = mapping.product_snapshot(MappedOffer.model_validate(offer(**changes)), campaign_id=str(CAMPAIGN_ID))
    assert (one.status, one.external_status) == (status, word)


def test_an_sku_is_trimmed() -> None:
    row = MappedOffer.model_validate(offer(offerId="  LN 01 "))
    assert mapping.product_snapshot(row, campaign_id="1").external_id == "LN 01"


def priced(**price: Any) -> PricedOffer:
    return PricedOffer.model_validate({"offerId": "LN-01", "price": {"currencyId": "RUR", **price}})


def test_a_price_is_read() -> None:
    one = mapping.price_snapshot(priced(value=900.5, discountBase=1200, minimumForBestseller=700), None)
    assert (one.price, one.old_price, one.min_price, one.currency) == (
        Decimal("900.50"),
        Decimal(1200),
        None,
        "RUB",
    )
    assert mapping.price_snapshot(PricedOffer.model_validate({"offerId": "X"}), None).price is None


def test_while_a_price_is_held_the_last_valid_one_stands() -> None:
    one = mapping.price_snapshot(priced(value=100, discountBase=150), HeldOffer.model_validate(held()))
    assert (one.price, one.old_price, one.held_price) == (Decimal(900), None, Decimal(100))
    assert one.hold_reason


def test_a_held_price_is_named_by_verdicts_then_by_fields() -> None:
    odd = HeldOffer.model_validate(
        held(verdicts=[{"type": "NEW_WORD", "params": [{"name": "CURRENT_PRICE", "value": "?"}]}])
    )
    assert (mapping.held_price(odd), mapping.last_valid_price(odd)) == (Decimal(100), Decimal(900))
    assert mapping.hold_reason(odd) == "NEW_WORD"


# ---- stock and tariffs ------------------------------------------------------------------------------------
def test_kinds_of_stock_are_kept_apart() -> None:
    kinds = {
        "FIT": 9,
        "AVAILABLE": 7,
        "FREEZE": 2,
        "QUARANTINE": 3,
        "DEFECT": 1,
        "EXPIRED": 4,
        "UTILIZATION": 5,
        "NEW": 6,
    }
    row = StockedOffer.model_validate(
        {
            "offerId": "LN-01",
            "stocks": [{"type": kind, "count": count} for kind, count in kinds.items()],
            "turnoverSummary": {"turnover": "LOW"},
        }
    )
    one = mapping.stock_snapshot(row, warehouse_id="172", warehouses={})
    got = one.quantities
    assert (got.available, got.reserved, got.defect, got.other) == (7, 2, 10, 9)
    assert (one.turnover_grade, one.warehouse.name) == ("LOW", "172")


def test_tariffs_of_a_service_are_told_apart() -> None:
    def tariff(kind: str, amount: float, **parameters: str) -> dict[str, Any]:
        told = [{"name": name, "value": value} for name, value in parameters.items()]
        return {"type": kind, "amount": amount, "currency": "RUR", "parameters": told}

    row = Sku.model_validate(
        {
            "shopSku": "LN-01",
            "tariffs": [
                tariff("FEE", 120, value="12", valueType="relative"),
                tariff("STORAGE", 0, value="0", valueType="absolute", dayFrom="0", dayTo="120"),
                tariff("STORAGE", 1.5, value="1.5", valueType="absolute", dayFrom="121"),
                tariff("STORAGE", 1.5, value="1.5", valueType="absolute", dayFrom="121"),
                tariff("NEW_SERVICE", 3),
            ],
        }
    )
    found = {one.raw_name: one for one in mapping.tariff_snapshots(row)}

    assert set(found) == {"FEE", "STORAGE dayFrom=0 dayTo=120", "STORAGE dayFrom=121", "NEW_SERVICE"}
    fee = found["FEE"]
    assert (fee.kind, fee.value, fee.unit) == (ChargeKind.COMMISSION, Decimal(12), TariffUnit.PERCENT)
    assert fee.details["amount"] == "120.00"
    assert found["NEW_SERVICE"].kind is ChargeKind.OTHER
    assert found["STORAGE dayFrom=121"].unit is TariffUnit.MONEY
