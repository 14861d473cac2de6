"""All addresses of the product. Those of a company come last: whatever stands above is reserved."""

from __future__ import annotations

from importlib.util import find_spec

from django.conf import settings
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from fbo_cabinet import health, views


def _landed(module: str) -> bool:
    return find_spec(module) is not None


urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.home, name="home"),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("companies/", include("companies.urls")),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
]
if _landed("marketplaces.push_urls"):
    urlpatterns.append(path("", include("marketplaces.push_urls")))
if settings.STYLEGUIDE and _landed("core.styleguide"):
    urlpatterns.append(path("styleguide/", include("core.styleguide")))
urlpatterns += [
    path("<slug:company_slug>/", include(module))
    for module in ("analytics.urls", "catalog.urls", "marketplaces.urls", "orders.urls")
    if _landed(module)
]
