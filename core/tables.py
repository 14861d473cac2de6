"""The columns of a list, declared once for the screen and for the export; rows are drawn by a template a table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import django_tables2

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from django.db.models import QuerySet
    from django_stubs_ext import StrOrPromise

    from core.statuses import StatusChoices

Kind = Literal["text", "integer", "decimal", "money", "moment", "day", "yes_no"]
_NUMERIC = frozenset({"integer", "decimal", "money"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Sort:
    """What a column is ordered by; `is_nullable` puts unknown values last in both directions."""

    field: str
    is_nullable: bool = False


class Column(django_tables2.Column):  # type: ignore[misc]  # untyped base
    """A column: where the value is read from, what it is, and how it stands on the screen.

    `source` is an ORM path or an annotation (the name of the column unless told). `sort` makes the header a
    link. `css` are the classes of the cell: `n` is added for figures. `statuses` turns stored words into
    labels. `at_start` keeps figures that are drawn as a bar at the left. A column may be for the screen only (`in_export=False`) or for the export only (`on_screen=False`).
    """

    def __init__(
        self,
        label: StrOrPromise,
        *,
        kind: Kind = "text",
        source: str = "",
        sort: str | Sort | None = None,
        unit: StrOrPromise = "",
        css: str = "",
        statuses: type[StatusChoices] | None = None,
        width: int = 14,
        at_start: bool = False,
        on_screen: bool = True,
        in_export: bool = True,
    ) -> None:
        super().__init__(verbose_name=label, orderable=sort is not None)
        self.kind, self.source, self.unit, self.css = kind, source, unit, css
        self.sort = Sort(field=sort) if isinstance(sort, str) else sort
        self.statuses, self.width, self.at_start = statuses, width, at_start
        self.on_screen, self.in_export = on_screen, in_export
        self.name = ""

    @property
    def is_numeric(self) -> bool:
        """Whether the column is of figures, which stand at the right."""
        return self.kind in _NUMERIC and not self.at_start


class BaseTable(django_tables2.Table):  # type: ignore[misc]  # untyped base
    """Base of the tables: `default_sort` is what the URL means when it names no order."""

    default_sort: ClassVar[str] = ""

    @classmethod
    def all_columns(cls) -> list[Column]:
        """Every column, in the order of the declaration, knowing its name."""
        columns: dict[str, Any] = cls.base_columns
        for name, column in columns.items():
            column.name, column.source = name, column.source or name
        return list(columns.values())

    @classmethod
    def screen_columns(cls) -> list[Column]:
        """The columns of the page."""
        return [column for column in cls.all_columns() if column.on_screen]

    @classmethod
    def export_columns(cls) -> list[Column]:
        """The columns of the file."""
        return [column for column in cls.all_columns() if column.in_export]

    @classmethod
    def sorts(cls) -> dict[str, Sort]:
        """What the list may be ordered by, by the word in the URL."""
        return {column.name: column.sort for column in cls.all_columns() if column.sort is not None}

    @classmethod
    def read(cls, rows: QuerySet[Any], columns: Sequence[Column], *, chunk: int) -> Iterator[tuple[Any, ...]]:
        """The rows of the file, a value a column; a table overrides it whose words are not in the database."""
        values: Iterator[tuple[Any, ...]] = rows.values_list(*(column.source for column in columns)).iterator(
            chunk_size=chunk
        )
        return values
