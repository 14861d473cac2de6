"""What the pages of all reports share: the scope bar, the tabs, paging, the files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, cast

from django.shortcuts import redirect
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from analytics.filters import REPORT_PERIODS, USUAL_PERIOD, ReportFilter
from analytics.selectors.scope import other_money, report_scope
from catalog.models import Listing as CatalogListing
from catalog.selectors.choices import freshness
from companies.choices import Permission
from companies.permissions import requires
from core import formats
from core.components import Chip, Tab
from core.exports import About, export_menu
from core.listing import (
    AFTER,
    BEFORE,
    PAGE_SIZE,
    SEEN,
    Listing,
    Selection,
    form_errors,
    link,
    order_of,
    query_without,
    unknown_parameters,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpResponse
    from django_stubs_ext import StrOrPromise

    from analytics.selectors.scope import ReportScope
    from analytics.tables.report import ReportTable
    from catalog.selectors.choices import Freshness
    from companies.http import CompanyRequest

# Address and label of every report; one that is not there yet is not shown.
REPORTS: Final[tuple[tuple[str, StrOrPromise], ...]] = (
    ("analytics:sales", gettext_lazy("Sales")),
    ("analytics:turnover", gettext_lazy("Turnover")),
    ("analytics:returns", gettext_lazy("Returns")),
    ("analytics:processing", gettext_lazy("Processing")),
    ("analytics:conservation", gettext_lazy("Units balance")),
)
_SEGMENT: Final = ("7d", "28d", "90d", "365d")
# What goes along from report to report.
_SCOPE: Final = (
    "period", "period_from", "period_to", "compare", "marketplace", "account", "category", "product",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What an address asks of a report. `scope` is None when a filter cannot be understood: then nothing is shown,
    and `errors` say why."""

    filterset: ReportFilter
    scope: ReportScope | None
    errors: tuple[tuple[str, str], ...]
    warnings: tuple[str, ...]


@require_GET
@requires(Permission.VIEW)
def reports(request: CompanyRequest) -> HttpResponse:
    """The section of the reports begins with sales."""
    query = request.GET.urlencode()
    return redirect(
        f"{reverse('analytics:sales', args=[request.company.slug])}{f'?{query}' if query else ''}"
    )


def ask(request: CompanyRequest, *, also_known: Sequence[str] = ()) -> Asked:
    """Read the scope bar; parameters that neither it nor `also_known` names are told as a warning."""
    rows = CatalogListing.objects.for_company(request.company)
    filters = ReportFilter(request.GET, queryset=rows, request=request)
    scope = None
    if filters.is_valid():
        scope = report_scope(request.company, filters.form.cleaned_data, today=timezone.localdate())
    return Asked(
        filterset=filters,
        scope=scope,
        errors=tuple(form_errors(filters.form)),
        warnings=tuple(unknown_parameters(request.GET, {*also_known, *filters.known_parameters()})),
    )


def choice(request: CompanyRequest, name: str, choices: Sequence[str]) -> tuple[str, list[str]]:
    """One of the words that a parameter may say, the first unless told; and the warning about another word."""
    word = request.GET.get(name, "")
    if not word or word in choices:
        return word or choices[0], []
    text = _("The address asks for something unknown (%(names)s): shown as usual.") % {"names": name}
    return choices[0], [text]


def select_rows(
    request: CompanyRequest,
    asked: Asked,
    *,
    table: type[ReportTable],
    rows: Sequence[Any],
    warnings: Sequence[str] = (),
) -> Selection:
    """The rows of a report in the order of the address, for the page and for the file alike."""
    order, wrong_order = order_of(request.GET, table)
    return Selection(
        table=table,
        filterset=asked.filterset,
        queryset=cast("Any", table.ordered(rows, order)),
        order=order,
        query=query_without(request.GET, AFTER, BEFORE, SEEN),
        warnings=(*asked.warnings, *warnings, *wrong_order),
        errors=asked.errors,
    )


def page_of(selection: Selection, request: CompanyRequest, *, page_size: int = PAGE_SIZE) -> Listing:
    """The page that `after` names: how many rows stand before it. All rows were made already: the order needs them."""
    text, rows = request.GET.get(AFTER, ""), cast("Sequence[Any]", selection.queryset)
    is_understood = not text or (text.isascii() and text.isdecimal() and len(text) < 9)
    start = int(text) if text and is_understood else 0
    warnings = selection.warnings
    if not is_understood:
        warnings = (*warnings, _("The link to this page of the list is broken, so here is the first one."))
    return Listing(
        selection=selection,
        rows=rows[start : start + page_size],
        newer_url=_page_url(selection, start - page_size) if start else "",
        older_url=_page_url(selection, start + page_size) if start + page_size < len(rows) else "",
        warnings=warnings,
    )


