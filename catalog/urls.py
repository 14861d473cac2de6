"""Addresses of the catalog and of the stock of a company, under its slug."""

from __future__ import annotations

from django.urls import path, re_path

from catalog.views import costs, dimensions, listings, matching, prices, stock, tariffs

app_name = "catalog"
urlpatterns = [
    path("catalog/", listings.listing_list, name="listing-list"),
    re_path(r"^catalog/export\.(?P<form>csv|xlsx)$", listings.listing_export, name="listing-export"),
    path("catalog/<int:pk>/", listings.product_detail, name="product-detail"),
    path("catalog/<int:pk>/measure/", dimensions.product_measure, name="product-measure"),
    path("catalog/<int:pk>/merge/", matching.product_merge, name="product-merge"),
    path("catalog/listings/<int:pk>/link/", matching.listing_link, name="listing-link"),
    path("catalog/listings/<int:pk>/split/", matching.listing_split, name="listing-split"),
    path("catalog/moves/<uuid:token>/undo/", matching.moves_undo, name="moves-undo"),
    path("catalog/matching/", matching.pair_list, name="pair-list"),
    path("catalog/matching/<int:pk>/decide/", matching.pair_decide, name="pair-decide"),
    path("catalog/matching/<int:pk>/reopen/", matching.pair_reopen, name="pair-reopen"),
    path("catalog/<int:pk>/prices/", prices.product_prices, name="product-prices"),
    path("catalog/prices/", prices.price_list, name="price-list"),
    re_path(r"^catalog/prices/export\.(?P<form>csv|xlsx)$", prices.price_export, name="price-export"),
    path("catalog/prices/change/", prices.price_change, name="price-change"),
    path("catalog/prices/changes/", prices.batch_list, name="price-batches"),
    path("catalog/prices/changes/<int:pk>/", prices.batch_detail, name="price-batch"),
    path("catalog/prices/changes/<int:pk>/confirm/", prices.batch_confirm, name="price-confirm"),
    path("catalog/prices/changes/<int:pk>/discard/", prices.batch_discard, name="price-discard"),
    path("catalog/tariffs/", tariffs.tariff_list, name="tariff-list"),
    re_path(r"^catalog/tariffs/export\.(?P<form>csv|xlsx)$", tariffs.tariff_export, name="tariff-export"),
    path("catalog/<int:pk>/tariffs/", tariffs.product_tariffs, name="product-tariffs"),
    path("catalog/costs/", costs.cost_list, name="cost-list"),
    re_path(r"^catalog/costs/export\.(?P<form>csv|xlsx)$", costs.cost_export, name="cost-export"),
    path("catalog/costs/template/", costs.cost_template, name="cost-template"),
    path("catalog/costs/files/new/", costs.cost_upload, name="cost-upload"),
    path("catalog/costs/files/<int:pk>/", costs.cost_import, name="cost-import"),
    path("catalog/costs/files/<int:pk>/apply/", costs.cost_apply, name="cost-apply"),
    path("catalog/costs/files/<int:pk>/discard/", costs.cost_discard, name="cost-discard"),
    path("catalog/costs/files/<int:pk>/errors/", costs.cost_errors, name="cost-errors"),
    path("catalog/costs/<int:pk>/delete/", costs.cost_delete, name="cost-delete"),
    path("catalog/<int:pk>/costs/", costs.product_costs, name="product-costs"),
    path("stock/", stock.stock_list, name="stock-list"),
    re_path(r"^stock/export\.(?P<form>csv|xlsx)$", stock.stock_export, name="stock-export"),
]
