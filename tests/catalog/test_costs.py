"""Cost prices: by hand, and by files that may hold anything."""

from __future__ import annotations

import contextlib
import io
import zipfile
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
import xlsxwriter
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from catalog import tasks
from catalog.choices import CostSource, ImportState
from catalog.models import CostImport, CostPrice
from catalog.services import costs
from catalog.services.costs import cells
from catalog.services.costs.files import errors_file, template_file
from catalog.services.costs.reading import read_costs
from companies.choices import AuditSubject
from companies.models import AuditEntry
from core import sheets
from core.sheets import child
from core.uploads import BadUpload
from fbo_cabinet.celery import app
from tests.factories.catalog import CostPriceFactory, ProductFactory

if TYPE_CHECKING:
    from companies.models import Company

TODAY = date(2026, 11, 28)
HEAD = ["Артикул", "Название", "Себестоимость, ₽", "Действует с"]


def sheet(*rows: list[Any], head: list[Any] | None = None) -> bytes:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"strings_to_formulas": False})
    page = book.add_worksheet()
    day = book.add_format({"num_format": "dd.mm.yyyy"})
    for line, row in enumerate([HEAD if head is None else head, *rows]):
        for index, value in enumerate(row):
            if isinstance(value, date):
                page.write_datetime(line, index, value, day)
            elif value is not None:
                page.write(line, index, value)
    book.close()
    return buffer.getvalue()


def upload(company: Company, content: bytes) -> CostImport:
    return costs.upload_costs(company=company, name="costs.xlsx", content=content, today=TODAY, user=None)


def held(company: Company) -> list[tuple[str, date, Decimal]]:
    rows = CostPrice.objects.for_company(company).order_by("product__sku", "valid_from")
    return list(rows.values_list("product__sku", "valid_from", "cost"))


# ---- by hand ----------------------------------------------------------------------------------------------
def test_a_cost_of_the_same_day_is_replaced_and_every_change_is_audited(company: Company) -> None:
    product = ProductFactory(company=company, sku="A")

    costs.set_cost(product=product, valid_from=TODAY, cost=Decimal("10.50"))
    again = costs.set_cost(product=product, valid_from=TODAY, cost=Decimal("11.00"))
    assert held(company) == [("A", TODAY, Decimal("11.00"))]

    costs.delete_cost(cost=again)
    assert held(company) == []
    entries = AuditEntry.objects.for_company(company).filter(subject=AuditSubject.COST_PRICE).order_by("pk")
    assert [entry.action for entry in entries] == ["created", "changed", "deleted"]


# ---- files ------------------------------------------------------------------------------------------------
def test_a_file_is_shown_first_and_written_when_confirmed(company: Company) -> None:
    for sku in ("A", "12345", "B"):
        ProductFactory(company=company, sku=sku)
    CostPriceFactory(product__company=company, product__sku="C", cost=Decimal(5), valid_from=date(2026, 1, 1))
    content = sheet(
        ["A", "x", 740.5, date(2026, 12, 1)],
        [12345.0, "x", "1 234,50 ₽", "01.12.2026"],
        ["b", "", "99", None],
        ["C", "", 6, "2026-11-01"],
        ["C", "", 7, 46000],
    )

    file = upload(company, content)

    assert (file.errors, len(held(company))) == ([], 1)
    assert [(row["row"], row["sku"], row["cost"], row["valid_from"], row["was"]) for row in file.rows] == [
        (2, "A", "740.50", "2026-12-01", None),
        (3, "12345", "1234.50", "2026-12-01", None),
        (4, "b", "99.00", "2026-11-28", None),
        (5, "C", "6.00", "2026-11-01", "5.00"),
        (6, "C", "7.00", "2025-12-09", None),
    ]
    assert costs.apply_import(file=file) == 5
    assert ("12345", date(2026, 12, 1), Decimal("1234.50")) in held(company)
    written = CostPrice.objects.for_company(company).filter(file=file)
    assert {one.source for one in written} == {CostSource.FILE.value}
    with pytest.raises(costs.AlreadySettled):
        costs.apply_import(file=file)


