"""The report of order status and processing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from analytics.charts import processing as charts
from analytics.selectors.processing import processing as read_processing
from analytics.tables.processing import ProcessingTable, WeekTable
from analytics.views.reports import about_report, ask, choice, frame, page_of, segment, select_rows
from companies.choices import Permission
from companies.permissions import requires
from core.exports import export_response

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from analytics.selectors.processing import Processing
    from analytics.views.reports import Asked
    from companies.http import CompanyRequest
    from core.listing import Selection

_BY_ORDER: Final = gettext_lazy(
    "Processing is measured by order: the choice of a category or a product narrows the stuck orders only."
)
_BREAKDOWNS: list[tuple[str, StrOrPromise]] = [
    ("warehouse", gettext_lazy("By warehouse")),
    ("cluster", gettext_lazy("By cluster")),
    ("week", gettext_lazy("By week")),
]


@require_GET
@requires(Permission.VIEW)
def processing(request: CompanyRequest) -> HttpResponse:
    """Where orders stand, how long each step takes, and which orders are stuck."""
    asked, selection, found = _read(request)
    context = frame(
        request,
        asked,
        current="analytics:processing",
        export="analytics:processing-export",
        keep=("by",),
    ) | {"title": _("Order processing"), "found": page_of(selection, request)}
    if found is not None:
        context |= {
            "report": found,
            "tiles": charts.tiles(found),
            "line": charts.line(found),
            "parts": charts.parts(found),
            "norms": charts.norms(found),
            "rows": charts.dated(context["found"].rows, found.scope.days),
            "by_order": _BY_ORDER if found.scope.is_of_some_listings else "",
            "breakdowns": segment(request, "by", _BREAKDOWNS, found.by),
        }
    return render(request, "analytics/processing.html", context)


@require_GET
@requires(Permission.EXPORT)
def processing_export(request: CompanyRequest, form: str) -> Any:
    """The table of the report as a file."""
    asked, selection, _found = _read(request)
    definition = _(
        "Hours within which half, and nine of ten, of the orders placed in the period were through a step, rounded up."
    )
    if asked.scope and asked.scope.is_of_some_listings:
        definition = f"{definition} {_BY_ORDER}"
    about = about_report(
        request, asked, title=_("Order processing"), name="processing", definition=definition
    )
    return export_response(selection, form=form, about=about)


def _read(request: CompanyRequest) -> tuple[Asked, Selection, Processing | None]:
    """The report that the address asks for, and its rows in the order of the address."""
    asked = ask(request, also_known=("by",))
    by, warnings = choice(request, "by", [code for code, _label in _BREAKDOWNS])
    found = read_processing(asked.scope, by=by, now=timezone.now()) if asked.scope else None
    selection = select_rows(
        request,
        asked,
        table=WeekTable if by == "week" else ProcessingTable,
        rows=found.rows if found else (),
        warnings=warnings,
    )
    return asked, selection, found
