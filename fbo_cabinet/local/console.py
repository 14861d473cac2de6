"""What the person sees: one log of all programs, each line with the name of its program."""

from __future__ import annotations

import os
import sys
from typing import IO, TYPE_CHECKING

from fbo_cabinet.local.logs import open_log

if TYPE_CHECKING:
    from pathlib import Path

WIDTH = 8
COLOURS = (36, 33, 35, 32, 34, 31)


class Console:
    """Writes the programs' lines to standard output, and each program's to a log file of its own."""

    def __init__(self, logs: Path, *, colour: bool) -> None:
        self._logs = logs
        self._colour = colour
        self._deaf = False
        self._files: dict[str, IO[bytes]] = {}
        self._last: dict[str, str] = {}

    def say(self, line: str) -> None:
        """A line of the launcher's own."""
        self._print(line)

    def line(self, name: str, raw: bytes) -> None:
        """A line of a program."""
        if name not in self._files:
            self._files[name] = open_log(self._logs / f"{name}.log")
        self._files[name].write(raw + b"\n")
        text = raw.decode(errors="replace").rstrip()
        if text:
            self._last[name] = text
            self._print(f"{self._prefix(name)} {text}")

    def last(self, name: str) -> str:
        """The last line the program said, for an error message."""
        return self._last.get(name, f"it said nothing in {self._logs / name}.log")

    def close(self) -> None:
        """Close the log files."""
        for file in self._files.values():
            file.close()
        self._files.clear()

    def _prefix(self, name: str) -> str:
        padded = f"{name:<{WIDTH}} |"
        if not self._colour:
            return padded
        return f"\x1b[{COLOURS[sum(name.encode()) % len(COLOURS)]}m{padded}\x1b[0m"

    def _print(self, line: str) -> None:
        if self._deaf:
            return
        try:
            sys.stdout.write(line + "\n")
            sys.stdout.flush()
        except BrokenPipeError:
            # Nobody reads any more (`| head`): the log files go on, and the interpreter must not flush at its end.
            self._deaf = True
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
