"""What of the returns waits for somebody: how many, for how much money, and until when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Count, DateField, Min, Sum, Value
from django.utils import timezone

from returns.choices import AttentionKind
from returns.models import Return
from returns.selectors.lists import condition

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date, datetime
    from decimal import Decimal

    from django.db.models import QuerySet

    from companies.models import Company
    from returns.models import ReturnQuerySet

# Beyond this many the figure in the rail says no more.
_MOST_COUNTED = 1_000
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
    since: date | None
    until: date | None = None


def attention(company: Company, *, accounts: Collection[int] | None = None) -> tuple[Waiting, ...]:
    """What waits, by kind, what is lost soonest first; nothing where nothing waits; of some accounts, if named."""
    today, now = timezone.localdate(), timezone.now()
    rows = Return.objects.for_company(company)
    if accounts is not None:
        rows = rows.filter(account_id__in=accounts)
    first, *others = (_figures(rows, kind, today=today, now=now) for kind in AttentionKind)
    told = {row.pop("why"): row for row in first.union(*others, all=True)}
    return tuple(
        Waiting(kind=kind, **told[kind.value])
        for kind in AttentionKind
        if kind.value in told and told[kind.value]["returns"]
    )


def attention_count(company: Company) -> int:
    """How many returns must be picked up, or are disposed of, soon; no more than a thousand are counted."""
    today, now = timezone.localdate(), timezone.now()
    urgent = condition(AttentionKind.PICK_UP, today=today, now=now)
    urgent |= condition(AttentionKind.DISPOSAL, today=today, now=now)
    return int(Return.objects.for_company(company).filter(urgent)[:_MOST_COUNTED].count())


def _figures(rows: ReturnQuerySet, kind: AttentionKind, *, today: date, now: datetime) -> QuerySet[Any, Any]:
    """The figures of a kind; each kind has an index that answers them, of few rows however many there are."""
    nearest = Min(_DATES[kind]) if kind in _DATES else Value(None, output_field=DateField())
    figures: QuerySet[Any, Any] = (
        rows.filter(condition(kind, today=today, now=now))
        .order_by()
        .values(why=Value(kind.value))
        .annotate(
            returns=Count("*"),
            units=Sum("quantity"),
            amount=Sum("amount"),
            since=Min("registered_date"),
            until=nearest,
        )
    )
    return figures
