"""Outlives a killed launcher just long enough to stop what it left; run as a script, so it imports nothing of ours.

The launcher holds the other end of our standard input and tells us, a line each, which process groups and
folders are its own. When it dies, however it dies, the pipe closes.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

ASKED_SECONDS = 3.0
HURRIED_SECONDS = 2.0
GONE_SECONDS = 1.0
LONGEST_SECONDS = ASKED_SECONDS + HURRIED_SECONDS + GONE_SECONDS
PAUSE_SECONDS = 0.05


def alive(group: int) -> bool:
    """Whether any process of the group is left."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def ask(leader: int, number: int) -> bool:
    """Send the signal to the leader of a group alone, for its helpers are its business; False when it is gone."""
    try:
        os.kill(leader, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def kill(group: int) -> None:
    """Kill all that is left of a group."""
    try:
        os.killpg(group, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return


def stop(groups: dict[int, tuple[int, int]]) -> None:
    """Ask every group to stop with its own signal, hurry those that stay, kill what is left."""
    for group, (number, _) in groups.items():
        if not ask(group, number):
            kill(group)
    _wait_gone(groups, ASKED_SECONDS)
    for group, (_, number) in groups.items():
        ask(group, number)
    _wait_gone(groups, HURRIED_SECONDS)
    for group in groups:
        kill(group)
    _wait_gone(groups, GONE_SECONDS)


def main() -> None:
    """Read `+ GROUP SIGNAL HURRY`, `- GROUP` and `rm FOLDER` lines until the launcher is gone, then clean up."""
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    groups: dict[int, tuple[int, int]] = {}
    folders: list[str] = []
    for line in sys.stdin:
        word, _, rest = line.rstrip("\n").partition(" ")
        if word == "+":
            group, number, hurry = (int(field) for field in rest.split())
            groups[group] = (number, hurry)
        elif word == "-":
            groups.pop(int(rest), None)
        elif word == "rm":
            folders.append(rest)
    stop(groups)
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)


def _wait_gone(groups: Iterable[int], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and any(alive(group) for group in groups):
        time.sleep(PAUSE_SECONDS)


if __name__ == "__main__":
    main()
