"""What a benchmark found, the clock it was taken with, and the table it is printed in."""

from __future__ import annotations

import gc
import re
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_MEMORY: Final = Path("/proc/self/status")
_FORGET_PEAK: Final = Path("/proc/self/clear_refs")


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One line of the table: a ratio against its goal, and the figures behind it.

    `at_least` tells which way the goal lies: True when a larger ratio is better.
    """

    what: str
    against: str
    ours: str
    theirs: str
    ratio: float
    goal: float
    at_least: bool
    note: str = ""

    @property
    def holds(self) -> bool:
        """Whether the goal is reached."""
        return self.ratio >= self.goal if self.at_least else self.ratio <= self.goal


@dataclass(slots=True, kw_only=True)
class Stopwatch:
    """Seconds of a block; the rubbish of what came before is not counted."""

    seconds: float = 0.0
    _began: float = 0.0

    def __enter__(self) -> Stopwatch:
        gc.collect()
        self._began = time.perf_counter()
        return self

    def __exit__(self, *_exc: object) -> None:
        self.seconds = time.perf_counter() - self._began


def seconds_of(work: Callable[[], object], *, runs: int) -> list[float]:
    """The seconds of several runs in a row; one before them only warms up."""
    work()
    found = []
    for _ in range(runs):
        with Stopwatch() as watch:
            work()
        found.append(watch.seconds)
    return found


def forget_peak() -> None:
    """Let `peak_megabytes` begin anew, where the kernel can."""
    try:
        _FORGET_PEAK.write_text("5")
    except OSError:
        return


def peak_megabytes() -> float | None:
    """The most memory this process held since `forget_peak`; None where the kernel does not tell."""
    return _megabytes("VmHWM")


def resident_megabytes() -> float | None:
    """The memory that this process holds now."""
    return _megabytes("VmRSS")


def _megabytes(name: str) -> float | None:
    try:
        found = re.search(rf"^{name}:\s+(\d+) kB", _MEMORY.read_text(), re.MULTILINE)
    except OSError:
        return None
    return int(found[1]) / 1024 if found else None


def table(findings: Sequence[Finding]) -> str:
    """The findings as a Markdown table: readable in a terminal, ready for docs/performance.md."""
    head = ("what", "against", "ours", "theirs", "ratio", "goal", "")
    rows = [head, *(_row(finding) for finding in findings)]
    widths = [max(len(row[index]) for row in rows) for index in range(len(head))]
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |"
        for row in rows
    ]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    notes = [f"{finding.what}: {finding.note}" for finding in findings if finding.note]
    return "\n".join([*lines, *([""] if notes else []), *notes])


def _row(finding: Finding) -> tuple[str, ...]:
    sign = "≥" if finding.at_least else "≤"
    return (
        finding.what,
        finding.against,
        finding.ours,
        finding.theirs,
        f"{finding.ratio:.2f} ×",
        f"{sign} {finding.goal:g} ×",
        "holds" if finding.holds else "FALLS SHORT",
    )


def per_second(count: int, seconds: float) -> str:
    """`12 345/s`."""
    return f"{count / seconds:,.0f}/s".replace(",", " ")


def milliseconds(seconds: float) -> str:
    """`12.3 ms`."""
    return f"{seconds * 1000:.1f} ms"
