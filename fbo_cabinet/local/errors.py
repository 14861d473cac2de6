"""What goes wrong on somebody's machine, said in one line."""

from __future__ import annotations


class LaunchError(Exception):
    """Stops the launcher; its text is the one line the person reads, and says what to do."""
