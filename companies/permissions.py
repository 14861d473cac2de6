"""The decorator that asks the table of rights (companies/choices.py) before a company view runs."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Concatenate, Final, ParamSpec

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpResponseBase

    from companies.choices import Permission
    from companies.http import CompanyRequest

P = ParamSpec("P")
SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})


def requires(
    permission: Permission, *, to_change: Permission | None = None
) -> Callable[
    [Callable[Concatenate[CompanyRequest, P], HttpResponseBase]],
    Callable[Concatenate[CompanyRequest, P], HttpResponseBase],
]:
    """Let a company view run only for members who have the permission; `to_change`, where given, for POST.

    A guest is sent to sign in; a stranger has got 404 from the middleware; a member without the right gets
    403. The view is called without `company_slug`: it reads `request.company`. The isolation table and
    docs/permissions.md read both permissions from the view.
    """

    def decorate(
        view: Callable[Concatenate[CompanyRequest, P], HttpResponseBase],
    ) -> Callable[Concatenate[CompanyRequest, P], HttpResponseBase]:
        @wraps(view)
        def guarded(request: CompanyRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            kwargs.pop("company_slug", None)
            if getattr(request, "membership", None) is None:
                # The middleware gave a stranger 404: only a guest comes here without a membership.
                return redirect_to_login(request.get_full_path())
            needed = permission if request.method in SAFE_METHODS else to_change or permission
            if not request.membership.can(needed):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        guarded.permission = permission  # type: ignore[attr-defined]  # read by the isolation table
        guarded.permission_to_change = to_change or permission  # type: ignore[attr-defined]  # as above
        return guarded  # type: ignore[return-value]  # functools types a wrapper by parameter names

    return decorate
