"""`cabinet run` as a person meets it: real processes, real signals."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from fbo_cabinet import env
from fbo_cabinet.local.ports import answers, free_port
from tests.local.conftest import eventually, processes_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = [pytest.mark.crash, pytest.mark.enable_socket, pytest.mark.timeout(240)]

# Beside two other cabinets on a slow machine; the web server answers while the tables are still being made.
READY_SECONDS = 90
# Longer than the launcher itself waits before it kills.
STOP_SECONDS = 40
OURS = ("DATABASE_URL", "REDIS_URL", "REDIS_PREFIX", "DJANGO_SETTINGS_MODULE")


class Cabinet:
    """A launcher in a process of its own, and the folder it runs on."""

    def __init__(self, folder: Path) -> None:
        self.data = folder / "data"
        self.port = free_port(21_000)
        self._output = (folder / "output").open("wb")
        self.process: subprocess.Popen[bytes] | None = None

    def command(self, *options: str, port: int | None = None) -> list[str]:
        where = ("--data", str(self.data), "--port", str(port or self.port), "--no-demo")
        return [sys.executable, "-m", "fbo_cabinet.local", "run", *where, *options]

    @property
    def environment(self) -> dict[str, str]:
        inherited = {name: value for name, value in env.snapshot().items() if name not in OURS}
        return {**inherited, "MARK_OF_TEST": str(self.data)}

    def start(self) -> subprocess.Popen[bytes]:
        self.process = subprocess.Popen(
            self.command(), cwd=env.ROOT, env=self.environment, stdout=self._output, stderr=subprocess.STDOUT
        )
        self.becomes(lambda: answers(self.port, "/healthz"))
        return self.process

    def becomes(self, condition: Callable[[], bool]) -> None:
        """Wait until it is so; fails with what the cabinet said meanwhile."""
        assert eventually(condition, seconds=READY_SECONDS), self.output()

    def start_second(self, *, port: int, data: Path | None = None) -> subprocess.CompletedProcess[str]:
        command = [*self.command(port=port), *(("--data", str(data)) if data else ())]
        return subprocess.run(
            command, cwd=env.ROOT, env=self.environment, capture_output=True, text=True, check=False
        )

    def output(self) -> str:
        return Path(self._output.name).read_text()

    def children(self, word: str) -> set[int]:
        def is_it(pid: int) -> bool:
            try:
                return word in Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
            except OSError:
                return False

        return {pid for pid in processes_of(str(self.data)) if is_it(pid)}

    def left(self) -> dict[int, str]:
        """What still lives but the launcher, each with its state and command line."""
        launcher = self.process.pid if self.process else 0
        return {pid: described(pid) for pid in processes_of(str(self.data)) - {launcher}}

    def end(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(timeout=STOP_SECONDS)
        self._output.close()


def described(pid: int) -> str:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        return f"{state} {Path(f'/proc/{pid}/cmdline').read_text().replace(chr(0), ' ')}"
    except OSError:
        return "gone"


@pytest.fixture
def cabinet(folder: Path) -> Iterator[Cabinet]:
    cabinet = Cabinet(folder)
    yield cabinet
    cabinet.end()


def test_one_life_of_a_cabinet(cabinet: Cabinet) -> None:
    launcher = cabinet.start()

    # A second one is told where the first is.
    second = cabinet.start_second(port=free_port(cabinet.port + 1))
    assert second.returncode == 1
    assert second.stderr == (
        f"cabinet: The cabinet is already running at http://127.0.0.1:{cabinet.port} (process {launcher.pid},"
        f" data folder {cabinet.data}): stop it first, or name another folder with --data and another --port.\n"
    )

    # Another folder with the same port is told which port is free.
    taken = cabinet.start_second(port=cabinet.port, data=cabinet.data.parent / "other")
    assert taken.returncode == 1
    assert taken.stderr.startswith(
        f"cabinet: Port {cabinet.port} is taken: name another one, for example --port "
    )
    assert taken.stderr.count("\n") == 1

    # A command uses the servers that are up.
    query = "from django.db import connection as c; k = c.cursor(); k.execute('SELECT 40 + 2'); print(k.fetchone())"
    shell = [
        sys.executable,
        "-m",
        "fbo_cabinet.local",
        "manage",
        "--data",
        str(cabinet.data),
        "shell",
        "-v0",
        "-c",
        query,
    ]
    answer = subprocess.run(
        shell, cwd=env.ROOT, env=cabinet.environment, capture_output=True, text=True, check=True
    )
    assert answer.stdout == "(42,)\n"

    # Servers and programs that are killed come back.
    cabinet.becomes(lambda: bool(cabinet.children("celery")))
    for word in ("granian", "bin/postgres", "valkey-server"):
        killed = cabinet.children(word)
        for pid in killed:
            os.kill(pid, signal.SIGKILL)
        cabinet.becomes(lambda word=word, killed=killed: bool(cabinet.children(word) - killed))
    cabinet.becomes(lambda: answers(cabinet.port, "/readyz"))

    launcher.send_signal(signal.SIGINT)
    code = launcher.wait(timeout=STOP_SECONDS)

    assert code == 0
    assert cabinet.left() == {}
    assert cabinet.output().endswith("Stopped.\n")


def test_killed_it_leaves_no_process_and_starts_again(cabinet: Cabinet) -> None:
    launcher = cabinet.start()
    cabinet.becomes(lambda: len(cabinet.children("celery")) >= 4)
    secrets = (cabinet.data / "secrets.env").read_text()

    launcher.send_signal(signal.SIGKILL)
    launcher.wait()
    assert eventually(lambda: cabinet.left() == {}, seconds=STOP_SECONDS), cabinet.left()
    again = cabinet.start()

    assert again.poll() is None
    assert (cabinet.data / "secrets.env").read_text() == secrets
    assert json.loads((cabinet.data / "lock").read_text())["pid"] == again.pid
    with urllib.request.urlopen(f"http://127.0.0.1:{cabinet.port}/healthz", timeout=5) as answer:
        assert answer.status == 200