def test_errors_name_row_and_column_and_good_rows_stay_good(company: Company) -> None:
    ProductFactory(company=company, sku="A")
    ProductFactory(company=company, sku="B")
    rows: list[list[Any]] = [
        ["A", "", 10, None],
        ["A", "", 11, None],
        ["NOPE", "", 12, None],
        ["B", "", -5, None],
        ["B", "", "1.234", None],
        ["B", "", "дорого", "32.13.2026"],
        ["B", "", 1, date(2030, 1, 1)],
        ["B", "", 10**13, None],
        ["", "", 1, None],
        ["B", "", "", "2026-11-01"],
        ["B", "", "=1+1", None],
        ["<script>alert(1)</script>\u202e", "", 3, None],
        ["x" * 300, "", 3, None],
    ]

    table = read_costs(company=company, content=sheet(*rows), today=TODAY)

    assert [row["row"] for row in table.rows] == [2]
    assert [(error["row"], error["column"]) for error in table.errors] == [
        (3, "sku"),
        (4, "sku"),
        (5, "cost"),
        (6, "cost"),
        (7, "cost"),
        (7, "valid_from"),
        (8, "valid_from"),
        (9, "cost"),
        (10, "sku"),
        (12, "cost"),
        (13, "sku"),
        (14, "sku"),
    ]
    assert all(error["text"] for error in table.errors)
    assert "\u202e" not in str(table.errors)
    file = upload(company, sheet(*rows))
    assert errors_file(file).startswith(b"PK")


def test_rows_that_change_nothing_write_nothing(company: Company) -> None:
    CostPriceFactory(product__company=company, product__sku="A", cost=Decimal(5), valid_from=TODAY)

    file = upload(company, sheet(["A", "", 5, TODAY]))

    assert file.rows[0]["was"] == "5.00"
    assert costs.apply_import(file=file) == 0


def test_a_discarded_file_writes_nothing(company: Company) -> None:
    ProductFactory(company=company, sku="A")
    file = upload(company, sheet(["A", "", 5, None]))

    costs.discard_import(file=file)

    file.refresh_from_db()
    assert (file.state, held(company)) == (ImportState.DISCARDED, [])
    with pytest.raises(costs.AlreadySettled):
        costs.apply_import(file=file)


def test_files_that_nobody_confirmed_are_forgotten(company: Company) -> None:
    def aged(*, days: int, state: ImportState) -> CostImport:
        return CostImport.all_companies.create(
            company=company,
            file_name="costs.csv",
            uploaded_at=timezone.now() - timedelta(days=days),
            state=state,
        )

    kept = [aged(days=6, state=ImportState.PREVIEW), aged(days=400, state=ImportState.APPLIED)]
    for days in (8, 9, 10):
        aged(days=days, state=ImportState.PREVIEW)
    aged(days=8, state=ImportState.DISCARDED)

    assert costs.forget_unwritten(now=timezone.now(), most=2) == 2
    assert tasks.forget_cost_files() == 2
    assert list(CostImport.all_companies.order_by("pk")) == kept
    assert app.conf.beat_schedule["forget-cost-files"]["task"] == tasks.forget_cost_files.name


def test_the_template_is_read_back_as_it_is(company: Company) -> None:
    ProductFactory(company=company, sku="A")
    content = template_file([("A", "=HYPERLINK()", Decimal("5.20"))], today=TODAY)

    table = read_costs(company=company, content=content, today=TODAY)

    assert [(row["sku"], row["cost"], row["valid_from"]) for row in table.rows] == [
        ("A", "5.20", "2026-11-28")
    ]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp1251", "utf-16"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_text_tables_of_any_kind_are_read(company: Company, encoding: str, delimiter: str) -> None:
    ProductFactory(company=company, sku="Плед-1")
    text = (
        f"Артикул{delimiter}Закупочная цена{delimiter}Дата\r\nПлед-1{delimiter}7.50{delimiter}1.11.2026\r\n"
    )

    table = read_costs(company=company, content=text.encode(encoding), today=TODAY)

    assert [(row["cost"], row["valid_from"]) for row in table.rows] == [("7.50", "2026-11-01")]


# ---- hostile files ----------------------------------------------------------------------------------------
def forged(cells_xml: str, *, dimension: str = "A1") -> bytes:
    """A workbook whose sheet is what we say."""
    source = zipfile.ZipFile(io.BytesIO(sheet()))
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target:
        for part in source.infolist():
            content = source.read(part)
            if part.filename == "xl/worksheets/sheet1.xml":
                content = (
                    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
                    f'<dimension ref="{dimension}"/><sheetData>{cells_xml}</sheetData></worksheet>'
                ).encode()
            target.writestr(part.filename, content)
    return buffer.getvalue()