def _page_url(selection: Selection, start: int) -> str:
    query = selection.query
    if start <= 0:
        return f"?{query}"
    return f"?{query}{'&' if query else ''}{AFTER}={start}"


def frame(
    request: CompanyRequest,
    asked: Asked,
    *,
    current: str,
    stream: str = "orders",
    export: str = "",
    keep: Sequence[str] = (),
) -> dict[str, Any]:
    """What `analytics/report_base.html` shows. `current` and `export` are URL names; `keep` are parameters of the
    report's own that survive a change of filters; `narrowed` is whose numbers they are, for links to lists."""
    slug, scope = request.company.slug, asked.scope
    may_export = bool(export and scope and request.membership.can(Permission.EXPORT))
    query = query_without(request.GET, AFTER, BEFORE, SEEN)
    return {
        "asked": asked,
        "scope": scope,
        "sentence": _sentence(scope) if scope else "",
        "form": asked.filterset.form,
        "tabs": _tabs(request, current),
        "periods": _periods(request),
        "chips": _chips(request, asked),
        "keep": ("sort", "account", "product", *keep),
        "narrowed": query_without(_only(request, ("account", "marketplace"))),
        "fresh": _freshness(request, scope, stream),
        "other_money": other_money(scope) if scope else (),
        "exports": export_menu(lambda form: reverse(export, args=[slug, form]), query) if may_export else [],
    }


def about_report(
    request: CompanyRequest,
    asked: Asked,
    *,
    title: StrOrPromise,
    name: str,
    definition: StrOrPromise,
    stream: str = "orders",
) -> About:
    """What the first sheet of an exported report says."""
    scope = asked.scope
    return About(
        title=title,
        name=name,
        company=request.company.name,
        zone=request.company.zone,
        as_of=_freshness(request, scope, stream).at,
        definition=f"{_sentence(scope)}. {definition}" if scope else definition,
    )


def segment(
    request: CompanyRequest, name: str, choices: Sequence[tuple[str, Any]], current: str, *, usual: str = ""
) -> list[Tab]:
    """A choice of the report's own as links; `usual` (the first unless told) is what an address without it means."""
    usual = usual or choices[0][0]
    return [
        Tab(
            label=label,
            url=link(request.GET, sort=None, **{name: None if code == usual else code}),
            is_current=code == current,
        )
        for code, label in choices
    ]


def _sentence(scope: ReportScope) -> str:
    """`31 Oct – 27 Nov, compared with 3–30 Oct`."""
    days = formats.day_range(scope.days, today=scope.today)
    if scope.is_open:
        days = _("%(days)s, today is not over") % {"days": days}
    if scope.before is None:
        return days
    before = formats.day_range(scope.before, today=scope.today)
    return _("%(days)s, compared with %(before)s") % {"days": days, "before": before}


def _freshness(request: CompanyRequest, scope: ReportScope | None, stream: str) -> Freshness:
    """Since when the data of the accounts in scope are true; of all accounts where the address names no scope."""
    accounts = [account.pk for account in scope.accounts] if scope and scope.is_narrowed else None
    return freshness(request.company, stream=stream, accounts=accounts)


def _tabs(request: CompanyRequest, current: str) -> list[Tab]:
    kept = {name: request.GET[name] for name in _SCOPE if request.GET.get(name)}
    query = query_without(_only(request, kept))
    tabs = []
    for name, label in REPORTS:
        try:
            url = reverse(name, args=[request.company.slug])
        except NoReverseMatch:
            continue
        tabs.append(Tab(label=label, url=f"{url}?{query}" if query else url, is_current=name == current))
    return tabs


def _only(request: CompanyRequest, names: Any) -> Any:
    kept = request.GET.copy()
    for name in [name for name in kept if name not in names]:
        kept.pop(name)
    return kept


def _periods(request: CompanyRequest) -> list[Tab]:
    has_own_days = bool(request.GET.get("period_from") or request.GET.get("period_to"))
    current = "" if has_own_days else request.GET.get("period") or USUAL_PERIOD
    return [
        Tab(
            label=REPORT_PERIODS[code],
            url=link(
                request.GET,
                period=None if code == USUAL_PERIOD else code,
                period_from=None,
                period_to=None,
            ),
            is_current=code == current,
        )
        for code in _SEGMENT
    ]


def _chips(request: CompanyRequest, asked: Asked) -> list[Chip]:
    """What has no field in the menu."""
    product = asked.scope.product if asked.scope else None
    if product is None:
        return []
    return [Chip(label=_("Product"), value=product.name, url=link(request.GET, product=None))]
