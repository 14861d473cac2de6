"""Addresses of the supplies of a company, under its slug."""

from __future__ import annotations

from django.urls import path, re_path

from supplies.views import calendar, detail, lists

app_name = "supplies"
urlpatterns = [
    path("supplies/", lists.supply_list, name="supply-list"),
    re_path(r"^supplies/export\.(?P<form>csv|xlsx)$", lists.supply_export, name="supply-export"),
    path("supplies/of-product/<int:pk>/", lists.product_supplies, name="product-supplies"),
    path("supplies/calendar/", calendar.supply_calendar, name="supply-calendar"),
    path("supplies/<int:pk>/", detail.supply_detail, name="supply-detail"),
    path("supplies/<int:pk>/refresh/", detail.supply_refresh, name="supply-refresh"),
]
