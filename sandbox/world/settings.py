"""What a world is made from: everything in it follows from these values."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Self

from sandbox.world.listings import CHANNELS, OZON, WILDBERRIES
from sandbox.world.seeds import mix, seed_of


@dataclass(frozen=True, slots=True, kw_only=True)
class WorldSettings:
    """The seed and the size of a world.

    The world opens on `first_day` (UTC) and never ends: `days` is only how much of it counts as history
    when `orders` asks for an exact number of orders in that history. Without `orders` the world takes
    about `per_day` orders a day, and then a day's orders do not depend on `first_day`.

    Live orders come on top, for those who watch: `live_per_minute` of them in the first quarter of an hour
    after each of `live_since`, then every fourth one until `live_for` is over. They are done within minutes.
    """

    seed: int = 20261124
    # Where the same goods are sold: each marketplace has orders and stock of its own.
    channel: str = "ozon"
    skus: int = 240
    first_day: date = date(2026, 8, 26)
    days: int = 90
    per_day: float = 260.0
    orders: int | None = None
    cancel_rate: float = 0.08
    # Share of the received orders of which something comes back; without it what is usual for the channel.
    return_rate: float | None = None
    stockout_rate: float = 0.14
    live_per_minute: float = 0.0
    live_since: tuple[datetime, ...] = ()
    live_for: timedelta = timedelta(hours=2)

    def __post_init__(self) -> None:
        """Refuse a size that no world can have."""
        if self.skus < 1 or self.days < 1 or self.per_day < 0 or self.live_per_minute < 0:
            raise ValueError("a world needs at least one SKU, one day and no negative rates")
        if self.orders is not None and self.orders < 0:
            raise ValueError("orders must not be negative")
        if self.channel not in CHANNELS:
            raise ValueError(f"channel is one of {', '.join(CHANNELS)}")
        if not (0 <= self.cancel_rate <= 1 and 0 <= self.stockout_rate <= 1):
            raise ValueError("cancel_rate and stockout_rate are shares between 0 and 1")
        if self.live_per_minute and not self.live_since:
            raise ValueError("live_per_minute needs live_since")

    @property
    def own_seed(self) -> int:
        """The seed of what differs from channel to channel: demand, prices, orders, stock. The goods are the same."""
        return self.seed if self.channel == OZON else mix(self.seed, seed_of(self.channel)) >> 1

    @property
    def returns(self) -> float:
        """The share of received orders of which something comes back."""
        return 0.05 if self.return_rate is None else self.return_rate

    @property
    def orders_tell_returns(self) -> bool:
        """Whether an order goes on to `returned`: Ozon's postings stay delivered, only its returns tell."""
        return self.channel != OZON

    @property
    def refuses_in_part(self) -> bool:
        """Whether a buyer may refuse a part of an order at hand-over: on Wildberries each thing is an order."""
        return self.channel != WILDBERRIES

    @property
    def today(self) -> datetime:
        """The end of the history: midnight UTC after the last of `days`."""
        return datetime.combine(self.first_day + timedelta(days=self.days), datetime.min.time(), UTC)

    def ending(self, now: datetime) -> Self:
        """Return the same world opened so that its history ends on the day of `now`."""
        return replace(self, first_day=now.astimezone(UTC).date() - timedelta(days=self.days))

    def for_seller(self, seed: int) -> Self:
        """Return a world of the same size for another seller."""
        return replace(self, seed=self.seed ^ seed)
