"""Labels into a PDF: vectors only, nothing rasterised, copies drawn once and repeated."""

from __future__ import annotations

from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Final

from django.utils.translation import get_language
from django.utils.translation import gettext as _
from reportlab.pdfgen.canvas import Canvas

from supplies.labels import texts
from supplies.labels.barcodes import (
    DOT,
    FINE,
    LARGE,
    BadBarcode,
    Barcode,
    BarcodeKind,
    box_barcode,
    is_printable,
    product_barcode,
)
from supplies.labels.layouts import LAYOUTS, MM, LabelKind, LabelSize, Layout

if TYPE_CHECKING:
    from collections.abc import Iterable

# More is not one print run: it would keep a web process busy and fill a roll several times.
MOST_LABELS: Final = 10_000
_SMALLEST: Final = 5.0
_DIGITS: Final = 8.0
_GUARD: Final = 5  # modules that guard bars reach into the digits
_LEAST_BARS: Final = 9 * MM
_BOX_BARS: Final = 256 * DOT  # 32 mm, as GS1 asks
_BARS_SHARE: Final = 0.45
_CUT: Final = 0.25


# So many signs fit across the large label, and along it, however wide each of them is.
_FIT_ACROSS: Final = 20
_FIT_ALONG: Final = 36


class TooManyLabels(ValueError):
    """More than MOST_LABELS were asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelSpec:
    """What a label says: `title` large, `lines` small under it, `code` as the barcode, printed `copies` times."""

    kind: LabelKind
    code: str
    title: str
    lines: tuple[str, ...] = ()
    copies: int = 1

    def barcode(self) -> Barcode:
        """The symbol of the code. Raises BadBarcode."""
        return box_barcode(self.code) if self.kind is LabelKind.BOX else product_barcode(self.code)


def write_labels(
    file: IO[bytes], labels: Iterable[LabelSpec], *, kind: LabelKind, size: LabelSize, title: str
) -> int:
    """Write the PDF and say how many labels are in it; `labels` are taken one by one.

    Raises BadBarcode when a code cannot be printed on this paper, TooManyLabels.
    """
    sheet = _Sheet(file, LAYOUTS[kind, size], title=title)
    count = 0
    for label in labels:
        count += label.copies
        if count > MOST_LABELS:
            raise TooManyLabels
        sheet.add(label)
    sheet.close()
    return count


def module_width(barcode: Barcode, width: float) -> float:
    """The widest module, in points, with which symbol and quiet zones fit. Raises BadBarcode when none does."""
    for module in (LARGE, FINE):
        if barcode.whole_width * module <= width:
            return module
    raise BadBarcode(
        _("“%(code)s” is too long for this label: choose a larger one.") % {"code": barcode.code}
    )


def has_label(code: str) -> bool:
    """Whether there is a paper on which the code of a product can be printed."""
    if not is_printable(code) or len(code) <= _FIT_ALONG:
        return is_printable(code)
    longest = LAYOUTS[LabelKind.PRODUCT, LabelSize.LARGE].along()
    try:
        module_width(product_barcode(code), longest.label_points[0] - 2 * DOT)
    except BadBarcode:
        return False
    return True


def on_dot(length: float) -> float:
    """The nearest whole number of dots of a 203 dpi printer: a bar that ends between two is burnt ragged."""
    return round(length / DOT) * DOT


class _Sheet:
    """Pages of cells that are filled one after the other."""

    def __init__(self, file: IO[bytes], layout: Layout, *, title: str) -> None:
        self.layout = layout
        self.canvas = Canvas(
            file, pagesize=layout.page_points, pageCompression=1, lang=get_language() or "ru"
        )
        self.canvas.setTitle(title)
        self.canvas.setCreator("FBO Cabinet")
        # A scaled label has modules of no whole number of dots.
        self.canvas.setViewerPreference("PrintScaling", "None")
        self.filled = 0
        self.forms = 0

    def add(self, label: LabelSpec) -> None:
        """Draw the copies of a label, on new pages where this one is full."""
        layout = self._laid(label)
        form = self._form(label, layout) if label.copies > 1 else None
        for _copy in range(label.copies):
            self._next_cell()
            self.canvas.saveState()
            self.canvas.translate(*self._corner())
            if form is None:
                self._turn(layout)
                draw_label(self.canvas, label, layout)
            else:
                self.canvas.doForm(form)
            self.canvas.restoreState()
            self.filled += 1

    def close(self) -> None:
        """End the last page and write the file."""
        self._end_page()
        self.canvas.save()

    def _laid(self, label: LabelSpec) -> Layout:
        """The layout, along the longer side of the page for a code that does not fit across."""
        along, width = self.layout.along(), self.layout.label_points[0]
        if along is self.layout or len(label.code) <= _FIT_ACROSS:
            return self.layout
        return self.layout if label.barcode().whole_width * FINE <= width - 2 * DOT else along

    def _form(self, label: LabelSpec, layout: Layout) -> str:
        """The label drawn once, to be shown as often as wanted."""
        self.forms += 1
        name = f"label{self.forms}"
        self.canvas.beginForm(name, 0, 0, *self.layout.cell_points)
        self._turn(layout)
        draw_label(self.canvas, label, layout)
        self.canvas.endForm()
        return name

    def _corner(self) -> tuple[float, float]:
        """Where the next cell begins, on a dot as a printer counts them: from the upper left."""
        x, y = self.layout.corner(self.filled % self.layout.per_page)
        top = self.layout.page_points[1]
        return on_dot(x), top - on_dot(top - y)

    def _turn(self, layout: Layout) -> None:
        if layout.is_turned:
            self.canvas.translate(on_dot(layout.cell_points[0]), 0)
            self.canvas.rotate(90)

    def _next_cell(self) -> None:
        if self.filled and self.filled % self.layout.per_page == 0:
            self._end_page()

    def _end_page(self) -> None:
        if self.layout.per_page > 1:
            draw_cuts(self.canvas, self.layout)
        self.canvas.showPage()


def draw_label(canvas: Canvas, label: LabelSpec, layout: Layout) -> None:
    """A label with its lower left corner at the origin. Raises BadBarcode."""
    width, height = layout.label_points
    margin = layout.margin * MM
    barcode = label.barcode()
    # Quiet zones may lie in the margin: they are white anyway.
    module = module_width(barcode, width - 2 * DOT)
    bars = on_dot(_bars_height(label.kind, height))
    foot = on_dot(margin + _DIGITS * texts.LEADING)
    draw_bars(canvas, barcode, left=_left(barcode, module, width), bottom=foot, module=module, height=bars)
    draw_digits(canvas, barcode, width=width, margin=margin, bottom=margin, module=module)
    _draw_words(
        canvas,
        label,
        left=margin,
        top=height - margin,
        width=width - 2 * margin,
        bottom=foot + bars + 1.2 * MM,
    )


def _bars_height(kind: LabelKind, height: float) -> float:
    """What GS1 asks for a box where there is room, a good share of the label otherwise."""
    if kind is LabelKind.BOX and height > 2 * _BOX_BARS:
        return _BOX_BARS
    return max(_LEAST_BARS, min(_BARS_SHARE * height - _DIGITS, _BOX_BARS))


def _left(barcode: Barcode, module: float, width: float) -> float:
    """Where the first bar begins: the symbol is centred with its quiet zones, on a dot of a 203 dpi printer."""
    left = (width - barcode.whole_width * module) / 2 + barcode.before * module
    return on_dot(left)


def draw_bars(
    canvas: Canvas, barcode: Barcode, *, left: float, bottom: float, module: float, height: float
) -> None:
    """The bars as one filled path."""
    path = canvas.beginPath()
    for index, (start, length) in enumerate(barcode.bars):
        deeper = on_dot(_GUARD * module / 2) if index in barcode.guards else 0.0
        path.rect(left + start * module, bottom - deeper, length * module, height + deeper)
    canvas.drawPath(path, stroke=0, fill=1)


def draw_digits(
    canvas: Canvas, barcode: Barcode, *, width: float, margin: float, bottom: float, module: float
) -> None:
    """The code in figures: under EAN-13 in its three groups, under everything else in the middle."""
    line = bottom + _DIGITS * (texts.LEADING - texts.ASCENT)
    if barcode.kind is not BarcodeKind.EAN13:
        found = texts.fit(
            barcode.text,
            width=width - 2 * margin,
            height=_DIGITS * texts.LEADING,
            largest=_DIGITS,
            smallest=4,
        )
        canvas.setFont(found.font, found.size)
        canvas.drawCentredString(width / 2, line, found.lines[0])
        return
    texts.font(texts.REGULAR)
    canvas.setFont(texts.REGULAR, _DIGITS)
    left = _left(barcode, module, width)
    canvas.drawRightString(left - 3 * module, line, barcode.code[0])
    canvas.drawCentredString(left + 24.5 * module, line, barcode.code[1:7])
    canvas.drawCentredString(left + 70.5 * module, line, barcode.code[7:])


def _draw_words(
    canvas: Canvas, label: LabelSpec, *, left: float, top: float, width: float, bottom: float
) -> None:
    """The title as large as the room allows, then the lines, each shrunk and cut to one line."""
    small = max(_SMALLEST, min(9.0, (top - bottom) / (2.2 * (len(label.lines) + 1))))
    room = top - bottom - len(label.lines) * small * texts.LEADING
    title = texts.fit(
        label.title, width=width, height=room, largest=min(16.0, max(_SMALLEST, room / 2.2)), smallest=_SMALLEST,
        name=texts.BOLD,
    )  # fmt: skip
    top = _draw_lines(canvas, title, left=left, top=top)
    for line in label.lines:
        found = texts.fit(line, width=width, height=small * texts.LEADING, largest=small, smallest=_SMALLEST)
        _draw_lines(canvas, found, left=left, top=top)
        top -= small * texts.LEADING


def _draw_lines(canvas: Canvas, found: texts.Fitted, *, left: float, top: float) -> float:
    """Draw lines downwards and give where the next one may begin."""
    canvas.setFont(found.font, found.size)
    for line in found.lines:
        canvas.drawString(left, top - found.size * texts.ASCENT, line)
        top -= found.size * texts.LEADING
    return top


def draw_cuts(canvas: Canvas, layout: Layout) -> None:
    """Thin dashes between the cells of a sheet, for scissors."""
    page_width, page_height = layout.page_points
    width, height = layout.cell_points
    canvas.saveState()
    canvas.setLineWidth(_CUT)
    canvas.setStrokeGray(0.7)
    canvas.setDash(3, 3)
    for column in range(1, layout.columns):
        canvas.line(column * width, 0, column * width, page_height)
    for row in range(1, layout.rows):
        canvas.line(0, row * height, page_width, row * height)
    canvas.restoreState()
