"""Addresses of companies themselves."""

from django.urls import path

from companies import views

app_name = "companies"
urlpatterns = [
    path("new/", views.company_create, name="company-create"),
]
