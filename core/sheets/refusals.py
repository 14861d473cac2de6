"""What is said of a table that cannot be taken."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext as _

from core import formats
from core.sheets.child import MOST_COLUMNS, MOST_ROWS
from core.uploads import BadUpload

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def not_table() -> BadUpload:
    """Neither a workbook nor text."""
    return BadUpload(
        _("This is neither an XLSX nor a CSV, whatever its name says. Save the table as XLSX."),
        code="not_table",
    )


def not_xlsx() -> BadUpload:
    """Packed like a workbook, but another thing: an OpenDocument table, an archive, a document."""
    return BadUpload(
        _("This is no XLSX workbook, whatever its name says. Save the table as XLSX or CSV."), code="not_xlsx"
    )


def broken() -> BadUpload:
    """It begins like a table and cannot be read to its end."""
    return BadUpload(
        _("The file cannot be opened: it is damaged, or protected by a password. Save it anew as XLSX."),
        code="broken",
    )


def bomb() -> BadUpload:
    """It takes more memory or time than a table can need."""
    return BadUpload(_("The file unpacks into far too much. Save only the table itself."), code="bomb")


def too_many_rows() -> BadUpload:
    """It is longer than MOST_ROWS."""
    return BadUpload(
        _("The table has more than %(most)s rows. Split it into several files.")
        % {"most": formats.number(MOST_ROWS)},
        code="too_many_rows",
    )


def too_wide() -> BadUpload:
    """It is wider than MOST_COLUMNS."""
    return BadUpload(
        _("The table has more than %(most)s columns. Leave only those that are needed.")
        % {"most": MOST_COLUMNS},
        code="too_wide",
    )


def open_quote() -> BadUpload:
    """Its quotation marks can be read in several ways."""
    return BadUpload(
        _("A quotation mark in the text does not close, so its cells cannot be told apart. Save it as XLSX."),
        code="open_quote",
    )


BY_CODE: Final[Mapping[str, Callable[[], BadUpload]]] = {
    "not_xlsx": not_xlsx,
    "broken": broken,
    "bomb": bomb,
    "too_many_rows": too_many_rows,
    "too_wide": too_wide,
}
