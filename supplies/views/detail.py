"""One supply, and asking the marketplace for it now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from companies.choices import Permission
from companies.permissions import requires
from core import live
from core.components import Crumb
from marketplaces.tasks import refresh
from supplies.models import Supply
from supplies.selectors import detail

if TYPE_CHECKING:
    from companies.http import CompanyRequest


@require_GET
@requires(Permission.VIEW)
def supply_detail(request: CompanyRequest, pk: int) -> HttpResponse:
    """One supply; for a live block only what moves."""
    try:
        page = detail.supply_page(request.company, pk)
    except Supply.DoesNotExist as exc:
        raise Http404 from exc
    seen = live.marker(page.supply.changed_at, page.supply.observed_at)
    if (silence := live.nothing_new(request, seen)) is not None:
        return silence
    context = {
        "page": page,
        "supply": page.supply,
        "seen": seen,
        "crumbs": [
            Crumb(label=_("Supplies"), url=reverse("supplies:supply-list", args=[request.company.slug]))
        ],
        "can_refresh": request.membership.can(Permission.SYNC) and page.supply.external_id != "",
        "can_plan": request.membership.can(Permission.EDIT_SUPPLIES),
    }
    return live.page_or_block(request, "supplies/detail.html", context)


@require_POST
@requires(Permission.SYNC)
def supply_refresh(request: CompanyRequest, pk: int) -> HttpResponse:
    """Ask the marketplace for this supply now."""
    rows = Supply.objects.for_company(request.company).exclude(external_id="")
    supply = get_object_or_404(rows.select_related("account"), pk=pk)
    answer = refresh(
        account=supply.account, by=request.user, stream="supplies", external_id=supply.external_id
    )
    if answer.is_accepted:
        messages.success(request, _("We are asking the marketplace: the page will change by itself."))
    elif answer.next_allowed_at is None:
        messages.warning(request, _("The account is stopped, so nothing is asked. Resume it first."))
    else:
        when = f"{timezone.localtime(answer.next_allowed_at):%H:%M:%S}"
        messages.warning(request, _("Just asked. One may ask again at %(when)s.") % {"when": when})
    return redirect("supplies:supply-detail", request.company.slug, pk)
