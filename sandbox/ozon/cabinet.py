"""The seller's cabinet: rights of the key, legal details, ratings."""

from datetime import datetime, timedelta
from typing import Any

from sandbox.ozon.calls import Call, Seller
from sandbox.world.moments import DAY, instant, iso
from sandbox.world.seeds import mix, seed_of

#: Beginnings of the paths that a role opens; the read-only admin reads everything that this dialect has.
ROLES: dict[str, tuple[str, ...]] = {
    "Admin": ("/v",),
    "Admin read only": ("/v",),
    "Product": ("/v3/product/", "/v4/product/", "/v5/product/", "/v1/product/"),
    "Product read-only": ("/v3/product/", "/v4/product/", "/v5/product/", "/v1/product/"),
    "Posting FBO": ("/v3/posting/fbo/", "/v2/posting/fbo/", "/v1/posting/fbo/"),
    "Supply order": ("/v3/supply-order/", "/v1/supply-order/", "/v1/cargoes/", "/v1/removal/"),
    "Returns": ("/v1/returns/",),
    "Warehouse": ("/v1/warehouse/", "/v1/cluster/", "/v2/cluster/"),
    "Report": ("/v1/analytics/",),
    "Seller info": ("/v1/seller/",),
    "Push notifications": ("/v1/notification/",),
}
_FOR_EVERYBODY = "/v1/roles"
#: Methods that change what the seller sells; the keys that only read do not have them.
_CHANGING = ("/v1/product/import/",)
_READING = ("Admin read only", "Product read-only")


def may_call(roles: tuple[str, ...], path: str) -> bool:
    """Tell whether any of the roles opens a method."""
    return path == _FOR_EVERYBODY or any(
        path.startswith(beginning)
        for role in roles
        for beginning in ROLES.get(role, ())
        if role not in _READING or not path.startswith(_CHANGING)
    )


def expiry(seller: Seller) -> datetime:
    """Return when the key of a seller stops working."""
    fixed = seller.account.expires_at
    return fixed if fixed is not None else seller.world.settings.today + timedelta(days=92)


def roles(call: Call, *, methods: tuple[str, ...]) -> dict[str, Any]:
    """Answer `/v1/roles`."""
    rows = [
        {"name": role, "methods": [path for path in methods if may_call((role,), path)]}
        for role in call.seller.account.roles
    ]
    return {"expires_at": iso(instant(expiry(call.seller))), "roles": rows}


def _inn(stir: int) -> str:
    digits = f"{370_200_000 + stir % 90_000:09}"
    weights = (2, 4, 10, 3, 5, 9, 4, 6, 8)
    return digits + str(sum(w * int(d) for w, d in zip(weights, digits, strict=True)) % 11 % 10)


def _ogrn(stir: int) -> str:
    digits = f"{118_370_200_000 + stir % 90_000:012}"
    return digits + str(int(digits) % 11 % 10)


def seller_info(call: Call) -> dict[str, Any]:
    """Answer `/v1/seller/info`."""
    account = call.seller.account
    stir = mix(seed_of(account.client_id))
    return {
        "company": {
            "name": account.company,
            "legal_name": f"ООО «{account.company}»",
            "inn": _inn(stir),
            "ogrn": _ogrn(stir),
            "country": "Россия",
            "currency": "RUB",
            "ownership_form": "ООО",
            "tax_system": "USN",
        },
        "ratings": [
            _rating(call, "rating_price", "Индекс цен", value=1.02, shown="1,02", kind="INDEX"),
            _rating(
                call, "rating_local_sales", "Доля локальных продаж", value=0.74, shown="74 %", kind="PERCENT"
            ),
            _rating(
                call,
                "rating_review_avg_score_total",
                "Оценка товаров",
                value=4.8,
                shown="4,8",
                kind="REVIEW_SCORE",
            ),
        ],
        "subscription": {"is_premium": True, "type": "PREMIUM_PLUS"},
    }


def _rating(call: Call, code: str, name: str, *, value: float, shown: str, kind: str) -> dict[str, Any]:
    today = call.at // DAY * DAY
    status = {"danger": False, "premium": True, "warning": False}

    def over(first: int, last: int) -> dict[str, Any]:
        return {
            "date_from": iso(today - first * DAY),
            "date_to": iso(today - last * DAY),
            "formatted": shown,
            "status": status,
            "value": value,
        }

    return {
        "rating": code,
        "name": name,
        "status": "OK",
        "value_type": kind,
        "current_value": over(28, 0),
        "past_value": over(56, 28),
    }
