"""The values of charts: what they are, their exact sum, their text. Where they stand is in scales."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from core.formats import as_decimal

if TYPE_CHECKING:
    from collections.abc import Iterable

# Pieces are whole, money is Decimal; geometry needs neither exactly.
Value = float | Decimal
# Writes a value for people, None included. Any: a page may well write one kind of number only.
Write = Callable[[Any], str]


def total(values: Iterable[Value | None]) -> Value:
    """The sum, exact when the values are; unknown ones add nothing."""
    return sum((as_decimal(value) for value in values if value is not None), Decimal(0))


def written(values: Iterable[Value | None], text: Write) -> tuple[str, ...]:
    """The texts of values, unknown ones too: a row of the table behind a chart."""
    return tuple(text(value) for value in values)
