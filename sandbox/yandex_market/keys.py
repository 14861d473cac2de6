"""Keys: the header, the scopes of a key and the methods that each opens."""

from collections.abc import Sequence
from typing import Any

from sandbox.accounts import Account
from sandbox.yandex_market.calls import Call

ALL = ("all-methods", "all-methods:read-only")
CATALOGUE = (*ALL, "offers-and-cards-management", "offers-and-cards-management:read-only")
PRICES = (*ALL, "pricing", "pricing:read-only")
#: Prices are written by these alone: a read-only scope forbids it.
PRICING = ("all-methods", "pricing")
STATISTICS = (*ALL, "inventory-and-order-processing", "inventory-and-order-processing:read-only")
ORDERS = (*STATISTICS, "finance-and-accounting")
SUPPLIES = (*ALL, "supplies-management:read-only")
TARIFFS = (*PRICES, "finance-and-accounting")
EVERY = (
    *ALL,
    "settings-management",
    "finance-and-accounting",
    "offers-and-cards-management",
    "offers-and-cards-management:read-only",
    "pricing",
    "pricing:read-only",
    "inventory-and-order-processing",
    "inventory-and-order-processing:read-only",
    "promotion",
    "promotion:read-only",
    "communication",
    "supplies-management:read-only",
)
HEADER = "api-key"


def scopes_of(account: Account) -> tuple[str, ...]:
    """Return the scopes of an account's key, without whatever Yandex has no word for."""
    return tuple(scope for scope in EVERY if scope in account.roles)


def may_call(account: Account, scopes: Sequence[str]) -> bool:
    """Tell whether one of the key's scopes opens a method."""
    return not set(scopes_of(account)).isdisjoint(scopes)


def token(call: Call) -> dict[str, Any]:
    """Answer `/v2/auth/token`: here the scopes are written in another way than in the documents."""
    scopes = [scope.upper().replace("-", "_").replace(":", "_") for scope in scopes_of(call.shop.account)]
    return {"status": "OK", "result": {"apiKey": {"name": "Кабинет", "authScopes": scopes}}}
