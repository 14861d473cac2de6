"""Addresses of analytics inside a company."""

from django.urls import path

from analytics.views import dashboard

app_name = "analytics"

urlpatterns = [
    path("", dashboard.dashboard, name="dashboard"),
]
