"""Addresses of returns inside a company."""

from __future__ import annotations

from django.urls import path, re_path

from returns.views import detail, lists, places, reasons

app_name = "returns"

urlpatterns = [
    path("returns/", lists.return_list, name="return-list"),
    re_path(r"^returns/export\.(?P<form>csv|xlsx)$", lists.return_export, name="return-export"),
    path("returns/reasons/", reasons.return_reasons, name="return-reasons"),
    path("returns/pick-up/", places.return_pick_up, name="return-pick-up"),
    path("returns/unmatched/", lists.return_unmatched, name="return-unmatched"),
    path("returns/<int:pk>/", detail.return_detail, name="return-detail"),
    path("returns/of-product/<int:pk>/", lists.product_returns, name="product-returns"),
    path("returns/of-order/<int:pk>/", lists.order_returns, name="order-returns"),
]
