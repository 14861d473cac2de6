"""The balance of units: the page and its file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from analytics.selectors.conservation import Verdict, conservation
from analytics.tables.conservation import BalanceTable
from analytics.views.reports import about_report, ask, choice, frame, page_of, select_rows
from companies.choices import Permission
from companies.permissions import requires
from core import formats
from core.components import Counter
from core.exports import export_response
from core.listing import link

if TYPE_CHECKING:
    from django.http import HttpResponse

    from analytics.selectors.conservation import Conservation
    from analytics.views.reports import Asked
    from companies.http import CompanyRequest
    from core.listing import Selection

_ALL: Final = "all"
_VERDICT: Final = "verdict"


@require_GET
@requires(Permission.VIEW)
def page(request: CompanyRequest) -> HttpResponse:
    """What came and what left against what lies there, listing by listing."""
    asked, selection, found = _read(request)
    context = frame(
        request,
        asked,
        current="analytics:conservation",
        stream="stock",
        export="analytics:conservation-export",
        keep=[_VERDICT],
    ) | {"title": _("Units balance"), "found": page_of(selection, request)}
    if found is not None:
        context |= {"report": found, "counters": _counters(request, found)}
    return render(request, "analytics/conservation.html", context)


@require_GET
@requires(Permission.EXPORT)
def export(request: CompanyRequest, form: str) -> Any:
    """The same rows as a file."""
    asked, selection, _found = _read(request)
    about = about_report(
        request,
        asked,
        title=_("Units balance"),
        name="balance",
        stream="stock",
        definition=_(
            "Over the whole life of a listing: accepted − sold (ordered less cancelled) − refused and not back + returned "
            "and back − taken away should be there; for sale + prepared + in check is there. The period does not matter."
        ),
    )
    return export_response(selection, form=form, about=about)


def _read(request: CompanyRequest) -> tuple[Asked, Selection, Conservation | None]:
    """The balance that the address asks for, and its rows in the order of the address."""
    asked = ask(request, also_known=[_VERDICT])
    verdict, wrong = choice(request, _VERDICT, [_ALL, *Verdict.values])
    found = conservation(asked.scope) if asked.scope else None
    rows = [row for row in (found.rows if found else ()) if verdict in (_ALL, row.verdict.value)]
    return asked, select_rows(request, asked, table=BalanceTable, rows=rows, warnings=wrong), found


def _counters(request: CompanyRequest, found: Conservation) -> list[Counter]:
    """What the balances say, each a filter; what none says is left out."""
    chosen = request.GET.get(_VERDICT, "")
    return [
        Counter(
            label=one.label,
            value=formats.number(listings),
            note=formats.units(units) if units else "",
            url=link(request.GET, verdict=None if chosen == one.value else one.value),
            tone=one.tone,
            is_current=chosen == one.value,
        )
        for one, (listings, units) in found.by_verdict().items()
        if listings
    ]
