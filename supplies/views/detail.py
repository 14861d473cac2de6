"""One supply."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from companies.choices import Permission
from companies.permissions import requires
from supplies.models import Supply

if TYPE_CHECKING:
    from django.http import HttpResponse

    from companies.http import CompanyRequest


@require_GET
@requires(Permission.VIEW)
def supply_detail(request: CompanyRequest, pk: int) -> HttpResponse:
    """One supply."""
    supply = get_object_or_404(Supply.objects.for_company(request.company), pk=pk)
    return render(request, "supplies/detail.html", {"supply": supply})
