"""The filters of the lists of the assortment."""

from catalog.filters.listings import ListingFilter
from catalog.filters.stock import StockFilter

__all__ = ["ListingFilter", "StockFilter"]
