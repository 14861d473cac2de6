"""A program of its own that opens a workbook which nobody trusts: its bytes come in, its rows go out.

Run as a file, with nothing of the cabinet: whatever the workbook does to its reader (an abort, memory, time) ends
here. Reads standard input. Each line of the answer is JSON: a list is a row, whose cells are text, numbers, booleans,
null or `{kind: [figures]}` of KINDS; `{"end": true}` or `{"refused": code}` is the last one.
"""

from __future__ import annotations

import contextlib
import io
import json
import re
import sys
import zipfile
from collections import Counter
from datetime import date, datetime, time, timedelta
from typing import IO, TYPE_CHECKING, Any, Final
from xml.parsers import expat

from python_calamine import CalamineWorkbook

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_ROWS: Final = 50_000
MOST_COLUMNS: Final = 50
# Bytes.
MOST_ANSWERED: Final = 128 * 1024 * 1024
_MOST_MEMORY: Final = 512 * 1024 * 1024
_MOST_UNPACKED: Final = 200 * 1024 * 1024
_MOST_SECONDS: Final = 20
_MOST_PARTS: Final = 1_000
_CHUNK: Final = 1024 * 1024
# What the reader keeps in memory of every element of these names, wherever it stands: strings, styles, sheets.
_MOST_HELD: Final = dict.fromkeys(("xf", "numFmt", "sheet", "definedName", "Relationship"), 100_000) | {
    "si": MOST_ROWS * MOST_COLUMNS,
    "c": MOST_ROWS * MOST_COLUMNS,
}
_NEEDED: Final = frozenset(("[content_types].xml", "xl/workbook.xml"))
# An OpenDocument table, and the binary kind of a workbook: the reader tries one after the other.
_FOREIGN: Final = frozenset(("mimetype", "content.xml", "xl/workbook.bin"))
_PLACE: Final = re.compile(r"([A-Za-z]{1,8})([0-9]{1,12})")
_NUMBER: Final = re.compile(r"[0-9]{1,12}")

KINDS: Final = {"datetime": datetime, "date": date, "time": time, "timedelta": timedelta}


class Refused(Exception):
    """The workbook is not read; `code` says why: `not_xlsx`, `broken`, `too_many_rows`, `too_wide`, `bomb`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def answer(content: bytes, out: IO[bytes]) -> None:
    """Write the rows of the first sheet, or why there are none."""
    try:
        for line in _lines(content):
            out.write(line)
        told: dict[str, Any] = {"end": True}
    except Refused as exc:
        told = {"refused": exc.code}
    except MemoryError:
        told = {"refused": "bomb"}
    except KeyboardInterrupt:
        raise
    except BaseException:  # noqa: BLE001 - a panic of the reader is no Exception
        told = {"refused": "broken"}
    out.write(_line(told))


def _lines(content: bytes) -> Iterator[bytes]:
    """The rows as they are written, of MOST_ANSWERED bytes in all. Raises Refused, and whatever the reader dies of."""
    measure(content)
    left = MOST_ANSWERED
    for row in CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).iter_rows():
        line = _line(row)
        left -= len(line)
        if left < 0:
            raise Refused("bomb")
        yield line


def measure(content: bytes) -> None:
    """Raises Refused for what is no workbook, or would take more memory than a table can need.

    What a sheet says of its own size is not believed: its cells are counted.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _measure_parts(archive)
    except (Refused, MemoryError):
        raise
    except Exception as exc:
        raise Refused("broken") from exc


def _measure_parts(archive: zipfile.ZipFile) -> None:
    parts = archive.infolist()
    if len(parts) > _MOST_PARTS or sum(part.file_size for part in parts) > _MOST_UNPACKED:
        raise Refused("bomb")
    names = {_plain_name(part) for part in parts}
    if not names >= _NEEDED or names & _FOREIGN:
        raise Refused("not_xlsx")
    for part in parts:
        name = _plain_name(part)
        with archive.open(part) as file:
            _measure(file, is_strict=name.startswith("xl/") and name.endswith((".xml", ".rels")))


def _plain_name(part: zipfile.ZipInfo) -> str:
    """As the reader compares it: some programs write other cases and slashes."""
    return part.filename.replace("\\", "/").lstrip("/").casefold()


