"""What waits to be picked up, by place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from catalog.selectors.choices import freshness
from companies.choices import Permission
from companies.permissions import requires
from core.listing import account_ids, select
from returns.filters import ScopeFilter
from returns.selectors.lists import return_list
from returns.selectors.places import pick_ups
from returns.tables import ReturnTable
from returns.views.tabs import tabs_of

if TYPE_CHECKING:
    from companies.http import CompanyRequest


@require_GET
@requires(Permission.VIEW)
def return_pick_up(request: CompanyRequest) -> HttpResponse:
    """Places with units to pick up, the nearest deadline first."""
    selection = select(request, return_list(request.company), table=ReturnTable, filterset=ScopeFilter)
    context = {
        "found": selection,
        "page": pick_ups(selection.queryset, today=timezone.localdate()),
        "fresh": freshness(request.company, stream="returns", accounts=account_ids(request.GET)),
        "tabs": tabs_of(request, current="returns:return-pick-up"),
    }
    return render(request, "returns/pick_up.html", context)
