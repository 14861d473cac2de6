"""Addresses of companies themselves."""

from django.urls import path

from companies.views import companies

app_name = "companies"
urlpatterns = [
    path("new/", companies.company_create, name="company-create"),
]
