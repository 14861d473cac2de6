"""Addresses of the orders of a company, under its slug."""

from __future__ import annotations

from django.urls import path, re_path

from orders import views

app_name = "orders"
urlpatterns = [
    path("orders/", views.order_list, name="order-list"),
    re_path(r"^orders/export\.(?P<form>csv|xlsx)$", views.order_export, name="order-export"),
    path("orders/<int:pk>/", views.order_detail, name="order-detail"),
    path("orders/<int:pk>/refresh/", views.order_refresh, name="order-refresh"),
    path("orders/of-product/<int:pk>/", views.product_orders, name="product-orders"),
]
