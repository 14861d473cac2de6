"""Prove the sync at large size: faults, kills, doubled pages and rivals against a sandbox, compared with its truth."""

from __future__ import annotations

import logging
import random
import time
from argparse import ArgumentParser
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

from django.conf import settings
from django.core.cache import cache
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from companies.models import Company
from fbo_cabinet import proving, truth
from marketplaces import registry
from marketplaces.models import MarketplaceAccount, SyncRun

# What a fault may spoil: every kind that the sandbox knows.
_EVERY_KIND: Final = [
    "429",
    "500",
    "502",
    "timeout",
    "drop",
    "truncated",
    "duplicate_page",
    "shifting_page",
    "out_of_order",
    "stale",
    "unknown_status",
    "empty_page",
    "revoked",
    "expired",
    "wrong_types",
    "missing_fields",
    "huge_numbers",
    "huge_string",
    "nul_rtl",
    "nulls",
    "html_200",
]
_DOUBLED: Final = ("duplicate_page", "shifting_page", "out_of_order")
_MINUTE: Final = 60
# Limits of minutes pass faster, ours a little slower than the sandbox's: none of them may be broken.
_SANDBOX_HURRY: Final = 600
_OUR_HURRY: Final = 400


class Command(BaseCommand):
    help = (
        "Sync a sandbox under faults, under kill -9 of the workers, with every page doubled and out of order, and "
        "with rival workers, and compare what we hold with the world's truth: orders, supplies, returns and stock, "
        "unit by unit. "
        "Works in a scratch database of its own, which it drops. Exit code 0: all equal, 1: something differs."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--marketplace",
            action="append",
            choices=list(registry.adapters()),
            help="read this marketplace only, may be repeated (default: all)",
        )
        parser.add_argument(
            "--orders", type=int, default=20_000, help="orders in each world (default: 20000)"
        )
        parser.add_argument("--skus", type=int, default=240, help="products in the world (default: 240)")
        parser.add_argument("--days", type=int, default=85, help="days of history (default: 85)")
        parser.add_argument(
            "--faults", type=float, default=0.2, help="share of spoiled requests (default: 0.2)"
        )
        parser.add_argument("--kills", type=int, default=50, help="workers to kill at work (default: 50)")
        parser.add_argument("--seconds", type=float, default=20.0, help="how long rivals work (default: 20)")
        parser.add_argument("--seed", type=int, default=1, help="of faults and of the moments of death")

    def handle(self, **options: Any) -> None:
        arguments = [
            *("--skus", str(options["skus"])),
            *("--days", str(options["days"])),
            *("--orders", str(options["orders"])),
            *("--limit-speed", str(_SANDBOX_HURRY)),
        ]
        marketplaces = options["marketplace"] or list(registry.adapters())
        with (
            _quiet(),
            _scratch_database(),
            proving.hurried(_OUR_HURRY),
            proving.Sandbox(*arguments) as sandbox,
        ):
            settings.MARKETPLACE_EXTRA_HOSTS = [*settings.MARKETPLACE_EXTRA_HOSTS, sandbox.host]
            # What lay there on the first day came by supplies of weeks before.
            settings.ORDER_HISTORY_DAYS = options["days"] + 25
            proof = Proof(sandbox, options, write=self.stdout.write)
            differing = proof.run(marketplaces)
        if differing:
            raise CommandError(f"{differing} differences.", returncode=1)
        self.stdout.write("All equal.")


