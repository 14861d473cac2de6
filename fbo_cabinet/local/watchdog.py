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

GRACE_SECONDS = 3.0


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


def stop(groups: dict[int, int]) -> None:
    """Ask every group to stop with its own signal, and kill what has not within the grace."""
    for group, number in groups.items():
        if not ask(group, number):
            kill(group)
    deadline = time.monotonic() + GRACE_SECONDS
    while time.monotonic() < deadline and any(alive(group) for group in groups):
        time.sleep(0.05)
    for group in groups:
        kill(group)


def main() -> None:
    """Read `+ GROUP SIGNAL`, `- GROUP` and `rm FOLDER` lines until the launcher is gone, then clean up."""
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    groups: dict[int, int] = {}
    folders: list[str] = []
    for line in sys.stdin:
        word, _, rest = line.rstrip("\n").partition(" ")
        if word == "+":
            group, number = rest.split()
            groups[int(group)] = int(number)
        elif word == "-":
            groups.pop(int(rest), None)
        elif word == "rm":
            folders.append(rest)
    stop(groups)
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
