"""Addresses of a company's settings, under its slug."""

from django.urls import path

from companies.views import settings

app_name = "settings"
urlpatterns = [
    path("settings/", settings.home, name="home"),
]
