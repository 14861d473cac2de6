"""Rows of an XLSX or CSV that somebody sent: whatever it is, either rows or a reason in words come out."""

from __future__ import annotations

import csv
import io
import re
import zipfile
import zlib
from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import gettext as _
from python_calamine import CalamineWorkbook

from core import formats
from core.uploads import BadUpload

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MOST_ROWS: Final = 50_000
MOST_COLUMNS: Final = 50
_MOST_PARTS: Final = 1_000
_MOST_UNPACKED: Final = 200 * 1024 * 1024
_CHUNK: Final = 1024 * 1024
_ZIP: Final = b"PK\x03\x04"
# What “Unicode text” of Excel begins with.
_UTF16: Final = (b"\xff\xfe", b"\xfe\xff")
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
_PLACE: Final = re.compile(rb"""<(?:\w+:)?c\s[^>]*?r\s*=\s*["']([A-Za-z]{1,8})([0-9]{1,12})["']""")
_LINE: Final = re.compile(rb"""<(?:\w+:)?row\s[^>]*?r\s*=\s*["']([0-9]{1,12})["']""")
_LONGEST_TAG: Final = 512


def rows_of(content: bytes) -> Iterator[list[Any]]:
    """The rows of the first sheet, or of the text; cells as text, numbers or days. Raises BadUpload.

    Codes: `not_table`, `broken`, `too_many_rows`, `too_wide`, `bomb`.
    """
    if content.startswith(_ZIP):
        return _sheet_rows(content)
    is_wide = content.startswith(_UTF16)
    if not content.strip() or content.startswith(_NOT_TEXT) or (b"\x00" in content and not is_wide):
        raise BadUpload(
            _("This is neither an XLSX nor a CSV, whatever its name says. Save the table as XLSX."),
            code="not_table",
        )
    return _text_rows(content)


def too_many_rows() -> BadUpload:
    """What is said of a table that is too long."""
    return BadUpload(
        _("The table has more than %(most)s rows. Split it into several files.")
        % {"most": formats.number(MOST_ROWS)},
        code="too_many_rows",
    )


# ---- XLSX -------------------------------------------------------------------------------------------------
def _sheet_rows(content: bytes) -> Iterator[list[Any]]:
    _refuse_hostile(content)
    rows = _guarded(
        lambda: CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).iter_rows()
    )
    while (row := _guarded(lambda: next(rows, None))) is not None:
        yield list(row)


def _guarded(read: Callable[[], Any]) -> Any:
    """What is read. Raises BadUpload whatever the reader dies of: a panic of it is no Exception."""
    try:
        return read()
    except (KeyboardInterrupt, SystemExit, MemoryError):
        raise
    except BaseException as exc:
        raise _broken() from exc


def _refuse_hostile(content: bytes) -> None:
    """Whatever would take more memory than a table can need. What a sheet says of its own size is not
    believed: the places of its cells are read."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError) as exc:
        raise _broken() from exc
    with archive:
        parts = archive.infolist()
        if len(parts) > _MOST_PARTS or sum(part.file_size for part in parts) > _MOST_UNPACKED:
            raise _bomb()
        for part in parts:
            _measure(archive, part)


def _measure(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    tail, read = b"", 0
    try:
        with archive.open(part) as file:
            while chunk := file.read(_CHUNK):
                read += len(chunk)
                if read > _MOST_UNPACKED:
                    raise _bomb()
                tail = _refuse_far_cells(tail + chunk)[-_LONGEST_TAG:]
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError) as exc:
        raise _broken() from exc


def _refuse_far_cells(text: bytes) -> bytes:
    if any(int(row) > MOST_ROWS for row in _LINE.findall(text)):
        raise too_many_rows()
    for column, row in _PLACE.findall(text):
        if int(row) > MOST_ROWS:
            raise too_many_rows()
        if _column_number(column) > MOST_COLUMNS:
            raise _too_wide()
    return text


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - ord("A") + 1
    return number


def _bomb() -> BadUpload:
    return BadUpload(_("The file unpacks into far too much. Save only the table itself."), code="bomb")


def _broken() -> BadUpload:
    return BadUpload(
        _("The file cannot be opened: it is damaged, or protected by a password. Save it anew as XLSX."),
        code="broken",
    )


def _too_wide() -> BadUpload:
    return BadUpload(
        _("The table has more than %(most)s columns. Leave only those that are needed.")
        % {"most": MOST_COLUMNS},
        code="too_wide",
    )


# ---- CSV --------------------------------------------------------------------------------------------------
def _text_rows(content: bytes) -> Iterator[list[Any]]:
    text = _decoded(content)
    head = text[:10_000]
    delimiter = max(";\t,", key=head.count)
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            if len(row) > MOST_COLUMNS:
                raise _too_wide()
            yield list(row)
    except csv.Error as exc:
        raise _broken() from exc


def _decoded(content: bytes) -> str:
    """UTF-8 as it should be, or what Excel on a Russian Windows saves."""
    if content.startswith(_UTF16):
        return content.decode("utf-16", errors="replace").replace("\x00", "")
    for encoding in ("utf-8-sig", "cp1251"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return content.decode("cp1251", errors="replace")
