"""Labels as a reader sees them: drawn from the PDF at 203 and 300 dpi, in grey and as a thermal printer burns them."""

from __future__ import annotations

import io
import tracemalloc
from collections.abc import Iterable, Iterator

import pypdfium2
import pypdfium2.raw as pdfium
import pytest
import zxingcpp
from django.utils import translation
from PIL import Image

from supplies.labels import texts
from supplies.labels.barcodes import (
    BadBarcode,
    BarcodeKind,
    box_barcode,
    check_digit,
    is_ean13,
    is_printable,
    is_sscc,
    product_barcode,
)
from supplies.labels.layouts import LAYOUTS, MM, LabelKind, LabelSize
from supplies.labels.rendering import MOST_LABELS, LabelSpec, TooManyLabels, has_label, write_labels

PRODUCT, BOX = LabelKind.PRODUCT, LabelKind.BOX
SSCC = "146012345600000013"
LONG_NAME = (
    "Плед хлопковый 130×170, овсяный, с бахромой, гипоаллергенный, для дома и дачи, подарочная упаковка " * 3
)
PRODUCTS = [
    ("4600000000015", "EAN13"),
    ("4670123400313", "EAN13"),
    ("2040123456789", "Code128"),
    ("OZN1234567890", "Code128"),
    ("ABC-def_12.3/4", "Code128"),
    ("460000000001", "Code128"),
    ("4600000000016", "Code128"),
]
BOXES = [(SSCC, f"(00){SSCC}"), ("FBO-12-0001", "FBO-12-0001"), ("146012345600000014", "146012345600000014")]


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    """What is said is compared in the words of the code."""
    with translation.override("en"):
        yield


def ean(number: int) -> str:
    digits = f"460{number:09d}"
    return digits + check_digit(digits)


def product(code: str, *, title: str = "Плед, овсяный", copies: int = 1) -> LabelSpec:
    return LabelSpec(kind=PRODUCT, code=code, title=title, lines=("Артикул LN-PLD-130",), copies=copies)


def box(code: str) -> LabelSpec:
    lines = (
        "Поставка 2000031847 · Ozon",
        "Хоругвино_РФЦ",
        "28.11.2026 10:00–11:00 (Europe/Moscow)",
        "Плед · 24 шт.",
    )
    return LabelSpec(kind=BOX, code=code, title="Короб 1 из 24", lines=lines)


def written(
    labels: Iterable[LabelSpec], *, kind: LabelKind = PRODUCT, size: LabelSize = LabelSize.SMALL
) -> bytes:
    file = io.BytesIO()
    write_labels(file, labels, kind=kind, size=size, title="Этикетки")
    return file.getvalue()


def drawn(pdf: bytes, dpi: int, *, columns: int = 1, rows: int = 1) -> Iterator[Image.Image]:
    """The labels one by one, a sheet as scissors would leave it."""
    document = pypdfium2.PdfDocument(pdf)
    for page in document:
        sheet = page.render(scale=dpi / 72).to_pil().convert("L")
        width, height = sheet.width / columns, sheet.height / rows
        for index in range(columns * rows):
            x, y = index % columns * width, index // columns * height
            yield sheet.crop((int(x), int(y), int(x + width), int(y + height)))
    document.close()


def labels_of(pdf: bytes, dpi: int, kind: LabelKind, size: LabelSize) -> Iterator[Image.Image]:
    layout = LAYOUTS[kind, size]
    return drawn(pdf, dpi, columns=layout.columns, rows=layout.rows)


def burnt(image: Image.Image) -> Image.Image:
    """What a thermal printer makes of it: a dot is black or not."""
    return image.point(lambda value: 255 if value >= 128 else 0)


def read(image: Image.Image) -> list[tuple[str, str]]:
    return [(found.format.name, found.text) for found in zxingcpp.read_barcodes(image)]


@pytest.mark.parametrize("dpi", [203, 300])
@pytest.mark.parametrize("size", list(LabelSize))
def test_every_product_label_reads_back_as_it_was_meant(size: LabelSize, dpi: int) -> None:
    pdf = written([product(code) for code, _kind in PRODUCTS], size=size)
    wanted = [(kind, code) for code, kind in PRODUCTS]
    for look in (lambda image: image, burnt):
        found = [pair for image in labels_of(pdf, dpi, PRODUCT, size) for pair in read(look(image))]
        assert sorted(found) == sorted(wanted)


