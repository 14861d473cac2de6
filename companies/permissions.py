"""The decorator that asks the table of rights (companies/choices.py) before a company view runs."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Concatenate, ParamSpec

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied

from companies.choices import RIGHTS, Permission, Role

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpResponse, HttpResponseBase

    from companies.http import CompanyRequest

P = ParamSpec("P")


def requires(
    permission: Permission,
) -> Callable[
    [Callable[Concatenate[CompanyRequest, P], HttpResponse]],
    Callable[Concatenate[CompanyRequest, P], HttpResponseBase],
]:
    """Let a company view run only for members whose role has the permission.

    A guest is sent to sign in; a stranger has got 404 from the middleware; a member without the right gets
    403. The view is called without `company_slug`: it reads `request.company`.
    """

    def decorate(
        view: Callable[Concatenate[CompanyRequest, P], HttpResponse],
    ) -> Callable[Concatenate[CompanyRequest, P], HttpResponseBase]:
        @wraps(view)
        def guarded(request: CompanyRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            kwargs.pop("company_slug", None)
            if getattr(request, "membership", None) is None:
                # The middleware gave a stranger 404: only a guest comes here without a membership.
                return redirect_to_login(request.get_full_path())
            if permission not in RIGHTS[Role(request.membership.role)]:
                raise PermissionDenied
            return view(request, *args, **kwargs)

        guarded.permission = permission  # type: ignore[attr-defined]  # read by the isolation table
        return guarded  # type: ignore[return-value]  # functools types a wrapper by parameter names

    return decorate
