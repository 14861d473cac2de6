"""A Valkey of our own: on a Unix socket, with its journal in the data folder."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import redis

from fbo_cabinet.local.binaries import find_valkey
from fbo_cabinet.local.errors import LaunchError
from fbo_cabinet.local.logs import last_line, open_log
from fbo_cabinet.local.processes import Child, Watch, spawn

if TYPE_CHECKING:
    from collections.abc import Mapping

START_SECONDS = 15.0
DATABASES = 64


class Valkey:
    """One Valkey server on a folder; start it, ask its URL, stop its child."""

    name = "valkey"

    def __init__(self, *, data: Path, sockets: Path, log: Path, durable: bool) -> None:
        self._data = data
        self._log = log
        self._durable = durable
        self.socket = sockets / "valkey.sock"

    def url(self, database: int = 0) -> str:
        """The URL of one of its databases."""
        return f"unix://{quote(str(self.socket))}?db={database}"

    def prepare(self) -> None:
        """Make its folders."""
        self._data.mkdir(mode=0o700, parents=True, exist_ok=True)

    def spawn(self, watch: Watch) -> Child:
        """Start the server without waiting for it."""
        argv = [str(find_valkey()), *_options(self._settings())]
        with open_log(self._log) as output:
            return spawn(self.name, argv, watch=watch, env={"LANG": "C"}, cwd=self._data, output=output)

    def wait(self, child: Child) -> None:
        """Wait until it answers; raises LaunchError with its own last words when it ended instead."""
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            if not child.running():
                raise LaunchError(f"Valkey did not start: {last_line(self._log)}")
            if time.monotonic() > deadline:
                raise LaunchError(f"Valkey did not answer in {START_SECONDS:.0f} seconds: see {self._log}")
            time.sleep(0.02)

    def _answers(self) -> bool:
        with redis.Redis(unix_socket_path=str(self.socket)) as client:
            try:
                return bool(client.ping())
            except (redis.exceptions.ConnectionError, redis.exceptions.BusyLoadingError):
                return False

    def _settings(self) -> Mapping[str, str]:
        return {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "dir": str(self._data),
            "databases": str(DATABASES),
            "save": "",
            "appendonly": "yes" if self._durable else "no",
            "maxmemory-policy": "noeviction",
            "loglevel": "notice",
        }


def _options(settings: Mapping[str, str]) -> list[str]:
    return [word for name, value in settings.items() for word in (f"--{name}", value)]
