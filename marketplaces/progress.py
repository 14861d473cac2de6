"""What runs now and which limits hold, in words for a page."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core import formats
from marketplaces import registry
from marketplaces.ratelimit import LONGEST_WAIT
from marketplaces.selectors import run_message

if TYPE_CHECKING:
    from collections.abc import Iterable

    from companies.models import Company
    from marketplaces.models import SyncRun
    from marketplaces.selectors import AccountHealth, LimitOnPage


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A run going on: what it reads, how far it is, what it brought."""

    label: str
    done: int
    total: int | None
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitRow:
    """A limit of an account: how much it allows, and from when (None: now)."""

    marketplace: str
    title: str
    rate: str
    next_allowed_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRow:
    """A run as a row: what was read, and what it ran into (empty when all went well)."""

    run: SyncRun
    stream: str
    words: str


def run_rows(runs: Iterable[SyncRun], *, company: Company) -> list[RunRow]:
    """Runs of the company's accounts as rows; asks nothing of the database."""
    titles = dict(registry.streams().choices())
    rows = []
    for run in runs:
        # The words need the company's zone: without this each account would be asked for its company.
        run.account.company = company
        rows.append(RunRow(run=run, stream=titles.get(run.stream, run.stream), words=run_message(run)))
    return rows


def jobs(running: Iterable[SyncRun]) -> list[Job]:
    """The runs as progress bars."""
    titles = dict(registry.streams().choices())
    return [
        Job(
            label=f"{run.account.title} · {titles.get(run.stream, run.stream)}",
            done=run.done,
            total=run.total,
            note=_note(run),
        )
        for run in running
    ]


def limit_rows(accounts: Iterable[AccountHealth]) -> list[LimitRow]:
    """The limits of the accounts: those that hold something up, the first to open first, then one line an account
    for all that are free; a marketplace may have a limit for each of its methods."""
    waiting, free = [], []
    for item in accounts:
        # A turn that a worker waits for on the spot holds nothing up.
        far = timezone.now() + LONGEST_WAIT
        held = [limit for limit in item.limits if limit.next_allowed_at and limit.next_allowed_at > far]
        waiting += [_limit_row(item, limit) for limit in held]
        rest = [replace(limit, next_allowed_at=None) for limit in item.limits if limit not in held]
        # The limit of all requests comes first; it speaks for the free ones.
        free += [_limit_row(item, limit, more=len(rest) - 1) for limit in rest[:1]]
    return [*sorted(waiting, key=_opens_at), *free]


def _limit_row(item: AccountHealth, limit: LimitOnPage, *, more: int = 0) -> LimitRow:
    rate = _rate(limit)
    if more:
        others = ngettext(
            "and %(count)s limit of single methods", "and %(count)s limits of single methods", more
        ) % {"count": more}
        rate = f"{rate}, {others}"
    return LimitRow(
        marketplace=item.account.marketplace,
        title=f"{item.account.title} · {limit.group}" if limit.group else item.account.title,
        rate=rate,
        next_allowed_at=limit.next_allowed_at,
    )


def _opens_at(row: LimitRow) -> datetime:
    return row.next_allowed_at or datetime.max.replace(tzinfo=UTC)


def _note(run: SyncRun) -> str:
    words = [
        (run.pages, _("page %(n)s")),
        (run.inserted, _("new %(n)s")),
        (run.changed, _("changed %(n)s")),
        (run.unchanged, _("unchanged %(n)s")),
        (run.quarantined, _("quarantine %(n)s")),
    ]
    parts = [text % {"n": formats.number(count)} for count, text in words if count]
    return (
        " · ".join(filter(None, [parts[0], ", ".join(parts[1:])]))
        if parts
        else _("waiting for the first page")
    )


def _rate(limit: LimitOnPage) -> str:
    spans = {1: _("a second"), 60: _("a minute"), 3600: _("an hour"), 86_400: _("a day")}
    seconds = round(limit.seconds)
    count = round(limit.requests)
    words = ngettext("up to %(count)s request", "up to %(count)s requests", count) % {"count": count}
    return f"{words} {spans.get(seconds) or _('in %(seconds)s s') % {'seconds': seconds}}"
