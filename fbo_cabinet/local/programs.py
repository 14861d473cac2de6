"""The programs of a running cabinet: what each is called, its command line, its environment."""

from __future__ import annotations

import hashlib
import signal
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from fbo_cabinet import env
from fbo_cabinet.local.ports import HOST

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from fbo_cabinet.local.datadir import DataDir

WEB_THREADS = 3
CELERY = (sys.executable, "-m", "celery", "--quiet", "-A", "fbo_cabinet")
# What talks to the marketplaces may take minutes; what people wait for has processes of its own.
SLOW_QUEUES, QUICK_QUEUES = "sync,celery", "push,reports"
QUICK_PROCESSES = 2
LIVE_ORDERS_A_MINUTE = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A command of ours to run."""

    name: str
    argv: tuple[str, ...]
    # What it is asked first, and what it is told when that takes too long.
    stop_signal: int = signal.SIGTERM
    hurry_signal: int = signal.SIGTERM


def environment(data: DataDir, urls: Mapping[str, str]) -> dict[str, str]:
    """The environment of every program on a data folder; what the person has set himself stays."""
    given = env.snapshot()
    return {
        "DJANGO_SETTINGS_MODULE": "fbo_cabinet.settings.local",
        "LOG_FORMAT": "plain",
        "STATIC_ROOT": str(data.static),
        "MEDIA_ROOT": str(data.media),
        **data.secrets(),
        **given,
        **urls,
        "PYTHONUNBUFFERED": "1",
        # Celery warns of pickle, which our workers do not accept.
        "PYTHONWARNINGS": "ignore:You're running the worker with superuser privileges",
    }


def manage(*arguments: str, name: str = "") -> Program:
    """A management command."""
    return Program(name=name or arguments[0], argv=(sys.executable, str(env.ROOT / "manage.py"), *arguments))


def web(port: int) -> Program:
    """The web server."""
    threads = ("--workers", "1", "--blocking-threads", str(WEB_THREADS))
    listen = ("--interface", "wsgi", "--host", HOST, "--port", str(port), "--log-level", "warning")
    steady = ("--no-ws", "--respawn-failed-workers", "--workers-kill-timeout", "1")
    argv = (sys.executable, "-m", "granian", *listen, *threads, *steady, "fbo_cabinet.wsgi:application")
    return Program(name="web", argv=argv)


def worker(processes: int) -> Program:
    """The Celery worker that talks to the marketplaces."""
    return _worker("worker", processes=processes, queues=SLOW_QUEUES)


def clerk() -> Program:
    """The Celery worker of notices, letters and figures."""
    return _worker("clerk", processes=QUICK_PROCESSES, queues=QUICK_QUEUES)


def _worker(name: str, *, processes: int, queues: str) -> Program:
    quiet = ("--loglevel", "WARNING", "--without-mingle", "--without-gossip")
    argv = (*CELERY, "worker", "-n", f"{name}@%h", "-c", str(processes), "-Q", queues, *quiet)
    # QUIT is Celery's cold shutdown: it hands the unfinished messages back.
    return Program(name=name, argv=argv, hurry_signal=signal.SIGQUIT)


def beat(schedule: Path) -> Program:
    """The Celery clock."""
    return Program(
        name="beat", argv=(*CELERY, "beat", "-s", str(schedule), "--pidfile", "", "--loglevel", "WARNING")
    )


def sandbox(port: int, *, first_day: str, watched: Sequence[str]) -> Program:
    """The pretend marketplaces: their first day, and the moments somebody began to watch."""
    live = (
        "--live",
        str(LIVE_ORDERS_A_MINUTE),
        *(word for moment in watched for word in ("--live-since", moment)),
    )
    where = ("--host", HOST, "--port", str(port), "--first-day", first_day)
    return Program(name="sandbox", argv=(sys.executable, "-m", "sandbox", *where, *live))


def static_fingerprint() -> str:
    """What the collected static files are made from: changes when any of it does."""
    digest = hashlib.sha256((env.ROOT / "requirements.txt").read_bytes())
    for folder in (env.ROOT / "static", *sorted(env.ROOT.glob("[a-z]*/static"))):
        for path in sorted(folder.rglob("*")):
            found = path.stat()
            digest.update(f"{path}\0{found.st_mtime_ns}\0{found.st_size}\n".encode())
    return digest.hexdigest()
