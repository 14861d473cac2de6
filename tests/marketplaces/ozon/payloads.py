"""Small payloads of the Ozon API, as the document and live answers show them."""

from __future__ import annotations

from typing import Any


def posting(**changes: Any) -> dict[str, Any]:
    """A posting of /v3/posting/fbo/list."""
    return {
        "posting_number": "9121072335-0187-1",
        "order_id": 39127012767,
        "order_number": "9121072335-0187",
        "status": "delivering",
        "substatus": "posting_on_way_to_city",
        "cancellation": None,
        "products": [product()],
        "analytics_data": {
            "city": "",
            "delivery_type": "PVZ",
            "warehouse_id": 1020001835658000,
            "warehouse_name": "ОМСК_РФЦ",
            "client_delivery_date_begin": None,
            "client_delivery_date_end": None,
        },
        "financial_data": {
            "products": [
                {"product_id": 9880276314, "price": 28990, "old_price": 31990, "total_discount_value": 3000}
            ],
            "cluster_from": "Омск",
            "cluster_to": "Новосибирск",
        },
        "legal_info": None,
        "cancel_reason_id": 0,
        "created_at": "2026-05-10T23:59:51.653736Z",
        "in_process_at": "2026-05-11T00:00:07.716614Z",
        **changes,
    }


def product(**changes: Any) -> dict[str, Any]:
    """A position of it."""
    return {
        "sku": 9880276314,
        "offer_id": "SM-GALAXY-A54-128",
        "name": "Смартфон",
        "quantity": 1,
        "price": {"amount": "28990", "currency": "RUB"},
        **changes,
    }


def info(**changes: Any) -> dict[str, Any]:
    """An item of /v3/product/info/list."""
    return {
        "id": 100001,
        "offer_id": "LN-1",
        "sku": 123456789,
        "name": "Плед",
        "barcodes": ["4601234567893"],
        "primary_image": ["https://ir.ozone.ru/s3/1.jpg"],
        "images": ["https://ir.ozone.ru/s3/2.jpg"],
        "price": "1299.9900",
        "old_price": "1499.9900",
        "min_price": "",
        "currency_code": "RUB",
        "is_archived": False,
        "is_autoarchived": False,
        "statuses": {"status": "price_sent", "status_name": "Продается", "status_failed": ""},
        "visibility_details": {"has_price": True, "has_stock": True},
        "created_at": "2023-01-15T10:30:00Z",
        "updated_at": "0001-01-01T00:00:00Z",
        **changes,
    }


def stock_row(**changes: Any) -> dict[str, Any]:
    """An item of /v1/analytics/stocks."""
    return {
        "sku": 123456789,
        "warehouse_id": 15431806189000,
        "warehouse_name": "ХОРУГВИНО_РФЦ",
        "macrolocal_cluster_id": 4039,
        "cluster_id": 154,
        "cluster_name": "Москва",
        "available_stock_count": 40,
        "valid_stock_count": 3,
        "requested_stock_count": 100,
        "transit_stock_count": 20,
        "waiting_docs_stock_count": 1,
        "waiting_docs_to_export_stock_count": 2,
        "expiring_stock_count": 4,
        "excess_stock_count": 5,
        "stock_defect_stock_count": 6,
        "transit_defect_stock_count": 7,
        "other_stock_count": 8,
        "return_from_customer_stock_count": 9,
        "return_to_seller_stock_count": 10,
        "ads": 1.25,
        "days_without_sales": 0,
        "turnover_grade": "ACTUAL",
        **changes,
    }
