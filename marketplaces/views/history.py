"""What has run, and what could not be recorded: lists, one record, retry and ignore."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from companies.choices import Permission
from companies.permissions import requires
from core.components import Crumb
from core.exports import About, export_menu, export_response
from core.listing import listing, select
from marketplaces import registry, services
from marketplaces.filters import QuarantineFilter, RunFilter
from marketplaces.lists import quarantine_list, run_list
from marketplaces.models import QuarantinedRecord, QuarantineState
from marketplaces.progress import run_rows
from marketplaces.sync.engine import CannotRun
from marketplaces.tables import QuarantineTable, RunTable

if TYPE_CHECKING:
    from django.http import HttpResponse

    from companies.http import CompanyRequest

# A payload may be megabytes; the page shows its beginning.
_LONGEST_PAYLOAD: Final = 20_000


@require_safe
@requires(Permission.VIEW)
def run_list_page(request: CompanyRequest) -> HttpResponse:
    """Every run, newest first."""
    found = listing(request, run_list(request.company), table=RunTable, filterset=RunFilter)
    context = {
        "found": found,
        "rows": run_rows(found.rows, company=request.company),
        "crumbs": _crumbs(request),
        "exports": _exports(request, "marketplaces:run-export", found.query),
    }
    return render(request, "marketplaces/runs.html", context)


@require_safe
@requires(Permission.EXPORT)
def run_export(request: CompanyRequest, form: str) -> Any:
    """The list of runs as a file."""
    selection = select(request, run_list(request.company), table=RunTable, filterset=RunFilter)
    about = _about(request, title=_("Sync runs"), name="sync-runs", definition=_("One run of one stream."))
    return export_response(selection, form=form, about=about)


@require_safe
@requires(Permission.VIEW)
def quarantine_list_page(request: CompanyRequest) -> HttpResponse:
    """Every record that could not be recorded, settled ones too."""
    found = listing(
        request, quarantine_list(request.company), table=QuarantineTable, filterset=QuarantineFilter
    )
    context = {
        "found": found,
        "crumbs": _crumbs(request),
        "exports": _exports(request, "marketplaces:quarantine-export", found.query),
    }
    return render(request, "marketplaces/quarantine.html", context)


@require_safe
@requires(Permission.EXPORT)
def quarantine_export(request: CompanyRequest, form: str) -> Any:
    """The list of quarantined records as a file, without what came."""
    selection = select(
        request, quarantine_list(request.company), table=QuarantineTable, filterset=QuarantineFilter
    )
    about = _about(
        request,
        title=_("Quarantine"),
        name="quarantine",
        definition=_("One record that could not be recorded; it changes no data."),
    )
    return export_response(selection, form=form, about=about)


@require_safe
@requires(Permission.VIEW)
def quarantine_detail(request: CompanyRequest, pk: int) -> HttpResponse:
    """One record with what came; for a live block only what came."""
    record = get_object_or_404(quarantine_list(request.company).defer(None), pk=pk)
    text = json.dumps(record.payload, ensure_ascii=False, indent=2)
    context = {
        "record": record,
        "payload": text[:_LONGEST_PAYLOAD],
        "cut": max(0, len(text) - _LONGEST_PAYLOAD),
        "crumbs": [
            *_crumbs(request),
            Crumb(
                label=_("Quarantine"),
                url=reverse("marketplaces:quarantine-list", args=[request.company.slug]),
            ),
        ],
        "can_sync": request.membership.can(Permission.SYNC),
    }
    name = "marketplaces/record.html#payload" if request.htmx else "marketplaces/record.html"
    return render(request, name, context)


@require_POST
@requires(Permission.SYNC)
def quarantine_retry(request: CompanyRequest, pk: int) -> HttpResponse:
    """Read the record again and record it, if it can be now."""
    record = _record(request, pk)
    try:
        settled = services.retry_quarantined(record=record, by=request.user)
    except CannotRun:
        messages.warning(request, _("The account is stopped, so nothing can be read again. Resume it first."))
        return _back(request, record)
    if settled.state == QuarantineState.RESOLVED:
        messages.success(request, _("Read again and recorded."))
    elif record.external_id and registry.stream_named(record.stream).rereads_one:
        messages.warning(request, _("Read again: the record still cannot be understood."))
    else:
        messages.info(request, _("It is read again with the next run, in a moment."))
    return _back(request, record)


@require_POST
@requires(Permission.SYNC)
def quarantine_ignore(request: CompanyRequest, pk: int) -> HttpResponse:
    """Leave the record out for good."""
    record = services.ignore_quarantined(record=_record(request, pk), by=request.user)
    messages.success(request, _("The record is left out. It changes no data, and comes up no more."))
    return _back(request, record)


def _record(request: CompanyRequest, pk: int) -> QuarantinedRecord:
    records = QuarantinedRecord.objects.for_company(request.company)
    record: QuarantinedRecord = get_object_or_404(records, pk=pk)
    return record


def _back(request: CompanyRequest, record: QuarantinedRecord) -> HttpResponse:
    """To the page the button stood on."""
    if request.POST.get("next") == "record":
        return redirect("marketplaces:quarantine-detail", request.company.slug, record.pk)
    return redirect("marketplaces:sync", request.company.slug)


def _crumbs(request: CompanyRequest) -> list[Crumb]:
    return [Crumb(label=_("Synchronisation"), url=reverse("marketplaces:sync", args=[request.company.slug]))]


def _exports(request: CompanyRequest, name: str, query: str) -> Any:
    if not request.membership.can(Permission.EXPORT):
        return []
    return export_menu(lambda form: reverse(name, args=[request.company.slug, form]), query)


def _about(request: CompanyRequest, *, title: str, name: str, definition: str) -> About:
    return About(
        title=title,
        name=name,
        company=request.company.name,
        zone=request.company.zone,
        as_of=None,
        definition=definition,
    )
