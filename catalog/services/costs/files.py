"""The files that we give: the template to fill in, and the rows of a file that could not be read."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import xlsxwriter
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from catalog.models import CostImport


def template_file(products: Iterable[tuple[str, str, Any]], *, today: date) -> bytes:
    """An XLSX of (article, name, cost now) with the day from which a new cost holds; read back as it is."""
    rows = ([sku, name, None if cost is None else float(cost), today] for sku, name, cost in products)
    return _book([_("Article"), _("Name"), _("Cost price"), _("Valid from")], rows, widths=(24, 60, 16, 14))


def errors_file(file: CostImport) -> bytes:
    """An XLSX of what could not be read: row, column, what stood there, why."""
    names = column_names()
    rows = (
        [error["row"], names.get(error["column"], error["column"]), error["value"], error["text"]]
        for error in file.errors
    )
    return _book(
        [_("Row"), _("Column"), _("What stands there"), _("What is wrong")], rows, widths=(8, 20, 40, 70)
    )


def column_names() -> dict[str, str]:
    """What the columns of a table of costs are called."""
    return {"sku": _("Article"), "cost": _("Cost price"), "valid_from": _("Valid from")}


def _book(head: list[str], rows: Iterable[list[Any]], *, widths: tuple[int, ...]) -> bytes:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(
        buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    sheet = book.add_worksheet(_("Cost prices")[:31])
    bold = book.add_format({"bold": True, "bottom": 1})
    day = book.add_format({"num_format": "dd.mm.yyyy"})
    sheet.freeze_panes(1, 0)
    for index, (name, width) in enumerate(zip(head, widths, strict=True)):
        sheet.set_column(index, index, width)
        sheet.write_string(0, index, name, bold)
    for line, row in enumerate(rows, start=1):
        for index, value in enumerate(row):
            if isinstance(value, str):
                sheet.write_string(line, index, value)
            elif isinstance(value, int | float):
                sheet.write_number(line, index, value)
            elif value is not None:
                sheet.write_datetime(line, index, value, day)
    book.close()
    return buffer.getvalue()
