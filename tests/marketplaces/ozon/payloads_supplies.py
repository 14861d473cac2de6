"""Small payloads about supplies, removals and returns, as the document shows them."""

from __future__ import annotations

from typing import Any


def supply_order(**changes: Any) -> dict[str, Any]:
    """A request of /v3/supply-order/get with one supply."""
    return {
        "order_id": 84882285,
        "order_number": "2111140905880",
        "created_date": "2026-01-23T00:00:00Z",
        "state": "READY_TO_SUPPLY",
        "state_updated_date": "2026-02-03T11:32:41.613489Z",
        "data_filling_deadline_utc": "2026-02-14T23:59:59Z",
        "dropoff_warehouse": {
            "warehouse_id": 23843917228000,
            "address": "г. Москва, ул. Летняя, д. 12",
            "name": "Центральный",
        },
        "order_tags": {"is_virtual": False, "original_supply_id": 2111140905880},
        "timeslot": slot("2026-02-15T09:00:00Z", "2026-02-15T10:00:00Z", "Europe/Moscow"),
        "supplies": [supply()],
        **changes,
    }


def slot(start: Any, end: Any, zone: Any, offset: Any = "") -> dict[str, Any]:
    """A slot: local times marked with Z, and the zone."""
    return {
        "timeslot": {"from": start, "to": end},
        "timezone_info": {"iana_name": zone, "offset": offset},
    }


def supply(**changes: Any) -> dict[str, Any]:
    """A supply of it."""
    return {
        "supply_id": 2000000000017,
        "bundle_id": "019c5755-8768-7a00-9582-7c1f2c81681f",
        "state": "READY_TO_SUPPLY",
        "is_crossdock": False,
        "macrolocal_cluster_id": 4039,
        "storage_warehouse": {"warehouse_id": 15431806189000, "name": "ХОРУГВИНО_РФЦ"},
        "supply_tags": {"is_utd": False},
        **changes,
    }


def item(sku: int, quantity: int, **changes: Any) -> dict[str, Any]:
    """A row of /v1/supply-order/bundle."""
    return {
        "sku": sku,
        "offer_id": f"A-{sku}",
        "name": f"Товар {sku}",
        "barcode": f"46{sku:011}",
        "quantity": quantity,
        "product_id": sku + 5,
        **changes,
    }


def act(kind: str, *rows: tuple[int, int, int]) -> dict[str, Any]:
    """An act of /v1/supply-order/act/product/get with rows of SKU, declared and found units at 60 roubles."""
    return {
        "act_id": 7,
        "type": kind,
        "unidentified_quantity": 0,
        "items": [
            {
                "sku_info": {"sku": sku, "offer_id": f"A-{sku}", "name": f"Товар {sku}", "barcode": ""},
                "declared_quantity": declared,
                "fact_quantity": fact,
                "approved_quantity": 0,
                "fact_amount": {"amount": {"amount": f"{fact * 60}.00", "currency": "RUB"}},
            }
            for sku, declared, fact in rows
        ],
    }


def removal_row(**changes: Any) -> dict[str, Any]:
    """A row of /v1/removal/from-stock/list: the document's own example."""
    return {
        "name": "Шурупы",
        "offer_id": "Шуруп-0001",
        "sku": "12314324",
        "barcode": "",
        "quantity_for_return": 1,
        "quant_count": 0,
        "box_id": "202501272",
        "return_id": "934457",
        "stock_type": "Излишек",
        "return_created_at": "2025-03-13T06:49:37.591Z",
        "is_auto_return": False,
        "clearing_warehouse_name": "ХОРУГВИНО_РФЦ",
        "return_state": "Отклонено складом",
        "delivery_type": "Вывоз с ПВЗ/СЦ",
        "box_state": "Доступно к вывозу",
        "destination_warehouse_name": "РАЗДОРЫ_4",
        "destination_warehouse_address": "Россия, д. Раздоры",
        "delivery_date": "2025-03-13T06:49:37.591Z",
        "given_out_date": "2025-03-13T06:49:37.591Z",
        "utilization_date": "2025-03-13T06:49:37.591Z",
        **changes,
    }


def returned(**changes: Any) -> dict[str, Any]:
    """A row of /v1/returns/list: the document's own example, numbers as text, made one of FBO."""
    place = {
        "id": "23869688194000",
        "name": "СЦ_Львовский_Возвраты",
        "address": "г. Подольск, ул. Московская",
    }
    return {
        "exemplars": [{"id": "1019562967545956"}],
        "id": "1000015552",
        "company_id": "3058",
        "return_reason_name": "Покупатель отказался при вручении: недоволен качеством товара",
        "type": "FullReturn",
        "schema": "Fbo",
        "order_id": "24540784250",
        "order_number": "58544282-0057",
        "place": place,
        "target_place": place,
        "storage": {
            "sum": {"currency_code": "RUB", "price": "1231"},
            "tariffication_first_date": "2024-07-30T06:15:48.998146Z",
            "tariffication_start_date": "2024-07-29T06:15:48.998146Z",
            "arrived_moment": "2024-07-29T06:15:48.998146Z",
            "days": "0",
            "utilization_sum": {"currency_code": "RUB", "price": "21.5"},
            "utilization_forecast_date": "2024-08-29T21:00:00Z",
        },
        "product": {
            "sku": "1100526203",
            "offer_id": "81451",
            "name": "Кукла",
            "price": {"currency_code": "RUB", "price": "3318"},
            "commission_percent": "1.2",
            "quantity": 1,
        },
        "logistic": {"return_date": "2024-07-28T20:59:00Z", "final_moment": None, "barcode": "ii5275210303"},
        "visual": status("ArrivedAtReturnPlace", "2024-07-29T06:15:48.998146Z"),
        "source_id": "90426223",
        "posting_number": "58544282-0057-1",
        "clearing_id": "21190893156000",
        "return_clearing_id": None,
        "compensation_status": None,
        **changes,
    }


def status(name: Any, since: Any) -> dict[str, Any]:
    """A status and when it came."""
    return {"status": {"id": 3, "display_name": "Слово", "sys_name": name}, "change_moment": since}
