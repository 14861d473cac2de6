"""Addresses of the supplies of a company, under its slug."""

from __future__ import annotations

from django.urls import path

from supplies.views import calendar, detail, lists

app_name = "supplies"
urlpatterns = [
    path("supplies/", lists.supply_list, name="supply-list"),
    path("supplies/calendar/", calendar.supply_calendar, name="supply-calendar"),
    path("supplies/<int:pk>/", detail.supply_detail, name="supply-detail"),
]
