"""Folders and processes for the launcher's tests; none of them needs Django or the suite's own servers."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from fbo_cabinet.local.processes import Watch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@pytest.fixture
def folder() -> Iterator[Path]:
    """A short folder with awkward characters that another user may pass, as sockets and servers need it."""
    path = Path(tempfile.mkdtemp(prefix="fbo-test-"))
    path.chmod(0o711)
    inside = path / "Мой Data v\"2'"
    inside.mkdir(mode=0o711)
    yield inside
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture
def watch() -> Iterator[Watch]:
    """A watchdog that stops whatever a failing test leaves."""
    watch = Watch()
    yield watch
    watch.close()


def eventually(condition: Callable[[], bool], *, seconds: float = 10.0) -> bool:
    """Whether the condition comes true in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.05)
    return condition()


def processes_of(mark: str) -> set[int]:
    """The living processes whose command line, environment or working folder holds the mark."""
    found = set()
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            words = (entry / "cmdline").read_bytes() + (entry / "environ").read_bytes()
            where = os.fsencode((entry / "cwd").readlink())
        except OSError:
            continue
        if mark.encode() in words + where:
            found.add(int(entry.name))
    return found
