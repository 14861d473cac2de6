"""Stream a list as CSV or XLSX: the filters, the order and the columns of the screen, in flat memory."""

from __future__ import annotations

import csv
import tempfile
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

import xlsxwriter
from django.http import FileResponse, HttpResponseBadRequest, StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from core import formats
from core.components import MenuItem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from zoneinfo import ZoneInfo

    from django.http import HttpResponse
    from django_stubs_ext import StrOrPromise

    from core.listing import Selection
    from core.tables import Column

FORMATS: Final = ("csv", "xlsx")
CHUNK: Final = 2_000
# A sheet holds 1 048 576 rows.
SHEET_ROWS: Final = 1_000_000
# After the point of a number in a CSV; money has two.
_MOST_DIGITS: Final = 6
_EXCEL_EPOCH: Final = datetime(1899, 12, 30)  # noqa: DTZ001 - Excel knows no zones
_DAY: Final = timedelta(days=1)
# Excel and LibreOffice run a cell that begins with one of these.
_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r")
_CELL_FORMATS: Final = {
    "integer": "#,##0",
    "decimal": "#,##0.###",
    "money": "#,##0.00",
    "moment": "dd.mm.yyyy hh:mm",
    "day": "dd.mm.yyyy",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What the file says of itself: whose it is, as of when, what a row is."""

    title: StrOrPromise
    name: str
    company: str
    zone: ZoneInfo
    as_of: datetime | None
    definition: StrOrPromise = ""


def export_menu(url_of: Callable[[str], str], query: str) -> list[MenuItem]:
    """The rows of the menu «Выгрузить»; `url_of` gives the address of a format."""
    words = {"xlsx": _("Excel, XLSX"), "csv": _("Text, CSV")}
    tail = f"?{query}" if query else ""
    return [
        MenuItem(label=label, url=f"{url_of(code)}{tail}", icon="file-spreadsheet")
        for code, label in words.items()
    ]


def export_response(
    selection: Selection, *, form: str, about: About
) -> HttpResponse | StreamingHttpResponse | FileResponse:
    """The file of a selection, `csv` or `xlsx`; 400 in words when a filter cannot be understood."""
    if not selection.is_valid:
        lines = [": ".join(filter(None, error)) for error in selection.errors]
        return HttpResponseBadRequest("\n".join(lines), content_type="text/plain; charset=utf-8")
    return _csv_response(selection, about) if form == "csv" else _xlsx_response(selection, about)


# ---- CSV ----------------------------------------------------------------------------------------------------


class _Line:
    """A file whose `write` gives the text back to the writer's caller."""

    def write(self, text: str) -> str:
        """The line itself."""
        return text


def _csv_response(selection: Selection, about: About) -> StreamingHttpResponse:
    # Headers and choices are read now: the stream runs after the language and the zone are switched off.
    columns = selection.table.export_columns()
    header = [_header(column) for column in columns]
    texts = [_text_of(column, about.zone) for column in columns]
    response = StreamingHttpResponse(
        _csv_chunks(_rows(selection, columns), header, texts), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = _attachment(about, "csv")
    return response


def _csv_chunks(
    rows: Iterator[tuple[Any, ...]], header: Sequence[str], texts: Sequence[Callable[[Any], str]]
) -> Iterator[str]:
    writer: Any = csv.writer(_Line(), delimiter=";", lineterminator="\r\n")
    yield "\ufeff" + writer.writerow(header)
    lines: list[str] = []
    for row in rows:
        lines.append(writer.writerow([text(value) for text, value in zip(texts, row, strict=True)]))
        if len(lines) == CHUNK:
            yield "".join(lines)
            lines.clear()
    yield "".join(lines)


def _text_of(column: Column, zone: ZoneInfo) -> Callable[[Any], str]:
    """How a value of the column is written: decimal comma, ISO days, the company's zone."""
    labels = _labels(column)

    def moment(value: datetime | None) -> str:
        return "" if value is None else value.astimezone(zone).strftime("%Y-%m-%d %H:%M")

    def figure(value: Decimal | int | None) -> str:
        return "" if value is None else _digits(value).replace(".", ",")

    def text(value: Any) -> str:
        word = "" if value is None else labels.get(value, str(value))
        return f"'{word}" if word.startswith(_FORMULA_STARTS) else word

    kinds: dict[str, Callable[[Any], str]] = dict.fromkeys(("integer", "decimal", "money"), figure)
    return (kinds | {"moment": moment}).get(column.kind, text)


def _digits(value: Decimal | int) -> str:
    """A number without an exponent; of a division no more than six digits after the point."""
    if isinstance(value, Decimal) and int(value.as_tuple().exponent) < -_MOST_DIGITS:
        value = round(value, _MOST_DIGITS).normalize()
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


# ---- XLSX ---------------------------------------------------------------------------------------------------


def _xlsx_response(selection: Selection, about: About) -> FileResponse:
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it
    try:
        write_workbook(file, selection, about)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    response = FileResponse(
        file, content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    )
    response["Content-Disposition"] = _attachment(about, "xlsx")
    return response


def write_workbook(file: Any, selection: Selection, about: About) -> int:
    """Write the rows, then the sheet that says what they are; return how many rows there were."""
    columns = selection.table.export_columns()
    book = xlsxwriter.Workbook(file, {"constant_memory": True, "strings_to_formulas": False})
    try:
        count = _write_rows(book, columns, _rows(selection, columns), about)
        _write_about(book, selection, about, count=count)
    finally:
        book.close()
    return count


def _write_rows(
    book: xlsxwriter.Workbook, columns: Sequence[Column], rows: Iterator[tuple[Any, ...]], about: About
) -> int:
    sheet_writers, line, count = [], SHEET_ROWS, 0
    cell_formats = {kind: book.add_format({"num_format": code}) for kind, code in _CELL_FORMATS.items()}
    bold = book.add_format({"bold": True, "bottom": 1})
    values = [_cell_of(column, about.zone) for column in columns]
    for row in rows:
        if line == SHEET_ROWS:
            sheet_writers, line = _new_sheet(book, columns, about, bold=bold, cell_formats=cell_formats), 0
        line += 1
        count += 1
        for index, (write, cell_format) in enumerate(sheet_writers):
            value = values[index](row[index])
            if value is not None:
                write(line, index, value, cell_format)
    if not count:
        _new_sheet(book, columns, about, bold=bold, cell_formats=cell_formats)
    return count


def _new_sheet(
    book: xlsxwriter.Workbook,
    columns: Sequence[Column],
    about: About,
    *,
    bold: Any,
    cell_formats: dict[str, Any],
) -> list[tuple[Callable[..., Any], Any]]:
    """A sheet with its head; gives the writer and the format of each column."""
    number = len(book.worksheets()) + 1
    title = str(about.title)[:25]
    sheet = book.add_worksheet(title if number == 1 else f"{title} {number}")
    sheet.freeze_panes(1, 0)
    for index, column in enumerate(columns):
        sheet.set_column(index, index, column.width)
        sheet.write_string(0, index, _header(column), bold)
    return [
        (
            sheet.write_string if column.kind in {"text", "yes_no"} else sheet.write_number,
            cell_formats.get(column.kind),
        )
        for column in columns
    ]


def _cell_of(column: Column, zone: ZoneInfo) -> Callable[[Any], Any]:
    """How a value of the column goes into a cell; None leaves the cell empty."""
    labels = _labels(column)

    def moment(value: datetime | None) -> float | None:
        return None if value is None else (value.astimezone(zone).replace(tzinfo=None) - _EXCEL_EPOCH) / _DAY

    def day(value: date | None) -> int | None:
        return None if value is None else (value - _EXCEL_EPOCH.date()).days

    def text(value: Any) -> str | None:
        return None if value is None or value == "" else labels.get(value, str(value))

    def figure(value: Any) -> Any:
        return value

    kinds: dict[str, Callable[[Any], Any]] = dict.fromkeys(("integer", "decimal", "money"), figure)
    return (kinds | {"moment": moment, "day": day}).get(column.kind, text)


def _write_about(book: xlsxwriter.Workbook, selection: Selection, about: About, *, count: int) -> None:
    sheet = book.add_worksheet(_("About this file"))
    bold = book.add_format({"bold": True})
    sheet.set_column(0, 0, 26)
    sheet.set_column(1, 1, 70)
    for line, (label, value) in enumerate(_about_rows(selection, about, count=count)):
        sheet.write_string(line, 0, label, bold)
        sheet.write_string(line, 1, value)


def _about_rows(selection: Selection, about: About, *, count: int) -> list[tuple[str, str]]:
    labels = {column.name: str(column.verbose_name) for column in selection.table.all_columns()}
    order = labels[selection.order.key]
    direction = (
        _("largest or newest first") if selection.order.is_descending else _("smallest or oldest first")
    )
    filters = selection.filterset.summary() or [(_("Filters"), _("no filters"))]
    return [
        (_("What is inside"), str(about.title)),
        (_("Company"), about.company),
        (_("Data as of"), _moment(about.as_of, about.zone)),
        (_("File made"), f"{_moment(timezone.now(), about.zone)} ({about.zone.key})"),
        (_("Number of rows"), formats.number(count)),
        (_("Sorted by"), f"{order}, {direction}"),
        *filters,
        *([(_("What a row is"), str(about.definition))] if about.definition else []),
    ]


# ---- both ---------------------------------------------------------------------------------------------------


def _rows(selection: Selection, columns: Sequence[Column]) -> Iterator[tuple[Any, ...]]:
    return selection.table.read(selection.queryset, columns, chunk=CHUNK)


def _header(column: Column) -> str:
    return f"{column.verbose_name}, {column.unit}" if column.unit else str(column.verbose_name)


def _labels(column: Column) -> dict[Any, str]:
    """Stored words and what they are called, in the language of now."""
    if column.kind == "yes_no":
        return {True: _("yes"), False: _("no")}
    return {} if column.statuses is None else {one.value: str(one.label) for one in column.statuses}


def _moment(value: datetime | None, zone: ZoneInfo) -> str:
    return formats.UNKNOWN if value is None else value.astimezone(zone).strftime("%d.%m.%Y %H:%M")


def _attachment(about: About, extension: str) -> str:
    stamp = timezone.now().astimezone(about.zone).strftime("%Y-%m-%d-%H%M")
    name = f"{about.name}-{stamp}.{extension}"
    return f"attachment; filename=\"{quote(name)}\"; filename*=UTF-8''{quote(name)}"
