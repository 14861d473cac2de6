"""What a seller has done to his prices: those that stand since, and every upload as it came."""

from dataclasses import dataclass, field
from typing import NamedTuple

_HOUR = 3600


class Told(NamedTuple):
    """Prices that the seller gave, in kopecks; 0 where there is none."""

    price: int
    old: int
    least: int


@dataclass(kw_only=True)
class PriceBook:
    """The prices of one seller by SKU. They change what he is told of them, not what the world's buyers pay.

    `uploads` are the SKUs of every request that was taken, so that a test sees what was sent twice.
    """

    told: dict[int, Told] = field(default_factory=dict)
    uploads: list[list[int]] = field(default_factory=list)
    changed_at: dict[int, list[int]] = field(default_factory=dict)

    def changes_within_hour(self, sku: int, at: int) -> int:
        """How often the price of an item changed in the hour before."""
        return sum(1 for moment in self.changed_at.get(sku, ()) if moment > at - _HOUR)

    def put(self, sku: int, prices: Told, *, at: int) -> None:
        """Let new prices stand."""
        self.told[sku] = prices
        self.changed_at.setdefault(sku, []).append(at)
