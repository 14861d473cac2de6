"""All addresses of the product. Those of a company come last: whatever stands above is reserved."""

from __future__ import annotations

from django.conf import settings
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from fbo_cabinet import health, letters, views

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.home, name="home"),
    path("accounts/", include("companies.profile_urls")),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("companies/", include("companies.urls")),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
    path("", include("marketplaces.push_urls")),
]
if settings.STYLEGUIDE:
    urlpatterns += [
        path("styleguide/letters/", include(letters)),
        path("styleguide/", include("core.styleguide")),
    ]
urlpatterns += [
    path("<slug:company_slug>/", include("analytics.urls")),
    path("<slug:company_slug>/", include("returns.urls")),
    path("<slug:company_slug>/", include("supplies.urls")),
    path("<slug:company_slug>/", include("orders.urls")),
    path("<slug:company_slug>/", include("catalog.urls")),
    path("<slug:company_slug>/", include("marketplaces.urls")),
    path("<slug:company_slug>/", include("companies.settings_urls")),
]
# Asked by allauth when something is tried too often.
handler429 = "fbo_cabinet.views.too_many"
