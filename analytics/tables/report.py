"""Tables of reports: their rows are frozen dataclasses that a selector made, not rows of the database."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, Any

from core.tables import BaseTable, Column

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from core.listing import Order


class ReportTable(BaseTable):
    """Columns whose `source` and `sort` are attributes of a row; a row has an `id` that breaks ties."""

    @classmethod
    def ordered(cls, rows: Sequence[Any], order: Order) -> list[Any]:
        """The rows in the order of the address; unknown values last both ways."""
        get, tie = attrgetter(order.sort.field), attrgetter("id")
        known = [row for row in rows if get(row) is not None]
        unknown = [row for row in rows if get(row) is None]
        known.sort(key=tie)
        known.sort(key=get, reverse=order.is_descending)
        return [*known, *sorted(unknown, key=tie)]

    @classmethod
    def read(cls, rows: Any, columns: Sequence[Column], *, chunk: int) -> Iterator[tuple[Any, ...]]:
        """The rows of the file, a value a column."""
        gets = [attrgetter(column.source) for column in columns]
        for row in rows:
            yield tuple(get(row) for get in gets)