def text_cell(place: str, text: str) -> str:
    return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'


def test_what_a_sheet_says_of_its_size_is_not_believed(company: Company) -> None:
    ProductFactory(company=company, sku="A")
    rows = f'<row r="1">{text_cell("A1", "Артикул")}{text_cell("B1", "Себестоимость")}</row>'
    rows += f'<row r="2">{text_cell("A2", "A")}<c r="B2"><v>5</v></c></row>'

    for dimension in ("A1", "A1:XFD1048576"):
        table = read_costs(company=company, content=forged(rows, dimension=dimension), today=TODAY)
        assert [row["cost"] for row in table.rows] == ["5.00"]


def bomb() -> bytes:
    buffer = io.BytesIO(sheet())
    with zipfile.ZipFile(buffer, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet2.xml", b"0" * (child._MOST_UNPACKED + 1))
    return buffer.getvalue()


def nothing_but_a_zip() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("readme.txt", "hello")
    return buffer.getvalue()


HOSTILE: dict[str, tuple[Any, str]] = {
    "nothing": (lambda: b"", "not_table"),
    "pdf": (lambda: b"%PDF-1.7 %%EOF", "not_table"),
    "old excel": (lambda: b"\xd0\xcf\x11\xe0" + b"\x00" * 99, "not_table"),
    "zeros": ("Артикул;Себестоимость\nA\x00;5".encode, "not_table"),
    "cut off": (lambda: sheet(["A", "", 5, None])[:700], "broken"),
    "a zip": (nothing_but_a_zip, "not_xlsx"),
    "a bomb": (bomb, "bomb"),
    "a cell far right": (lambda: forged(f'<row r="1">{text_cell("XFD1", "x")}</row>'), "too_wide"),
    "a cell far down": (
        lambda: forged(f'<row r="1048576">{text_cell("A1048576", "x")}</row>'),
        "too_many_rows",
    ),
    "a million lines": (("Артикул;Себестоимость\n" + "A;5\n" * 60_000).encode, "too_many_rows"),
    "no columns": (lambda: sheet(["A", "", 5, None], head=["Что-то", "Иное"]), "no_columns"),
    "no rows": (sheet, "empty"),
    "wide text": ((";" * 200 + "\n").encode, "too_wide"),
    "long line": (lambda: b"x" * 500_000, "broken"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_are_refused_in_words(company: Company, name: str) -> None:
    make, code = HOSTILE[name]

    with pytest.raises(BadUpload) as refused:
        read_costs(company=company, content=make(), today=TODAY)

    assert refused.value.code == code
    assert not CostImport.objects.for_company(company).exists()


@given(content=st.binary(max_size=300))
def test_any_bytes_are_rows_or_a_refusal(content: bytes) -> None:
    for prefix in (b"", b"\xff\xfe"):
        try:
            rows = list(sheets.rows_of(prefix + content))
        except BadUpload:
            continue
        assert all(isinstance(row, list) for row in rows)


cell_values = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=60), st.dates(), st.datetimes()
)


@given(cell=cell_values)
def test_any_cell_is_a_value_or_an_error(cell: Any) -> None:
    for read in (cells.article, cells.cost, lambda one: cells.day(one, today=TODAY)):
        with contextlib.suppress(cells.BadCell):
            assert read(cell)
    assert len(cells.shown(cell)) <= 61


@pytest.mark.parametrize(
    ("cell", "amount"),
    [
        (740, "740.00"),
        (0.1 + 0.2, "0.30"),
        ("1\u00a0234,5", "1234.50"),
        ("1 234.50 руб.", "1234.50"),
        ("99₽", "99.00"),
    ],
)
def test_sums_are_read_as_people_write_them(cell: Any, amount: str) -> None:
    assert str(cells.cost(cell)) == amount


@pytest.mark.parametrize(
    "cell", [46354, 46354.0, "46354", "28.11.2026", "28.11.26", "2026-11-28", datetime(2026, 11, 28, 12, tzinfo=UTC), TODAY, "", None]
)  # fmt: skip
def test_days_are_read_as_people_write_them(cell: Any) -> None:
    assert cells.day(cell, today=TODAY) == TODAY
