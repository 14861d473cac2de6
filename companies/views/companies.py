"""Pages about companies themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from companies.forms.companies import CompanyForm
from companies.selectors import free_slug, memberships_of
from companies.services import SlugTaken, create_company

if TYPE_CHECKING:
    from django.http import HttpResponse

    from companies.http import SignedInRequest


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def company_create(request: SignedInRequest) -> HttpResponse:
    """Create a company and go to its empty cabinet."""
    form = CompanyForm(request.POST or None)
    if form.is_valid():
        asked = form.cleaned_data
        try:
            company = create_company(
                asked["name"],
                slug=asked["slug"] or free_slug(asked["name"]),
                time_zone=asked["time_zone"],
                owner=request.user,
            )
        except SlugTaken:
            form.add_error("slug", _("This address is taken. Choose another, or leave it empty."))
        else:
            messages.success(request, _("The company is created. The first steps stand on this page."))
            return redirect(company)
    context = {"form": form, "is_first": not memberships_of(request.user)}
    return render(request, "companies/create.html", context, status=422 if form.is_bound else 200)
