"""Addresses of the catalog and of the stock of a company, under its slug."""

from __future__ import annotations

from django.urls import path, re_path

from catalog.views import listings, prices, stock

app_name = "catalog"
urlpatterns = [
    path("catalog/", listings.listing_list, name="listing-list"),
    re_path(r"^catalog/export\.(?P<form>csv|xlsx)$", listings.listing_export, name="listing-export"),
    path("catalog/<int:pk>/", listings.product_detail, name="product-detail"),
    path("catalog/<int:pk>/prices/", prices.product_prices, name="product-prices"),
    path("catalog/prices/", prices.price_list, name="price-list"),
    re_path(r"^catalog/prices/export\.(?P<form>csv|xlsx)$", prices.price_export, name="price-export"),
    path("catalog/prices/change/", prices.price_change, name="price-change"),
    path("catalog/prices/changes/", prices.batch_list, name="price-batches"),
    path("catalog/prices/changes/<int:pk>/", prices.batch_detail, name="price-batch"),
    path("catalog/prices/changes/<int:pk>/confirm/", prices.batch_confirm, name="price-confirm"),
    path("catalog/prices/changes/<int:pk>/discard/", prices.batch_discard, name="price-discard"),
    path("stock/", stock.stock_list, name="stock-list"),
    re_path(r"^stock/export\.(?P<form>csv|xlsx)$", stock.stock_export, name="stock-export"),
]
