"""Turns the company in the URL into `request.company`, or into 404 for a stranger; signs changes with the person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.db.models import OuterRef, Subquery
from django.http import Http404, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

from companies.actors import Actor, acting, during_visit
from companies.models import Membership, StaffVisit
from companies.visiting import VISIT_KEY
from core.addresses import client_address

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponseBase


class ActorMiddleware:
    """Signs every change of an audited table made during a request with the person who is signed in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.method in ("GET", "HEAD", "OPTIONS"):
            # Pages change nothing of the kind, and asking who is signed in costs a query.
            return self.get_response(request)
        with acting(_actor(request)):
            return self.get_response(request)


class PersonMiddleware:
    """Speaks to the person who is signed in in his own language, whatever the browser prefers; times outside of
    companies are Moscow's."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        timezone.activate(settings.BUSINESS_TIME_ZONE)
        try:
            # Only a browser with a session can belong to anybody: guests cost no query.
            if settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated:
                _speak(request, request.user.language)
            return self.get_response(request)
        finally:
            timezone.deactivate()


def _speak(request: HttpRequest, language: str) -> None:
    if language in dict(settings.LANGUAGES):
        translation.activate(language)
        request.LANGUAGE_CODE = language


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
    ) -> HttpResponseBase | None:
        """Find the company, and remember it as the last one; guests pass on to the view, which asks them to
        sign in. Where the company requires a second factor, those without one are led to set it up."""
        slug = kwargs.get("company_slug")
        if slug is None or not request.user.is_authenticated:
            return None
        membership = _membership(request, slug)
        if membership is None:
            return _after_visit(request, slug)
        request.company = membership.company  # type: ignore[attr-defined]  # CompanyRequest
        request.membership = membership  # type: ignore[attr-defined]  # CompanyRequest
        timezone.activate(membership.company.zone)
        if membership.is_visit:
            return None
        if request.session.get("company") != slug:
            request.session["company"] = slug
        if membership.company.requires_second_factor and not is_mfa_enabled(request.user):
            return _lead(request, reverse("companies:second-factor", args=[membership.company_id]))
        return None


def _lead(request: HttpRequest, url: str) -> HttpResponseBase:
    """Send the browser there as a whole page, also when htmx asked for a part of one."""
    is_part = request.headers.get("HX-Request") == "true"
    return HttpResponseClientRedirect(url) if is_part else HttpResponseRedirect(url)


def _membership(request: HttpRequest, slug: str) -> Membership | None:
    own = (
        Membership.all_companies.select_related("company")
        .filter(company__slug=slug, user=request.user)
        .first()
    )
    return own or _visiting(request, slug)


def _visiting(request: HttpRequest, slug: str) -> Membership | None:
    """What staff are in the company while a visit of theirs goes on: never saved, with a part of the rights.

    The role is that of the member now, so that a visit ends with his membership.
    """
    visit = _visit(request, slug)
    if visit is None or visit.role_now is None or not visit.is_open(timezone.now()):
        return None
    staff: Any = request.user
    membership = Membership(company=visit.company, user=staff, role=visit.role_now)
    membership.is_visit = True
    request.visit = visit  # type: ignore[attr-defined]  # CompanyRequest
    during_visit(visit.pk)
    return membership


def _after_visit(request: HttpRequest, slug: str) -> HttpResponseBase:
    """A stranger learns nothing; staff whose visit is over are led back to where it began."""
    visit = _visit(request, slug)
    if visit is None:
        raise Http404
    messages.warning(request, _("The visit is over. If you need more time, begin another one."))
    return _lead(request, reverse("admin:companies_company_change", args=[visit.company_id]))


def _visit(request: HttpRequest, slug: str) -> Any:
    """The visit to the company that this browser began last, over or not."""
    visit_id = request.session.get(VISIT_KEY)
    if visit_id is None or not request.user.is_staff:
        return None
    member = Membership.all_companies.filter(company=OuterRef("company"), user=OuterRef("as_user"))
    return (
        StaffVisit.all_companies.select_related("company", "as_user")
        .annotate(role_now=Subquery(member.values("role")[:1]))
        .filter(pk=visit_id, staff=request.user, company__slug=slug)
        .first()
    )


def _actor(request: HttpRequest) -> Actor:
    user = request.user
    is_known = user.is_authenticated
    return Actor(
        source="admin" if request.path.startswith(reverse("admin:index")) else "web",
        user_id=user.pk if is_known else None,
        name=str(user)[:300] if is_known else "",
        address=client_address(request) or "",
    )
