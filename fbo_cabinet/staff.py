"""The admin of staff: signed in through the cabinet's own door, under a content policy of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from allauth.account.decorators import secure_admin_login
from csp.constants import SELF, UNSAFE_EVAL, UNSAFE_INLINE
from csp.decorators import csp_replace
from django.utils.decorators import method_decorator
from unfold.sites import UnfoldAdminSite

from companies.choices import VisitEnding
from companies.visiting import close_visit
from core.staff import StaffAdmin

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpResponse

# docs/adr/0001-admin-csp.md says why. A nonce would switch 'unsafe-inline' off, so there is none here.
POLICY: Final = {"script-src": [SELF, UNSAFE_EVAL], "style-src": [SELF, UNSAFE_INLINE]}


class StaffSite(UnfoldAdminSite):  # type: ignore[misc]  # unfold has no types
    """The default admin site (fbo_cabinet.apps.StaffAdminConfig)."""

    def register(self, model_or_iterable: Any, admin_class: type[Any] | None = None, **options: Any) -> None:
        """Take the pages made for this site and no others: those that packages bring along show the secrets of
        second factors and the keys of sessions."""
        if admin_class is not None and issubclass(admin_class, StaffAdmin):
            super().register(model_or_iterable, admin_class, **options)

    def admin_view(self, view: Callable[..., Any], cacheable: bool = False) -> Callable[..., Any]:  # noqa: FBT001, FBT002 - Django's signature
        guarded: Callable[..., Any] = csp_replace(POLICY)(super().admin_view(view, cacheable))
        return guarded

    def logout(self, request: Any, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Sign out of the admin and the cabinet; a visit to a seller's cabinet ends with it."""
        if request.method == "POST":
            close_visit(request, ending=VisitEnding.SIGNED_OUT)
        response: HttpResponse = super().logout(request, extra_context)
        return response

    @method_decorator(secure_admin_login)
    def login(self, request: Any, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Send guests to the cabinet's sign-in, where second factors and the lockout are."""
        response: HttpResponse = super().login(request, extra_context)
        return response
