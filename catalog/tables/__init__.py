"""The columns of the lists of the assortment."""

from catalog.tables.listings import ListingTable
from catalog.tables.stock import StockTable

__all__ = ["ListingTable", "StockTable"]
