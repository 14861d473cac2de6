"""A print run of labels, each of them different, against as many bare pages with one line each."""

from __future__ import annotations

import tempfile
from typing import TYPE_CHECKING, Final

from reportlab.pdfgen.canvas import Canvas

from fbo_cabinet.bench.report import Finding, Stopwatch, forget_peak, peak_megabytes, resident_megabytes
from supplies.labels.barcodes import check_digit
from supplies.labels.layouts import LAYOUTS, LabelKind, LabelSize
from supplies.labels.rendering import LabelSpec, write_labels

if TYPE_CHECKING:
    from collections.abc import Iterator

LABELS: Final = 2_000
QUICK_LABELS: Final = 100
_GOAL: Final = 12.0


def measure(*, quick: bool = False, count: int | None = None) -> list[Finding]:
    """Write the labels once, then the bare pages."""
    count = count or (QUICK_LABELS if quick else LABELS)
    _write(1)
    forget_peak()
    before = resident_megabytes()
    with Stopwatch() as ours:
        _write(count)
    peak = peak_megabytes()
    with Stopwatch() as theirs:
        _bare(count)
    grown = (
        "" if peak is None or before is None else f"memory grew by {max(0.0, peak - before):.0f} MB at most"
    )
    return [
        Finding(
            what=f"{count} different labels 58 × 40 mm as PDF",
            against="reportlab, bare pages with a line each",
            ours=f"{ours.seconds:.1f} s",
            theirs=f"{theirs.seconds:.2f} s",
            ratio=ours.seconds / theirs.seconds,
            goal=_GOAL,
            at_least=False,
            note=grown,
        )
    ]


def _write(count: int) -> None:
    with tempfile.TemporaryFile() as file:
        write_labels(file, _labels(count), kind=LabelKind.PRODUCT, size=LabelSize.SMALL, title="labels")


def _labels(count: int) -> Iterator[LabelSpec]:
    for number in range(count):
        digits = f"460{number:09d}"
        yield LabelSpec(
            kind=LabelKind.PRODUCT,
            code=digits + check_digit(digits),
            title=f"Плед хлопковый с бахромой 130×170, овсяный, № {number}",
            lines=(f"Артикул LN-PLD-{number}", "ООО «Льняная лавка»"),
        )


def _bare(count: int) -> None:
    """The least that a document of as many pages takes."""
    with tempfile.TemporaryFile() as file:
        canvas = Canvas(
            file, pagesize=LAYOUTS[LabelKind.PRODUCT, LabelSize.SMALL].page_points, pageCompression=1
        )
        for number in range(count):
            canvas.setFont("Helvetica", 8)
            canvas.drawString(10, 10, str(number))
            canvas.showPage()
        canvas.save()
