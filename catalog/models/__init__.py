"""The tables of the assortment: products and listings, places, stock, prices, costs, tariffs, matching."""

from catalog.models.costs import CostImport, CostPrice
from catalog.models.days import TouchedDay
from catalog.models.matching import DoubtfulPair, ListingMove
from catalog.models.places import Cluster, Warehouse
from catalog.models.prices import ListingPrice, PriceBatch, PriceChange
from catalog.models.products import LONGEST_ARTICLE, Listing, Product
from catalog.models.stock import IDLE_STATES, Quantities, StockHold, StockInterval, StockLevel
from catalog.models.tariffs import Tariff, TariffDay

__all__ = [
    "IDLE_STATES",
    "LONGEST_ARTICLE",
    "Cluster",
    "CostImport",
    "CostPrice",
    "DoubtfulPair",
    "Listing",
    "ListingMove",
    "ListingPrice",
    "PriceBatch",
    "PriceChange",
    "Product",
    "Quantities",
    "StockHold",
    "StockInterval",
    "StockLevel",
    "Tariff",
    "TariffDay",
    "TouchedDay",
    "Warehouse",
]
