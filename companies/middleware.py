"""Turns the company in the URL into `request.company`, or into 404 for a stranger."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import Http404
from django.utils import timezone

from companies.models import Membership

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponseBase


class CompanyMiddleware:
    """Sets `request.company` and `request.membership` for URLs with a `company_slug`."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        try:
            return self.get_response(request)
        finally:
            timezone.deactivate()

    def process_view(
        self, request: HttpRequest, _view: Any, _args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> None:
        """Find the company, and remember it as the last one; guests pass on to the view, which asks them to
        sign in."""
        slug = kwargs.get("company_slug")
        if slug is None or not request.user.is_authenticated:
            return
        membership = (
            Membership.all_companies.select_related("company")
            .filter(company__slug=slug, user=request.user)
            .first()
        )
        if membership is None:
            raise Http404
        request.company = membership.company  # type: ignore[attr-defined]  # CompanyRequest
        request.membership = membership  # type: ignore[attr-defined]  # CompanyRequest
        timezone.activate(membership.company.zone)
        if request.session.get("company") != slug:
            request.session["company"] = slug