class Proof:
    """The phases, each on an account of its own, and the table that they leave."""

    def __init__(
        self, sandbox: proving.Sandbox, options: dict[str, Any], *, write: Callable[[str], Any]
    ) -> None:
        self._sandbox = sandbox
        self._options = options
        self._write = write
        self._rng = random.Random(options["seed"])  # noqa: S311 - moments of death, not a secret

    def run(self, marketplaces: Sequence[str]) -> int:
        """All phases on each marketplace; how many differences there were."""
        self._write(
            f"{'marketplace':<15}{'phase':<22}{'orders':>8}{'stock':>7}{'supplies':>9}{'returns':>8}{'runs':>6}"
            f"{'requests':>10}{'over limit':>11}{'differ':>8}{'s':>8}"
        )
        phases: dict[str, Callable[[int], None]] = {
            "undisturbed": proving.read_all,
            f"{self._options['faults']:.0%} faults": self._under_faults,
            f"{self._options['kills']} kills": self._under_kills,
            "doubled and shuffled": self._doubled,
            "rivals": self._rivals,
        }
        return sum(
            self._phase(marketplace, name, disturb)
            for marketplace in marketplaces
            for name, disturb in phases.items()
        )

    def _phase(self, marketplace: str, name: str, disturb: Callable[[int], None]) -> int:
        sandbox = self._sandbox
        sandbox.control("faults", rate=0)
        account = _new_account(marketplace, sandbox)
        requests, violations, began = sandbox.requests(), sandbox.violations(), time.monotonic()
        disturb(account.pk)
        sandbox.control("faults", rate=0)
        # What the schedule does every day: read the whole again.
        proving.unread(account.pk, is_deep=True)
        proving.read_all(account.pk)
        seconds = time.monotonic() - began
        comparisons = [
            truth.compare_orders(account, sandbox.truth("orders", of=account)),
            truth.compare_stock(account, sandbox.truth("stock", of=account)),
            truth.compare_supplies(account, sandbox.truth("supplies", of=account)),
            truth.compare_returns(account, sandbox.truth("returns", of=account)),
            truth.compare_movements(account),
            truth.compare_history(account),
            truth.compare_tally(account),
            truth.compare_listing_sums(account),
        ]
        over = sandbox.violations() - violations
        differing = sum(one.differing for one in comparisons) + truth.count_doubles(account) + over
        overlaps = proving.overlaps(account.pk)
        differing += len(overlaps)
        runs = SyncRun.objects.for_company(account.company_id).filter(account=account).count()
        self._write(
            f"{marketplace:<15}{name:<22}{comparisons[0].compared:>8}{comparisons[1].compared:>7}"
            f"{comparisons[2].compared:>9}{comparisons[3].compared:>8}{runs:>6}"
            f"{sandbox.requests() - requests:>10}{over:>11}{differing:>8}{seconds:>8.1f}"
        )
        for text in [text for one in comparisons for text in one.samples] + overlaps:
            self._write(f"  {text}")
        return differing

    def _under_faults(self, account_id: int) -> None:
        self._misbehave(_EVERY_KIND)
        proving.read_through_faults(account_id, most=4000)
        for _minute in range(3):
            self._sandbox.control("clock", advance=_MINUTE)
            proving.unread(account_id)
            proving.read_through_faults(account_id, most=4000)

    def _under_kills(self, account_id: int) -> None:
        left = self._options["kills"]
        while left > 0:
            proving.kill_workers(account_id, times=min(left, 10), rng=self._rng, longest=2.0)
            left -= 10
            self._sandbox.control("clock", advance=_MINUTE)
        proving.read_all(account_id)

    def _doubled(self, account_id: int) -> None:
        self._misbehave(_DOUBLED, rate=0.9)
        proving.read_all(account_id)

    def _rivals(self, account_id: int) -> None:
        works = [(proving.follow_schedule, (account_id,))] * 2 + [(proving.press_refresh, (account_id,))]
        proving.run_workers(works, seconds=self._options["seconds"])
        proving.bury(account_id)

    def _misbehave(self, kinds: Any, *, rate: float | None = None) -> None:
        self._sandbox.control(
            "faults",
            rate=self._options["faults"] if rate is None else rate,
            kinds=list(kinds),
            seed=self._options["seed"],
            stall=0.1,
            blob=200_000,
        )


def _new_account(marketplace: str, sandbox: proving.Sandbox) -> MarketplaceAccount:
    number = Company.objects.count() + 1
    company = Company.objects.create(name=f"Proof {number}", slug=f"proof-{number}")
    return proving.connect(company, marketplace, sandbox)


@contextmanager
def _quiet() -> Iterator[None]:
    """A line for every request and every failure wanted would bury the table."""
    logger = logging.getLogger("marketplaces")
    level = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        logger.setLevel(level)


@contextmanager
def _scratch_database() -> Iterator[None]:
    """A database of our own for the time of the proof: no worker of the cabinet looks into it."""
    name = connection.settings_dict["NAME"]
    # Its accounts have the same numbers as those of the cabinet, whose cooldowns they must not touch.
    cache.key_prefix = f"{cache.key_prefix}-verify"
    proving.forget_connections()
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        yield
    finally:
        proving.forget_connections()
        connection.creation.destroy_test_db(name, verbosity=0)
