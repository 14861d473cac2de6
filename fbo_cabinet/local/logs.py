"""Log files in the data folder."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

KEEP_BYTES = 5_000_000


def open_log(path: Path) -> IO[bytes]:
    """Open a log for adding to; one that has grown large is set aside first, as `<name>.1`."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if path.exists() and path.stat().st_size > KEEP_BYTES:
        path.replace(path.with_name(path.name + ".1"))
    return path.open("ab", buffering=0)


def last_line(path: Path) -> str:
    """The last line that says something, for an error message."""
    lines = path.read_text(errors="replace").splitlines() if path.exists() else []
    return next((line.strip() for line in reversed(lines) if line.strip()), f"it left no word in {path}")
