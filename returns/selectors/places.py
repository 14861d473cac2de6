"""Where units wait to be picked up, and until when."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from django.db.models import F

from marketplaces.contracts.returns import ReturnStatus
from returns.selectors.detail import countdown

if TYPE_CHECKING:
    from datetime import date

    from django.db.models import QuerySet

    from core.statuses import Tone
    from returns.models import Return

# More than anybody picks up at once; the rest is told by the list.
MOST_ROWS: Final = 200


@dataclass(slots=True, kw_only=True)
class Place:
    """A place with what waits there, the nearest deadline first. `until` None: nobody tells until when."""

    marketplace: str
    name: str
    address: str
    until: date | None
    left: str
    tone: Tone
    rows: list[Return] = field(default_factory=list)

    @property
    def units(self) -> int:
        """Units that wait here."""
        return sum(row.quantity for row in self.rows)

    @property
    def amount(self) -> Decimal:
        """At the seller's price."""
        return sum((row.amount for row in self.rows), Decimal(0))

    @property
    def storage_cost(self) -> Decimal:
        """What storage has cost so far, where it is told."""
        return sum((row.storage_cost for row in self.rows if row.storage_cost is not None), Decimal(0))


@dataclass(frozen=True, slots=True, kw_only=True)
class PickUps:
    """The places, the nearest deadline first; `is_more` when the rest is told by the list only."""

    places: tuple[Place, ...]
    is_more: bool

    @property
    def units(self) -> int:
        """Units of all places."""
        return sum(place.units for place in self.places)

    @property
    def amount(self) -> Decimal:
        """At the seller's price, over all places."""
        return sum((place.amount for place in self.places), Decimal(0))


def pick_ups(returns: QuerySet[Any], *, today: date) -> PickUps:
    """What waits for pick-up among the returns given, by place."""
    waiting = returns.filter(status=ReturnStatus.WAITING_PICKUP)
    rows: list[Any] = list(waiting.order_by(F("pick_up_until").asc(nulls_last=True), "pk")[: MOST_ROWS + 1])
    places: dict[tuple[str, str], Place] = {}
    for row in rows[:MOST_ROWS]:
        key = (row.marketplace, row.place_name)
        if key not in places:
            places[key] = _place(row, today)
        places[key].rows.append(row)
    return PickUps(places=tuple(places.values()), is_more=len(rows) > MOST_ROWS)


def _place(row: Return, today: date) -> Place:
    left, tone = countdown(row.pick_up_until, today) if row.pick_up_until else ("", "neutral")
    return Place(
        marketplace=row.marketplace,
        name=row.place_name,
        address=row.place_address,
        until=row.pick_up_until,
        left=left,
        tone=tone,
    )
