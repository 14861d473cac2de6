"""The report on turnover and its file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from analytics.formulas.turnover import Grade
from analytics.selectors.turnover import turnover
from analytics.tables.turnover import TurnoverTable
from analytics.views.reports import about_report, ask, choice, frame, page_of, select_rows
from companies.choices import Permission
from companies.permissions import requires
from core import formats
from core.components import Counter
from core.exports import export_response
from core.listing import link

if TYPE_CHECKING:
    from django.http import HttpResponse

    from analytics.selectors.turnover import Turnover, TurnoverRow
    from analytics.views.reports import Asked
    from companies.http import CompanyRequest
    from core.listing import Selection

_ALL: Final = "all"
_GRADE: Final = "grade"


@require_GET
@requires(Permission.VIEW)
def page(request: CompanyRequest) -> HttpResponse:
    """How fast the goods turn over, how long they last, what lies too long."""
    asked = ask(request, also_known=[_GRADE, "sort", "after"])
    context: dict[str, Any] = {"title": _("Turnover"), "found": None}
    context |= frame(
        request,
        asked,
        current="analytics:turnover",
        stream="stock",
        export="analytics:turnover-export",
        keep=[_GRADE],
    )
    if asked.scope:
        report = turnover(asked.scope)
        selection = _selection(request, asked, report)
        context |= {
            "report": report,
            "found": page_of(selection, request),
            "counters": _counters(request, report),
        }
    return render(request, "analytics/turnover.html", context)


@require_GET
@requires(Permission.EXPORT)
def export(request: CompanyRequest, form: str) -> Any:
    """The same rows as a file."""
    asked = ask(request, also_known=[_GRADE, "sort", "after"])
    rows = turnover(asked.scope) if asked.scope else None
    about = about_report(
        request,
        asked,
        title=_("Turnover"),
        name="turnover",
        stream="stock",
        definition=_(
            "Turnover: average closing stock ÷ average units sold a day, over the days whose closing stock is known. "
            "Lasts: what can be sold now ÷ units a day of the last 28 days, days without stock left out."
        ),
    )
    return export_response(_selection(request, asked, rows), form=form, about=about)


def _selection(request: CompanyRequest, asked: Asked, report: Turnover | None) -> Selection:
    grade, warnings = choice(request, _GRADE, [_ALL, *Grade.values])
    rows: list[TurnoverRow] = [
        row for row in (report.rows if report else ()) if grade in (_ALL, row.grade.value)
    ]
    return select_rows(request, asked, table=TurnoverTable, rows=rows, warnings=warnings)


def _counters(request: CompanyRequest, report: Turnover) -> list[Counter]:
    """The classes, each a filter; those that no listing is in are left out."""
    chosen = request.GET.get(_GRADE, "")
    return [
        Counter(
            label=one.label,
            value=formats.number(listings),
            note=formats.units(units),
            url=link(request.GET, grade=None if chosen == one.value else one.value),
            tone=one.tone,
            is_current=chosen == one.value,
        )
        for one, (listings, units) in report.by_grade().items()
        if listings
    ]
