"""Workers killed with SIGKILL in the middle of their work: nothing is lost, nothing is doubled."""

from __future__ import annotations

import itertools
import os
import random
import signal
import subprocess
import sys
import time
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.conf import settings as django_settings
from django.utils import timezone

from fbo_cabinet import env, proving, truth
from marketplaces import services, tasks
from marketplaces.models import MarketplaceAccount, RunOutcome, StreamState, SyncRun
from marketplaces.sync.leases import Lease
from marketplaces.sync.run import Run
from tests.factories.companies import CompanyFactory

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from pathlib import Path

pytestmark = [pytest.mark.crash, pytest.mark.django_db(transaction=True)]

DAYS = 8
# The goods of the first day came by supplies of weeks before.
HISTORY_DAYS = DAYS + 25
# Limits of minutes pass so many times faster than in life; ours a little slower, so that none is ever broken.
HURRY, OUR_HURRY = 600, 400

everywhere = pytest.mark.parametrize("marketplace", list(django_settings.MARKETPLACES), indirect=True)


@pytest.fixture(scope="module")
def sandbox() -> Generator[proving.Sandbox]:
    """A shop of twenty SKUs and some four hundred orders, over real HTTP."""
    shop = ("--skus", "20", "--days", str(DAYS), "--per-day", "50")
    with proving.hurried(OUR_HURRY), proving.Sandbox(*shop, "--limit-speed", str(HURRY)) as started:
        yield started


@pytest.fixture
def marketplace(request: pytest.FixtureRequest) -> str:
    """Where the shop sells: on Ozon, unless a test is for every marketplace."""
    return str(getattr(request, "param", "ozon"))


@pytest.fixture
def account(sandbox: proving.Sandbox, marketplace: str, settings: Any) -> MarketplaceAccount:
    """The shop's account, connected and not yet read."""
    settings.MARKETPLACE_EXTRA_HOSTS = [sandbox.host]
    settings.ORDER_HISTORY_DAYS = HISTORY_DAYS
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    sandbox.control("faults", rate=0)
    return proving.connect(CompanyFactory(), marketplace, sandbox)


def assert_true(account: MarketplaceAccount, sandbox: proving.Sandbox) -> None:
    for comparison in (
        truth.compare_orders(account, sandbox.truth("orders", of=account)),
        truth.compare_stock(account, sandbox.truth("stock", of=account)),
        truth.compare_history(account),
        truth.compare_tally(account),
        truth.compare_listing_sums(account),
        truth.compare_supplies(account, sandbox.truth("supplies", of=account)),
        truth.compare_returns(account, sandbox.truth("returns", of=account)),
        truth.compare_movements(account),
    ):
        assert comparison.differing == 0, comparison
        assert comparison.compared > 0, comparison
    assert truth.count_doubles(account) == 0


@everywhere
def test_fifty_workers_killed_at_random(sandbox: proving.Sandbox, account: MarketplaceAccount) -> None:
    rng = random.Random(20261124)
    for _round in range(5):
        proving.kill_workers(account.pk, times=10, rng=rng, longest=0.4)
        sandbox.control("clock", advance=60)
        proving.unread(account.pk)
    proving.read_all(account.pk)

    assert SyncRun.all_companies.filter(outcome=RunOutcome.LOST).count() >= 15
    assert not SyncRun.all_companies.filter(finished_at=None).exists()
    assert_true(account, sandbox)


def dying(method: str, *, owner: type, call: int, is_after: bool, stream: str = "") -> Callable[[int], None]:
    """The life of a worker that kills itself around the given call of a method, at work on everything or a stream."""

    def live(account_id: int) -> None:
        real = getattr(owner, method)
        calls = itertools.count(1)

        def fatal(*args: Any, **kwargs: Any) -> Any:
            is_last = next(calls) == call
            if is_last and not is_after:
                os.kill(os.getpid(), signal.SIGKILL)
            result = real(*args, **kwargs)
            if is_last:
                os.kill(os.getpid(), signal.SIGKILL)
            return result

        setattr(owner, method, fatal)
        if not stream:
            proving.read_all(account_id)
        while stream in proving.pending(account_id):
            proving.run_once(account_id, stream)

    return live


MOMENTS = {
    "rows written, not counted": (Run, "_keep_aside", 3, True),
    "page committed": (Run, "record", 3, True),
    "page written, not committed": (Run, "_count", 3, True),
    "lease renewed, nothing written": (Lease, "renew", 6, True),
    "all read, not yet closed": (Lease, "release", 3, False),
    "closed, not committed": (Lease, "release", 3, True),
}
# Every moment on one marketplace; on the others those between which their pages lie.
WORST = [("ozon", moment) for moment in MOMENTS] + [
    (marketplace, moment)
    for marketplace in django_settings.MARKETPLACES
    if marketplace != "ozon"
    for moment in list(MOMENTS)[:2]
]


@pytest.mark.parametrize(("marketplace", "moment"), WORST, indirect=["marketplace"])
def test_a_worker_killed_at_the_worst_moment(
    sandbox: proving.Sandbox,
    account: MarketplaceAccount,
    moment: str,
) -> None:
    owner, method, call, is_after = MOMENTS[moment]
    worker = proving.fork(dying(method, owner=owner, call=call, is_after=is_after), account.pk)
    worker.join()
    assert worker.exitcode == -signal.SIGKILL
    proving.bury(account.pk)

    proving.read_all(account.pk)

    assert_true(account, sandbox)


