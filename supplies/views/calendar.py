"""The calendar of slots and deadlines."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, cast

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from catalog.selectors.choices import freshness
from companies.choices import Permission
from companies.permissions import requires
from core.components import Tab
from core.filters import parse_day
from core.listing import account_ids, link, select
from supplies.filters import SupplyFilter
from supplies.selectors import lists
from supplies.selectors.calendar import View, calendar_page
from supplies.tables import SupplyTable
from supplies.views.lists import counters_of, switch_of

if TYPE_CHECKING:
    from companies.http import CompanyRequest
    from supplies.models import SupplyQuerySet

_FIRST, _LAST = date(2000, 1, 1), date(2100, 1, 1)


@require_GET
@requires(Permission.VIEW)
def supply_calendar(request: CompanyRequest) -> HttpResponse:
    """Slots and deadlines by day, of the same supplies that the list would show."""
    now = timezone.now()
    day, view, warnings = _asked(request, today=now.astimezone(request.company.zone).date())
    rows = lists.supply_list(request.company)
    also = ("day", "view")
    selection = select(request, rows, table=SupplyTable, filterset=SupplyFilter, also_known=also)
    chosen = cast("SupplyQuerySet", selection.queryset)
    context = {
        "page": calendar_page(chosen, request.company, day=day, view=view, now=now),
        "found": {"errors": selection.errors, "warnings": (*selection.warnings, *warnings)},
        "form": selection.form,
        "fresh": freshness(request.company, stream="supplies", accounts=account_ids(request.GET)),
        "counters": counters_of(request, selection),
        "switch": switch_of(request, current="supplies:supply-calendar"),
        "views": _views(request, day, view),
        "keep": ("view", "day", "account", "product"),
        "can_plan": request.membership.can(Permission.EDIT_SUPPLIES),
    }
    return render(request, "supplies/calendar.html", context)


def _asked(request: CompanyRequest, *, today: date) -> tuple[date, View, list[str]]:
    """The day and the view that the address names; today and a month, with a warning, when it names no such."""
    warnings = []
    text, word = request.GET.get("day", ""), request.GET.get("view", "")
    day = parse_day(text) if text else today
    if day is None or not _FIRST <= day <= _LAST:
        warnings.append(_("The calendar has no such day: here is today."))
        day = today
    if word not in ("", "month", "week"):
        warnings.append(_("The calendar has no such view: here is a month."))
    return day, "week" if word == "week" else "month", warnings


def _views(request: CompanyRequest, day: date, view: View) -> list[Tab]:
    names: tuple[tuple[str, View], ...] = ((_("Month"), "month"), (_("Week"), "week"))
    return [
        Tab(
            label=label,
            url=link(request.GET, view=name, day=day.isoformat() if "day" in request.GET else None),
            is_current=name == view,
        )
        for label, name in names
    ]
