"""Records as the Partner API writes them, whole; a test changes what it is about."""

from __future__ import annotations

from typing import Any

CAMPAIGN_ID = 22123456


def money(value: float) -> dict[str, Any]:
    return {"value": value, "currencyId": "RUR"}


def item(**changes: Any) -> dict[str, Any]:
    return {
        "id": 1,
        "offerId": "LN-01",
        "offerName": "Скатерть",
        "count": 2,
        "prices": {"payment": money(900), "subsidy": money(60.5), "cashback": money(39.5)},
        **changes,
    }


def order(**changes: Any) -> dict[str, Any]:
    return {
        "orderId": 5001,
        "campaignId": CAMPAIGN_ID,
        "programType": "FBY",
        "status": "PROCESSING",
        "substatus": "STARTED",
        "creationDate": "2026-11-20T12:30:00+03:00",
        "updateDate": "2026-11-22T09:00:00+03:00",
        "fake": False,
        "items": [item()],
        "prices": {"payment": money(900), "subsidy": money(60.5), "cashback": money(39.5)},
        "delivery": {
            "type": "DELIVERY",
            "warehouseId": "172",
            "dates": {"fromDate": "2026-11-23", "toDate": "2026-11-24"},
            "courier": {"region": {"id": 213, "name": "Москва", "type": "CITY"}},
        },
        **changes,
    }


def offer(**changes: Any) -> dict[str, Any]:
    return {
        "offer": {
            "offerId": "LN-01",
            "name": "Скатерть",
            "category": "Скатерти",
            "pictures": ["https://avatars.example/1.jpg"],
            "barcodes": ["4600000000017"],
            "weightDimensions": {"length": 65.55, "width": 50.7, "height": 20, "weight": 1.0005},
            "cardStatus": "HAS_CARD_CAN_UPDATE",
            "campaigns": [
                {"campaignId": 1, "status": "NO_STOCKS"},
                {"campaignId": CAMPAIGN_ID, "status": "PUBLISHED"},
            ],
            "archived": False,
            **changes,
        },
        "mapping": {"marketSku": 101, "marketCategoryId": 7, "marketCategoryName": "Скатерти и салфетки"},
    }


def held(**changes: Any) -> dict[str, Any]:
    return {
        "offerId": "LN-01",
        "currentPrice": money(100),
        "lastValidPrice": money(900),
        "verdicts": [
            {
                "type": "PRICE_CHANGE",
                "params": [
                    {"name": "CURRENT_PRICE", "value": "100"},
                    {"name": "LAST_VALID_PRICE", "value": "900"},
                    {"name": "CURRENCY", "value": "RUR"},
                ],
            }
        ],
        **changes,
    }


def supply_request(**changes: Any) -> dict[str, Any]:
    return {
        "id": {"id": 7001, "marketplaceRequestId": "100200", "warehouseRequestId": "300"},
        "type": "SUPPLY",
        "subtype": "DEFAULT",
        "status": "FINISHED",
        "updatedAt": "2026-11-20T12:30:00+03:00",
        "counters": {"planCount": 30, "factCount": 27},
        "targetLocation": {
            "serviceId": 172,
            "name": "Софьино",
            "requestedDate": "2026-11-19T09:00:00+03:00",
            "type": "FULFILLMENT",
            "address": {"fullAddress": "Софьино, к1", "gps": {"latitude": 55.5, "longitude": 38.1}},
        },
        **changes,
    }


def supply_item(**changes: Any) -> dict[str, Any]:
    return {
        "offerId": "LN-01",
        "name": "Скатерть",
        "price": money(1200),
        "counters": {
            "planCount": 30,
            "factCount": 27,
            "surplusCount": 0,
            "shortageCount": 2,
            "defectCount": 1,
        },
        **changes,
    }


def supply_document(**changes: Any) -> dict[str, Any]:
    return {
        "type": "SECONDARY_RECEPTION_ACT",
        "url": "https://market.example/act",
        "createdAt": "2026-11-20T11:00:00+03:00",
        **changes,
    }


def market_return(**changes: Any) -> dict[str, Any]:
    return {
        "id": 9001,
        "orderId": 5001,
        "creationDate": "2026-11-15T10:00:00+03:00",
        "updateDate": "2026-11-21T01:30:00+03:00",
        "returnType": "RETURN",
        "refundStatus": "REFUNDED",
        "shipmentStatus": "FULFILMENT_RECEIVED",
        "fastReturn": False,
        "amount": money(900),
        "items": [return_item()],
        **changes,
    }


def return_item(**changes: Any) -> dict[str, Any]:
    return {
        "marketSku": 101,
        "shopSku": "LN-01",
        "count": 1,
        "decisions": [
            {
                "returnItemId": 1,
                "count": 1,
                "comment": "Позвоните мне, +7 900 000-00-00",
                "reasonType": "BAD_QUALITY",
                "subreasonType": "DAMAGED",
                "decisionType": "REFUND_MONEY",
            }
        ],
        "instances": [{"status": "RECEIVED_ON_FULFILLMENT", "stockType": "FIT"}],
        **changes,
    }
