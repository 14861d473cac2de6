"""`cabinet manage` and `cabinet bench`: a management command with its servers up."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from fbo_cabinet import env
from fbo_cabinet.local import programs
from fbo_cabinet.local.datadir import DataDir
from fbo_cabinet.local.processes import Watch, tied
from fbo_cabinet.local.servers import plan, scratch

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def manage(data: DataDir, arguments: Sequence[str]) -> int:
    """Run a management command on the data folder, starting its servers when `run` has not; its exit code."""
    data.make()
    servers = plan(data.path, environment=env.snapshot())
    if not servers.embedded or data.in_use_by_run():
        return _command(arguments, programs.environment(data, servers.urls))
    with data.hold("manage", wait=True) as lock:
        watch = Watch(holding=[lock])
        try:
            servers.start(watch)
            return _command(arguments, programs.environment(data, servers.urls))
        finally:
            servers.stop(watch)
            watch.close()


def bench(arguments: Sequence[str]) -> int:
    """Run the benchmarks on servers and a data folder of their own, on disk, gone afterwards; their exit code."""
    with (
        TemporaryDirectory(prefix="fbo-bench-") as folder,
        scratch(environment=env.snapshot(), in_memory=False) as urls,
    ):
        data = DataDir(Path(folder))
        data.make()
        return _command(["bench", *arguments], programs.environment(data, urls))


def _command(arguments: Sequence[str], environment: Mapping[str, str]) -> int:
    """Run a management command in this terminal; Ctrl-C is for the command, we wait for its end."""
    argv = tied([sys.executable, str(env.ROOT / "manage.py"), *arguments])
    # A handler, not SIG_IGN: the command would inherit that.
    before = signal.signal(signal.SIGINT, lambda _number, _frame: None)
    try:
        code = subprocess.run(argv, env=dict(environment), check=False).returncode
    finally:
        signal.signal(signal.SIGINT, before)
    return code if code >= 0 else 128 - code
