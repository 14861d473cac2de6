"""The way into the settings of a company."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from companies.choices import Permission
from companies.permissions import requires

if TYPE_CHECKING:
    from django.http import HttpResponse

    from companies.http import CompanyRequest


@require_safe
@requires(Permission.VIEW)
def home(request: CompanyRequest) -> HttpResponse:
    """The first page of the settings."""
    return redirect("settings:company", request.company.slug)
