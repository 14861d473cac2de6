"""What of the returns waits for somebody: how many, for how much money, and until when."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Min, Q, Sum
from django.utils import timezone

from returns.choices import AttentionKind
from returns.models import OPEN, Return
from returns.selectors.lists import condition

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date

    from companies.models import Company

# Beyond this many the figure in the rail says no more.
_MOST_COUNTED = 1_000
_OF_OPEN = (AttentionKind.PICK_UP, AttentionKind.DISPOSAL, AttentionKind.LONG)
_DATES = {AttentionKind.PICK_UP: "pick_up_until", AttentionKind.DISPOSAL: "disposal_on"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Returns that wait for one reason; the list of returns with `waits` = `kind` shows them.

    `amount` is the seller's price of their units. `until` is the nearest day on which something is lost, `since`
    the day on which the oldest began; None where there is none.
    """

    kind: AttentionKind
    returns: int
    units: int
    amount: Decimal
    until: date | None
    since: date | None


def attention(company: Company, *, accounts: Collection[int] | None = None) -> tuple[Waiting, ...]:
    """What waits, by kind, what is lost soonest first; nothing where nothing waits; of some accounts, if named."""
    today, now = timezone.localdate(), timezone.now()
    rows = Return.objects.for_company(company)
    if accounts is not None:
        rows = rows.filter(account_id__in=accounts)
    of_open = rows.filter(status__in=OPEN).aggregate(
        **{
            f"{kind.value}_{name}": figure
            for kind in _OF_OPEN
            for name, figure in _figures(condition(kind, today=today, now=now), kind).items()
        }
    )
    lost = condition(AttentionKind.UNMATCHED, today=today, now=now)
    without = rows.filter(lost).aggregate(
        **{f"unmatched_{name}": figure for name, figure in _figures(Q(), AttentionKind.UNMATCHED).items()}
    )
    figures = {**of_open, **without}
    return tuple(_waiting(kind, figures) for kind in AttentionKind if figures[f"{kind.value}_returns"])


def attention_count(company: Company) -> int:
    """How many returns must be picked up, or are disposed of, soon; no more than a thousand are counted."""
    today, now = timezone.localdate(), timezone.now()
    urgent = condition(AttentionKind.PICK_UP, today=today, now=now)
    urgent |= condition(AttentionKind.DISPOSAL, today=today, now=now)
    return int(Return.objects.for_company(company).filter(urgent)[:_MOST_COUNTED].count())


def _figures(meant: Q, kind: AttentionKind) -> dict[str, Count | Sum | Min]:
    figures: dict[str, Count | Sum | Min] = {
        "returns": Count("pk", filter=meant),
        "units": Sum("quantity", filter=meant, default=0),
        "amount": Sum("amount", filter=meant, default=Decimal(0)),
        "since": Min("registered_date", filter=meant),
    }
    if kind in _DATES:
        figures["until"] = Min(_DATES[kind], filter=meant)
    return figures


def _waiting(kind: AttentionKind, figures: dict[str, Any]) -> Waiting:
    def of(name: str) -> Any:
        return figures.get(f"{kind.value}_{name}")

    return Waiting(
        kind=kind,
        returns=of("returns"),
        units=of("units"),
        amount=of("amount"),
        until=of("until"),
        since=of("since"),
    )
