"""Limits of Yandex Market's methods for a cabinet without a subscription, each a little under what is allowed.

They count by method, and some of them count items: of the request (`offers`), or of the answer, where we take the
turns of a whole page. Nothing in the key tells the subscription, so those who have MEDIUM keep these limits too.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from marketplaces.ratelimit import ALL, Limit

TOKEN: Final = "token"  # noqa: S105 - a name of a limit
CAMPAIGN: Final = "campaign"
OFFERS: Final = "offers"
PRICES: Final = "prices"
QUARANTINE: Final = "quarantine"
PRICE_UPDATES: Final = "price_updates"
STOCKS: Final = "stocks"
WAREHOUSES: Final = "warehouses"
ORDERS: Final = "orders"
SKUS: Final = "skus"
SUPPLIES: Final = "supplies"
SUPPLY_ITEMS: Final = "supply_items"
SUPPLY_DOCUMENTS: Final = "supply_documents"
RETURNS: Final = "returns"

# In any span at most `requests + burst - 1` are sent.
LIMITS: Final[Mapping[str, Limit]] = {
    # There is no common limit; this only keeps a seller's streams from running into one another.
    ALL: Limit(requests=20, seconds=1, burst=5),
    TOKEN: Limit(requests=90, seconds=3600, burst=10),
    CAMPAIGN: Limit(requests=4900, seconds=3600, burst=90),
    OFFERS: Limit(requests=90, seconds=60, burst=10),
    # Offers of the answer.
    PRICES: Limit(requests=4000, seconds=60, burst=1000),
    QUARANTINE: Limit(requests=4500, seconds=60, burst=100),
    # Offers of the request.
    PRICE_UPDATES: Limit(requests=9000, seconds=60, burst=1000),
    # Offers of the answer, once for each warehouse that holds them.
    STOCKS: Limit(requests=90_000, seconds=60, burst=10_000),
    WAREHOUSES: Limit(requests=90, seconds=3600, burst=10),
    ORDERS: Limit(requests=9900, seconds=3600, burst=90),
    # SKUs of the answer.
    SKUS: Limit(requests=1500, seconds=60, burst=500),
    SUPPLIES: Limit(requests=900, seconds=3600, burst=90),
    # Each supply takes one of both: half an hour's worth at once reads those of half a year in one run.
    SUPPLY_ITEMS: Limit(requests=500, seconds=3600, burst=490),
    SUPPLY_DOCUMENTS: Limit(requests=500, seconds=3600, burst=490),
    RETURNS: Limit(requests=4900, seconds=3600, burst=90),
}
