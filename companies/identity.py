"""Whether the person has just proved who he is: asked before payout details, keys and people change."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Concatenate, ParamSpec
from urllib.parse import urlsplit

from allauth.account.internal.flows.reauthentication import did_recently_reauthenticate
from django.contrib import messages
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from collections.abc import Callable

    from django import forms
    from django.http import HttpResponse, HttpResponseBase

    from companies.http import CompanyRequest

P = ParamSpec("P")


def is_confirmed(request: CompanyRequest) -> bool:
    """Whether the password or the second factor was given again within ACCOUNT_REAUTHENTICATION_TIMEOUT."""
    return bool(did_recently_reauthenticate(request))


def asks_identity(
    view: Callable[Concatenate[CompanyRequest, P], HttpResponse],
) -> Callable[Concatenate[CompanyRequest, P], HttpResponseBase]:
    """Let a view run only for a person who has just proved who he is; stands below `@requires`.

    A page comes after the question; a button's POST leads through the question back to the page it stands on,
    where it is pressed again. For a form, whose input must not be lost, use `asks_identity_for_form`.
    """

    @wraps(view)
    def guarded(request: CompanyRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if is_confirmed(request):
            return view(request, *args, **kwargs)
        if request.method == "POST":
            messages.info(
                request,
                _("Confirm that it is you, then press the button once more: nothing has changed yet."),
            )
        return HttpResponseRedirect(_question(_page_of(request)))

    guarded.asks_identity = True  # type: ignore[attr-defined]  # docs/permissions.md reads it
    return guarded  # type: ignore[return-value]  # functools types a wrapper by parameter names


def asks_identity_for_form(
    view: Callable[Concatenate[CompanyRequest, P], HttpResponse],
) -> Callable[Concatenate[CompanyRequest, P], HttpResponseBase]:
    """Ask before the form is shown; once it is posted, the view itself asks `refuse_unconfirmed`."""

    @wraps(view)
    def guarded(request: CompanyRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if request.method == "POST" or is_confirmed(request):
            return view(request, *args, **kwargs)
        return HttpResponseRedirect(_question(request.get_full_path()))

    guarded.asks_identity = True  # type: ignore[attr-defined]  # as above
    return guarded  # type: ignore[return-value]  # functools types a wrapper by parameter names


def refuse_unconfirmed(request: CompanyRequest, form: forms.BaseForm) -> bool:
    """Whether the form may not be saved because the proof is too old; then the form says what to do.

    What was filled in stays in the form: the question opens in a tab of its own.
    """
    if is_confirmed(request):
        return False
    form.add_error(
        None,
        format_html(
            '{} <a href="{}" target="_blank" rel="noopener">{}</a>',
            _(
                "You confirmed that it is you too long ago. Nothing is lost: confirm once more, then save again."
            ),
            _question(reverse("companies:confirmed")),
            _("Confirm in a new tab"),
        ),
    )
    return True


def _question(back_to: str) -> str:
    return f"{reverse('account_reauthenticate')}?{urlencode({'next': back_to})}"


def _page_of(request: CompanyRequest) -> str:
    """The page to come back to: itself, or the page on which the pressed button stands."""
    if request.method != "POST":
        return request.get_full_path()
    referer = request.headers.get("Referer", "")
    if url_has_allowed_host_and_scheme(
        referer, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        parts = urlsplit(referer)
        return f"{parts.path}?{parts.query}" if parts.query else parts.path
    return reverse("settings:home", args=[request.company.slug])
