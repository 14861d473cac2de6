"""The numbers of boxes in words: the same on a label, on the page of the boxes and in the packing list.

A box keeps its number when another one is taken out, so a label that is on it stays true. "of so many" is said only
while the numbers have no gaps.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from collections.abc import Sequence


def box_title(number: int, numbers: Sequence[int]) -> str:
    """`Box 3 of 4`, of the boxes with these numbers; `Box 3` when some are missing between them."""
    if gaps(numbers):
        return _("Box %(number)s") % {"number": number}
    return _("Box %(number)s of %(all)s") % {"number": number, "all": len(numbers)}


def gaps(numbers: Sequence[int]) -> str:
    """Which numbers there are, `2–4, 6`, when some are missing between them; empty otherwise."""
    runs: list[tuple[int, int]] = []
    for number in sorted(numbers):
        first = runs.pop()[0] if runs and runs[-1][1] == number - 1 else number
        runs.append((first, number))
    if not runs or runs == [(1, len(numbers))]:
        return ""
    return ", ".join(str(first) if first == last else f"{first}–{last}" for first, last in runs)
