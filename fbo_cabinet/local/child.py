"""Becomes another program that dies with its parent; run as a script, so it imports nothing of ours."""

from __future__ import annotations

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main() -> None:
    """Take SIGNAL PARENT PROGRAM ARGUMENTS…, tie the life of this process to its parent's, and become PROGRAM."""
    death_signal, parent, *argv = sys.argv[1:]
    # What a shell in the background ignores, its children would ignore too, and nobody could hurry them.
    for ignored in (signal.SIGINT, signal.SIGQUIT):
        signal.signal(ignored, signal.SIG_DFL)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)
    # The parent may have died before the line above could notice.
    if os.getppid() != int(parent):
        sys.exit(1)
    os.execvp(argv[0], argv)  # noqa: S606 - the launcher names the program


if __name__ == "__main__":
    main()
