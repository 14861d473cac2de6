"""The addresses of the product and one more: an empty page of the cabinet, to compare lists with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path

from companies.choices import Permission
from companies.permissions import requires
from fbo_cabinet import urls

if TYPE_CHECKING:
    from companies.http import CompanyRequest


@requires(Permission.VIEW)
def empty_page(request: CompanyRequest) -> HttpResponse:
    """The frame of every page, with nothing in it."""
    return render(request, "cabinet.html")


urlpatterns = [path("<slug:company_slug>/bench-empty/", empty_page, name="bench-empty"), *urls.urlpatterns]
