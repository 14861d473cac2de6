"""The list of supplies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render
from django.views.decorators.http import require_GET

from companies.choices import Permission
from companies.permissions import requires

if TYPE_CHECKING:
    from django.http import HttpResponse

    from companies.http import CompanyRequest


@require_GET
@requires(Permission.VIEW)
def supply_list(request: CompanyRequest) -> HttpResponse:
    """The supplies of the company."""
    return render(request, "supplies/list.html")
