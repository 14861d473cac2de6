"""Lists of goods as people paste and upload them: each row as the name of a product and a number of units.

Pure. A list may have a head that names its columns; without one a row is a name and, last, the units. A head that
names only half of what is needed is never guessed at.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import gettext as _

from catalog.services.costs import cells
from catalog.services.costs.cells import BadCell
from core import formats, sheets
from core.uploads import BadUpload
from supplies.services import plan_heads
from supplies.services.plan_lines import MOST_UNITS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from django_stubs_ext import StrOrPromise

MOST_ERRORS: Final = 2_000
_SPACES: Final = dict.fromkeys(map(ord, " \u00a0\u202f\u2009'"))
_PIECES: Final = re.compile(r"(шт(ук[аи]?)?|ед|pcs?)\.?$", re.IGNORECASE)
_WHOLE: Final = re.compile(r"[+-]?\d{1,15}([.,]0{1,6})?")
# `артикул × 10`, `артикул 10 шт`, `артикул,10`, in this order; the name may hold spaces and commas of its own.
_UNITS: Final = r"(?P<units>[+-]?\d[\d.,]*\s*(?:шт\w*|ед|pcs?)?\.?)$"
_PAIRS: Final = tuple(
    re.compile(rf"^(?P<name>.*\S){between}{_UNITS}", re.IGNORECASE)
    for between in (r"\s+[x×х*]\s*", r"\s+", r"\s*,\s*")
)
_LONGEST_LINE: Final = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ListRow:
    """A row as it was read: how it names the product, by article or barcode or either, and how many units."""

    number: int
    names: tuple[str, ...]
    units: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RowError:
    """A cell that cannot be what it should be: `column` is one of plan_heads.COLUMNS."""

    row: int
    column: str
    value: str
    text: str

    def as_json(self) -> dict[str, Any]:
        """As PlanImport keeps it."""
        return {"row": self.row, "column": self.column, "value": self.value, "text": self.text}


def rows_of_text(text: str) -> Iterator[ListRow | RowError]:
    """The rows of a pasted list: cells apart by tabs, semicolons, commas or spaces."""
    return _read([_cells_of(line) for line in text.splitlines()])


def rows_of_file(content: bytes) -> Iterator[ListRow | RowError]:
    """The rows of an XLSX or CSV. Raises BadUpload, also on the way."""
    return _read(sheets.rows_of(content))


def units_of(cell: Any) -> int:
    """A whole number of units above zero. Raises BadCell."""
    if isinstance(cell, bool) or cell is None or str(cell).strip() == "":
        raise BadCell(_("The number of units is missing."))
    text = _PIECES.sub("", str(cell).translate(_SPACES))
    if not _WHOLE.fullmatch(text):
        raise BadCell(_("This is not a whole number of units."))
    units = int(re.split("[.,]", text)[0])
    if units <= 0:
        raise BadCell(_("The number of units must be above zero."))
    if units > MOST_UNITS:
        raise BadCell(
            _("Of one product, at most %(most)s units can be planned.") % {"most": formats.number(MOST_UNITS)}
        )
    return units


def column_name(column: str) -> StrOrPromise:
    """What a column is called."""
    return {"barcode": _("Barcode"), "units": _("Units")}.get(column, _("Article"))


def _cells_of(line: str) -> list[str]:
    for delimiter in ("\t", ";"):
        if delimiter in line:
            return [cell.strip() for cell in line.split(delimiter)]
    text = line.strip()
    found = next((pair for one in _PAIRS if (pair := one.match(text[:_LONGEST_LINE]))), None)
    return [found["name"].rstrip(", "), found["units"]] if found else [text]


def too_many_errors() -> BadUpload:
    """What is said of a list that is wrong in more than MOST_ERRORS rows."""
    return BadUpload(
        _("More than %(most)s rows of the list are wrong. Is it the right one?")
        % {"most": formats.number(MOST_ERRORS)},
        code="too_many_errors",
    )


def _read(rows: Iterable[list[Any]]) -> Iterator[ListRow | RowError]:
    """Raises BadUpload when there is more than a plan can take, nothing but errors, or half a head."""
    numbered = enumerate(rows, start=1)
    top = list(itertools.islice(numbered, plan_heads.ROWS))
    head = plan_heads.find([row for _number, row in top])
    errors = 0
    for number, row in itertools.chain(top, numbered):
        if number > sheets.MOST_ROWS:
            raise sheets.too_many_rows()
        if (head and number == head.row) or not any(str(cell).strip() for cell in row):
            continue
        result = _row(number, row, head.columns if head and number > head.row else None)
        errors += isinstance(result, RowError)
        if errors > MOST_ERRORS:
            raise too_many_errors()
        yield result


def _row(number: int, row: list[Any], columns: Mapping[str, int] | None) -> ListRow | RowError:
    named = [cell for cell in row if str(cell).strip()]
    if columns is not None:
        cells_of = {name: row[index] if index < len(row) else "" for name, index in columns.items()}
    else:
        cells_of = {"name": named[0], "units": named[-1] if len(named) > 1 else ""}
    names = []
    for column in plan_heads.NAMES:
        value = cells_of.get(column, "")
        if str(value).strip():
            try:
                names.append(cells.article(value))
            except BadCell as exc:
                return _error(number, column, value, exc)
    if not names:
        return _error(number, "name", "", BadCell(_("The article is missing.")))
    try:
        units = units_of(cells_of.get("units", ""))
    except BadCell as exc:
        return _error(number, "units", cells_of.get("units", ""), exc)
    return ListRow(number=number, names=tuple(names), units=units)


def _error(number: int, column: str, value: Any, exc: BadCell) -> RowError:
    return RowError(row=number, column=column, value=cells.shown(value), text=str(exc))
