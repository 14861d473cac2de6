"""The export of a list as XLSX, against xlsxwriter alone on rows that are ready."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree as ET
from zipfile import ZipFile

import xlsxwriter

from fbo_cabinet.bench import filling, shop
from fbo_cabinet.bench.browser import Browser, as_served
from fbo_cabinet.bench.report import (
    Finding,
    Stopwatch,
    forget_peak,
    peak_megabytes,
    resident_megabytes,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

ROWS: Final = 100_000
QUICK_ROWS: Final = 5_000
_GOAL: Final = 1.5
_SHEET: Final = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def measure(*, quick: bool = False, count: int | None = None) -> list[Finding]:
    """Export every order; then write the same cells from a list in memory."""
    count = count or (QUICK_ROWS if quick else ROWS)
    company, owner = shop.make_company("export")
    filling.begin(company)
    filling.fill(company, count)
    with as_served():
        browser = Browser(owner)
        url = f"/{company.slug}/orders/export.xlsx"
        browser.get(f"{url}?q=10000001")
        forget_peak()
        before = resident_megabytes()
        with Stopwatch() as ours:
            browser.get(url)
        peak = peak_megabytes()
        rows = _cells(browser.content(url))
    theirs = _alone(rows)
    grown = (
        "" if peak is None or before is None else f"memory grew by {max(0.0, peak - before):.0f} MB at most"
    )
    return [
        Finding(
            what=f"export of {len(rows) - 1} rows to XLSX",
            against="xlsxwriter alone, ready rows",
            ours=f"{ours.seconds:.1f} s",
            theirs=f"{theirs:.1f} s",
            ratio=ours.seconds / theirs,
            goal=_GOAL,
            at_least=False,
            note=grown,
        )
    ]


def _cells(file: bytes) -> list[list[str | float | None]]:
    """What the export wrote, cell by cell: xlsxwriter puts texts into the sheet itself in its frugal mode."""
    rows: list[list[str | float | None]] = []
    with ZipFile(io.BytesIO(file)) as book, book.open("xl/worksheets/sheet1.xml") as sheet:
        for _event, element in ET.iterparse(sheet):  # noqa: S314 - our own file
            if element.tag == f"{_SHEET}row":
                rows.append([_cell(cell) for cell in element])
                element.clear()
    return rows


def _cell(cell: ET.Element) -> str | float | None:
    if cell.get("t") == "inlineStr":
        return "".join(cell.itertext())
    number = cell.findtext(f"{_SHEET}v")
    return None if number is None else float(number)


def _alone(rows: Sequence[Sequence[str | float | None]]) -> float:
    """Seconds that xlsxwriter takes for the same cells, in its own frugal mode."""
    with Stopwatch() as watch:
        book = xlsxwriter.Workbook(io.BytesIO(), {"constant_memory": True})
        sheet = book.add_worksheet()
        for line, row in enumerate(rows):
            for column, cell in enumerate(row):
                if isinstance(cell, str):
                    sheet.write_string(line, column, cell)
                elif cell is not None:
                    sheet.write_number(line, column, cell)
        book.close()
    return watch.seconds
