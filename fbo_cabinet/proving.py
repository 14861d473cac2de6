"""Proving a sync against a sandbox: start one, kill workers at random, and tell when everything has been read."""

from __future__ import annotations

import http.client
import itertools
import json
import multiprocessing
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, Self
from unittest.mock import patch

from django.conf import settings
from django.db import connections
from django.utils import timezone

from fbo_cabinet import demo
from marketplaces import ratelimit, registry, services
from marketplaces.models import AccountStatus, MarketplaceAccount, RunOutcome, StreamState, SyncRun
from marketplaces.ratelimit import Limit
from marketplaces.sync.engine import CannotRun, NotDue, run_stream
from marketplaces.sync.leases import StreamBusy
from marketplaces.sync.schedule import Trigger

if TYPE_CHECKING:
    from multiprocessing.process import BaseProcess
    from types import TracebackType

    from companies.models import Company

SHOPS: Final = {shop.marketplace: shop for shop in demo.SHOPS}
STREAMS: Final = ("products", "stock", "orders", "supplies", "returns")
# No request to a sandbox runs longer.
_LONGEST_HERE: Final = timedelta(seconds=2)
_FORK: Final = multiprocessing.get_context("fork")


class Sandbox(AbstractContextManager["Sandbox"]):
    """A sandbox process on a free port, its time standing still until it is moved."""

    def __init__(self, *arguments: str) -> None:
        self._arguments = arguments
        self._process: subprocess.Popen[str] | None = None
        self.base_url = ""

    def __enter__(self) -> Self:
        # Its time may be moved on by an hour and still not be ahead of ours.
        began = timezone.now() - timedelta(hours=1)
        self._process = subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-m", "sandbox", "--port", "0", "--now", began.isoformat(), *self._arguments],
            stdout=subprocess.PIPE,
            # It complains of every connection that a killed worker leaves behind.
            stderr=subprocess.DEVNULL,
            text=True,
            cwd=settings.BASE_DIR,
        )
        line = self._process.stdout.readline() if self._process.stdout else ""
        self.base_url = line.strip().removeprefix("sandbox: ")
        if not self.base_url.startswith("http"):
            self._process.kill()
            raise RuntimeError("the sandbox did not start")
        self.control("clock", freeze=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            if self._process.stdout:
                self._process.stdout.close()

    @property
    def host(self) -> str:
        """`host:port`, for settings.MARKETPLACE_EXTRA_HOSTS."""
        return self.base_url.removeprefix("http://")

    def control(self, name: str, **body: Any) -> dict[str, Any]:
        """Move the clock, set faults, …: `POST /_sandbox/<name>`."""
        answer: dict[str, Any] = json.loads(self._ask("POST", name, json.dumps(body)))
        return answer

    def violations(self) -> int:
        """How many requests came over the limit so far."""
        report = json.loads(self._ask("GET", "violations"))
        return sum(seller["violations"] for seller in report.values())

    def requests(self) -> int:
        """How many requests came so far."""
        report = json.loads(self._ask("GET", "violations"))
        return sum(seller["requests"] for seller in report.values())

    def truth(self, name: str, *, of: MarketplaceAccount) -> Iterator[dict[str, Any]]:
        """What is true of a seller at the present moment of his world, row by row."""
        for line in self._ask("GET", f"truth/{name}?client_id={of.external_id}").splitlines():
            yield json.loads(line)

    def _ask(self, method: str, path: str, body: str | None = None) -> str:
        connection = http.client.HTTPConnection(self.host, timeout=300)
        try:
            connection.request(method, f"/_sandbox/{path}", body)
            response = connection.getresponse()
            text = response.read().decode()
        finally:
            connection.close()
        if response.status != http.HTTPStatus.OK:
            raise RuntimeError(f"/_sandbox/{path}: {response.status} {text[:200]}")
        return text


def connect(company: Company, marketplace: str, sandbox: Sandbox) -> MarketplaceAccount:
    """The demo seller's account on a marketplace of the sandbox, connected and not yet read."""
    shop = SHOPS[marketplace]
    return services.connect_account(
        company=company,
        marketplace=marketplace,
        credentials=shop.credentials,
        base_url=shop.address(sandbox.base_url),
    )


@contextmanager
def hurried(speed: float) -> Iterator[None]:
    """Let our limits of minutes and more pass so many times faster, as those of a sandbox with `--limit-speed`.

    Ozon's limit is of a second: it stays. What a killed worker held of the requests that may run at once is given
    back after seconds instead of minutes. Processes forked meanwhile hurry too.
    """
    with ExitStack() as stack:
        stack.enter_context(patch.object(ratelimit, "LONGEST_REQUEST", _LONGEST_HERE))
        for code, adapter in registry.adapters().items():
            if code != "ozon":
                hasty = _hasty(adapter.limits_for, speed)
                stack.enter_context(patch.object(adapter, "limits_for", staticmethod(hasty)))
        yield


def _hasty(usual: Callable[[str], Mapping[str, Limit]], speed: float) -> Callable[[str], Mapping[str, Limit]]:
    def limits_for(key_kind: str) -> Mapping[str, Limit]:
        return {
            group: replace(limit, seconds=limit.seconds / speed) for group, limit in usual(key_kind).items()
        }

    return limits_for


def fork(work: Callable[..., None], *args: Any) -> BaseProcess:
    """Start a worker process: a copy of this one with connections of its own."""
    forget_connections()
    process = _FORK.Process(target=work, args=args, daemon=True)
    process.start()
    return process


def forget_connections() -> None:
    """Close what two processes must not share."""
    for connection in connections.all(initialized_only=True):
        connection.close()
        if hasattr(connection, "close_pool"):
            connection.close_pool()


def pending(account_id: int) -> list[str]:
    """The streams that have not been read to the end."""
    states = StreamState.all_companies.filter(account_id=account_id, succeeded_at=None)
    found = set(states.values_list("stream", flat=True))
    return [stream for stream in STREAMS if stream in found]


def read_all(account_id: int) -> None:
    """Run what is pending until nothing is: the life of a worker."""
    while streams := pending(account_id):
        for stream in streams:
            run_once(account_id, stream)


def run_once(account_id: int, stream: str, trigger: Trigger = Trigger.COMMAND) -> SyncRun | None:
    """One run; None when another worker is at it."""
    try:
        return run_stream(account_id=account_id, stream=stream, trigger=trigger)
    except (StreamBusy, NotDue, CannotRun):
        time.sleep(0.02)
        return None


def unread(account_id: int, *, is_deep: bool = False) -> None:
    """Have every stream read to its end once more, from the beginning if `is_deep`; a stopped account goes on."""
    MarketplaceAccount.all_companies.filter(pk=account_id).update(status=AccountStatus.ACTIVE)
    changes: dict[str, Any] = {"succeeded_at": None, "is_on": True}
    if is_deep:
        changes |= {"deep_at": None, "cursor": {}}
    StreamState.all_companies.filter(account_id=account_id).update(**changes)


def read_through_faults(account_id: int, *, most: int = 400) -> int:
    """Read everything to the end while the marketplace misbehaves, a refused key being given again; how many
    runs it took."""
    for taken in range(most):
        streams = pending(account_id)
        if not streams:
            return taken
        MarketplaceAccount.all_companies.filter(pk=account_id).update(status=AccountStatus.ACTIVE, missing=[])
        StreamState.all_companies.filter(account_id=account_id).update(is_on=True)
        run_once(account_id, streams[0])
    raise RuntimeError(f"not read to the end in {most} runs: {pending(account_id)}")


def bury(account_id: int) -> int:
    """Let the time of a lease pass and close the runs of dead workers; how many there were."""
    StreamState.all_companies.filter(account_id=account_id).exclude(lease_token=None).update(
        lease_until=timezone.now() - timedelta(seconds=1)
    )
    return services.reap_lost_runs()


def kill_workers(account_id: int, *, times: int, rng: random.Random, longest: float = 0.6) -> int:
    """Start a worker and kill it at a random moment, until so many have been killed at work; how many lives that
    took. A worker that comes to the end first has everything to read once more."""
    killed = lives = 0
    while killed < times:
        lives += 1
        worker = fork(read_all, account_id)
        worker.join(rng.uniform(0.01, longest))
        if worker.is_alive() and worker.pid is not None:
            os.kill(worker.pid, signal.SIGKILL)
            killed += 1
        worker.join()
        bury(account_id)
        if not pending(account_id):
            unread(account_id)
    return lives


def overlaps(account_id: int) -> list[str]:
    """Runs of one stream that went on at the same time: there must be none."""
    found = []
    for stream in STREAMS:
        runs = list(
            SyncRun.all_companies.filter(account_id=account_id, stream=stream, external_id="")
            .exclude(outcome=RunOutcome.LOST)
            .order_by("started_at", "pk")
        )
        for before, after in itertools.pairwise(runs):
            if before.finished_at is None or after.started_at < before.finished_at:
                found.append(f"{stream}: {before.pk} and {after.pk}")
    return found


def run_workers(works: Sequence[tuple[Callable[..., None], tuple[Any, ...]]], *, seconds: float) -> None:
    """Let several workers work side by side for a while."""
    workers = [fork(work, *args) for work, args in works]
    time.sleep(seconds)
    for worker in workers:
        if worker.pid is not None and worker.is_alive():
            os.kill(worker.pid, signal.SIGTERM)
    for worker in workers:
        worker.join()


def follow_schedule(account_id: int) -> None:
    """A worker and its clock: take what is due, run it, again and again."""
    while True:
        for due_account, stream in services.queue_due_streams():
            if due_account == account_id:
                run_once(due_account, stream, Trigger.SCHEDULE)
        time.sleep(0.02)


def press_refresh(account_id: int) -> None:
    """An impatient person: "Refresh now" of every stream, again and again, started at once each time."""
    account = MarketplaceAccount.all_companies.get(pk=account_id)
    while True:
        for stream in STREAMS:
            # A row at a time: the schedule takes several, in an order of its own.
            StreamState.all_companies.filter(account_id=account_id, stream=stream).update(
                due_at=timezone.now()
            )
            services.request_refresh(account=account, stream=stream)
            run_once(account_id, stream, Trigger.MANUAL)
