"""The packing list: every box with every product, as a workbook and on paper."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pypdfium2
import pytest
from python_calamine import CalamineWorkbook

from supplies.labels.packing import PackedBox, PackedLine, PackingList, write_workbook
from supplies.labels.packing_pages import write_pages


def line(number: int, units: int = 10, *, name: str = "Плед хлопковый") -> PackedLine:
    return PackedLine(sku=f"LN-{number}", name=name, barcode=f"46000000{number:05}", units=units)


def packing(*boxes: PackedBox, **more: Any) -> PackingList:
    about = (("Склад", "Хоругвино_РФЦ"), ("Окно", "28.11.2026 10:00–11:00 (Asia/Vladivostok)"))
    return PackingList(title="2000031847", about=about, boxes=boxes, **more)


@pytest.fixture
def usual() -> PackingList:
    return packing(
        PackedBox(position=1, code="146012345600000013", lines=(line(1, 6), line(2, 4))),
        PackedBox(position=2, code="146012345600000020", lines=(line(1, 20),)),
        loose=(line(3, 1),),
    )


def cells(found: PackingList) -> list[list[list[Any]]]:
    file = io.BytesIO()
    write_workbook(file, found)
    book = CalamineWorkbook.from_filelike(io.BytesIO(file.getvalue()))
    return [book.get_sheet_by_index(index).to_python() for index in range(2)]


def pages(found: PackingList) -> list[str]:
    file = io.BytesIO()
    write_pages(file, found)
    return [page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(file.getvalue())]


def test_the_workbook_names_the_box_of_every_line_and_the_total(usual: PackingList) -> None:
    rows, about = cells(usual)

    assert rows[1:] == [
        [1.0, "146012345600000013", "LN-1", "Плед хлопковый", "4600000000001", 6.0],
        [1.0, "146012345600000013", "LN-2", "Плед хлопковый", "4600000000002", 4.0],
        [2.0, "146012345600000020", "LN-1", "Плед хлопковый", "4600000000001", 20.0],
        ["", "", "LN-3", "Плед хлопковый", "4600000000003", 1.0],
        [rows[5][0], "", "", "", "", 31.0],
    ]
    assert ["Окно", "28.11.2026 10:00–11:00 (Asia/Vladivostok)"] in about
    assert (usual.units, usual.products) == (31, 3)


@pytest.mark.parametrize(
    "name", ["=1+1", "+7", "-5", "@SUM(A1)", "\t=1", "https://example.com", '=HYPERLINK("x")']
)
def test_no_cell_is_ever_run(name: str) -> None:
    found = packing(PackedBox(position=1, code=name, lines=(line(1, name=name),)))
    file = io.BytesIO()
    write_workbook(file, found)

    assert cells(found)[0][1][3].strip() == name.strip()
    with zipfile.ZipFile(io.BytesIO(file.getvalue())) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
        assert "<f>" not in sheet
        assert "hyperlink" not in sheet.lower().replace("hyperlink(", "")


def test_the_pages_say_the_same(usual: PackingList) -> None:
    (text,) = pages(usual)

    for word in ("2000031847", "Хоругвино_РФЦ", "Asia/Vladivostok", "146012345600000013", "LN-3", "20", "31"):
        assert word in text


def test_a_long_list_goes_on_with_its_heads_and_nothing_is_left_out() -> None:
    found = packing(
        *(
            PackedBox(position=n, code=f"FBO1-{n:03}", lines=(line(n, name="Плед " * 60),))
            for n in range(1, 121)
        )
    )
    texts = pages(found)

    assert len(texts) > 2
    assert [f"FBO1-{n:03}" in " ".join(texts) for n in range(1, 121)] == [True] * 120
    assert sum(text.count("LN-") for text in texts) == 120


def test_a_box_that_goes_on_on_the_next_page_is_named_there_again() -> None:
    found = packing(
        PackedBox(position=7, code="146012345600000013", lines=tuple(line(n) for n in range(150)))
    )
    texts = pages(found)

    assert len(texts) > 1
    assert [text.count("146012345600000013") for text in texts] == [1] * len(texts)


@pytest.mark.parametrize("name", ["", "\x00\u202e", "W" * 500, "<b>жирный</b> & co", "😀" * 50], ids=range(5))
def test_any_name_is_printed_somehow(name: str) -> None:
    assert pages(packing(PackedBox(position=1, code="x", lines=(line(1, name=name),))))
    assert pages(packing())
