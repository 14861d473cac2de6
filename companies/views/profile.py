"""A person's own pages: name and language, browsers that are signed in, the history of sign-ins."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from companies import services
from companies.filters.sign_ins import SignInFilter
from companies.forms.profile import ProfileForm
from companies.selectors import sessions_of, sign_in_rows, sign_ins_of
from companies.tables.sign_ins import SignInTable
from core.listing import listing

if TYPE_CHECKING:
    from django.http import HttpResponse

    from companies.http import SignedInRequest


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: SignedInRequest) -> HttpResponse:
    """Name and language of the person, the e-mail he signs in with."""
    user = request.user
    known = {"name": user.name, "language": user.language}
    form = ProfileForm(request.POST if request.method == "POST" else None, initial=known)
    if form.is_valid():
        services.change_profile(user=user, **form.cleaned_data)
        with override(user.language):
            messages.success(request, _("Saved."))
        return redirect("profile:profile")
    return render(request, "companies/profile.html", {"form": form}, status=422 if form.is_bound else 200)


@never_cache
@login_required
@require_safe
def sessions(request: SignedInRequest) -> HttpResponse:
    """The browsers in which the person is signed in."""
    rows = sessions_of(request.user, current_key=request.session.session_key)
    return render(request, "usersessions/usersession_list.html", {"sessions": rows})


@login_required
@require_POST
def session_end(request: SignedInRequest, pk: int) -> HttpResponse:
    """Sign out one browser; the one at hand comes to the front door."""
    if not services.end_session(user=request.user, session_id=pk):
        raise Http404
    messages.success(request, _("That browser is signed out."))
    return redirect("profile:sessions")


@login_required
@require_POST
def session_end_others(request: SignedInRequest) -> HttpResponse:
    """Sign out every other browser."""
    count = services.end_other_sessions(user=request.user, current_key=request.session.session_key)
    text = ngettext("%(count)s browser is signed out.", "%(count)s browsers are signed out.", count)
    messages.success(request, text % {"count": count} if count else _("There is no other browser."))
    return redirect("profile:sessions")


@never_cache
@login_required
@require_safe
def sign_ins(request: SignedInRequest) -> HttpResponse:
    """Who tried to sign in as the person, from where, and how it ended."""
    found = listing(request, sign_ins_of(request.user), table=SignInTable, filterset=SignInFilter)
    context = {"found": found, "rows": sign_in_rows(found.rows), "wide": True}
    return render(request, "companies/sign_ins.html", context)
