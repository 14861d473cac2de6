"""What staff see of a company beside its rows: its accounts' health, their last runs, its visits and changes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from companies.models import StaffVisit
from companies.selectors.audit import audit_list, change_rows
from core import formats
from marketplaces import selectors
from marketplaces.progress import run_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from django_stubs_ext import StrOrPromise

    from companies.models import Company
    from marketplaces.selectors import AccountHealth

RECENT: Final = 20
RUNS: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class StateTable:
    """A table of words; `empty` is said where it has no rows."""

    title: StrOrPromise
    headers: Sequence[StrOrPromise]
    rows: Sequence[Sequence[str]]
    empty: StrOrPromise


def company_state(company: Company) -> list[StateTable]:
    """The tables of a company's page, what is ill first; no secret is part of them."""
    return [table(company) for table in _TABLES]


def _health(company: Company) -> StateTable:
    return StateTable(
        title=_("Health of the accounts"),
        headers=(
            _("Account"), _("Status"), _("Data"), _("Data as of"), _("Open quarantine"), _("Key works, days"),
        ),
        rows=[_health_row(health) for health in selectors.accounts_health(company=company)],
        empty=_("No account is connected."),
    )  # fmt: skip


def _health_row(health: AccountHealth) -> list[str]:
    streams = [f"{stream.title}: {formats.moment(stream.data_as_of)}" for stream in health.streams]
    return [
        f"{health.account} · {health.marketplace_title}",
        str(getattr(health.account.status, "label", health.account.status)),
        str(health.freshness.label),
        ", ".join(streams) or formats.UNKNOWN,
        formats.number(health.quarantined),
        formats.number(health.key_days_left),
    ]


def _runs(company: Company) -> StateTable:
    rows = run_rows(selectors.last_runs(company=company)[:RUNS], company=company)
    return StateTable(
        title=_("Last runs"),
        headers=(_("Started"), _("Account"), _("Stream"), _("Outcome"), _("Quarantine"), _("What happened")),
        rows=[
            [
                formats.moment(row.run.started_at),
                str(row.run.account),
                row.stream,
                str(getattr(row.run.outcome, "label", row.run.outcome)),
                formats.number(row.run.quarantined),
                row.words,
            ]
            for row in rows
        ],
        empty=_("Nothing has run yet"),
    )


def _visits(company: Company) -> StateTable:
    visits = StaffVisit.objects.for_company(company).select_related("staff", "as_user")
    return StateTable(
        title=_("Visits of staff"),
        headers=(
            _("Began"),
            _("Who"),
            pgettext("a visit", "As whom"),
            _("Reason"),
            _("Until when"),
            _("How it ended"),
        ),
        rows=[
            [
                formats.moment(visit.started_at),
                str(visit.staff),
                f"{visit.as_user or formats.UNKNOWN} ({visit.get_role_display()})",
                visit.reason,
                formats.moment(visit.ended_at or visit.ends_at),
                visit.get_ending_display() or _("goes on"),
            ]
            for visit in visits.order_by("-started_at", "-pk")[:RECENT]
        ],
        empty=_("Staff have never looked into this cabinet."),
    )


def _trail(company: Company) -> StateTable:
    entries = list(audit_list(company).order_by("-at", "-pk")[:RECENT])
    return StateTable(
        title=_("Last changes"),
        headers=(
            _("When"),
            _("Who"),
            _("By way of"),
            _("What was changed"),
            _("What was done"),
            _("Changes"),
        ),
        rows=[
            [
                formats.moment(row.at),
                row.who,
                row.source,
                ", ".join(filter(None, (row.subject_label, row.name))),
                row.action_label,
                " · ".join(filter(None, (row.words, row.note))),
            ]
            for row in change_rows(company.pk, entries)
        ],
        empty=_("Nobody has changed anything here yet."),
    )


_TABLES: Final[tuple[Callable[[Company], StateTable], ...]] = (_health, _runs, _visits, _trail)
