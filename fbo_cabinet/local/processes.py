"""Child processes that never outlive us: each in a session of its own, watched, stopped as a group."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING

from fbo_cabinet.local import watchdog

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

HERE = Path(__file__).resolve().parent
ISOLATED = (sys.executable, "-I", "-S")


class Watch:
    """A small process that stops our children and removes our scratch folders when we are killed."""

    def __init__(self, *, holding: Sequence[int] = ()) -> None:
        """Start it; it also keeps these descriptors open, which keeps the locks on them until it is done."""
        self._process = subprocess.Popen(
            [*ISOLATED, str(HERE / "watchdog.py")],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            pass_fds=holding,
            cwd="/",
            text=True,
        )

    def add(self, group: int, stop_signal: int) -> None:
        """Stop this process group if we die."""
        self._tell(f"+ {group} {int(stop_signal)}")

    def forget(self, group: int) -> None:
        """The group ended by itself."""
        self._tell(f"- {group}")

    def remove_at_end(self, folder: Path) -> None:
        """Remove this folder at the end, also when we are killed."""
        self._tell(f"rm {folder}")

    def close(self) -> None:
        """Stop whatever is still registered and wait until the watchdog is done."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._process.wait(timeout=watchdog.GRACE_SECONDS + 5)

    def _tell(self, line: str) -> None:
        pipe = self._process.stdin
        if pipe is None or pipe.closed:
            return
        pipe.write(line + "\n")
        pipe.flush()


@dataclass(kw_only=True, slots=True)
class Child:
    """A running child: its process, and how it likes to be asked to stop."""

    name: str
    process: subprocess.Popen[bytes]
    stop_signal: int
    started: float

    @property
    def pid(self) -> int:
        """The process id, which is also the id of its process group."""
        return self.process.pid

    def running(self) -> bool:
        """Whether the process itself still runs."""
        return self.process.poll() is None

    def ask(self, number: int) -> None:
        """Send a signal to the child alone: its helpers are its business."""
        if self.running():
            watchdog.ask(self.pid, number)

    def kill(self) -> None:
        """Kill the child and everything it left."""
        watchdog.kill(self.pid)
        self.process.wait()

    def gone(self) -> bool:
        """Whether neither the child nor anything it started is left."""
        return not self.running() and not watchdog.alive(self.pid)


def tied(argv: Sequence[str], *, death_signal: int = signal.SIGTERM) -> list[str]:
    """The command line that makes a program get this signal when we die."""
    return [*ISOLATED, str(HERE / "child.py"), str(int(death_signal)), str(os.getpid()), *argv]


def spawn(
    name: str,
    argv: Sequence[str],
    *,
    watch: Watch,
    env: Mapping[str, str],
    cwd: Path,
    output: int | IO[bytes],
    stop_signal: int = signal.SIGTERM,
    drop: Sequence[str] = (),
) -> Child:
    """Start a child that dies with us.

    `drop` is the command in front of ours that gives up root (see privileges). Call it from the main thread:
    the kernel ties a child to the thread that started it.
    """
    process = subprocess.Popen(
        # A program that gives up root with setpriv has its death signal set there: changing the user clears it.
        [*drop, *argv] if drop else tied(argv, death_signal=stop_signal),
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        env=dict(env),
        cwd=cwd,
    )
    watch.add(process.pid, stop_signal)
    return Child(name=name, process=process, stop_signal=stop_signal, started=time.monotonic())


def stop_all(children: Iterable[Child], *, watch: Watch, grace: float) -> None:
    """Ask every child to stop, wait for all of them together, kill what is left after the grace."""
    waiting = list(children)
    for child in waiting:
        child.ask(child.stop_signal)
    deadline = time.monotonic() + grace
    while time.monotonic() < deadline and not all(child.gone() for child in waiting):
        time.sleep(0.02)
    for child in waiting:
        child.kill()
        watch.forget(child.pid)
