"""The cabinet and its shops: what belongs to the key, settings, Market's warehouses."""

from typing import Any

from sandbox.yandex_market.calls import Call, Shop, limit_of
from sandbox.yandex_market.errors import not_found
from sandbox.yandex_market.paging import page_of
from sandbox.yandex_market.places import MARKETS, Market

IDLE = "DISABLED_BY_INACTIVITY"
_MOSCOW_REGION = 213


def _campaign(shop: Shop, campaign: int) -> dict[str, Any]:
    name = shop.account.company
    is_main = campaign == shop.campaign_id
    return {
        "domain": name if is_main else f"{name} со своего склада",
        "id": campaign,
        "clientId": 90_000_000 + campaign % 9_000_000,
        "business": {"id": shop.business_id, "name": name},
        "placementType": "FBY" if is_main else "FBS",
        "apiAvailability": "AVAILABLE" if is_main else IDLE,
    }


def campaigns(call: Call) -> dict[str, Any]:
    """Answer `/v2/campaigns`: here the pages stand beside the list, without `result` and without `status`."""
    ids = sorted((call.shop.campaign_id, call.shop.idle_id))
    got = page_of(call, ids, key=lambda id_: (id_,), width=1, limit=limit_of(call, default=100, most=100))
    return {"campaigns": [_campaign(call.shop, id_) for id_ in got.rows], "paging": got.paging}


def campaign(call: Call) -> dict[str, Any]:
    """Answer `/v2/campaigns/{campaignId}`, also for a shop whose access is switched off."""
    return {"campaign": _campaign(call.shop, call.target)}


def campaign_settings(call: Call) -> dict[str, Any]:
    """Answer `/v2/campaigns/{campaignId}/settings`."""
    region = {"id": _MOSCOW_REGION, "name": "Москва", "type": "CITY", "deliveryOptionsSource": "WEB"}
    return {
        "settings": {
            "countryRegion": 225,
            "shopName": _campaign(call.shop, call.target)["domain"],
            "showInContext": False,
            "showInPremium": False,
            "useOpenStat": False,
            "localRegion": region,
            "taxation": {"vat": "NO_VAT"},
        }
    }


def business_settings(call: Call) -> dict[str, Any]:
    """Answer `/v2/businesses/{businessId}/settings`."""
    shop = call.shop
    return {
        "status": "OK",
        "result": {
            "info": {"id": shop.business_id, "name": shop.account.company},
            "settings": {"onlyDefaultPrice": True, "currency": "RUR"},
            "subscriptionLevel": "MEDIUM" if shop.is_medium else "NONE",
        },
    }


def warehouses(call: Call) -> dict[str, Any]:
    """Answer `/v2/warehouses`."""
    asked = call.asked("campaignId")
    if asked and asked not in (str(call.shop.campaign_id), str(call.shop.idle_id)):
        raise not_found("CAMPAIGN_NOT_FOUND", f"Campaign not found: {asked}")
    return {"status": "OK", "result": {"warehouses": [_warehouse(market) for market in MARKETS]}}


def _warehouse(market: Market) -> dict[str, Any]:
    latitude, longitude = market.gps
    return {
        "id": market.id,
        "name": market.name,
        "address": {
            "city": market.city,
            "street": market.street,
            "number": market.number,
            "gps": {"latitude": latitude, "longitude": longitude},
        },
    }
