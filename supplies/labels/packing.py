"""What a packing list says, and its workbook: which box holds what. The PDF is in `packing_pages`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Final

import xlsxwriter
from django.utils.translation import gettext as _

from core import formats

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_WIDTHS: Final = (8, 24, 24, 60, 20, 10)


@dataclass(frozen=True, slots=True, kw_only=True)
class PackedLine:
    """Units of a product in a box."""

    sku: str
    name: str
    barcode: str
    units: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PackedBox:
    """A box: its number in the supply, the code on its label, what is in it."""

    position: int
    code: str
    lines: tuple[PackedLine, ...]

    @property
    def units(self) -> int:
        """Units of all products in it."""
        return sum(line.units for line in self.lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class PackingList:
    """A supply as it is packed. `about` are labels and values that stand above; `loose` is what is in no box."""

    title: str
    about: tuple[tuple[str, str], ...]
    boxes: tuple[PackedBox, ...]
    loose: tuple[PackedLine, ...] = ()

    @property
    def units(self) -> int:
        """Units of the whole supply."""
        return sum(box.units for box in self.boxes) + sum(line.units for line in self.loose)

    @property
    def products(self) -> int:
        """How many different products there are."""
        lines = [line for box in self.boxes for line in box.lines]
        return len({(line.sku, line.barcode) for line in (*lines, *self.loose)})

    def rows(self) -> Iterator[tuple[int | None, str, PackedLine]]:
        """Every line with the number and the code of its box; None and nothing for what is in no box."""
        for box in self.boxes:
            for line in box.lines:
                yield box.position, box.code, line
        for line in self.loose:
            yield None, "", line

    def totals(self) -> str:
        """The sums in a line."""
        return _("Boxes: %(boxes)s. Products: %(products)s. Units: %(units)s.") % {
            "boxes": formats.number(len(self.boxes)),
            "products": formats.number(self.products),
            "units": formats.number(self.units),
        }


def heads() -> tuple[str, ...]:
    """What the columns are called."""
    return _("Box"), _("Code of the box"), _("Article"), _("Name"), _("Barcode"), _("Units")


def write_workbook(file: IO[bytes], packing: PackingList) -> None:
    """Write the list as XLSX: a line a row with its box, the total, and a sheet that says what it is."""
    book = xlsxwriter.Workbook(
        file, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    bold = book.add_format({"bold": True, "bottom": 1})
    whole = book.add_format({"num_format": "#,##0"})
    total = book.add_format({"num_format": "#,##0", "bold": True, "top": 1})
    sheet = book.add_worksheet(_("Packing list")[:31])
    sheet.freeze_panes(1, 0)
    for index, (head, width) in enumerate(zip(heads(), _WIDTHS, strict=True)):
        sheet.set_column(index, index, width)
        sheet.write_string(0, index, head, bold)
    last = 0
    for last, (position, code, line) in enumerate(packing.rows(), start=1):
        if position is not None:
            sheet.write_number(last, 0, position)
        for column, text in enumerate((code, line.sku, line.name, line.barcode), start=1):
            # Always a string, whatever it begins with: a name is never run as a formula.
            sheet.write_string(last, column, text)
        sheet.write_number(last, len(_WIDTHS) - 1, line.units, whole)
    sheet.write_string(last + 1, 0, _("Total"), total)
    sheet.write_number(last + 1, len(_WIDTHS) - 1, packing.units, total)
    _write_about(book, packing)
    book.close()


def _write_about(book: xlsxwriter.Workbook, packing: PackingList) -> None:
    sheet = book.add_worksheet(_("About this file")[:31])
    bold = book.add_format({"bold": True})
    sheet.set_column(0, 0, 26)
    sheet.set_column(1, 1, 70)
    rows: Sequence[tuple[str, str]] = (
        (_("Supply"), packing.title),
        *packing.about,
        (_("Total"), packing.totals()),
    )
    for line, (label, value) in enumerate(rows):
        sheet.write_string(line, 0, label, bold)
        sheet.write_string(line, 1, value)
