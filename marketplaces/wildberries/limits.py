"""Limits of Wildberries by kind of token: a group for each method that has a bucket of its own.

Figures of the document, a little less given: a request that is late on the way comes too near to the next one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from marketplaces.ratelimit import ALL, Limit
from marketplaces.wildberries.credentials import BASE

SELLER: Final = "seller-info"
CARDS: Final = "cards-list"
CONTENT: Final = "content"
PRICES: Final = "prices"
STOCKS: Final = "wb-warehouses"
FEED: Final = "order-feed"
ORDERS: Final = "supplier-orders"
SALES: Final = "supplier-sales"
COMMISSION: Final = "tariffs-commission"
BOX: Final = "tariffs-box"
PALLET: Final = "tariffs-pallet"
RETURN: Final = "tariffs-return"
SUPPLIES: Final = "supplies"
SUPPLY: Final = "supply"
SUPPLY_GOODS: Final = "supply-goods"
SUPPLY_BOXES: Final = "supply-package"
DISCREPANCIES: Final = "supply-discrepancies"
ITEM_RETURNS: Final = "item-returns"
CLAIMS: Final = "claims"

# Not their rule but our manners: requests of one seller over all methods.
_ALL: Final = Limit(requests=5, seconds=1, burst=10)
_MINUTE: Final = 61.0
_HOUR: Final = 3610.0

FULL: Final[Mapping[str, Limit]] = {
    ALL: _ALL,
    SELLER: Limit(requests=1, seconds=_MINUTE, burst=10),
    CARDS: Limit(requests=97, seconds=60, burst=4),
    CONTENT: Limit(requests=97, seconds=60, burst=4),
    PRICES: Limit(requests=9.7, seconds=6, burst=4),
    STOCKS: Limit(requests=3, seconds=_MINUTE),
    FEED: Limit(requests=1, seconds=_MINUTE),
    ORDERS: Limit(requests=1, seconds=_MINUTE, burst=10),
    SALES: Limit(requests=1, seconds=_MINUTE),
    COMMISSION: Limit(requests=1, seconds=_MINUTE, burst=2),
    BOX: Limit(requests=58, seconds=60, burst=4),
    PALLET: Limit(requests=58, seconds=60, burst=4),
    RETURN: Limit(requests=58, seconds=60, burst=4),
    SUPPLIES: Limit(requests=29, seconds=60, burst=9),
    SUPPLY: Limit(requests=29, seconds=60, burst=9),
    SUPPLY_GOODS: Limit(requests=29, seconds=60, burst=9),
    SUPPLY_BOXES: Limit(requests=29, seconds=60, burst=9),
    DISCREPANCIES: Limit(requests=1, seconds=_MINUTE),
    ITEM_RETURNS: Limit(requests=1, seconds=_MINUTE, burst=9),
    CLAIMS: Limit(requests=19, seconds=60, burst=9),
}
# A base token may ask most methods once in hours; stock and the discrepancies of supplies not at all.
LEAST: Final[Mapping[str, Limit]] = {
    ALL: _ALL,
    SELLER: Limit(requests=1, seconds=24 * _HOUR),
    CARDS: FULL[CARDS],
    CONTENT: FULL[CONTENT],
    PRICES: Limit(requests=4, seconds=_HOUR),
    FEED: Limit(requests=1, seconds=3 * _HOUR),
    ORDERS: Limit(requests=1, seconds=3 * _HOUR),
    SALES: Limit(requests=1, seconds=2 * _HOUR),
    COMMISSION: Limit(requests=5, seconds=_HOUR),
    BOX: Limit(requests=1, seconds=_HOUR),
    PALLET: Limit(requests=1, seconds=_HOUR),
    RETURN: Limit(requests=1, seconds=_HOUR),
    SUPPLIES: Limit(requests=2, seconds=_HOUR),
    SUPPLY: Limit(requests=2, seconds=_HOUR),
    SUPPLY_GOODS: Limit(requests=2, seconds=_HOUR),
    SUPPLY_BOXES: Limit(requests=2, seconds=_HOUR),
    ITEM_RETURNS: Limit(requests=2, seconds=_HOUR),
    CLAIMS: Limit(requests=1, seconds=_HOUR),
}


def limits_for(key_kind: str) -> Mapping[str, Limit]:
    """The buckets of a kind of token."""
    return LEAST if key_kind == BASE else FULL
