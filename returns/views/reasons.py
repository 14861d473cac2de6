"""Why goods come back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from catalog.selectors.choices import freshness
from companies.choices import Permission
from companies.permissions import requires
from core.components import Chip, Tab
from core.exports import export_menu
from core.filters import preset_days
from core.listing import account_ids, link, select
from marketplaces.contracts.returns import ReturnKind
from returns import charts
from returns.filters import NO_REASON, ScopeFilter
from returns.models import Return
from returns.selectors.reasons import CAME_BACK, reasons_page
from returns.tables import ReturnTable
from returns.views.tabs import tabs_of

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from companies.http import CompanyRequest
    from core.components import MenuItem
    from core.listing import Selection
    from core.periods import Days

DEFAULT_PERIOD = "30d"
PERIODS: tuple[tuple[str, StrOrPromise], ...] = (
    ("7d", gettext_lazy("7 days")),
    ("30d", gettext_lazy("30 days")),
    ("90d", gettext_lazy("90 days")),
)


@require_GET
@requires(Permission.VIEW)
def return_reasons(request: CompanyRequest) -> HttpResponse:
    """Reasons over a period: what to fix first, who can act, by product, by week. Returns of buyers unless the
    address names other kinds."""
    rows = Return.objects.for_company(request.company)
    selection = select(request, rows, table=ReturnTable, filterset=ScopeFilter)
    context: dict[str, Any] = {
        "found": selection,
        "fresh": freshness(request.company, stream="returns", accounts=account_ids(request.GET)),
        "tabs": tabs_of(request, current="returns:return-reasons"),
        "periods": _periods(request),
        "chips": _chips(request, selection),
        "keep": ("account", "product"),
        **(_told(request, selection) if selection.is_valid else {}),
    }
    return render(request, "returns/reasons.html", context)


def _told(request: CompanyRequest, selection: Selection) -> dict[str, Any]:
    """What the page tells of the returns that were asked for."""
    period = _period(selection)
    chosen = selection.filterset.rows_besides("period")
    if not selection.form.cleaned_data["kind"]:
        chosen = chosen.filter(kind=ReturnKind.CLIENT_RETURN)
    counted = _counted(request, selection, period)
    page = reasons_page(request.company, chosen, period=period)
    return {
        "page": page,
        "period": period,
        "pareto": charts.pareto(page),
        "heat": charts.heat(page),
        "trend": charts.trend(page),
        "list_url": f"{reverse('returns:return-list', args=[request.company.slug])}?{counted}",
        "no_reason": NO_REASON,
        "exports": _exports(request, counted) if page.total.units else [],
    }


def _period(selection: Selection) -> Days:
    chosen: Days | None = selection.form.cleaned_data["period"]
    return chosen or preset_days(DEFAULT_PERIOD, today=timezone.localdate())


def _periods(request: CompanyRequest) -> list[Tab]:
    """The ready periods; none is current when two days are given."""
    has_days = any(request.GET.get(name) for name in ("period_from", "period_to"))
    current = "" if has_days else request.GET.get("period") or DEFAULT_PERIOD
    return [
        Tab(
            label=label,
            url=link(request.GET, period=code, period_from=None, period_to=None),
            is_current=code == current,
        )
        for code, label in PERIODS
    ]


def _counted(request: CompanyRequest, selection: Selection, period: Days) -> str:
    """The query of the list of the returns counted here."""
    kinds = selection.form.cleaned_data["kind"] or [ReturnKind.CLIENT_RETURN.value]
    asked = [("kind", kind) for kind in kinds] + [("status", status.value) for status in CAME_BACK]
    asked += [("period_from", period.first.isoformat()), ("period_to", period.last.isoformat())]
    asked += [
        (name, request.GET[name]) for name in ("account", "marketplace", "product") if request.GET.get(name)
    ]
    return urlencode(asked)


def _exports(request: CompanyRequest, counted: str) -> list[MenuItem]:
    """The returns counted here as a file, one by one."""
    if not request.membership.can(Permission.EXPORT):
        return []
    slug = request.company.slug
    return export_menu(lambda form: reverse("returns:return-export", args=[slug, form]), counted)


def _chips(request: CompanyRequest, selection: Selection) -> list[Chip]:
    asked = request.GET.get("product", "")
    chosen = asked and dict(getattr(selection.form.fields["product"], "choices", ())).get(asked)
    return [Chip(label=_("Product"), value=chosen, url=link(request.GET, product=None))] if chosen else []
