"""Rows of an XLSX, which a process of its own opens."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final

import structlog

from core.sheets import child, refusals

if TYPE_CHECKING:
    from collections.abc import Iterator

log = structlog.get_logger(__name__)

# Apart from the environment and the folder of the cabinet: the child needs neither keys nor settings.
_COMMAND: Final = (sys.executable, "-I", "-B", str(Path(child.__file__).resolve()))
_MOST_SECONDS: Final = 30
_LONGEST_COMPLAINT: Final = 2_000


def rows_of_workbook(content: bytes) -> Iterator[list[Any]]:
    """The rows of the first sheet. Raises BadUpload, whatever its reader dies of."""
    with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as answered:
        given.write(content)
        given.seek(0)
        _ask(given, answered)
        answered.seek(0)
        yield from _rows(answered)


def _ask(given: IO[bytes], answered: IO[bytes]) -> None:
    """Have the child answer. Raises BadUpload when it was stopped, RuntimeError when it cannot work at all."""
    with tempfile.TemporaryFile() as complaints:
        try:
            done = subprocess.run(  # noqa: S603 - our own program
                _COMMAND,
                stdin=given,
                stdout=answered,
                stderr=complaints,
                env={},
                cwd="/",
                timeout=_MOST_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired as exc:
            raise refusals.bomb() from exc
        if done.returncode < 0:
            log.warning("workbook_reader_stopped", signal=-done.returncode)
            raise refusals.bomb()
        if done.returncode:
            complaints.seek(0)
            said = complaints.read(_LONGEST_COMPLAINT).decode(errors="replace")
            log.error("workbook_reader_broken", code=done.returncode, said=said)
            raise RuntimeError("the reader of workbooks does not work")


def _rows(answered: IO[bytes]) -> Iterator[list[Any]]:
    """Raises BadUpload for a refusal, and for an answer without an end."""
    for line in answered:
        told = json.loads(line, object_hook=_cell)
        if isinstance(told, list):
            yield told
        elif "refused" in told:
            say = refusals.BY_CODE[told["refused"]]
            raise say()
        else:
            return
    raise refusals.broken()


def _cell(told: dict[str, Any]) -> Any:
    """A moment or a span, as the child writes it; what else it says stays as it is."""
    for kind, make in child.KINDS.items():
        if kind in told:
            return make(*told[kind])
    return told
