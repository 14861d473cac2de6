"""The data folder: its lock, its secrets, and what the launcher has to remember between starts."""

from __future__ import annotations

import base64
import fcntl
import json
import os
import secrets
import shutil
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fbo_cabinet.local.errors import LaunchError
from fbo_cabinet.local.servers import PASSABLE

if TYPE_CHECKING:
    from collections.abc import Iterator

NEEDED_BYTES = 500_000_000
# A killed launcher's watchdog keeps the lock until it has stopped what was left.
CLEANING_SECONDS = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Who holds the data folder."""

    pid: int = 0
    verb: str = ""
    address: str = ""


class DataDir:
    """One data folder. Make it, then hold its lock while anything in it is used."""

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        self.logs = self.path / "log"
        self.static = self.path / "static"
        self.media = self.path / "media"
        self.run = self.path / "run"
        self._lock = self.path / "lock"
        self._secrets = self.path / "secrets.env"
        self._memory = self.path / "launcher.json"

    def make(self) -> None:
        """Make the folder; raises LaunchError when it is not ours or there is no room on the disk."""
        for folder in (self.path, self.run):
            folder.mkdir(mode=PASSABLE, parents=True, exist_ok=True)
        for folder in (self.logs, self.static, self.media):
            folder.mkdir(mode=0o700, exist_ok=True)
        if not os.access(self.path, os.W_OK):
            raise LaunchError(f"{self.path} belongs to somebody else: name a folder of your own with --data.")
        free = shutil.disk_usage(self.path).free
        if free < NEEDED_BYTES:
            raise LaunchError(
                f"The disk of {self.path} is full: {free // 1_000_000} MB are free,"
                f" {NEEDED_BYTES // 1_000_000} MB are needed."
            )

    @contextmanager
    def hold(self, verb: str, *, address: str = "", wait: bool = False) -> Iterator[int]:
        """Hold the folder's lock for a block; yields its descriptor, for the watchdog to hold too.

        Raises LaunchError naming the holder when somebody else has it. `wait` waits for him instead.
        """
        descriptor = os.open(self._lock, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            if not self._take(descriptor, wait=wait):
                raise LaunchError(_in_use(self.holder(), self.path))
            os.ftruncate(descriptor, 0)
            os.pwrite(
                descriptor, json.dumps({"pid": os.getpid(), "verb": verb, "address": address}).encode(), 0
            )
            yield descriptor
            os.ftruncate(descriptor, 0)
        finally:
            os.close(descriptor)

    def holder(self) -> Holder:
        """Who wrote himself into the lock last; an empty holder when nobody did."""
        try:
            return Holder(**json.loads(self._lock.read_text()))
        except (FileNotFoundError, ValueError, TypeError):
            return Holder()

    def in_use_by_run(self) -> bool:
        """Whether `cabinet run` is up on this folder."""
        holder = self.holder()
        if holder.verb != "run" or not _lives(holder.pid):
            return False
        descriptor = os.open(self._lock, os.O_RDWR)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        else:
            return False
        finally:
            os.close(descriptor)

    def secrets(self) -> dict[str, str]:
        """The secrets of this installation by variable name, made once, readable by their owner only."""
        if not self._secrets.exists():
            made = {
                "SECRET_KEY": secrets.token_urlsafe(50),
                "FIELD_ENCRYPTION_KEYS": f"local:{base64.b64encode(secrets.token_bytes(32)).decode()}",
            }
            _write_private(self._secrets, "".join(f"{name}={value}\n" for name, value in made.items()))
        self._secrets.chmod(0o600)
        lines = self._secrets.read_text().splitlines()
        return dict(line.split("=", 1) for line in lines if "=" in line)

    def remembered(self) -> dict[str, Any]:
        """What `remember` kept."""
        if not self._memory.exists():
            return {}
        kept: dict[str, Any] = json.loads(self._memory.read_text())
        return kept

    def remember(self, **values: Any) -> None:
        """Keep these values (JSON) for the next start."""
        _write_private(self._memory, json.dumps(self.remembered() | values, indent=1))

    def _take(self, descriptor: int, *, wait: bool) -> bool:
        deadline = time.monotonic() + CLEANING_SECONDS
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                held = _lives(self.holder().pid)
                if (held and not wait) or (not held and time.monotonic() > deadline):
                    return False
                time.sleep(0.1)
            else:
                return True


def _in_use(holder: Holder, path: Path) -> str:
    where = f" at {holder.address}" if holder.address else ""
    what = (
        "The cabinet is already running" if holder.verb == "run" else f"./cabinet {holder.verb} is using it"
    )
    return (
        f"{what}{where} (process {holder.pid}, data folder {path}):"
        " stop it first, or name another folder with --data and another --port."
    )


def _lives(pid: int) -> bool:
    if not pid:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _write_private(path: Path, text: str) -> None:
    """Replace a file as a whole, readable by its owner only."""
    fresh = path.with_name(path.name + ".new")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(descriptor)
    fresh.replace(path)
