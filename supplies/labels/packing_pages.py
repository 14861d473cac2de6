"""The packing list on A4, for the driver and for the warehouse: a box after the other, head and number on each page."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, Final

from django.utils.translation import get_language
from django.utils.translation import gettext as _
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from core import formats
from supplies.labels import texts
from supplies.labels.layouts import MM
from supplies.labels.packing import PackedLine, PackingList, heads

if TYPE_CHECKING:
    from collections.abc import Sequence

_MARGIN: Final = 15 * MM
_WIDTH: Final = A4[0] - 2 * _MARGIN
# Of box, code, article, name, barcode, units.
_SHARES: Final = (0.07, 0.21, 0.18, 0.30, 0.16, 0.08)
_SIZE: Final = 8.0
_SMALLEST: Final = 5.0
_GAP: Final = 4.0
_RIGHT: Final = frozenset({0, 5})


def write_pages(file: IO[bytes], packing: PackingList) -> None:
    """Write the list as PDF."""
    pages = _Pages(file, packing)
    pages.head()
    before: tuple[int | None, str] | None = None
    for position, code, line in packing.rows():
        is_new = (position, code) != before
        # A box that goes on on the next page is named there again.
        cells = _cells(position, code, line)
        height = pages.height(cells)
        if not pages.has_room(height):
            pages.next_page()
            is_new = True
        pages.row(cells if is_new else ("", "", *cells[2:]), height, is_ruled=is_new)
        before = (position, code)
    pages.total()
    pages.close()


def _cells(position: int | None, code: str, line: PackedLine) -> tuple[str, ...]:
    number = "" if position is None else str(position)
    return number, code, line.sku, line.name, line.barcode, formats.number(line.units)


def _fitted(cells: Sequence[str]) -> list[texts.Fitted]:
    height = 3 * _SIZE * texts.LEADING
    return [
        texts.fit(cell, width=share * _WIDTH - _GAP, height=height, largest=_SIZE, smallest=_SMALLEST)
        for cell, share in zip(cells, _SHARES, strict=True)
    ]


class _Pages:
    """Rows from the top of a page downwards, and on to the next page."""

    def __init__(self, file: IO[bytes], packing: PackingList) -> None:
        self.packing = packing
        self.canvas = Canvas(file, pagesize=A4, pageCompression=1, lang=get_language() or "ru")
        self.canvas.setTitle(f"{_('Packing list')} {packing.title}")
        self.canvas.setCreator("FBO Cabinet")
        self.top = A4[1] - _MARGIN
        self.number = 1

    def head(self) -> None:
        """What the supply is, above the first rows."""
        title = f"{_('Packing list')} · {self.packing.title}"
        self._text(title, height=40, largest=16, name=texts.BOLD)
        for label, value in self.packing.about:
            self._text(f"{label}: {value}", height=24, largest=9)
        self._text(self.packing.totals(), height=14, largest=9, name=texts.BOLD)
        self.top -= _GAP
        self._heads()

    def height(self, cells: Sequence[str]) -> float:
        """What a row takes, in points."""
        return max(one.height for one in _fitted(cells)) + _GAP

    def has_room(self, height: float) -> bool:
        """Whether a row of this height still goes onto the page."""
        return self.top - height >= _MARGIN + 3 * _SIZE

    def row(self, cells: Sequence[str], height: float, *, is_ruled: bool) -> None:
        """A row of the table; `is_ruled` draws a line above it, where a box begins."""
        if is_ruled:
            self._rule()
        self._draw(_fitted(cells))
        self.top -= height

    def next_page(self) -> None:
        """Go on with the heads on a new page."""
        self._foot()
        self.canvas.showPage()
        self.number += 1
        self.top = A4[1] - _MARGIN
        self._heads()

    def total(self) -> None:
        """The sums under the last row."""
        self._rule()
        self._text(self.packing.totals(), height=24, largest=9, name=texts.BOLD)

    def close(self) -> None:
        """End the last page and write the file."""
        self._foot()
        self.canvas.showPage()
        self.canvas.save()

    def _heads(self) -> None:
        fitted = [
            texts.fit(head, width=share * _WIDTH - _GAP, height=2 * _SIZE, largest=7, smallest=_SMALLEST, name=texts.BOLD)
            for head, share in zip(heads(), _SHARES, strict=True)
        ]  # fmt: skip
        self._draw(fitted)
        self.top -= max(one.height for one in fitted) + _GAP

    def _draw(self, fitted: Sequence[texts.Fitted]) -> None:
        left = _MARGIN
        for index, (one, share) in enumerate(zip(fitted, _SHARES, strict=True)):
            self.canvas.setFont(one.font, one.size)
            base = self.top - one.size * texts.ASCENT
            for line in one.lines:
                if index in _RIGHT:
                    self.canvas.drawRightString(left + share * _WIDTH - _GAP, base, line)
                else:
                    self.canvas.drawString(left, base, line)
                base -= one.size * texts.LEADING
            left += share * _WIDTH

    def _text(self, text: str, *, height: float, largest: float, name: str = texts.REGULAR) -> None:
        found = texts.fit(text, width=_WIDTH, height=height, largest=largest, smallest=_SMALLEST, name=name)
        self.canvas.setFont(found.font, found.size)
        for line in found.lines:
            self.canvas.drawString(_MARGIN, self.top - found.size * texts.ASCENT, line)
            self.top -= found.size * texts.LEADING

    def _rule(self) -> None:
        self.canvas.setLineWidth(0.4)
        self.canvas.line(_MARGIN, self.top + _GAP / 2, _MARGIN + _WIDTH, self.top + _GAP / 2)

    def _foot(self) -> None:
        found = texts.fit(
            f"{self.packing.title} · {_('page %(number)s') % {'number': self.number}}",
            width=_WIDTH, height=_SIZE * texts.LEADING, largest=7, smallest=_SMALLEST,
        )  # fmt: skip
        self.canvas.setFont(found.font, found.size)
        self.canvas.drawString(_MARGIN, _MARGIN - _SIZE, found.lines[0])
