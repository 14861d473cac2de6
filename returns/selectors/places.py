"""Where units wait to be picked up, and until when."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from django.db.models import Count, F, Min, Sum, Window
from django.db.models.functions import RowNumber

from marketplaces.contracts.returns import ReturnStatus
from returns.selectors.detail import countdown

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from django.db.models import QuerySet

    from core.statuses import Tone
    from returns.models import Return

# More than anybody visits in a day, and the first returns of each; the list tells the rest.
MOST_PLACES: Final = 20
MOST_ROWS: Final = 10
# How a URL asks for places without a name, and for those without an address.
NOT_TOLD: Final = "none"
_WAITING: Final = ReturnStatus.WAITING_PICKUP
_NEAREST: Final = F("pick_up_until").asc(nulls_last=True)
# A name alone is no place: points in different towns are called alike, and Wildberries names none of its points.
_PLACE: Final = ("marketplace", "place_name", "place_address")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A place with what waits there. `until` None: nobody tells until when.

    `rows` are the returns with the nearest deadlines, `more` how many there are besides; the sums are of all.
    """

    marketplace: str
    name: str
    address: str
    until: date | None
    left: str
    tone: Tone
    units: int
    amount: Decimal
    storage_cost: Decimal | None
    rows: Sequence[Return]
    more: int

    @property
    def head(self) -> str:
        """What the place is called: its name, else its address; empty when neither is told."""
        return self.name or self.address

    @property
    def asked_name(self) -> str:
        """The name as the list of returns is asked for it."""
        return self.name or NOT_TOLD

    @property
    def asked_address(self) -> str:
        """The address as the list of returns is asked for it."""
        return self.address or NOT_TOLD


@dataclass(frozen=True, slots=True, kw_only=True)
class PickUps:
    """The places with the nearest deadlines; `units` and `amount` are of all `places_count` of them."""

    places: tuple[Place, ...]
    places_count: int
    units: int
    amount: Decimal

    @property
    def is_cut(self) -> bool:
        """Whether there are more places than are shown."""
        return self.places_count > len(self.places)


def pick_ups(returns: QuerySet[Any], *, today: date) -> PickUps:
    """What waits for pick-up among the returns given, by place: two queries."""
    waiting = returns.filter(status=_WAITING)
    sums = list(
        waiting.order_by()
        .values(*_PLACE)
        .annotate(
            until=Min("pick_up_until"),
            units=Sum("quantity"),
            sum=Sum("amount"),
            storage=Sum("storage_cost"),
            count=Count("pk"),
        )
        .order_by(F("until").asc(nulls_last=True), *_PLACE)
    )
    shown = sums[:MOST_PLACES]
    rows = _first_rows(waiting, shown)
    return PickUps(
        places=tuple(_place(one, rows[tuple(one[name] for name in _PLACE)], today) for one in shown),
        places_count=len(sums),
        units=sum(one["units"] for one in sums),
        amount=sum((one["sum"] for one in sums), Decimal(0)),
    )


def _first_rows(
    waiting: QuerySet[Any], places: Sequence[Mapping[str, Any]]
) -> Mapping[tuple[str, ...], list[Return]]:
    """The returns with the nearest deadlines of each place."""
    asked = {f"{name}__in": {one[name] for one in places} for name in _PLACE}
    ranked = waiting.order_by().annotate(
        rank=Window(
            RowNumber(), partition_by=[F(name) for name in _PLACE], order_by=[_NEAREST, F("pk").asc()]
        )
    )
    first = ranked.filter(**asked, rank__lte=MOST_ROWS).values("pk")
    rows: Mapping[tuple[str, ...], list[Return]] = defaultdict(list)
    for row in waiting.filter(pk__in=first).order_by(_NEAREST, "pk"):
        rows[row.marketplace, row.place_name, row.place_address].append(row)
    return rows


def _place(sums: Mapping[str, Any], rows: Sequence[Return], today: date) -> Place:
    until = sums["until"]
    left, tone = countdown(until, today) if until else ("", "neutral")
    return Place(
        marketplace=sums["marketplace"],
        name=sums["place_name"],
        address=sums["place_address"],
        until=until,
        left=left,
        tone=tone,
        units=sums["units"],
        amount=sums["sum"],
        storage_cost=sums["storage"],
        rows=rows,
        more=sums["count"] - len(rows),
    )
