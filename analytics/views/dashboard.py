"""The first page of a company."""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from analytics.charts import accounts
from analytics.charts import morning as charts
from analytics.charts import yesterday as past
from analytics.charts.decisions import decision_rows
from analytics.choices import Measure, Period
from analytics.forms import DashboardForm
from analytics.selectors.dashboard import dashboard as read_dashboard
from analytics.selectors.scope import UnknownAccount, other_money, scope_of
from companies.choices import Permission
from companies.permissions import requires
from core.components import Tab
from core.listing import SEEN, link
from marketplaces.onboarding import onboarding

if TYPE_CHECKING:
    from collections.abc import Mapping

    from analytics.selectors.dashboard import Dashboard
    from companies.http import CompanyRequest

# The rest unfolds below them.
_SHOWN_DECISIONS: Final = 6


@require_GET
@requires(Permission.VIEW)
def dashboard(request: CompanyRequest) -> HttpResponse:
    """The first page; for its live block 204 as long as nothing on it has changed."""
    choice = _choice(request)
    try:
        scope = scope_of(request.company, account=choice["account"], marketplace=choice["marketplace"])
    except UnknownAccount as exc:
        raise Http404 from exc
    found = read_dashboard(scope, period=choice["period"], now=timezone.now())
    context = _figures(request, found, choice) | _morning(found, choice)
    live = render_to_string("analytics/dashboard.html#live", context, request)
    seen = blake2b(live.encode(), digest_size=8).hexdigest()
    if request.htmx and request.GET.get(SEEN) == seen:
        return HttpResponse(status=204)
    context |= {
        "live": live,
        "other_money": () if request.htmx else other_money(scope),
        "live_url": link(request.GET, **{SEEN: seen}),
        "title": capfirst(date_format(found.sales.window.today, "l, j E")),
        "periods": _periods(request, choice["period"]),
        "can_plan": request.membership.can(Permission.EDIT_SUPPLIES),
    }
    template = "analytics/dashboard.html#block" if request.htmx else "analytics/dashboard.html"
    response = render(request, template, context)
    patch_vary_headers(response, ["HX-Request"])
    return response


def _choice(request: CompanyRequest) -> Mapping[str, Any]:
    """What the address asks for; a wrong word is said and the default stands in."""
    form = DashboardForm(request.GET)
    if form.is_valid():
        return form.cleaned_data
    if not request.htmx:
        names = ", ".join(str(form.fields[name].label).lower() for name in form.errors if name in form.fields)
        messages.warning(
            request,
            _("The address asks for something unknown (%(names)s): shown as usual.") % {"names": names},
        )
    defaults = {"period": Period.FOUR_WEEKS, "measure": Measure.ORDERS, "account": "", "marketplace": ""}
    return {**defaults, **form.cleaned_data}


def _figures(request: CompanyRequest, found: Dashboard, choice: Mapping[str, Any]) -> dict[str, Any]:
    """What the live block draws."""
    sales = found.sales
    return {
        "company": request.company,
        "found": found,
        "onboarding": None
        if found.health.is_begun or found.scope.is_narrowed
        else onboarding(request.company, rights=request.membership.rights),
        "account": choice["account"],
        "marketplace": choice["marketplace"],
        "has_orders": sales.known.first is not None,
        "tiles": charts.tiles(sales),
        "line": charts.line(sales, choice["measure"]),
        "measures": [
            Tab(
                label=_("Units") if sales.is_mixed and one is Measure.ORDERS else one.label,
                url=link(request.GET, measure=one.value),
                is_current=one is choice["measure"],
            )
            for one in Measure
        ],
        "parts": charts.parts(sales),
        "status_rows": charts.status_rows(sales, found.decisions.stuck),
        "stuck_norms": charts.stuck_norms(),
        "side_by_side": charts.side_by_side(sales),
        "stock_rows": [(row, charts.where(row)) for row in found.stock.soonest],
        "accounts_health": [(one, accounts.note_of(one)) for one in found.health.accounts],
    }


def _morning(found: Dashboard, choice: Mapping[str, Any]) -> dict[str, Any]:
    """What waits for somebody, and the day that is over."""
    narrowed = {name: choice[name] for name in ("account", "marketplace") if choice[name]}
    day = found.yesterday
    rows = decision_rows(found.decisions, found.scope, narrowed=narrowed, now=found.now)
    return {
        "decisions": rows[:_SHOWN_DECISIONS],
        "more_decisions": rows[_SHOWN_DECISIONS:],
        "today": f"{charts.today_so_far(found.sales)} {charts.waits(len(rows))}".rstrip(),
        "narrowed": urlencode(narrowed),
        "yesterday": past.yesterday_panel(day, is_mixed=found.sales.is_mixed),
        "accepted": [(supply, past.accepted(supply)) for supply in day.supplies],
        "more_accepted": day.supplies_count - len(day.supplies),
        "arrived": [(place.place, past.arrived(place)) for place in day.arrived],
        "happened": [(run, accounts.told(run)) for run in found.happened.runs],
    }


def _periods(request: CompanyRequest, current: Period) -> list[Tab]:
    return [
        Tab(label=one.label, url=link(request.GET, period=one.value), is_current=one is current)
        for one in Period
    ]
