"""Printing: labels of goods and boxes, and the packing list."""

from __future__ import annotations

import re
import tempfile
from typing import TYPE_CHECKING, Any, Final

from django.contrib import messages
from django.http import FileResponse, Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from companies.choices import Permission
from companies.permissions import requires
from core import formats
from supplies.forms.goods import UnitsForm
from supplies.forms.labels import PrintForm
from supplies.labels.barcodes import BadBarcode
from supplies.labels.layouts import LabelKind, LabelSize
from supplies.labels.packing import write_workbook
from supplies.labels.packing_pages import write_pages
from supplies.labels.rendering import MOST_LABELS, TooManyLabels, write_labels
from supplies.models import Supply
from supplies.selectors import plans, printing
from supplies.views.plan import crumbs

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import IO

    from django.http import HttpResponseBase

    from companies.http import CompanyRequest

# Rows on the page; more are printed all at once.
_SHOWN: Final = plans.AT_ONCE
_MOST_COPIES: Final = 5_000
_PDF: Final = "application/pdf"
_XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_GET
@requires(Permission.EDIT_SUPPLIES)
def labels(request: CompanyRequest, pk: int) -> HttpResponseBase:
    """Which labels can be printed of a supply."""
    supply = _supply(request, pk)
    lines = printing.print_lines(supply)
    printable = [line for line in lines if line.code]
    boxes = [row for row in plans.boxes(supply, most=_SHOWN) if row.box.code]
    products, of_boxes = (
        _copies_form(None, supply, LabelKind.PRODUCT),
        _copies_form(None, supply, LabelKind.BOX),
    )
    context = {
        "supply": supply,
        "name": plans.name_of(supply),
        "lines": [(line, products.field_of(line.pk)) for line in printable[:_SHOWN]],
        "bare": [line for line in lines if not line.code],
        "more": max(0, len(printable) - _SHOWN),
        "total": sum(line.copies for line in printable),
        "boxes": [(row, of_boxes.field_of(row.box.pk)) for row in boxes],
        "packed": plans.packed(supply),
        "product_form": PrintForm(auto_id="product_%s"),
        "box_form": PrintForm(initial={"kind": LabelKind.BOX, "size": LabelSize.LARGE}, auto_id="box_%s"),
        "crumbs": crumbs(request, supply),
    }
    return render(request, "supplies/labels.html", context)


@require_POST
@requires(Permission.EDIT_SUPPLIES)
def labels_print(request: CompanyRequest, pk: int) -> HttpResponseBase:
    """The PDF of the labels that were chosen: all of them, or so many of each."""
    supply = _supply(request, pk)
    form = PrintForm(request.POST)
    copies = _copies(request, supply) if form.is_valid() else {}
    if copies == {}:
        messages.warning(request, _("Nothing to print: no label was chosen."))
        return redirect("supplies:labels", request.company.slug, supply.pk)
    kind, size = LabelKind(form.cleaned_data["kind"]), LabelSize(form.cleaned_data["size"])
    make = printing.box_labels if kind is LabelKind.BOX else printing.product_labels
    title = f"{_('Labels')} {plans.name_of(supply)}"
    try:
        file = _written(
            lambda out: write_labels(out, make(supply, copies), kind=kind, size=size, title=title)
        )
    except BadBarcode as exc:
        messages.error(request, str(exc))
    except TooManyLabels:
        most = formats.number(MOST_LABELS)
        messages.error(request, _("That is more than %s labels: print them in parts.") % most)
    else:
        return _sent(file, supply, f"{kind}-labels-{size}.pdf", content_type=_PDF)
    return redirect("supplies:labels", request.company.slug, supply.pk)


@require_GET
@requires(Permission.EDIT_SUPPLIES)
def packing_list(request: CompanyRequest, pk: int, form: str) -> HttpResponseBase:
    """Which box holds what, as XLSX or PDF."""
    supply = _supply(request, pk)
    packing = printing.packing_list(supply)
    write = write_workbook if form == "xlsx" else write_pages
    file = _written(lambda out: write(out, packing))
    return _sent(file, supply, f"packing-list.{form}", content_type=_XLSX if form == "xlsx" else _PDF)


def _supply(request: CompanyRequest, pk: int) -> Supply:
    try:
        return plans.supply_of(request.company, pk)
    except Supply.DoesNotExist as exc:
        raise Http404 from exc


def _copies_form(data: Any, supply: Supply, kind: LabelKind) -> UnitsForm:
    """So many copies of each line or box on the page."""
    label = _("Copies: %(name)s")
    if kind is LabelKind.BOX:
        rows = [(row.box.pk, 1, label % {"name": row.box.code}) for row in plans.boxes(supply, most=_SHOWN)]
    else:
        lines = [line for line in printing.print_lines(supply) if line.code][:_SHOWN]
        rows = [(line.pk, line.copies, label % {"name": line.name}) for line in lines]
    return UnitsForm(data, rows=rows, most=_MOST_COPIES, name=f"copies-{kind}")


def _copies(request: CompanyRequest, supply: Supply) -> Mapping[int, int] | None:
    """What was asked for: {line or box: copies}; None: all, as planned."""
    if request.POST.get("all"):
        return None
    kind = LabelKind(request.POST["kind"])
    form = _copies_form(request.POST, supply, kind)
    if not form.is_valid():
        return {}
    return {pk: copies for pk, copies in form.units().items() if copies}


def _written(write: Callable[[IO[bytes]], object]) -> IO[bytes]:
    """A file that was written, ready to be read; gone when it is closed."""
    file: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it
    try:
        write(file)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return file


def _sent(file: IO[bytes], supply: Supply, name: str, *, content_type: str) -> FileResponse:
    number = re.sub(r"[^A-Za-z0-9-]+", "", supply.number or supply.external_id) or f"plan-{supply.pk}"
    return FileResponse(
        file, as_attachment=True, filename=f"supply-{number}-{name}", content_type=content_type
    )
