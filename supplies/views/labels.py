"""Printing: labels of goods and boxes, and the packing list."""

from __future__ import annotations

import re
import tempfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.contrib import messages
from django.http import FileResponse, Http404
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from companies.choices import Permission
from companies.permissions import requires
from core import formats
from core.listing import given_id
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

    from django.http import HttpResponse, HttpResponseBase

    from companies.http import CompanyRequest

_MOST_COPIES: Final = 5_000
_PDF: Final = "application/pdf"
_XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Page:
    """A page of lines and one of boxes, each with its copies and its paper; the form that was sent is filled in."""

    after: int
    boxes_after: int
    lines: printing.PrintPage
    boxes: plans.Boxes
    copies: Mapping[LabelKind, UnitsForm]
    papers: Mapping[LabelKind, PrintForm]


@require_GET
@requires(Permission.EDIT_SUPPLIES)
def labels(request: CompanyRequest, pk: int) -> HttpResponseBase:
    """Which labels can be printed of a supply."""
    supply = _supply(request, pk)
    return _labels_page(request, supply, _page_of(supply, request.GET))


@require_POST
@requires(Permission.EDIT_SUPPLIES)
def labels_print(request: CompanyRequest, pk: int) -> HttpResponseBase:
    """The PDF of the labels that were chosen: all of them, or so many of each. When they cannot be printed, the page
    comes back with what was filled in."""
    supply = _supply(request, pk)
    kind = LabelKind.BOX if request.POST.get("kind") == LabelKind.BOX else LabelKind.PRODUCT
    page = _page_of(supply, request.POST, kind=kind)
    is_all = bool(request.POST.get("all"))
    if not (page.papers[kind].is_valid() and (is_all or page.copies[kind].is_valid())):
        return _labels_page(request, supply, page, status=422)
    copies = None if is_all else {pk: count for pk, count in page.copies[kind].units().items() if count}
    if copies == {}:
        messages.warning(request, _("Nothing to print: no label was chosen."))
        return _labels_page(request, supply, page, status=422)
    size = LabelSize(page.papers[kind].cleaned_data["size"])
    try:
        file = _labels(supply, copies, kind=kind, size=size)
    except BadBarcode as exc:
        messages.error(request, str(exc))
    except TooManyLabels:
        most = formats.number(MOST_LABELS)
        messages.error(request, _("That is more than %s labels: print them in parts.") % most)
    else:
        return _sent(file, supply, f"{kind}-labels-{size}.pdf", content_type=_PDF)
    return _labels_page(request, supply, page, status=422)


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


def _page_of(supply: Supply, asked: Any, *, kind: LabelKind | None = None) -> _Page:
    """What the address, or the form of this kind that was sent, asks to be shown."""
    after, boxes_after = given_id(asked.get("after", "")) or 0, given_id(asked.get("boxes_after", "")) or 0
    lines, boxes = printing.print_page(supply, after=after), plans.boxes(supply, after=boxes_after)
    label = _("Copies: %(name)s")
    rows = {
        LabelKind.PRODUCT: [
            (line.pk, min(line.copies, _MOST_COPIES), label % {"name": line.name}) for line in lines.lines
        ],
        LabelKind.BOX: [(row.box.pk, 1, label % {"name": row.box.code}) for row in boxes.rows],
    }
    sizes = {LabelKind.PRODUCT: LabelSize.SMALL, LabelKind.BOX: LabelSize.LARGE}
    return _Page(
        after=after,
        boxes_after=boxes_after,
        lines=lines,
        boxes=boxes,
        copies={
            one: UnitsForm(
                asked if one is kind else None, rows=rows[one], most=_MOST_COPIES, name=f"copies-{one}"
            )
            for one in rows
        },
        papers={
            one: PrintForm(
                asked if one is kind else None, initial={"kind": one, "size": size}, auto_id=f"{one}_%s"
            )
            for one, size in sizes.items()
        },
    )


def _labels_page(request: CompanyRequest, supply: Supply, page: _Page, *, status: int = 200) -> HttpResponse:
    products, boxes = page.copies[LabelKind.PRODUCT], page.copies[LabelKind.BOX]
    context = {
        "supply": supply,
        "page": page,
        "lines": [(line, products.field_of(line.pk)) for line in page.lines.lines],
        "boxes": [(row, boxes.field_of(row.box.pk)) for row in page.boxes.rows],
        "most": _MOST_COPIES,
        "packed": plans.packed(supply),
        "product_copies": products,
        "product_form": page.papers[LabelKind.PRODUCT],
        "box_copies": boxes,
        "box_form": page.papers[LabelKind.BOX],
        "crumbs": crumbs(request, supply),
    }
    return render(request, "supplies/labels.html", context, status=status)


def _labels(
    supply: Supply, copies: Mapping[int, int] | None, *, kind: LabelKind, size: LabelSize
) -> IO[bytes]:
    """The file of so many copies of each, or of all as planned. Raises BadBarcode, TooManyLabels."""
    make = printing.box_labels if kind is LabelKind.BOX else printing.product_labels
    title = f"{_('Labels')} {plans.name_of(supply)}"
    return _written(lambda out: write_labels(out, make(supply, copies), kind=kind, size=size, title=title))


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
    name_there = re.sub(r"[^A-Za-z0-9-]+", "", supply.number or supply.external_id) or f"plan-{supply.pk}"
    return FileResponse(
        file, as_attachment=True, filename=f"supply-{name_there}-{name}", content_type=content_type
    )
