"""The two servers together: those you name by URL, and embedded ones for the rest."""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from fbo_cabinet.local.errors import LaunchError
from fbo_cabinet.local.postgres import Postgres
from fbo_cabinet.local.processes import Child, Patience, Watch, stop_all
from fbo_cabinet.local.valkey import Valkey

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

# The shortest limit of a socket's path among the systems we run on (macOS), less the longest name we put there.
LONGEST_SOCKET_FOLDER = 103 - len("/.s.PGSQL.5432")
# A busy disk makes PostgreSQL's last checkpoint long; hurried, it kills after five seconds what did not listen.
PATIENCE = Patience(asked=4.0, hurried=6.0)
# A server may run as another user, who has to reach his own folder inside; nobody needs to list ours.
PASSABLE = 0o711
MEMORY = Path("/dev/shm")  # noqa: S108 - memory, for folders we make private
MEMORY_BYTES = 1_000_000_000


@dataclass(kw_only=True, slots=True)
class Servers:
    """The embedded servers of one data folder, and the URLs of all."""

    urls: dict[str, str]
    embedded: list[Postgres | Valkey]
    children: dict[str, Child] = field(default_factory=dict)

    def start(self, watch: Watch) -> None:
        """Start every embedded server and wait until each answers."""
        for server in self.embedded:
            server.prepare()
            self.children[server.name] = server.spawn(watch)
        for server in self.embedded:
            server.wait(self.children[server.name])

    def stop(self, watch: Watch) -> None:
        """Stop the embedded servers."""
        stop_all(self.children.values(), watch=watch, patience=PATIENCE)
        self.children.clear()


def plan(data: Path, *, environment: Mapping[str, str], durable: bool = True) -> Servers:
    """What to start on a data folder: an embedded server for each URL the environment does not give."""
    urls = {name: environment[name] for name in ("DATABASE_URL", "REDIS_URL") if environment.get(name)}
    sockets = socket_folder(data / "run")
    embedded: list[Postgres | Valkey] = []
    if "DATABASE_URL" not in urls:
        log = data / "log" / "postgres.log"
        postgres = Postgres(data=data / "postgres", sockets=sockets / "postgres", log=log, durable=durable)
        urls["DATABASE_URL"] = postgres.url()
        embedded.append(postgres)
    if "REDIS_URL" not in urls:
        valkey = Valkey(
            data=data / "valkey", sockets=sockets, log=data / "log" / "valkey.log", durable=durable
        )
        urls["REDIS_URL"] = valkey.url()
        embedded.append(valkey)
    return Servers(urls=urls, embedded=embedded)


def socket_folder(wanted: Path) -> Path:
    """The folder for sockets: the wanted one, or a private short one when no socket could be reached by that path."""
    folder = wanted
    # PostgreSQL's clients take a comma for the end of one host and the beginning of the next.
    if len(os.fsencode(wanted / "postgres")) > LONGEST_SOCKET_FOLDER or "," in str(wanted):
        digest = hashlib.sha256(os.fsencode(wanted)).hexdigest()[:16]
        folder = Path("/tmp") / f"fbo-cabinet-{os.geteuid()}-{digest}"  # noqa: S108 - checked below
    folder.mkdir(mode=PASSABLE, parents=True, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
        raise LaunchError(
            f"{folder} belongs to somebody else: remove it, or name a shorter path with --data."
        )
    return folder


@contextmanager
def scratch(*, environment: Mapping[str, str], in_memory: bool) -> Iterator[Mapping[str, str]]:
    """Servers for the time of a block, on a folder that is removed afterwards; yields their URLs by variable name."""
    watch = Watch()
    folder = Path(tempfile.mkdtemp(prefix="fbo-", dir=_memory() if in_memory else None))
    folder.chmod(PASSABLE)
    watch.remove_at_end(folder)
    servers = plan(folder, environment=environment, durable=False)
    try:
        servers.start(watch)
        yield servers.urls
    finally:
        servers.stop(watch)
        watch.close()


def _memory() -> Path | None:
    if not os.access(MEMORY, os.W_OK) or shutil.disk_usage(MEMORY).free < MEMORY_BYTES:
        return None
    return MEMORY
