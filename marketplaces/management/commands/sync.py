"""Sync accounts now: the same code as the schedule and "Refresh now"."""

from __future__ import annotations

import sys
import threading
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import close_old_connections, connection
from django.utils import timezone

from companies.models import Company
from core.periods import day_start
from marketplaces import registry, selectors
from marketplaces.models import MarketplaceAccount, RunOutcome, StreamState, SyncRun
from marketplaces.sync.engine import CannotRun, run_stream
from marketplaces.sync.leases import StreamBusy
from marketplaces.sync.schedule import Trigger


class Command(BaseCommand):
    help = (
        "Sync the accounts of a company now. Exit code 0: all went well, 1: a stream failed or was busy, "
        "2: wrong arguments."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--company", required=True, metavar="SLUG", help="the company's address")
        parser.add_argument("--account", type=int, metavar="ID", help="only this account")
        parser.add_argument("--stream", metavar="NAME", help="only this stream (products, stock, orders, …)")
        parser.add_argument("--since", metavar="DATE", help="read again from this day on (YYYY-MM-DD)")
        parser.add_argument("--object", default="", metavar="ID", help="only this object; needs --stream")
        parser.add_argument("--dry-run", action="store_true", help="say what would be synced, ask nobody")

    def handle(self, **options: Any) -> None:
        since = _since(options["since"], options["company"])
        if options["object"] and not options["stream"]:
            raise CommandError("--object needs --stream.", returncode=2)
        wanted = _wanted(options)
        if options["dry_run"]:
            for state in wanted:
                self.stdout.write(
                    f"{state.account} · {state.stream}: would be synced, due {state.due_at:%F %T}"
                )
            return
        results = [self._sync(state, since=since, external_id=options["object"]) for state in wanted]
        if not all(results):
            raise CommandError("Not everything was synced.", returncode=1)

    def _sync(self, state: StreamState, *, since: datetime | None, external_id: str) -> bool:
        name = f"{state.account} · {state.stream}"
        try:
            with _progress(name, state):
                run = run_stream(
                    account_id=state.account_id,
                    stream=state.stream,
                    trigger=Trigger.COMMAND,
                    since=since,
                    external_id=external_id,
                )
        except StreamBusy:
            self.stderr.write(f"{name}: another run is at it")
            return False
        except CannotRun as exc:
            self.stderr.write(f"{name}: {exc}")
            return False
        self.stdout.write(f"{name}: {_summary(run)}")
        return bool(run.outcome == RunOutcome.DONE)


def _since(text: str | None, slug: str) -> datetime | None:
    if text is None:
        return None
    try:
        day = datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC).date()
    except ValueError:
        raise CommandError(f"--since is a day like 2026-10-31, not {text!r}.", returncode=2) from None
    company = Company.objects.filter(slug=slug).first()
    return None if company is None else day_start(day, company.zone)


def _wanted(options: dict[str, Any]) -> list[StreamState]:
    company = Company.objects.filter(slug=options["company"]).first()
    if company is None:
        raise CommandError(f"No company has the address {options['company']!r}.", returncode=2)
    if options["stream"] and options["stream"] not in registry.streams():
        known = ", ".join(registry.streams())
        raise CommandError(f"No stream {options['stream']!r}; there are {known}.", returncode=2)
    states = StreamState.objects.for_company(company).select_related("account")
    if options["account"] is not None:
        if not MarketplaceAccount.objects.for_company(company).filter(pk=options["account"]).exists():
            raise CommandError(f"The company has no account {options['account']}.", returncode=2)
        states = states.filter(account=options["account"])
    if options["stream"]:
        states = states.filter(stream=options["stream"])
    order = list(registry.streams())
    known_states = [state for state in states if state.stream in order]
    return sorted(known_states, key=lambda state: (state.account_id, order.index(state.stream)))


def _summary(run: SyncRun) -> str:
    counts = (
        f"{run.inserted} new, {run.changed} changed, {run.unchanged} unchanged, {run.quarantined} quarantined, "
        f"{run.pages} pages in {run.duration.total_seconds():.1f} s"
    )
    told = selectors.run_message(run)
    return f"{run.outcome}. {counts}" + (f". {told}" if told else "")


@contextmanager
def _progress(name: str, state: StreamState) -> Iterator[None]:
    """Show on stderr how far the run has come, twice a second, when somebody is looking."""
    if not sys.stderr.isatty():
        yield
        return
    is_over = threading.Event()

    def watch() -> None:
        began = timezone.now() - timedelta(seconds=1)
        while not is_over.wait(0.5):
            run = (
                SyncRun.objects.for_company(state.company_id)
                .filter(account=state.account_id, stream=state.stream, started_at__gte=began)
                .order_by("-started_at")
                .first()
            )
            if run is not None:
                share = "" if run.percent is None else f" {run.percent} %"
                sys.stderr.write(f"\r{name}:{share} {run.done} read, {run.inserted} new \033[K")
                sys.stderr.flush()
        connection.close()

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        thread.join()
        close_old_connections()
        sys.stderr.write("\r\033[K")
