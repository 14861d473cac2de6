"""`cabinet run`: from a data folder to a cabinet in the browser, and back to nothing on Ctrl-C."""

from __future__ import annotations

import signal
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from fbo_cabinet import env
from fbo_cabinet.local import programs
from fbo_cabinet.local.console import Console
from fbo_cabinet.local.errors import LaunchError
from fbo_cabinet.local.ports import HOST, answers, free_port, is_free, require_free
from fbo_cabinet.local.processes import STOPPING, Watch
from fbo_cabinet.local.servers import plan
from fbo_cabinet.local.supervisor import Supervisor

if TYPE_CHECKING:
    from fbo_cabinet.local.datadir import DataDir
    from fbo_cabinet.local.servers import Servers

SANDBOX_PORT = 8010
# Shorter than what is read of orders: the supplies that the pretend shop began with are read too.
HISTORY_DAYS = 70
READY_SECONDS = 90.0
BANNER = """
  FBO Cabinet is ready: {address}/
{login}  Stop it with Ctrl-C. Logs: {logs}
"""
DEMO_LOGIN = "  Sign in as demo@example.com with the password demo-cabinet\n"
DEMO_FOLLOWS = "  The demo company is being made, its login follows below\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What the person asked for."""

    port: int = 8000
    demo: bool = True
    workers: int = 2

    @property
    def address(self) -> str:
        """Where the pages will be."""
        return f"http://{HOST}:{self.port}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cabinet:
    """One cabinet about to run, or running."""

    data: DataDir
    options: Options
    servers: Servers
    supervisor: Supervisor
    sandbox_port: int

    def start(self) -> None:
        """Start everything, the pages first; returns when they can be opened."""
        began = time.monotonic()
        self.supervisor.console.say(f"Starting on {self.data.path}")
        self._start_servers()
        migrating = self.supervisor.once(programs.manage("prepare", "-v0"))
        # The web server loads meanwhile: nobody has its address yet.
        web = self.supervisor.keep(programs.web(self.options.port))
        self.supervisor.keep(_sandbox(self.data, self.sandbox_port))
        self.supervisor.finish(migrating)
        self.supervisor.until(lambda: answers(self.options.port, "/healthz"), what=web, seconds=READY_SECONDS)
        text = BANNER.format(address=self.options.address, login=self._login(), logs=self.data.logs)
        self.supervisor.console.say(f"{text}\nReady after {time.monotonic() - began:.1f} s.")
        self._start_work()

    def _login(self) -> str:
        if not self.options.demo:
            return ""
        return DEMO_LOGIN if self.data.remembered().get("demo") else DEMO_FOLLOWS

    def _start_servers(self) -> None:
        """Start the servers, and collect the static files meanwhile when they have changed."""
        fingerprint = programs.static_fingerprint()
        collecting = []
        if self.data.remembered().get("static") != fingerprint:
            collect = programs.manage("collectstatic", "--noinput", "--clear", "-v0", name="static")
            collecting.append(self.supervisor.once(collect))
        self.servers.start(self.supervisor.watch)
        self.supervisor.keep_servers(self.servers)
        self.supervisor.finish(*collecting)
        self.data.remember(static=fingerprint)

    def _start_work(self) -> None:
        # The demo command repeated mends what is there, and points the account to where the sandbox is now.
        url = f"http://{HOST}:{self.sandbox_port}"
        making = (
            [self.supervisor.once(programs.manage("demo", "--sandbox-url", url))] if self.options.demo else []
        )
        self.supervisor.keep(programs.worker(self.options.workers))
        self.supervisor.keep(programs.clerk())
        self.supervisor.keep(programs.beat(self.data.run / "beat"))
        try:
            self.supervisor.finish(*making)
        except LaunchError as exc:
            # The cabinet itself is up: a demo that could not be made is no reason to stop it.
            self.supervisor.console.say(str(exc))
        else:
            self.data.remember(demo=self.options.demo or bool(self.data.remembered().get("demo")))


def run(data: DataDir, options: Options) -> None:
    """Run the cabinet on a data folder until somebody stops us; raises LaunchError when it cannot start."""
    _stop_on_signals()
    data.make()
    with data.hold("run", address=options.address) as lock:
        require_free(options.port)
        cabinet = _cabinet(data, options, Watch(holding=[lock]))
        try:
            cabinet.start()
            while True:
                cabinet.supervisor.tick()
        except KeyboardInterrupt:
            cabinet.supervisor.console.say("Stopping.")
        finally:
            _ignore_signals()
            _stop(cabinet)


def _cabinet(data: DataDir, options: Options, watch: Watch) -> Cabinet:
    servers = plan(data.path, environment=env.snapshot())
    sandbox_port = _sandbox_port(data, options.port)
    environment = {
        "PUBLIC_URL": options.address,
        "MARKETPLACE_EXTRA_HOSTS": f"{HOST}:{sandbox_port}",
        "IMAGE_HOSTS": f"http://{HOST}:{sandbox_port}",
        **programs.environment(data, servers.urls),
    }
    console = Console(data.logs, colour=sys.stdout.isatty())
    supervisor = Supervisor(watch=watch, console=console, environment=environment)
    return Cabinet(
        data=data, options=options, servers=servers, supervisor=supervisor, sandbox_port=sandbox_port
    )


def _stop(cabinet: Cabinet) -> None:
    supervisor = cabinet.supervisor
    supervisor.stop()
    cabinet.servers.stop(supervisor.watch)
    supervisor.watch.close()
    supervisor.console.close()


def _sandbox_port(data: DataDir, web_port: int) -> int:
    """The sandbox's port: the demo accounts point to it, so it is kept while it stays free."""
    kept = data.remembered().get("sandbox_port")
    if isinstance(kept, int) and kept != web_port and is_free(kept):
        return kept
    port = free_port(SANDBOX_PORT if web_port != SANDBOX_PORT else SANDBOX_PORT + 1)
    data.remember(sandbox_port=port)
    return port


def _sandbox(data: DataDir, port: int) -> programs.Program:
    """The sandbox with the same past at every start: its orders follow from its first day and when it was watched."""
    now = datetime.now(UTC)
    kept = data.remembered()
    first_day = kept.get("sandbox_first_day", (now.date() - timedelta(days=HISTORY_DAYS)).isoformat())
    watched = [*kept.get("sandbox_watched", []), now.isoformat(timespec="seconds")]
    data.remember(sandbox_first_day=first_day, sandbox_watched=watched)
    return programs.sandbox(port, first_day=first_day, watched=watched)


def _stop_on_signals() -> None:
    # INT as well: a shell that starts us in the background has it ignored.
    for number in STOPPING:
        signal.signal(number, _interrupt)


def _interrupt(_number: int, _frame: object) -> None:
    raise KeyboardInterrupt


def _ignore_signals() -> None:
    for number in STOPPING:
        signal.signal(number, signal.SIG_IGN)
