"""Addresses of analytics inside a company."""

from django.urls import path, re_path

from analytics.views import conservation, dashboard, processing, reports, returning, sales, turnover

app_name = "analytics"

urlpatterns = [
    path("", dashboard.dashboard, name="dashboard"),
    path("analytics/", reports.reports, name="reports"),
    path("analytics/sales/", sales.sales, name="sales"),
    re_path(r"^analytics/sales/export\.(?P<form>csv|xlsx)$", sales.sales_export, name="sales-export"),
    path("analytics/processing/", processing.processing, name="processing"),
    re_path(
        r"^analytics/processing/export\.(?P<form>csv|xlsx)$",
        processing.processing_export,
        name="processing-export",
    ),
    path("analytics/returns/", returning.page, name="returns"),
    re_path(r"^analytics/returns/export\.(?P<form>csv|xlsx)$", returning.export, name="returns-export"),
    path("analytics/balance/", conservation.page, name="conservation"),
    re_path(
        r"^analytics/balance/export\.(?P<form>csv|xlsx)$", conservation.export, name="conservation-export"
    ),
    path("analytics/turnover/", turnover.page, name="turnover"),
    re_path(r"^analytics/turnover/export\.(?P<form>csv|xlsx)$", turnover.export, name="turnover-export"),
]
