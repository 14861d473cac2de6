"""The report of sales dynamics."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from analytics.charts import sales as charts
from analytics.choices import Breakdown, Grain, Measure
from analytics.selectors.buckets import grains_of
from analytics.selectors.dynamics import dynamics
from analytics.tables.sales import SalesTable
from analytics.views.reports import about_report, ask, choice, frame, page_of, segment, select_rows
from companies.choices import Permission
from companies.permissions import requires
from core.exports import export_response

if TYPE_CHECKING:
    from analytics.selectors.dynamics import Dynamics
    from analytics.selectors.scope import ReportScope
    from analytics.views.reports import Asked
    from companies.http import CompanyRequest
    from core.listing import Selection

_OWN = ("by", "grain", "measure")
_MEASURES = (Measure.REVENUE.value, Measure.ORDERS.value)
# Up to so many days a line of days is still read at a glance, then of weeks.
_DAYS_READ, _WEEKS_READ = 45, 200


@require_GET
@requires(Permission.VIEW)
def sales(request: CompanyRequest) -> HttpResponse:
    """Figures, line and table of what was ordered."""
    asked, selection, found = _read(request)
    measure = Measure(choice(request, "measure", _MEASURES)[0])
    context = frame(request, asked, current="analytics:sales", export="analytics:sales-export", keep=_OWN) | {
        "title": _("Sales"),
        "found": page_of(selection, request),
    }
    if found is not None:
        classes = charts.classes(found.rows)
        context |= {
            "report": found,
            "tiles": charts.tiles(found),
            "line": charts.line(found, measure),
            "classes": classes,
            "parts": charts.parts(classes),
            "measures": segment(request, "measure", _measures(), measure),
            "grains": segment(
                request, "grain", _grains(found.scope), found.grain, usual=_usual_grain(found.scope)
            ),
            "breakdowns": segment(request, "by", Breakdown.choices, found.by),
        }
    return render(request, "analytics/sales.html", context)


@require_GET
@requires(Permission.EXPORT)
def sales_export(request: CompanyRequest, form: str) -> Any:
    """The table of the report as a file."""
    asked, selection, _found = _read(request)
    about = about_report(
        request,
        asked,
        title=_("Sales"),
        name="sales",
        definition=_(
            "Units and money of the orders placed in the period at the seller's price, before cancellations and returns. "
            "Buyout is bought ÷ (bought + cancelled + returned); classes are by money, A up to 80 %, B up to 95 %."
        ),
    )
    return export_response(selection, form=form, about=about)


def _read(request: CompanyRequest) -> tuple[Asked, Selection, Dynamics | None]:
    """The report that the address asks for, and its rows in the order of the address."""
    asked = ask(request, also_known=_OWN)
    by, wrong_by = choice(request, "by", Breakdown.values)
    _measure, wrong_measure = choice(request, "measure", _MEASURES)
    found: Dynamics | None = None
    wrong_grain: list[str] = []
    if asked.scope:
        usual = _usual_grain(asked.scope)
        grain, wrong_grain = choice(request, "grain", (usual, *grains_of(asked.scope.days)))
        found = dynamics(asked.scope, grain=Grain(grain), by=Breakdown(by))
    selection = select_rows(
        request,
        asked,
        table=SalesTable,
        rows=found.rows if found else (),
        warnings=(*wrong_by, *wrong_measure, *wrong_grain),
    )
    return asked, selection, found


def _measures() -> list[tuple[str, Any]]:
    return [(Measure.REVENUE.value, Measure.REVENUE.label), (Measure.ORDERS.value, _("Units"))]


def _grains(scope: ReportScope) -> list[tuple[str, Any]]:
    return [(grain.value, grain.label) for grain in grains_of(scope.days)]


def _usual_grain(scope: ReportScope) -> Grain:
    """Days for weeks, weeks for months, months for years."""
    days = len(scope.days)
    return Grain.DAY if days <= _DAYS_READ else Grain.WEEK if days <= _WEEKS_READ else Grain.MONTH
