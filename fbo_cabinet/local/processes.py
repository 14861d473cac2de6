"""Child processes that never outlive us: each in a session of its own, watched, stopped as a group."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING

from fbo_cabinet.local import watchdog

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

HERE = Path(__file__).resolve().parent
ISOLATED = (sys.executable, "-I", "-S")
# What is killed with its group takes a moment to be gone.
GONE_SECONDS = 1.0
PAUSE_SECONDS = 0.02
STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


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

    def add(self, group: int, stop_signal: int, hurry_signal: int) -> None:
        """Stop this process group if we die: it is asked with one signal and hurried with the other."""
        self._tell(f"+ {group} {int(stop_signal)} {int(hurry_signal)}")

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
        self._process.wait(timeout=watchdog.LONGEST_SECONDS + 5)

    def _tell(self, line: str) -> None:
        pipe = self._process.stdin
        if pipe is None or pipe.closed:
            return
        pipe.write(line + "\n")
        pipe.flush()


@dataclass(kw_only=True, slots=True)
class Child:
    """A running child: its process, how it likes to be asked to stop, and what makes it stop sooner."""

    name: str
    process: subprocess.Popen[bytes]
    stop_signal: int
    hurry_signal: int
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
        """Kill the child and everything it left, and wait until they are gone."""
        watchdog.kill(self.pid)
        self.process.wait()
        wait_gone([self], seconds=GONE_SECONDS)

    def gone(self) -> bool:
        """Whether neither the child nor anything it started is left."""
        return not self.running() and not watchdog.alive(self.pid)


def tied(argv: Sequence[str], *, death_signal: int = signal.SIGTERM) -> list[str]:
    """The command line that makes a program get this signal when we die."""
    return [*ISOLATED, str(HERE / "child.py"), str(int(death_signal)), str(os.getpid()), *argv]


@contextmanager
def undisturbed() -> Iterator[None]:
    """Hold back a signal to stop that comes meanwhile until the block is done; from the main thread only."""
    came: list[int] = []
    before = {number: signal.getsignal(number) for number in STOPPING}
    held = [number for number, handler in before.items() if handler not in (signal.SIG_IGN, None)]
    for number in held:
        signal.signal(number, lambda number, _frame: came.append(number))
    try:
        yield
    finally:
        for number in held:
            signal.signal(number, before[number])
    if came:
        signal.raise_signal(came[0])


def spawn(
    name: str,
    argv: Sequence[str],
    *,
    watch: Watch,
    env: Mapping[str, str],
    cwd: Path,
    output: int | IO[bytes],
    stop_signal: int = signal.SIGTERM,
    hurry_signal: int = signal.SIGTERM,
    drop: Sequence[str] = (),
) -> Child:
    """Start a child that dies with us.

    `drop` is the command in front of ours that gives up root (see privileges). Call it from the main thread:
    the kernel ties a child to the thread that started it.
    """
    # Interrupted between the two, we would leave a child that nobody knows of.
    with undisturbed():
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
        watch.add(process.pid, stop_signal, hurry_signal)
    return Child(
        name=name,
        process=process,
        stop_signal=stop_signal,
        hurry_signal=hurry_signal,
        started=time.monotonic(),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Patience:
    """How long children may take to stop, in seconds: when asked, and when hurried after that."""

    asked: float
    hurried: float


def stop_all(
    children: Iterable[Child],
    *,
    watch: Watch,
    patience: Patience,
    meanwhile: Callable[[], None] = lambda: time.sleep(PAUSE_SECONDS),
) -> None:
    """Stop every child: ask, hurry those that stay, kill what is left; all of them together."""
    stopping = list(children)
    for child in stopping:
        child.ask(child.stop_signal)
    wait_gone(stopping, seconds=patience.asked, meanwhile=meanwhile)
    for child in stopping:
        child.ask(child.hurry_signal)
    wait_gone(stopping, seconds=patience.hurried, meanwhile=meanwhile)
    for child in stopping:
        child.kill()
        watch.forget(child.pid)


def wait_gone(
    children: Sequence[Child],
    *,
    seconds: float,
    meanwhile: Callable[[], None] = lambda: time.sleep(PAUSE_SECONDS),
) -> None:
    """Wait until nothing of the children is left, for so long at most."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and not all(child.gone() for child in children):
        meanwhile()
