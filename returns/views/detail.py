"""One return."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from companies.choices import Permission
from companies.permissions import requires
from core import live
from core.components import Crumb
from returns.models import Return
from returns.selectors.detail import return_page

if TYPE_CHECKING:
    from companies.http import CompanyRequest


@require_GET
@requires(Permission.VIEW)
def return_detail(request: CompanyRequest, pk: int) -> HttpResponse:
    """One return; for a live block only what moves."""
    try:
        page = return_page(request.company, pk)
    except Return.DoesNotExist as exc:
        raise Http404 from exc
    seen = live.marker(page.row.changed_at, page.row.observed_at)
    if (silence := live.nothing_new(request, seen)) is not None:
        return silence
    context = {
        "page": page,
        "row": page.row,
        "seen": seen,
        "crumbs": [
            Crumb(label=_("Returns"), url=reverse("returns:return-list", args=[request.company.slug]))
        ],
    }
    return live.page_or_block(request, "returns/detail.html", context)
