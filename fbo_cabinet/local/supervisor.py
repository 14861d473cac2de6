"""Starts programs, shows what they say, starts again what dies, and stops everything."""

from __future__ import annotations

import os
import selectors
import subprocess
import time
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING

from fbo_cabinet import env
from fbo_cabinet.local.errors import LaunchError
from fbo_cabinet.local.processes import Child, Patience, Watch, spawn, stop_all

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from fbo_cabinet.local.console import Console
    from fbo_cabinet.local.postgres import Postgres
    from fbo_cabinet.local.programs import Program
    from fbo_cabinet.local.servers import Servers
    from fbo_cabinet.local.valkey import Valkey

TICK_SECONDS = 0.1
CHUNK = 65536
FIRST_DELAY = 0.5
LONGEST_DELAY = 30.0
STEADY_SECONDS = 60.0
READ_SECONDS = 0.02
PATIENCE = Patience(asked=1.5, hurried=1.5)


@dataclass(kw_only=True, slots=True)
class Running:
    """One thing we keep alive, or run once (`again` is None)."""

    name: str
    child: Child
    again: Callable[[], Child] | None = None
    is_server: bool = False
    failures: int = 0
    # When to start it again, while it is down.
    due: float | None = None


@dataclass(kw_only=True, slots=True)
class Lines:
    """The output of a child, cut into lines."""

    name: str
    pipe: IO[bytes]
    rest: bytes = b""


@dataclass(kw_only=True, slots=True)
class Supervisor:
    """The programs of one cabinet. Used from one thread, the main one: children die with the thread that made them."""

    watch: Watch
    console: Console
    environment: Mapping[str, str]
    _running: dict[str, Running] = field(default_factory=dict)
    _selector: selectors.BaseSelector = field(default_factory=selectors.DefaultSelector)

    def once(self, program: Program) -> Running:
        """Start a program that ends by itself."""
        return self._add(program, again=False)

    def keep(self, program: Program) -> Running:
        """Start a program and start it again whenever it ends."""
        return self._add(program, again=True)

    def keep_servers(self, servers: Servers) -> None:
        """Start the embedded servers again whenever one ends."""
        for server in servers.embedded:
            self._running[server.name] = Running(
                name=server.name,
                is_server=True,
                child=servers.children[server.name],
                again=lambda server=server: self._restart_server(server, servers),  # type: ignore[misc]
            )

    def finish(self, *ones: Running) -> None:
        """Wait for programs started with `once`; raises LaunchError with the last words of one that failed."""
        while any(one.child.running() for one in ones):
            self.tick()
        for one in ones:
            self._read_all()
            if one.child.process.returncode != 0:
                raise LaunchError(f"{one.name} failed: {self.console.last(one.name)}")

    def until(self, ready: Callable[[], bool], *, what: Running, seconds: float) -> None:
        """Wait until a kept program is ready; raises LaunchError when it keeps dying or takes too long."""
        deadline = time.monotonic() + seconds
        while not ready():
            self.tick()
            if what.failures > 1 or time.monotonic() > deadline:
                raise LaunchError(f"{what.name} did not start: {self.console.last(what.name)}")

    def tick(self) -> None:
        """Show what was said, notice who ended, start again who is due."""
        self._read_all(TICK_SECONDS)
        now = time.monotonic()
        for one in list(self._running.values()):
            if one.due is not None:
                self._start_due(one, now)
            elif not one.child.running():
                self._ended(one, now)

    def stop(self) -> None:
        """Stop all programs together (ask, hurry, kill); the servers, which they use, are left to their owner."""
        stopping = [one.child for one in self._running.values() if not one.is_server]
        stop_all(
            stopping, watch=self.watch, patience=PATIENCE, meanwhile=lambda: self._read_all(READ_SECONDS)
        )
        self._running.clear()

    def _add(self, program: Program, *, again: bool) -> Running:
        running = Running(
            name=program.name,
            child=self._spawn(program),
            again=(lambda: self._spawn(program)) if again else None,
        )
        self._running[program.name] = running
        return running

    def _spawn(self, program: Program) -> Child:
        child = spawn(
            program.name,
            program.argv,
            watch=self.watch,
            env=self.environment,
            cwd=env.ROOT,
            output=subprocess.PIPE,
            stop_signal=program.stop_signal,
            hurry_signal=program.hurry_signal,
        )
        pipe = child.process.stdout
        if pipe is not None:
            os.set_blocking(pipe.fileno(), False)
            self._selector.register(pipe, selectors.EVENT_READ, Lines(name=program.name, pipe=pipe))
        return child

    def _restart_server(self, server: Postgres | Valkey, servers: Servers) -> Child:
        server.prepare()
        servers.children[server.name] = server.spawn(self.watch)
        return servers.children[server.name]

    def _read_all(self, seconds: float = 0) -> None:
        for key, _ in self._selector.select(seconds):
            self._read(key)

    def _read(self, key: selectors.SelectorKey) -> None:
        lines: Lines = key.data
        try:
            chunk = os.read(key.fd, CHUNK)
        except BlockingIOError:
            return
        *whole, lines.rest = (lines.rest + chunk).split(b"\n")
        for line in whole:
            self.console.line(lines.name, line)
        if not chunk:
            if lines.rest:
                self.console.line(lines.name, lines.rest)
            self._selector.unregister(key.fileobj)
            lines.pipe.close()

    def _ended(self, one: Running, now: float) -> None:
        code = one.child.process.returncode
        self._clear(one.child)
        self._read_all()
        if one.again is None:
            del self._running[one.name]
            if code != 0:
                self.console.say(f"{one.name} ended with code {code}")
            return
        steady = now - one.child.started > STEADY_SECONDS
        one.failures = 1 if steady else one.failures + 1
        delay = min(FIRST_DELAY * 2 ** (one.failures - 1), LONGEST_DELAY)
        one.due = now + delay
        self.console.say(f"{one.name} ended with code {code}: starting it again in {delay:g} s")

    def _start_due(self, one: Running, now: float) -> None:
        if one.again is not None and one.due is not None and now >= one.due:
            one.due = None
            one.child = one.again()

    def _clear(self, child: Child) -> None:
        """Kill what a child left behind: a dead worker's helpers hold its queue, a dead web server's its port."""
        child.kill()
        self.watch.forget(child.pid)