@pytest.mark.parametrize("dpi", [203, 300])
@pytest.mark.parametrize("length", [20, 22, 23, 37])
def test_a_long_code_is_printed_along_the_large_label(length: int, dpi: int) -> None:
    code = "OZNabcdefghijkLMNOPQRSTUVWXyz1a2b3c4d5e"[:length]
    pdf = written([product(code), product(code, copies=2)], size=LabelSize.LARGE)

    for look in (lambda image: image, burnt):
        found = [read(look(image)) for image in labels_of(pdf, dpi, PRODUCT, LabelSize.LARGE)]
        assert found == [[("Code128", code)]] * 3


def test_what_no_paper_takes_has_no_label() -> None:
    assert [has_label("A" * length) for length in (1, 36, 37, 38, 64, 65)] == [
        True,
        True,
        True,
        True,
        False,
        False,
    ]
    assert not has_label("с кириллицей")
    with pytest.raises(BadBarcode, match="too long"):
        written([product("A" * 40)], size=LabelSize.LARGE)


@pytest.mark.parametrize("dpi", [203, 300])
@pytest.mark.parametrize("size", list(LabelSize))
def test_every_box_label_reads_back_as_it_was_meant(size: LabelSize, dpi: int) -> None:
    pdf = written([box(code) for code, _text in BOXES], kind=BOX, size=size)
    for look in (lambda image: image, burnt):
        found = [pair for image in labels_of(pdf, dpi, BOX, size) for pair in read(look(image))]
        assert sorted(found) == sorted(("Code128", text) for _code, text in BOXES)


def test_a_run_of_different_labels_reads_back_in_order() -> None:
    codes = [ean(number * 7919) for number in range(60)]
    pdf = written([product(code) for code in codes])
    assert [read(burnt(image)) for image in drawn(pdf, 203)] == [[("EAN13", code)] for code in codes]


@pytest.mark.parametrize(("kind", "size"), LAYOUTS)
def test_a_page_has_the_size_of_its_paper_exactly(kind: LabelKind, size: LabelSize) -> None:
    labels = [product(ean(1))] if kind is PRODUCT else [box(SSCC)]
    page = pypdfium2.PdfDocument(written(labels, kind=kind, size=size))[0]
    width, height = LAYOUTS[kind, size].page
    assert page.get_size() == pytest.approx((width * 72 / 25.4, height * 72 / 25.4), abs=0.001)


def test_bars_are_vectors_and_words_are_words() -> None:
    document = pypdfium2.PdfDocument(written([product(ean(1), title="Чашка «Ёж», 350 мл, №5, ₽")]))
    page = document[0]
    assert "Чашка «Ёж», 350 мл, №5, ₽" in " ".join(page.get_textpage().get_text_range().split())
    assert not list(page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_IMAGE], max_depth=5))


def test_copies_are_printed_as_often_as_asked_and_read_each() -> None:
    pdf = written([product(ean(1), copies=3), product(ean(2), copies=1)])
    assert [read(image) for image in drawn(pdf, 203)] == [[("EAN13", ean(1))]] * 3 + [[("EAN13", ean(2))]]


def test_a_full_sheet_goes_on_on_the_next_page() -> None:
    codes = [ean(number) for number in range(25)]
    pdf = written([product(code) for code in codes], size=LabelSize.SHEET)
    found = [read(label) for label in labels_of(pdf, 203, PRODUCT, LabelSize.SHEET)]
    assert found == [[("EAN13", code)] for code in codes] + [[]] * 23


@pytest.mark.parametrize(("kind", "size"), LAYOUTS)
@pytest.mark.parametrize(
    "title", [LONG_NAME, "Ы" * 10_000, "W" * 300, "", "Кружка ☕ 陶\x00\u202e", "и\u0306" * 90], ids=range(6)
)
def test_no_text_leaves_its_label(kind: LabelKind, size: LabelSize, title: str) -> None:
    code = ean(5) if kind is PRODUCT else SSCC
    lines = ("Артикул " + "A" * 300, LONG_NAME, "Склад " * 50)
    pdf = written([LabelSpec(kind=kind, code=code, title=title, lines=lines)], kind=kind, size=size)
    layout = LAYOUTS[kind, size]
    page = pypdfium2.PdfDocument(pdf)[0]
    left, bottom = layout.corner(0)
    width, height = layout.cell_points
    for index in range(page.get_textpage().count_chars()):
        x1, y1, x2, y2 = page.get_textpage().get_charbox(index)
        assert left <= x1 <= x2 <= left + width
        assert bottom <= y1 <= y2 <= bottom + height
    assert [text for _format, text in read(next(labels_of(pdf, 203, kind, size)))] == [
        code if kind is PRODUCT else f"(00){code}"
    ]


