"""The day that is over: what was ordered, delivered, cancelled and returned, what arrived, what was accepted."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from django.db.models import F, Q, Sum

from analytics.models import DailyReturns, Deliveries, HourlyOrders
from core.periods import Days, Moments
from marketplaces.contracts.returns import ReturnKind, ReturnStatus
from marketplaces.contracts.supplies import SupplyStatus
from returns.models import Return
from supplies.models import Supply

if TYPE_CHECKING:
    from analytics.selectors.scope import Scope

_WEEK: Final = timedelta(days=7)
_REFUSED: Final = (ReturnKind.REFUSAL, ReturnKind.PARTIAL_REFUSAL)
_ARRIVED: Final = (ReturnStatus.RECEIVED, ReturnStatus.WAITING_PICKUP)
_MOST_SHOWN: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class DayFigures:
    """A business day. `cancelled*` are what became so far of the orders placed that day; deliveries, returns and
    refusals are counted by the day on which they happened. Money at the seller's price."""

    orders: int = 0
    units: int = 0
    amount: Decimal = Decimal(0)
    cancelled: int = 0
    cancelled_units: int = 0
    delivered_units: int = 0
    delivered_amount: Decimal = Decimal(0)
    returned_units: int = 0
    returned_amount: Decimal = Decimal(0)
    refused_units: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """Returns that arrived at a place; `waiting` units of them wait to be picked up there."""

    place: str
    units: int
    waiting: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Yesterday:
    """The last whole day against the same weekday before; `before` is None where nothing is known of that day.

    `supplies` are some of the `supplies_count` accepted that day, of `accepted_units` in all.
    """

    day: date
    day_before: date
    now: DayFigures
    before: DayFigures | None
    supplies: tuple[Supply, ...]
    supplies_count: int
    accepted_units: int
    arrived: tuple[Arrived, ...]
    arrived_units: int


def yesterday(scope: Scope, *, today: date, known_from: date | None) -> Yesterday:
    """Read the day before `today` (five queries, none of them over orders); `known_from` is that from which orders
    of all accounts are known."""
    day = today - timedelta(days=1)
    before = day - _WEEK
    figures = _figures(scope, [day, before])
    moments = Days(first=day, after=today).moments(scope.company.zone)
    supplies = _accepted(scope, moments)
    arrived = _arrived(scope, moments)
    return Yesterday(
        day=day,
        day_before=before,
        now=figures[day],
        before=figures[before] if known_from is not None and known_from <= before else None,
        supplies=tuple(supplies[:_MOST_SHOWN]),
        supplies_count=len(supplies),
        accepted_units=sum(supply.accepted or 0 for supply in supplies),
        arrived=tuple(arrived[:_MOST_SHOWN]),
        arrived_units=sum(one.units for one in arrived),
    )


def _figures(scope: Scope, days: list[date]) -> dict[date, DayFigures]:
    found: dict[date, DayFigures] = defaultdict(DayFigures)
    names = ("orders", "units", "amount", "cancelled", "cancelled_units")
    placed = HourlyOrders.objects.for_company(scope.company).filter(day__in=days, **scope.filters)
    for row in placed.values("day").annotate(**{f"sum_{name}": Sum(name) for name in names}).order_by():
        found[row["day"]] = DayFigures(**{name: row[f"sum_{name}"] for name in names})
    delivered = Deliveries.objects.for_company(scope.company).filter(delivered_day__in=days, **scope.filters)
    for day, units, amount in _sums(delivered, "delivered_day"):
        found[day] = replace(found[day], delivered_units=units, delivered_amount=amount)
    back = DailyReturns.objects.for_company(scope.company).filter(day__in=days, **scope.filters)
    for day, kind, units, amount in _sums(back, "day", "kind"):
        if kind == ReturnKind.CLIENT_RETURN:
            found[day] = replace(found[day], returned_units=units, returned_amount=amount)
        elif kind in _REFUSED:
            found[day] = replace(found[day], refused_units=found[day].refused_units + units)
    return found


def _sums(rows: Any, *keys: str) -> Any:
    return rows.values_list(*keys).annotate(all_units=Sum("units"), money=Sum("amount")).order_by()


def _accepted(scope: Scope, day: Moments) -> list[Supply]:
    told = Q(accepted_at__gte=day.start, accepted_at__lt=day.end)
    # Not every marketplace tells the moment: then the status does.
    noticed = Q(
        accepted_at=None, status=SupplyStatus.ACCEPTED, status_at__gte=day.start, status_at__lt=day.end
    )
    rows = (
        Supply.objects.for_company(scope.company)
        .shipments()
        .filter(told | noticed, **scope.filters)
        .only(
            "company_id", "marketplace", "number", "external_id", "accepted_at", "accepted", "missing_units"
        )
    )
    return list(rows.order_by(F("accepted").desc(nulls_last=True), "pk"))


def _arrived(scope: Scope, day: Moments) -> list[Arrived]:
    came = Q(received_at__gte=day.start, received_at__lt=day.end)
    came |= Q(status__in=_ARRIVED, status_at__gte=day.start, status_at__lt=day.end)
    rows = (
        Return.objects.for_company(scope.company)
        # What arrived that day was learnt no sooner: the index on changes finds it.
        .filter(came, changed_at__gte=day.start, **scope.filters)
        .values_list("place_name")
        .annotate(
            units=Sum("quantity"),
            waiting=Sum("quantity", filter=Q(status=ReturnStatus.WAITING_PICKUP), default=0),
        )
        .order_by("-units", "place_name")
    )
    return [Arrived(place=place, units=units, waiting=waiting) for place, units, waiting in rows]