def _measure(file: IO[bytes], *, is_strict: bool) -> None:
    """Raises Refused. A part that is no XML is a picture or the like, which nobody reads, unless `is_strict`."""
    meter, read, is_xml = _Meter(), 0, True
    while chunk := file.read(_CHUNK):
        read += len(chunk)
        if read > _MOST_UNPACKED:
            raise Refused("bomb")
        is_xml = is_xml and meter.takes(chunk)
    if is_strict and not (is_xml and meter.ends()):
        raise Refused("broken")


class _Meter:
    """Counts in a part what the reader would hold of it, and follows where its cells lie."""

    def __init__(self) -> None:
        self.row = self.column = 0
        self.held: Counter[str] = Counter()
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler = self.start
        self.parser.StartDoctypeDeclHandler = self.refuse_doctype

    def takes(self, chunk: bytes) -> bool:
        """Whether this is XML so far. Raises Refused."""
        try:
            self.parser.Parse(chunk, False)  # noqa: FBT003 - takes no keywords
        except (expat.ExpatError, LookupError, ValueError):
            return False
        return True

    def ends(self) -> bool:
        """Whether it was XML to its end."""
        try:
            self.parser.Parse(b"", True)  # noqa: FBT003 - takes no keywords
        except (expat.ExpatError, ValueError):
            return False
        return True

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins. Raises Refused."""
        if ":" in name:
            name = name.rpartition(":")[2]
        if name == "c":
            self.move_to_cell(attributes.get("r"))
        elif name == "row":
            self.move_to_row(attributes.get("r"))
        most = _MOST_HELD.get(name)
        if most is not None:
            self.held[name] += 1
            if self.held[name] > most:
                raise Refused("bomb")

    def move_to_row(self, place: str | None) -> None:
        """A row without a number stands under the one before it. Raises Refused."""
        if place is not None and not _NUMBER.fullmatch(place):
            raise Refused("broken")
        self.row = self.row + 1 if place is None else int(place)
        self.column = 0
        if self.row > MOST_ROWS:
            raise Refused("too_many_rows")

    def move_to_cell(self, place: str | None) -> None:
        """A cell without a place stands beside the one before it. Raises Refused."""
        if place is None:
            self.column += 1
        elif found := _PLACE.fullmatch(place):
            self.column = _column_number(found[1])
            if int(found[2]) > MOST_ROWS:
                raise Refused("too_many_rows")
        else:
            raise Refused("broken")
        if self.column > MOST_COLUMNS:
            raise Refused("too_wide")

    def refuse_doctype(self, *_about: Any) -> None:
        """A workbook has no document type: it is where entities come from."""
        raise expat.ExpatError("a document type")


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def _line(told: Any) -> bytes:
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"), default=_figures).encode() + b"\n"


def _figures(cell: Any) -> dict[str, list[int]]:
    if isinstance(cell, datetime):
        moment = [cell.year, cell.month, cell.day, cell.hour, cell.minute, cell.second, cell.microsecond]
        return {"datetime": moment}
    if isinstance(cell, date):
        return {"date": [cell.year, cell.month, cell.day]}
    if isinstance(cell, time):
        return {"time": [cell.hour, cell.minute, cell.second, cell.microsecond]}
    if isinstance(cell, timedelta):
        return {"timedelta": [cell.days, cell.seconds, cell.microseconds]}
    raise TypeError(type(cell).__name__)


def limit() -> None:
    """Bound this process: memory, seconds of a processor, what it writes. Systems that know no such bound go on: the
    counting above is the first line."""
    with contextlib.suppress(ImportError):
        import resource  # noqa: PLC0415 - not on every system

        for kind, most in (
            (resource.RLIMIT_AS, _MOST_MEMORY),
            (resource.RLIMIT_CPU, _MOST_SECONDS),
            (resource.RLIMIT_FSIZE, MOST_ANSWERED + _CHUNK),
            (resource.RLIMIT_CORE, 0),
        ):
            with contextlib.suppress(OSError, ValueError):
                resource.setrlimit(kind, (most, most))


if __name__ == "__main__":
    limit()
    answer(sys.stdin.buffer.read(), sys.stdout.buffer)