@pytest.mark.parametrize(("kind", "size"), LAYOUTS)
def test_words_never_touch_the_bars(kind: LabelKind, size: LabelSize) -> None:
    code = ean(5) if kind is PRODUCT else SSCC
    lines = ("Артикул LN-1", "Склад", "Окно", "Всё внутри")[: 1 if kind is PRODUCT else 4]
    pdf = written([LabelSpec(kind=kind, code=code, title=LONG_NAME, lines=lines)], kind=kind, size=size)
    page = pypdfium2.PdfDocument(pdf)[0]
    bars = [found.get_bounds() for found in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_PATH])]
    x1, y1, x2, y2 = max(bars, key=lambda bound: (bound[2] - bound[0]) * (bound[3] - bound[1]))
    text = page.get_textpage()
    for index in range(text.count_chars()):
        left, bottom, right, top = text.get_charbox(index)
        sign = text.get_text_range(index, 1)
        is_apart = right <= x1 or left >= x2 or top <= y1 or bottom >= y2
        assert is_apart or sign.isdigit() or sign.isspace(), sign


def test_long_names_are_cut_with_a_sign_and_short_ones_are_whole() -> None:
    whole = texts.fit("Плед", width=200, height=60, largest=16, smallest=5)
    assert (whole.lines, whole.size) == (("Плед",), 16)
    cut = texts.fit(LONG_NAME, width=80, height=20, largest=16, smallest=5)
    assert cut.lines[-1].endswith("…")
    assert cut.height <= 20
    assert all(texts.width_of(line, name=cut.font, size=cut.size) <= 80 for line in cut.lines)
    torn = texts.fit("Артикул " + "A" * 300, width=80, height=6, largest=6, smallest=5)
    assert torn.lines[0].startswith("Артикул AAA")


def test_only_what_the_font_has_is_printed() -> None:
    assert texts.shown("Кружка ☕ 陶\x00 «Ёж»\u202e\n2") == "Кружка ? «Ёж» 2"
    assert texts.shown("и\u0306") == "й"


@pytest.mark.parametrize(
    "code",
    ["", "артикул", "12 34", "1" * 65, "\x00", "😀", "１２３"],
    ids=["empty", "cyrillic", "space", "long", "nul", "emoji", "wide"],
)
def test_what_cannot_be_a_barcode_is_said_so(code: str) -> None:
    assert not is_printable(code)
    with pytest.raises(BadBarcode):
        product_barcode(code)
    with pytest.raises(BadBarcode):
        box_barcode(code)


def test_a_code_too_long_for_a_label_asks_for_a_larger_one() -> None:
    with pytest.raises(BadBarcode, match="too long"):
        written([product("ABCDEFGHIJKLMNOPQRSTUVWXYZ")])
    assert written([LabelSpec(kind=BOX, code="A" * 25, title="x")], kind=BOX, size=LabelSize.LARGE)


def test_check_digits_are_those_of_gs1() -> None:
    assert check_digit("460123456789") == "3"
    assert is_ean13("4601234567893")
    assert not is_ean13("4601234567894")
    assert not is_ean13("٤٦٠١٢٣٤٥٦٧٨٩٣")
    assert is_sscc("106141412345678908")
    assert not is_sscc("106141412345678909")
    assert product_barcode("4601234567893").kind is BarcodeKind.EAN13
    assert box_barcode("106141412345678908").kind is BarcodeKind.SSCC


def test_an_sscc_has_the_module_and_the_height_that_gs1_asks_for() -> None:
    page = pypdfium2.PdfDocument(written([box(SSCC)], kind=BOX, size=LabelSize.LARGE))[0]
    (bars,) = page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_PATH])
    x1, y1, x2, y2 = bars.get_bounds()
    assert (y2 - y1) / 156 >= 0.495 * MM
    assert x2 - x1 >= 32 * MM


def test_two_thousand_different_labels_take_little_memory() -> None:
    written([product(ean(0))])
    tracemalloc.start()
    try:
        pdf = written(
            product(ean(number), title=f"Плед хлопковый № {number}, овсяный") for number in range(2_000)
        )
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(pypdfium2.PdfDocument(pdf)) == 2_000
    assert peak < 32 * 1024 * 1024


def test_nobody_prints_without_end() -> None:
    with pytest.raises(TooManyLabels):
        written([product(ean(1), copies=MOST_LABELS), product(ean(2))])
