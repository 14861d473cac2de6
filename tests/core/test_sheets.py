"""Rows of files that people send: whatever the file is, rows or a refusal in words, and never harm to the process."""

from __future__ import annotations

import io
import json
import sys
import zipfile
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from core import sheets
from core.sheets import child, workbooks
from core.uploads import BadUpload
from tests.catalog.test_costs import forged, sheet, text_cell

ONE = '<row r="1"><c r="A1"><v>1</v></c></row>'
FAR = '<row r="20000"><c r="A20000"><v>1</v></c></row>'


def rows(content: bytes | str) -> list[list[Any]]:
    return list(sheets.rows_of(content.encode() if isinstance(content, str) else content))


def code_of(content: bytes | str) -> str | None:
    with pytest.raises(BadUpload) as refused:
        rows(content)
    return refused.value.code


def packed(parts: dict[str, bytes | str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def unpacked(content: bytes) -> dict[str, bytes | str]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {part.filename: archive.read(part) for part in archive.infolist()}


def with_parts(content: bytes, **parts: bytes | str) -> bytes:
    """The workbook with other parts: `sharedStrings=…` is xl/sharedStrings.xml."""
    return packed(unpacked(content) | {f"xl/{name}.xml": part for name, part in parts.items()})


def strings(inner: str) -> str:
    return f'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">{inner}</sst>'


def open_document(*, down: int, right: int) -> bytes:
    """A table whose one cell is repeated so many times."""
    names = "".join(
        f' xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "table", "text")
    )
    cell = f'<table:table-cell table:number-columns-repeated="{right}" office:value-type="float" office:value="1"/>'
    row = f'<table:table-row table:number-rows-repeated="{down}">{cell}</table:table-row>'
    body = f'<office:spreadsheet><table:table table:name="s">{row}</table:table></office:spreadsheet>'
    return packed(
        {
            "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
            "content.xml": f"<office:document-content{names}><office:body>{body}</office:body></office:document-content>",
        }
    )


# ---- what is read -----------------------------------------------------------------------------------------
def test_cells_come_as_they_are_and_rows_by_their_numbers() -> None:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer)
    page = book.add_worksheet()
    form = {
        kind: book.add_format({"num_format": kind})
        for kind in ("dd.mm.yyyy", "dd.mm.yyyy hh:mm", "[h]:mm:ss")
    }
    for index, value in enumerate(["Плед\n«а»", 12345, 0.1, True, None, "\u2028"]):
        page.write(2, index, value)
    page.write_datetime(2, 6, date(2026, 11, 28), form["dd.mm.yyyy"])
    page.write_datetime(2, 7, datetime.fromisoformat("2026-11-28 09:30"), form["dd.mm.yyyy hh:mm"])
    page.write_datetime(2, 8, timedelta(hours=30), form["[h]:mm:ss"])
    book.close()

    found = rows(buffer.getvalue())

    assert found[:2] == [[""] * 9] * 2
    assert found[2][:6] == ["Плед\n«а»", 12345.0, 0.1, True, "", "\u2028"]
    assert [type(cell) for cell in found[2][1:4]] == [float, float, bool]
    assert found[2][6:] == [
        date(2026, 11, 28),
        datetime.fromisoformat("2026-11-28 09:30"),
        timedelta(hours=30),
    ]


@pytest.mark.parametrize(
    "cell",
    ["x", "", 1, 1.5, True, None, date(2026, 1, 2), datetime.fromisoformat("2026-01-02T03:04:05.000006"), time(1, 2, 3, 4),
     timedelta(days=-1, seconds=5, microseconds=7)],
)  # fmt: skip
def test_every_kind_of_cell_survives_the_way(cell: Any) -> None:
    line = child._line([cell])

    (back,) = next(workbooks._rows(io.BytesIO(line)))

    assert (back, type(back)) == (cell, type(cell))


def test_cells_without_a_place_stand_beside_and_under_each_other() -> None:
    cell = "<c><v>1</v></c>"

    assert rows(forged(f"<row>{cell}{cell}</row><row>{cell}</row>")) == [[1.0, 1.0], [1.0, ""]]


def test_a_workbook_of_a_program_with_other_names_of_its_parts_is_taken() -> None:
    parts = unpacked(sheet(["A", "", 5, None]))

    assert rows(
        packed({name.replace("[Content_Types]", "[content_types]"): one for name, one in parts.items()})
    )


# ---- workbooks that mean harm -----------------------------------------------------------------------------
def amplified() -> bytes:
    """A megabyte of text in each of two thousand cells."""
    cells = "".join(f'<row r="{row}"><c r="A{row}" t="s"><v>0</v></c></row>' for row in range(1, 2_001))
    return with_parts(forged(cells), sharedStrings=strings(f"<si><t>{'A' * 1_000_000}</t></si>"))


def foreign_in_disguise() -> bytes:
    return packed(
        unpacked(open_document(down=20_000, right=16_000))
        | {"xl/workbook.xml": "<x/>", "[Content_Types].xml": "<x/>"}
    )


HARMFUL: dict[str, tuple[Any, str]] = {
    "cells without a place": (
        lambda: forged(f'<row r="1"><c r="A1"/>{"<c/>" * 16_382}<c><v>1</v></c></row>{FAR}'),
        "too_wide",
    ),
    "a tag with its end inside": (
        lambda: forged(f'<row r="1"><c s=">" r="XFD1"><v>1</v></c></row>{FAR}'),
        "too_wide",
    ),
    "rows without a number": (lambda: forged("<row/>" * 50_001), "too_many_rows"),
    "a row far down": (lambda: forged(f'{ONE}<row r="50001"/>'), "too_many_rows"),
    "a cell far down": (lambda: forged('<row r="1"><c r="A50001"><v>1</v></c></row>'), "too_many_rows"),
    "a place that is none": (lambda: forged('<row r="1"><c r="1A"><v>1</v></c></row>'), "broken"),
    "a row that is none": (lambda: forged('<row r="-1"><c r="A1"><v>1</v></c></row>'), "broken"),
    "one cell again and again": (
        lambda: forged('<row r="1">' + '<c r="A1"/>' * 2_500_001 + "</row>"),
        "bomb",
    ),
    "strings of nothing": (lambda: with_parts(sheet(), sharedStrings=strings("<si/>" * 2_500_001)), "bomb"),
    "styles of nothing": (lambda: with_parts(sheet(), styles=f"<s>{'<xf/>' * 100_001}</s>"), "bomb"),
    "much text in many cells": (amplified, "bomb"),
    "entities": (
        lambda: with_parts(
            sheet(),
            sharedStrings=f'<!DOCTYPE a [<!ENTITY b "{"c" * 99}">]>' + strings("<si><t>&b;</t></si>"),
        ),
        "broken",
    ),
    "no XML": (lambda: with_parts(sheet(), sharedStrings="<sst>" + "\x01" * 9), "broken"),
    "XML that does not end": (lambda: with_parts(sheet(), sharedStrings="<sst><si>"), "broken"),
    "OpenDocument": (lambda: open_document(down=20_000, right=16_000), "not_xlsx"),
    "OpenDocument, small": (lambda: open_document(down=1, right=1), "not_xlsx"),
    "OpenDocument as a workbook": (foreign_in_disguise, "not_xlsx"),
    "a Word document": (
        lambda: packed({"[Content_Types].xml": "<Types/>", "word/document.xml": "<document/>"}),
        "not_xlsx",
    ),
    "too many parts": (lambda: packed({str(number): "" for number in range(1_001)}), "bomb"),
}


@pytest.mark.parametrize("name", HARMFUL)
def test_workbooks_that_mean_harm_are_refused_in_words(name: str) -> None:
    make, code = HARMFUL[name]

    assert code_of(make()) == code


def test_a_picture_in_a_workbook_is_nobodys_business() -> None:
    parts = unpacked(sheet(["A", "", 5, None])) | {
        "xl/media/image1.png": b"\x89PNG\x00\x01",
        "xl/media/image2.svg": "<!DOCTYPE svg><svg/>",
        "docProps/odd.xml": "<a>",
    }

    assert rows(packed(parts))[1][0] == "A"


# ---- the process that reads -------------------------------------------------------------------------------
def stand_in(monkeypatch: pytest.MonkeyPatch, program: str) -> None:
    monkeypatch.setattr(workbooks, "_COMMAND", (sys.executable, "-I", "-c", program))


@pytest.mark.parametrize(
    ("program", "code"),
    [
        ("import os; os.abort()", "bomb"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "bomb"),
        ("print('[1]', flush=True); import time; time.sleep(60)", "bomb"),
        ("print('[1]')", "broken"),
        ("", "broken"),
        ('print(\'{"refused": "too_wide"}\')', "too_wide"),
    ],
)
def test_whatever_the_reader_dies_of_is_told_of_the_file(
    monkeypatch: pytest.MonkeyPatch, program: str, code: str
) -> None:
    stand_in(monkeypatch, program)
    monkeypatch.setattr(workbooks, "_MOST_SECONDS", 1)

    assert code_of(sheet()) == code


def test_a_reader_that_cannot_work_is_no_fault_of_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(monkeypatch, "import nothing_of_this_name")

    with pytest.raises(RuntimeError):
        rows(sheet())


def test_the_reader_is_bounded_and_knows_nothing_of_the_cabinet(monkeypatch: pytest.MonkeyPatch) -> None:
    # The language of its texts, and the trace that Sentry gives to programs, tell nothing.
    program = (
        "import json, os, resource, runpy, sys; child = runpy.run_path(sys.argv[1]); child['limit']();"
        "kinds = ('AS', 'CPU', 'FSIZE', 'CORE');"
        "print(json.dumps([resource.getrlimit(getattr(resource, 'RLIMIT_' + kind))[0] for kind in kinds]));"
        "print(json.dumps(sorted(name for name in os.environ if not name.startswith(('LC_', 'SUBPROCESS_')))));"
        "print(json.dumps(sorted(name for name in sys.modules if name.startswith(('django', 'core')))));"
        "print('{}')"
    )
    monkeypatch.setattr(workbooks, "_COMMAND", (sys.executable, "-I", "-c", program, child.__file__))

    limits, environment, modules = rows(sheet())

    assert limits == [child._MOST_MEMORY, child._MOST_SECONDS, child.MOST_ANSWERED + child._CHUNK, 0]
    assert (environment, modules) == ([], [])


def answers(content: bytes) -> list[Any]:
    out = io.BytesIO()
    child.answer(content, out)
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_the_answer_has_an_end_and_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    content = forged(f'<row r="1">{text_cell("A1", "x")}</row><row r="2">{text_cell("A2", "y" * 90)}</row>')
    assert answers(content) == [["x"], ["y" * 90], {"end": True}]

    monkeypatch.setattr(child, "MOST_ANSWERED", 90)
    assert answers(content) == [["x"], {"refused": "bomb"}]

    monkeypatch.setattr(child, "_MOST_UNPACKED", 10)
    assert answers(content) == [{"refused": "bomb"}]


@pytest.mark.parametrize(("fault", "code"), [(MemoryError, "bomb"), (BaseException, "broken")])
def test_a_panic_and_a_lack_of_memory_are_answered(
    monkeypatch: pytest.MonkeyPatch, fault: type[BaseException], code: str
) -> None:
    def fails(_content: bytes) -> Iterable[bytes]:
        raise fault

    monkeypatch.setattr(child, "_lines", fails)

    assert answers(b"") == [{"refused": code}]


@given(content=st.binary(max_size=300))
def test_any_bytes_that_begin_like_a_workbook_are_refused(content: bytes) -> None:
    assert answers(b"PK\x03\x04" + content)[-1].keys() == {"refused"}


# ---- text -------------------------------------------------------------------------------------------------
NAMES = "Плед, серый, 130х170, хлопок 100%"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Артикул;Название;Количество\n" + f"LN-0;{NAMES};10\n" * 5, ["LN-0", NAMES, "10"]),
        (f"Артикул\tНазвание\tКоличество\nLN-0\t{NAMES}; новый\t10\n", ["LN-0", f"{NAMES}; новый", "10"]),
        (f'Артикул,Название,Количество\nLN-0,"{NAMES}; а; б",10\n', ["LN-0", f"{NAMES}; а; б", "10"]),
        (f"Список, всё, за ноябрь, №, 5\nАртикул;Название\nLN-0;{NAMES}\nLN-1;{NAMES}", ["Артикул", "Название"]),
        (f'Артикул;Название\nLN-0;"{NAMES}\nи ещё; строка"\n', ["LN-0", f"{NAMES}\nи ещё; строка"]),
        ("Артикул;Цена\nLN-0;5,50\nLN-1;6,50\n", ["LN-0", "5,50"]),
        ("Артикул\nLN-0\n", ["LN-0"]),
        ('LN-9;1\nLN-0;"Уют" плед\n', ["LN-0", '"Уют" плед']),
        ('Артикул;Название;Количество\nLN-0;"Плед 55;10\nLN-1;"Плед 60;11\n', ["LN-0", '"Плед 55', "10"]),
        ('Артикул;Название\nLN-0;Плед 55"\n', ["LN-0", 'Плед 55"']),
    ],
)  # fmt: skip
def test_the_delimiter_is_what_splits_the_rows_evenly(text: str, found: list[str]) -> None:
    assert rows(text)[1] == found


def test_a_quotation_mark_that_may_hold_anything_is_told() -> None:
    assert code_of('Артикул;Название;Количество\nLN-0;"Плед 55;10\nLN-1;"Плед; серый";11\n') == "open_quote"


@given(text=st.text(alphabet='a";,\t\n\r\u2028 ', max_size=40))
def test_any_text_is_rows_or_a_refusal(text: str) -> None:
    try:
        found = rows(text)
    except BadUpload:
        return
    assert all(isinstance(cell, str) for row in found for cell in row)
