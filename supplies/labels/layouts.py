"""The papers that labels are printed on: one label a page, or a grid on a sheet of A4."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

MM: Final = 72 / 25.4


class LabelKind(StrEnum):
    """What the label is stuck on."""

    PRODUCT = "product"
    BOX = "box"


class LabelSize(StrEnum):
    """The papers to choose from."""

    SMALL = "58x40"
    LARGE = "75x120"
    SHEET = "a4"


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """A page and the cells on it, in millimetres. `is_turned`: the label lies along the longer side of its page."""

    page: tuple[float, float]
    columns: int = 1
    rows: int = 1
    margin: float = 2
    is_turned: bool = False

    @property
    def page_points(self) -> tuple[float, float]:
        """Width and height of the page."""
        return self.page[0] * MM, self.page[1] * MM

    @property
    def cell_points(self) -> tuple[float, float]:
        """Width and height of a cell as it lies on the page."""
        width, height = self.page_points
        return width / self.columns, height / self.rows

    @property
    def label_points(self) -> tuple[float, float]:
        """Width and height of a label as it is read."""
        width, height = self.cell_points
        return (height, width) if self.is_turned else (width, height)

    def along(self) -> Layout:
        """The same with the label along the longer side of its page; a sheet of several stays as it is."""
        width, height = self.page
        return replace(self, is_turned=True) if self.per_page == 1 and height > width else self

    @property
    def per_page(self) -> int:
        """How many labels a page takes."""
        return self.columns * self.rows

    def corner(self, index: int) -> tuple[float, float]:
        """The lower left corner of a cell in points; cells are counted from the upper left, row by row."""
        width, height = self.cell_points
        row, column = divmod(index, self.columns)
        return column * width, (self.rows - 1 - row) * height


# 70 × 37 and 105 × 74 mm are sold as sheets of self-adhesive labels. A box label lies along the 120 mm: only so an
# SSCC gets the module of half a millimetre that GS1 asks of it.
LAYOUTS: Final = {
    (LabelKind.PRODUCT, LabelSize.SMALL): Layout(page=(58, 40)),
    (LabelKind.PRODUCT, LabelSize.LARGE): Layout(page=(75, 120), margin=4),
    (LabelKind.PRODUCT, LabelSize.SHEET): Layout(page=(210, 297), columns=3, rows=8, margin=4),
    (LabelKind.BOX, LabelSize.SMALL): Layout(page=(58, 40)),
    (LabelKind.BOX, LabelSize.LARGE): Layout(page=(75, 120), margin=4, is_turned=True),
    (LabelKind.BOX, LabelSize.SHEET): Layout(page=(210, 297), columns=2, rows=4, margin=5),
}