@everywhere
@pytest.mark.parametrize("is_after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("stream", ["supplies", "returns"])
def test_a_worker_killed_between_rows_and_cursor(
    sandbox: proving.Sandbox,
    account: MarketplaceAccount,
    stream: str,
    is_after: bool,
) -> None:
    """Page after page a worker of the stream dies: with its rows written and not counted, or just committed."""
    for needed in ("products", "orders"):
        while needed in proving.pending(account.pk):
            proving.run_once(account.pk, needed)
    method = "record" if is_after else "_count"
    for _page in range(4):
        live = dying(method, owner=Run, call=1, is_after=True, stream=stream)
        worker = proving.fork(live, account.pk)
        worker.join()
        assert worker.exitcode == -signal.SIGKILL
        proving.bury(account.pk)

    proving.read_all(account.pk)

    assert SyncRun.all_companies.filter(stream=stream, outcome=RunOutcome.LOST).count() == 4
    assert_true(account, sandbox)


@everywhere
def test_pages_doubled_and_out_of_order(sandbox: proving.Sandbox, account: MarketplaceAccount) -> None:
    sandbox.control("faults", rate=0.8, kinds=["duplicate_page", "shifting_page", "out_of_order"], seed=3)
    proving.read_all(account.pk)
    sandbox.control("faults", rate=0)
    proving.unread(account.pk)
    proving.read_all(account.pk)

    assert_true(account, sandbox)


@everywhere
def test_goods_move_on_between_reads(sandbox: proving.Sandbox, account: MarketplaceAccount) -> None:
    """Steps that were not seen are made up for by the ones that are."""
    for _read in range(3):
        proving.read_all(account.pk)
        assert_true(account, sandbox)
        sandbox.control("clock", advance=120)
        proving.unread(account.pk)


@everywhere
def test_killed_under_faults(sandbox: proving.Sandbox, account: MarketplaceAccount) -> None:
    sandbox.control("faults", rate=0.2, seed=11, stall=0.05)
    proving.kill_workers(account.pk, times=12, rng=random.Random(5), longest=0.8)
    proving.read_through_faults(account.pk)
    sandbox.control("faults", rate=0)
    proving.unread(account.pk, is_deep=True)
    proving.read_all(account.pk)
    assert_true(account, sandbox)


@everywhere
def test_two_workers_and_a_refresh_never_run_one_stream_twice_nor_break_the_limit(
    sandbox: proving.Sandbox, account: MarketplaceAccount
) -> None:
    before = sandbox.violations()
    proving.run_workers(
        [
            (proving.follow_schedule, (account.pk,)),
            (proving.follow_schedule, (account.pk,)),
            (proving.press_refresh, (account.pk,)),
        ],
        seconds=8,
    )
    proving.bury(account.pk)

    runs = SyncRun.all_companies.filter(account=account)
    assert runs.filter(outcome=RunOutcome.DONE).count() > len(proving.STREAMS)
    assert set(runs.values_list("trigger", flat=True)) >= {"manual"}
    assert proving.overlaps(account.pk) == []
    assert sandbox.violations() == before
    proving.unread(account.pk)
    proving.read_all(account.pk)
    assert_true(account, sandbox)


def worker_environment() -> dict[str, str]:
    """The environment of a real Celery worker on the test's database."""
    environment = env.snapshot()
    address = urlsplit(environment["DATABASE_URL"])
    name = django_settings.DATABASES["default"]["NAME"]
    return {
        **environment,
        "DJANGO_SETTINGS_MODULE": "fbo_cabinet.settings.test",
        "DATABASE_URL": urlunsplit(address._replace(path=f"/{name}")),
        "REDIS_PREFIX": django_settings.REDIS_PREFIX,
        "ORDER_HISTORY_DAYS": str(HISTORY_DAYS),
        "MARKETPLACE_EXTRA_HOSTS": "127.0.0.1",
        "SYNC_LEASE_SECONDS": "2",
        "LOG_LEVEL": "DEBUG",
    }


def celery_worker(log: Path) -> subprocess.Popen[bytes]:
    """A worker that says everything it has to say into the file."""
    command = [
        sys.executable,
        "-m",
        "celery",
        "-A",
        "fbo_cabinet",
        "worker",
        "-c",
        "1",
        "-Q",
        "sync",
        "-l",
        "DEBUG",
    ]
    with log.open("ab") as said:
        return subprocess.Popen(
            [*command, "--without-gossip", "--without-mingle"],
            cwd=django_settings.BASE_DIR,
            env=worker_environment(),
            start_new_session=True,
            stdout=said,
            stderr=said,
        )


def wait_for(condition: Callable[[], bool], *, seconds: float = 90) -> None:
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "it did not come to that in time"
        time.sleep(0.05)


def test_a_celery_worker_is_killed_and_another_goes_on_and_none_tells_the_key(
    sandbox: proving.Sandbox, account: MarketplaceAccount, settings: Any, tmp_path: Path
) -> None:
    settings.SYNC_LEASE_SECONDS = 2
    log = tmp_path / "worker.log"
    tasks.start_due_streams()
    worker = celery_worker(log)
    try:
        wait_for(lambda: SyncRun.all_companies.filter(stream="orders", pages__gte=1).exists())
    finally:
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait()
    wait_for(lambda: StreamState.all_companies.filter(lease_until__gt=timezone.now()).count() == 0)
    services.reap_lost_runs()
    assert not SyncRun.all_companies.filter(finished_at=None).exists()
    StreamState.all_companies.filter(succeeded_at=None).update(
        due_at=timezone.now() - timedelta(seconds=1), queued_until=None
    )

    tasks.start_due_streams()
    worker = celery_worker(log)
    try:
        wait_for(lambda: not proving.pending(account.pk))
    finally:
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait()

    assert_true(account, sandbox)
    told = log.read_text(errors="replace")
    assert '"path": "/v3/posting/fbo/list"' in told
    assert proving.SHOPS["ozon"].credentials["api_key"] not in told
