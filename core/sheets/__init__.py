"""Rows of an XLSX or CSV that somebody sent: whatever it is, either rows or a reason in words come out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from core.sheets import refusals
from core.sheets.child import MOST_COLUMNS, MOST_ROWS
from core.sheets.refusals import too_many_rows
from core.sheets.texts import UTF16, rows_of_text
from core.sheets.workbooks import rows_of_workbook

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["MOST_COLUMNS", "MOST_ROWS", "rows_of", "too_many_rows"]

_ZIP: Final = b"PK\x03\x04"
# PDF, old XLS, pictures, archives, programs: their first bytes.
_NOT_TEXT: Final = (
    b"%PDF",
    b"\xd0\xcf\x11\xe0",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"Rar!",
    b"7z\xbc",
    b"MZ",
    b"\x1f\x8b",
)


def rows_of(content: bytes) -> Iterator[list[Any]]:
    """The rows of the first sheet, or of the text; cells as text, numbers or days. Raises BadUpload, also on the way.

    Codes: `not_table`, `not_xlsx`, `broken`, `open_quote`, `too_many_rows`, `too_wide`, `bomb`.
    """
    if content.startswith(_ZIP):
        return rows_of_workbook(content)
    is_wide = content.startswith(UTF16)
    if not content.strip() or content.startswith(_NOT_TEXT) or (b"\x00" in content and not is_wide):
        raise refusals.not_table()
    return rows_of_text(content)
