"""Addresses of the catalog and of the stock of a company, under its slug."""

from __future__ import annotations

from django.urls import path, re_path

from catalog.views import listings, stock

app_name = "catalog"
urlpatterns = [
    path("catalog/", listings.listing_list, name="listing-list"),
    re_path(r"^catalog/export\.(?P<form>csv|xlsx)$", listings.listing_export, name="listing-export"),
    path("catalog/<int:pk>/", listings.product_detail, name="product-detail"),
    path("stock/", stock.stock_list, name="stock-list"),
    re_path(r"^stock/export\.(?P<form>csv|xlsx)$", stock.stock_export, name="stock-export"),
]
