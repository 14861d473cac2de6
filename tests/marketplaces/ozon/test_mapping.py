"""Wire → contracts: the shapes that live answers have, and everything that must not get through."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marketplaces.contracts.orders import OrderSnapshot, OrderStatus
from marketplaces.contracts.pages import Rejected
from marketplaces.contracts.products import ListingStatus
from marketplaces.contracts.stock import StockQuantities
from marketplaces.ozon import client as api
from marketplaces.ozon.mapping import (
    Clusters,
    clusters_of,
    order_snapshot,
    product_snapshot,
    stock_snapshot,
)
from marketplaces.ozon.schemas import (
    CancelReason,
    CancelReasons,
    ClustersV1,
    ClustersV2,
    FboStockRow,
    OzonWarehouses,
    Posting,
    ProductAttributes,
    ProductInfo,
    StockRow,
)
from tests.marketplaces.ozon.payloads import info, posting, product, stock_row


def order(reasons: dict[str, CancelReason] | None = None, **changes: Any) -> OrderSnapshot | Rejected:
    return order_snapshot(Posting.model_validate_json(json.dumps(posting(**changes))), reasons or {})


def rejected(*rows: dict[str, Any]) -> list[tuple[str, str, str]]:
    body = json.dumps({"postings": rows, "cursor": "", "has_next": False}).encode()
    page, broken = api._POSTINGS.read(body)
    flaws = [order_snapshot(row, {}) for row in page.postings or ()]
    return [
        (one.external_id, one.reason, one.detail) for one in (*broken, *flaws) if isinstance(one, Rejected)
    ]


# ---- orders -----------------------------------------------------------------------------------------------
def test_order_carries_every_field() -> None:
    one = order()

    assert isinstance(one, OrderSnapshot)
    assert one.external_id == "9121072335-0187-1"
    assert one.number == "9121072335-0187"
    assert one.status is OrderStatus.SHIPPED
    assert (one.external_status, one.external_substatus) == ("delivering", "posting_on_way_to_city")
    assert one.placed_at == datetime(2026, 5, 10, 23, 59, 51, 653736, tzinfo=UTC)
    assert one.accepted_at == datetime(2026, 5, 11, 0, 0, 7, 716614, tzinfo=UTC)
    assert (one.status_at, one.delivered_at) == (None, None)
    assert one.amount == Decimal("28990.00")
    (line,) = one.lines
    assert (line.marketplace_sku, line.seller_sku, line.quantity) == ("9880276314", "SM-GALAXY-A54-128", 1)
    assert (line.price, line.discount) == (Decimal("28990.00"), Decimal("3000.00"))
    assert (one.warehouse_external_id, one.warehouse_name) == ("1020001835658000", "ОМСК_РФЦ")
    assert (one.cluster_from, one.cluster_to, one.delivery_type) == ("Омск", "Новосибирск", "PVZ")
    assert (one.cancel_reason_id, one.cancel_reason, one.cancel_initiator) == ("", "", "")


@pytest.mark.parametrize(
    "price",
    [
        {"price": {"amount": "137.5", "currency": "RUB"}},
        {"price": {"value": 137.5, "currency_code": "RUB"}},
        {"price": {"price": "137.50", "currency_code": "RUB"}},
        {"price": "137.50", "currency_code": "RUB"},
        {"price": 137.5, "currency_code": "RUB"},
    ],
)
def test_money_of_every_shape_is_read(price: dict[str, Any]) -> None:
    one = order(products=[product(**price)])

    assert isinstance(one, OrderSnapshot)
    assert one.amount == Decimal("137.50")
    assert one.currency == "RUB"


def test_numbers_as_text_and_back_are_read() -> None:
    one = order(
        cancel_reason_id="0",
        products=[product(sku="9880276314", quantity="2")],
        analytics_data={"warehouse_id": "1020001835658000"},
    )

    assert isinstance(one, OrderSnapshot)
    assert one.units == 2
    assert one.warehouse_external_id == "1020001835658000"


def test_nulls_and_missing_objects_are_normal() -> None:
    one = order(
        order_number=None, substatus=None, analytics_data=None, financial_data=None, in_process_at=None
    )

    assert isinstance(one, OrderSnapshot)
    assert (one.number, one.external_substatus, one.warehouse_name, one.cluster_to) == ("", "", "", "")
    assert one.accepted_at is None


def test_unknown_status_is_kept_and_substatus_speaks_for_it() -> None:
    unknown = order(status="awaiting_teleport", substatus="posting_in_parcel_drone")
    guessed = order(status="awaiting_teleport", substatus="posting_in_pickup_point")

    assert isinstance(unknown, OrderSnapshot)
    assert isinstance(guessed, OrderSnapshot)
    assert (unknown.status, unknown.external_status) == (OrderStatus.UNKNOWN, "awaiting_teleport")
    assert (guessed.status, guessed.external_status) == (OrderStatus.SHIPPED, "awaiting_teleport")


def test_handing_over_is_dated_by_get_only() -> None:
    moment = "2026-05-11T08:00:00Z"
    shipped = order(fact_delivery_date=moment)
    delivered = order(status="delivered", fact_delivery_date=moment)
    wordy = order(fact_delivery_date="string")
    accepted = order(status="awaiting_packaging")

    assert isinstance(shipped, OrderSnapshot)
    assert shipped.status_at == datetime(2026, 5, 11, 8, tzinfo=UTC)
    assert isinstance(delivered, OrderSnapshot)
    assert (delivered.status_at, delivered.delivered_at) == (None, None)
    assert isinstance(wordy, OrderSnapshot)
    assert wordy.status_at is None
    assert isinstance(accepted, OrderSnapshot)
    assert accepted.status_at == accepted.accepted_at


def test_cancellation_is_read_in_the_words_of_the_list() -> None:
    told = {
        "cancel_reason": "Не вручен",
        "cancellation_initiator": "Служба доставки",
        "cancellation_type": "delivery",
    }

    one = order(status="cancelled", cancel_reason_id=537, cancellation=told)

    assert isinstance(one, OrderSnapshot)
    assert (one.cancel_reason_id, one.cancel_reason, one.cancel_initiator) == (
        "537",
        "Не вручен",
        "Служба доставки",
    )


@pytest.mark.parametrize(
    "answer",
    [
        {"reasons": [{"id": 352, "name": "Товар закончился"}]},
        {"result": [{"id": "352", "title": "Товар закончился", "type_id": "seller"}]},
    ],
)
def test_cancel_reason_is_looked_up_in_both_shapes_of_the_dictionary(answer: dict[str, Any]) -> None:
    reasons = {one.id: one for one in CancelReasons.model_validate(answer).reasons}

    one = order(reasons, status="cancelled", cancel_reason_id=352)

    assert isinstance(one, OrderSnapshot)
    assert (one.cancel_reason_id, one.cancel_reason) == ("352", "Товар закончился")
    assert one.cancel_initiator == ("Продавец" if "result" in answer else "")


@pytest.mark.parametrize(
    ("city", "kept"),
    [
        ("Алматы", "Алматы"),
        ("Минск, ул. Ленина, 5", ""),
        ("Астана 5", ""),
        (None, ""),
        (" Ереван ", "Ереван"),
    ],
)
def test_city_is_kept_and_an_address_is_not(city: str | None, kept: str) -> None:
    one = order(analytics_data={"city": city})

    assert isinstance(one, OrderSnapshot)
    assert one.city == kept


def test_long_texts_are_cut_to_their_columns() -> None:
    one = order(
        order_number="1" * 5000,
        substatus="s" * 5000,
        products=[product(name="н" * 5000)],
        analytics_data={"warehouse_name": "w" * 5000, "delivery_type": "d" * 5000, "city": "г" * 5000},
        financial_data={"cluster_from": "f" * 5000, "cluster_to": "t" * 5000},
        cancellation={"cancel_reason": "r" * 5000, "cancellation_initiator": "i" * 5000},
    )

    assert isinstance(one, OrderSnapshot)
    lengths = (len(one.number), len(one.external_substatus), len(one.lines[0].name), len(one.warehouse_name))
    assert lengths == (100, 64, 500, 200)
    assert (len(one.delivery_type), len(one.city)) == (64, 0)
    assert (len(one.cluster_from), len(one.cluster_to)) == (200, 200)
    assert (len(one.cancel_reason), len(one.cancel_initiator)) == (300, 64)


@pytest.mark.parametrize(
    ("changes", "reason", "detail"),
    [
        ({"posting_number": 17}, "wrong_type", "posting_number"),
        ({"posting_number": ""}, "out_of_range", "posting_number"),
        ({"posting_number": "\u202e9121-1"}, "wrong_type", "posting_number"),
        ({"posting_number": "9" * 101}, "out_of_range", "posting_number"),
        ({"status": None}, "wrong_type", "status"),
        ({"status": 3.5}, "wrong_type", "status"),
        ({"created_at": "+99999-01-01T00:00:00Z"}, "wrong_type", "created_at"),
        ({"created_at": "0001-01-01T00:00:00Z"}, "out_of_range", "created_at"),
        ({"created_at": 17}, "out_of_range", "created_at"),
        ({"products": []}, "out_of_range", "products"),
        ({"products": None}, "wrong_type", "products"),
        ({"products": [product(quantity=0)]}, "out_of_range", "products.0.quantity"),
        ({"products": [product(quantity=1.5)]}, "wrong_type", "products.0.quantity"),
        ({"products": [product(quantity=10**30)]}, "out_of_range", "products.0.quantity"),
        ({"products": [product(sku=0)]}, "wrong_type", "products.0.sku"),
        ({"products": [product(sku=True)]}, "wrong_type", "products.0.sku"),
        ({"products": [product(offer_id="x" * 101)]}, "out_of_range", "products.0.offer_id"),
        (
            {"products": [product(quantity=1000, price={"amount": "999999999999.99", "currency": "RUB"})]},
            "bad_sum",
            "products.price",
        ),
        (
            {"products": [product(), product(price={"amount": "1", "currency": "KZT"})]},
            "mixed_currency",
            "products.price.currency",
        ),
        ({"analytics_data": "string"}, "wrong_type", "analytics_data"),
    ],
)
def test_what_cannot_be_is_rejected_with_a_reason(changes: dict[str, Any], reason: str, detail: str) -> None:
    good = posting(posting_number="1-1-1")

    flaws = rejected(good, posting(**changes))

    assert [(one[1], one[2]) for one in flaws] == [(reason, detail)]


@pytest.mark.parametrize(
    "amount", ["-1", "1e400", "NaN", "Infinity", "1000000000000", "", None, [], "12 рублей"]
)
def test_prices_that_cannot_be_are_rejected(amount: object) -> None:
    flaws = rejected(posting(products=[product(price={"amount": amount, "currency": "RUB"})]))

    assert len(flaws) == 1
    assert flaws[0][0] == "9121072335-0187-1"


def test_missing_fields_are_named() -> None:
    row = posting()
    del row["created_at"]

    assert rejected(row) == [("9121072335-0187-1", "missing_field", "created_at")]


def test_one_broken_row_costs_nobody_else() -> None:
    rows = [posting(posting_number=f"1-{n}-1") for n in range(100)]
    rows[40]["products"] = "string"
    rows[60] = None  # type: ignore[call-overload]
    body = json.dumps({"postings": rows, "cursor": "next", "has_next": True}).encode()

    page, broken = api._POSTINGS.read(body)

    assert [row.posting_number for row in page.postings or ()] == [
        f"1-{n}-1" for n in range(100) if n not in (40, 60)
    ]
    assert (page.cursor, page.has_next) == ("next", True)
    assert [(one.external_id, one.reason) for one in broken] == [("1-40-1", "wrong_type"), ("", "wrong_type")]


def test_quarantine_keeps_no_buyers() -> None:
    row = posting(
        products="?",
        legal_info={"company_name": "ООО Покупатель", "inn": "7700000000", "kpp": "770001001"},
        customer={"name": "Иван", "phone": "+7999"},
        addressee={"name": "Пётр"},
        analytics_data={"city": "Минск", "Address": "ул. Ленина, 5"},
    )
    body = json.dumps({"postings": [row]}).encode()

    _page, (broken,) = api._POSTINGS.read(body)

    assert {"legal_info", "customer", "addressee"}.isdisjoint(broken.payload)
    assert broken.payload["analytics_data"] == {"city": "Минск"}
    assert "Ленина" not in json.dumps(broken.payload, ensure_ascii=False)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=150, deadline=None)
@given(
    changes=st.dictionaries(st.sampled_from(sorted(posting())), _JSON, max_size=3),
    line=st.dictionaries(st.sampled_from(sorted(product())), _JSON, max_size=2),
)
def test_every_posting_becomes_a_snapshot_or_is_rejected(
    changes: dict[str, Any], line: dict[str, Any]
) -> None:
    row = posting(**{"products": [product(**line)], **changes})
    body = json.dumps({"postings": [row, posting(posting_number="1-1-1")], "cursor": "", "has_next": False})

    page, broken = api._POSTINGS.read(body.encode())
    mapped = [order_snapshot(one, {}) for one in page.postings or ()]

    outcome = [*broken, *mapped]
    assert len(outcome) == 2
    assert isinstance(mapped[-1], OrderSnapshot)
    assert mapped[-1].external_id == "1-1-1"
    for one in outcome:
        if isinstance(one, Rejected):
            json.dumps(one.payload, allow_nan=False).encode()
            assert "\\u0000" not in json.dumps(one.payload)


@settings(max_examples=150, deadline=None)
@given(changes=st.dictionaries(st.sampled_from(sorted(info())), _JSON, max_size=3))
def test_every_product_becomes_a_snapshot_or_is_rejected(changes: dict[str, Any]) -> None:
    body = json.dumps({"items": [info(**changes), info(id=7)]}).encode()

    page, broken = api._PRODUCT_INFO.read(body)
    mapped = [product_snapshot(one, None) for one in page.items]

    assert len(mapped) + len(broken) == 2
    assert mapped[-1].external_id == "7"


# ---- products ---------------------------------------------------------------------------------------------
def listing(attributes: ProductAttributes | None = None, **changes: Any) -> Any:
    return product_snapshot(ProductInfo.model_validate_json(json.dumps(info(**changes))), attributes)


def test_product_carries_every_field() -> None:
    sizes = ProductAttributes.model_validate(
        {
            "id": 100001,
            "depth": 38,
            "width": "30",
            "height": 11.5,
            "dimension_unit": "cm",
            "weight": 980,
            "weight_unit": "g",
        }
    )

    one = listing(sizes)

    assert (one.external_id, one.marketplace_sku, one.seller_sku) == ("100001", "123456789", "LN-1")
    assert (one.name, one.barcodes, one.photo_url) == (
        "Плед",
        ("4601234567893",),
        "https://ir.ozone.ru/s3/1.jpg",
    )
    assert (one.price, one.old_price, one.min_price) == (Decimal("1299.99"), Decimal("1499.99"), None)
    assert (one.length_mm, one.width_mm, one.height_mm, one.weight_g) == (380, 300, 115, 980)
    assert (one.status, one.external_status) == (ListingStatus.ON_SALE, "price_sent")
    assert one.created_at == datetime(2023, 1, 15, 10, 30, tzinfo=UTC)
    assert one.updated_at is None


@pytest.mark.parametrize(
    ("changes", "sku"),
    [
        ({"sku": 0}, ""),
        ({"sku": 0, "sources": [{"sku": 5, "source": "FBS"}, {"sku": 6, "source": "fbo"}]}, "6"),
        ({"sku": 0, "sources": [{"sku": 6, "source": "FBO"}, {"sku": 7, "source": "SDS"}]}, "7"),
        ({"sku": "42"}, "42"),
    ],
)
def test_sku_is_the_common_one_or_that_of_fbo(changes: dict[str, Any], sku: str) -> None:
    assert listing(**changes).marketplace_sku == sku


def test_product_without_anything_optional_is_read() -> None:
    one = product_snapshot(ProductInfo.model_validate({"id": 1, "offer_id": "A"}), None)

    assert (one.name, one.photo_url, one.barcodes, one.price, one.status) == ("A", "", (), None, "unknown")
    assert (one.length_mm, one.weight_g) == (None, None)


@pytest.mark.parametrize(
    ("images", "photo"),
    [
        ({"primary_image": "https://a/1.jpg"}, "https://a/1.jpg"),
        ({"primary_image": [], "images": [None, "https://a/2.jpg"]}, "https://a/2.jpg"),
        ({"primary_image": ["javascript:alert(1)"], "images": []}, ""),
        ({"primary_image": None, "images": None}, ""),
        ({"primary_image": ["https://a/" + "x" * 1000], "images": []}, ""),
    ],
)
def test_photo_is_the_first_web_address(images: dict[str, Any], photo: str) -> None:
    assert listing(**images).photo_url == photo


def test_sizes_in_strange_units_are_left_out() -> None:
    sizes = ProductAttributes.model_validate(
        {"id": 1, "depth": 1, "dimension_unit": "in", "width": 3, "weight": 2, "weight_unit": "stone"}
    )

    one = listing(sizes)

    assert (one.length_mm, one.width_mm, one.height_mm, one.weight_g) == (25, 76, None, None)


def test_barcodes_are_kept_once_and_short() -> None:
    assert listing(barcodes=["1", " 1 ", "", None, "2" * 200, "OZN1"]).barcodes == ("1", "OZN1")


# ---- stock ------------------------------------------------------------------------------------------------
def test_stock_carries_every_state() -> None:
    row = StockRow.model_validate_json(json.dumps(stock_row()))
    plain = FboStockRow.model_validate(
        {"sku": 123456789, "warehouse_id": 15431806189000, "present": 47, "reserved": 7}
    )

    one = stock_snapshot(row=row, plain=plain, clusters=Clusters())

    assert one.quantities == StockQuantities(
        available=40,
        reserved=7,
        preparing=3,
        requested=100,
        in_transit=20,
        waiting_docs=3,
        expiring=4,
        excess=5,
        defect=13,
        from_customers=9,
        to_seller=10,
        other=8,
    )
    assert (one.ads, one.days_without_sales, one.turnover_grade) == (Decimal("1.250"), 0, "ACTUAL")
    assert (one.warehouse.external_id, one.warehouse.name) == ("15431806189000", "ХОРУГВИНО_РФЦ")
    assert (one.warehouse.cluster_external_id, one.warehouse.cluster_name) == ("4039", "Москва")


def test_available_is_the_difference_where_analytics_is_silent() -> None:
    row = StockRow.model_validate(stock_row(available_stock_count=None))
    plain = FboStockRow.model_validate(
        {"sku": 123456789, "warehouse_id": 15431806189000, "present": 5, "reserved": 7}
    )

    joined = stock_snapshot(row=row, plain=plain, clusters=Clusters())
    alone = stock_snapshot(row=None, plain=plain, clusters=Clusters())

    assert (joined.quantities.available, joined.quantities.reserved) == (0, 7)
    assert alone.quantities == StockQuantities(available=0, reserved=7)
    assert (alone.marketplace_sku, alone.warehouse.name) == ("123456789", "15431806189000")


def test_negative_units_are_nobodys() -> None:
    row = StockRow.model_validate(stock_row(available_stock_count=-3, transit_stock_count=None))

    one = stock_snapshot(row=row, plain=None, clusters=Clusters())

    assert (one.quantities.available, one.quantities.in_transit) == (0, 0)


def test_clusters_join_the_three_lists() -> None:
    clusters = clusters_of(
        macrolocal=ClustersV2.model_validate(
            {
                "result": [
                    {
                        "macrolocal_cluster_id": 4039,
                        "data": {
                            "macrolocal_cluster": {"name": "Москва"},
                            "fulfillments": [{"warehouse_id": 1, "name": "ХОРУГВИНО_РФЦ"}],
                        },
                    },
                    {"macrolocal_cluster_id": 4040, "data": None},
                ]
            }
        ),
        old=[
            ClustersV1.model_validate(
                {
                    "clusters": [
                        {
                            "id": 151,
                            "macrolocal_cluster_id": 4051,
                            "name": "Казахстан",
                            "logistic_clusters": [
                                {"warehouses": [{"warehouse_id": 2, "name": "АСТАНА_РФЦ"}]}
                            ],
                        }
                    ]
                }
            )
        ],
        warehouses=OzonWarehouses.model_validate(
            {
                "warehouses": [
                    {
                        "warehouse_id": 1,
                        "name": "ХОРУГВИНО_РФЦ",
                        "address": "МО",
                        "timezone": "Europe/Moscow",
                    },
                    {"warehouse_id": 3, "name": "ТВЕРЬ_РФЦ", "is_active": False},
                ]
            }
        ),
    )

    row = StockRow.model_validate(
        stock_row(warehouse_id=2, macrolocal_cluster_id=0, cluster_id=151, cluster_name=None)
    )
    joined = stock_snapshot(row=row, plain=None, clusters=clusters)

    assert clusters.warehouses["1"].cluster_external_id == "4039"
    assert (clusters.warehouses["1"].address, clusters.warehouses["1"].time_zone) == ("МО", "Europe/Moscow")
    assert clusters.warehouses["2"].cluster_name == "Казахстан"
    assert not clusters.warehouses["3"].is_active
    assert (joined.warehouse.cluster_external_id, joined.warehouse.cluster_name) == ("4051", "Казахстан")
