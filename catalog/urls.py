"""Addresses of the catalog and of the stock of a company, under its slug."""

from __future__ import annotations

from django.urls import path, re_path

from catalog import views

app_name = "catalog"
urlpatterns = [
    path("catalog/", views.listing_list, name="listing-list"),
    re_path(r"^catalog/export\.(?P<form>csv|xlsx)$", views.listing_export, name="listing-export"),
    path("catalog/<int:pk>/", views.product_detail, name="product-detail"),
    path("stock/", views.stock_list, name="stock-list"),
    re_path(r"^stock/export\.(?P<form>csv|xlsx)$", views.stock_export, name="stock-export"),
]
