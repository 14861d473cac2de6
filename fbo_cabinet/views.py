"""The front door: guests see what the cabinet is, people come to their company."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from companies.selectors import memberships_of
from marketplaces import registry

if TYPE_CHECKING:
    from django.http import HttpRequest


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The landing for guests, the company last looked at for people, the first step for newcomers."""
    if not request.user.is_authenticated:
        return render(request, "landing.html", {"marketplaces": list(registry.adapters())})
    companies = [membership.company for membership in memberships_of(request.user)]
    if not companies:
        return redirect("companies:company-create")
    last = request.session.get("company")
    return redirect(next((company for company in companies if company.slug == last), companies[0]))


def too_many(request: HttpRequest) -> HttpResponse:
    """The answer to what was tried too often: none of allauth's limits here looks back further than a minute."""
    response: HttpResponse
    if request.headers.get("Accept") == "application/json":
        response = JsonResponse({"error": "too_many", "retry_after": 60}, status=429)
    else:
        response = render(request, "429.html", status=429)
    response.headers["Retry-After"] = "60"
    return response
