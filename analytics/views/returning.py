"""The report on the level of returns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from analytics.charts import returning as charts
from analytics.choices import ReturnsBy
from analytics.selectors.returning import return_level, with_main_reasons
from analytics.tables.returning import ReturnLevelTable
from analytics.views.reports import about_report, ask, choice, frame, page_of, segment, select_rows
from companies.choices import Permission
from companies.permissions import requires
from core.exports import export_response
from marketplaces.contracts.returns import ReturnKind
from returns.selectors.reasons import CAME_BACK

if TYPE_CHECKING:
    from django.http import HttpResponse

    from analytics.selectors.levels import ReturnLevel
    from analytics.views.reports import Asked
    from companies.http import CompanyRequest
    from core.listing import Selection

_OWN: Final = ("by",)
# The returns of buyers that the report counts, as their list is asked for them.
_COUNTED: Final = urlencode(
    {"kind": ReturnKind.CLIENT_RETURN.value, "status": [status.value for status in CAME_BACK]}, doseq=True
)


@require_GET
@requires(Permission.VIEW)
def page(request: CompanyRequest) -> HttpResponse:
    """Figures, reasons, weeks and table of what came back."""
    asked, selection, found = _read(request)
    context = frame(
        request, asked, current="analytics:returns", stream="returns", export="analytics:returns-export", keep=_OWN
    ) | {"title": _("Return level"), "found": page_of(selection, request)}  # fmt: skip
    if found is not None:
        context |= {
            "report": found,
            "within": _within(request, found),
            "counted": _COUNTED,
            "tiles": charts.tiles(found),
            "line": charts.line(found),
            "reasons": charts.reasons(found),
            "breakdowns": segment(request, "by", ReturnsBy.choices, found.by),
            "rows": charts.bars(
                with_main_reasons(found, context["found"].rows),
                average=found.total.cohort_rate,
                largest=found.highest_rate,
            ),
        }
    return render(request, "analytics/returns.html", context)


@require_GET
@requires(Permission.EXPORT)
def export(request: CompanyRequest, form: str) -> Any:
    """The table of the report as a file."""
    asked, selection, _found = _read(request)
    about = about_report(
        request,
        asked,
        title=_("Return level"),
        name="returns",
        stream="returns",
        definition=_(
            "Return rate: of the orders placed in the period, units returned by buyers ÷ units delivered, as shares of 1. "
            "By the day: units that came back in the period ÷ units delivered in it. Refusals at hand-over are apart. A "
            "warehouse is the one that the order left, a cluster the one it went to."
        ),
    )
    return export_response(selection, form=form, about=about)


def _read(request: CompanyRequest) -> tuple[Asked, Selection, ReturnLevel | None]:
    """The report that the address asks for, and its rows in the order of the address."""
    asked = ask(request, also_known=_OWN)
    by, wrong_by = choice(request, "by", ReturnsBy.values)
    found = return_level(asked.scope, by=ReturnsBy(by)) if asked.scope else None
    selection = select_rows(
        request,
        asked,
        table=ReturnLevelTable,
        rows=found.rows if found else (),
        warnings=wrong_by,
    )
    return asked, selection, found


def _within(request: CompanyRequest, found: ReturnLevel) -> str:
    """The days, the account, the marketplace and the product of the report, for the pages of single returns; nothing
    where a category is chosen: they know none, and would list more than is counted here."""
    if found.scope.category:
        return ""
    days, scope = found.scope.days, ("account", "marketplace", "product")
    asked = {"period_from": days.first.isoformat(), "period_to": days.last.isoformat()}
    return urlencode(asked | {name: request.GET[name] for name in scope if request.GET.get(name)})
