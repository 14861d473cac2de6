"""A PostgreSQL of our own: made, started and looked after in the data folder, on a Unix socket."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import psycopg
from psycopg import sql

from fbo_cabinet.local.binaries import find_postgres
from fbo_cabinet.local.errors import LaunchError
from fbo_cabinet.local.logs import last_line, open_log
from fbo_cabinet.local.privileges import Identity, choose_identity
from fbo_cabinet.local.processes import Child, Watch, spawn

if TYPE_CHECKING:
    from fbo_cabinet.local.binaries import PostgresPrograms

START_SECONDS = 30.0
STOP_SECONDS = 10.0
USER = "fbo"
DATABASE = "fbo_cabinet"
# Above what any system gives to a process.
NO_PROCESS = 2**30
FIRST_WITH_BUILTIN_LOCALE = 17
# What servers need of the environment: a language that does not depend on the machine.
ENVIRONMENT = {"PATH": os.defpath, "LANG": "C", "LC_ALL": "C", "TZ": "UTC"}


class Postgres:
    """One PostgreSQL server on a folder; prepare it, start it, ask its URL, stop its child."""

    name = "postgres"

    def __init__(self, *, data: Path, sockets: Path, log: Path, durable: bool) -> None:
        self._data = data
        self._sockets = sockets
        self._log = log
        self._durable = durable
        self._programs: PostgresPrograms = find_postgres()
        self._identity = Identity()

    def url(self, database: str = DATABASE) -> str:
        """The URL of one of its databases."""
        return f"postgresql://{USER}@/{database}?host={quote(str(self._sockets), safe='')}"

    def prepare(self) -> None:
        """Make the data folder when there is none, and clear what a killed server left.

        Raises LaunchError when the folder was made by another major version, or cannot be made.
        """
        fresh = not (self._data / "PG_VERSION").exists()
        folder = self._data.with_name(self._data.name + ".new") if fresh else self._data
        if fresh:
            # A killed initdb leaves half a folder: make it aside and rename it when it is whole.
            shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._sockets.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._identity = choose_identity(self._programs.server, folders=(folder, self._sockets))
        if fresh:
            self._initdb(folder)
            if self._data.exists():
                self._data.rmdir()
            folder.rename(self._data)
        else:
            self._check_version()
            self._clear_leftovers()

    def spawn(self, watch: Watch) -> Child:
        """Start the server without waiting for it."""
        argv = [str(self._programs.server), "-D", str(self._data), *self._options()]
        with open_log(self._log) as output:
            return spawn(
                self.name,
                argv,
                watch=watch,
                env=ENVIRONMENT,
                cwd=Path("/"),
                output=output,
                # PostgreSQL's fast shutdown: TERM would wait for every client to leave.
                stop_signal=signal.SIGINT,
                # Its immediate one. Killed, it would leave its backends behind: each has a session of its own.
                hurry_signal=signal.SIGQUIT,
                drop=self._identity.drop,
            )

    def wait(self, child: Child) -> None:
        """Wait until it answers and our database is there; raises LaunchError when it ended instead."""
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                with psycopg.connect(self.url("postgres"), autocommit=True, connect_timeout=5) as connection:
                    _create_database(connection)
                    return
            except psycopg.OperationalError:
                if not child.running():
                    raise LaunchError(f"PostgreSQL did not start: {last_line(self._log)}") from None
                if time.monotonic() > deadline:
                    raise LaunchError(
                        f"PostgreSQL did not answer in {START_SECONDS:.0f} seconds: see {self._log}"
                    ) from None
                time.sleep(0.03)

    def _initdb(self, folder: Path) -> None:
        argv = [*self._identity.drop, str(self._programs.initdb), "-D", str(folder), *self._initdb_options()]
        done = subprocess.run(argv, capture_output=True, text=True, check=False, env=ENVIRONMENT, cwd="/")
        if done.returncode != 0:
            shutil.rmtree(folder, ignore_errors=True)
            said = (done.stderr or done.stdout).strip().replace("\n", " ")
            raise LaunchError(f"PostgreSQL could not make its data folder {self._data}: {said}")

    def _initdb_options(self) -> list[str]:
        options = [
            f"--username={USER}",
            "--auth=trust",
            "--encoding=UTF8",
            "--no-instructions",
            "--lc-collate=C",
        ]
        # Cyrillic: `lower`, `ILIKE`, full text search and trigrams all need the character types of a UTF-8 locale.
        options.append("--lc-ctype=en_US.UTF-8" if sys.platform == "darwin" else "--lc-ctype=C.UTF-8")
        if self._programs.major >= FIRST_WITH_BUILTIN_LOCALE:
            options += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        if not self._durable:
            options.append("--no-sync")
        return options

    def _options(self) -> list[str]:
        folder = str(self._sockets).replace('"', '""')
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": f'"{folder}"',
            "timezone": "UTC",
            "log_timezone": "UTC",
            "log_checkpoints": "off",
            "jit": "off",
            "random_page_cost": "1.1",
            "max_wal_size": "2GB",
        }
        if not self._durable:
            settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        return [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]

    def _check_version(self) -> None:
        made_by = (self._data / "PG_VERSION").read_text().strip()
        if made_by != str(self._programs.major):
            raise LaunchError(
                f"The data in {self._data} was made by PostgreSQL {made_by} and this is {self._programs.major}:"
                " name another folder with --data, or move this one away."
            )

    def _clear_leftovers(self) -> None:
        """Stop a server an earlier launcher left on this folder, and make the marks of a killed one harmless.

        We hold the lock of the data folder, so a mark is true only while its process really is this server;
        PostgreSQL itself would believe a process number that now belongs to somebody else, and refuse to start.
        """
        mark = self._data / "postmaster.pid"
        if mark.exists():
            pid, _, rest = mark.read_text().partition("\n")
            if _serves(int(pid), self._data):
                _end(int(pid), self._data)
            elif mark.exists():
                # The rest stays: by its shared memory key PostgreSQL notices backends that are still ending.
                mark.write_text(f"{NO_PROCESS}\n{rest}")
        for path in self._sockets.glob(".s.PGSQL.*"):
            path.unlink()


def _create_database(connection: psycopg.Connection) -> None:
    there = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
    if there is None:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))


def _serves(pid: int, folder: Path) -> bool:
    """Whether the process is a PostgreSQL on this folder: its command line names it."""
    proc = Path(f"/proc/{pid}/cmdline")
    if Path("/proc/self").exists():
        shown = proc.read_bytes().replace(b"\0", b" ").decode(errors="replace") if proc.exists() else ""
    else:
        ps = ["ps", "-ww", "-o", "args=", "-p", str(pid)]
        shown = subprocess.run(ps, capture_output=True, text=True, check=False).stdout
    return "postgres" in shown and str(folder) in shown


def _end(pid: int, folder: Path) -> None:
    os.kill(pid, signal.SIGINT)
    deadline = time.monotonic() + STOP_SECONDS
    while _serves(pid, folder):
        if time.monotonic() > deadline:
            os.kill(pid, signal.SIGKILL)
            return
        time.sleep(0.05)
