"""A call to a method: who asks, when, and with which arguments; readers that check them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sandbox.accounts import Account
from sandbox.wildberries.errors import ApiError
from sandbox.wildberries.ids import Cards, cards_of
from sandbox.wildberries.order_book import OrderBook
from sandbox.wildberries.prices_book import PriceBook
from sandbox.wildberries.token import Claims
from sandbox.world import World
from sandbox.world.moments import DAY, MINUTE, instant

#: Statistics and stocks are counted anew this often.
REFRESHED = 30 * MINUTE


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """A seller as the dialect sees him: key, world, prices, reports that he ordered.

    `repeated` are the pages that a fault has given twice already.
    """

    account: Account
    claims: Claims
    world: World
    prices: PriceBook
    book: OrderBook
    reports: dict[str, Any] = field(default_factory=dict)
    repeated: set[str] = field(default_factory=set)

    @property
    def cards(self) -> Cards:
        """The seller's cards."""
        return cards_of(self.world)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request after its token was accepted. `target` is the id in the path, `chance` feeds the faults."""

    shop: Shop
    now: datetime
    base_url: str
    target: str = ""
    body: dict[str, Any] = field(default_factory=dict)
    query: Mapping[str, list[str]] = field(default_factory=dict)
    fault: str | None = None
    chance: float = 0.0

    @property
    def world(self) -> World:
        """The world of the seller who asks."""
        return self.shop.world

    @property
    def at(self) -> int:
        """The instant of the request."""
        return instant(self.now)

    @property
    def seen_at(self) -> int:
        """The instant whose state the answer tells: an older one if the call is to be stale."""
        return self.at - int((0.2 + 2 * self.chance) * DAY) if self.fault == "stale" else self.at

    @property
    def counted_at(self) -> int:
        """The instant at which reports were last counted anew."""
        return self.seen_at // REFRESHED * REFRESHED

    def asked(self, name: str) -> str:
        """Return the last value of a query parameter, empty when it was not sent."""
        values = self.query.get(name)
        return values[-1] if values else ""


class Words:
    """Readers of arguments that refuse in the words of one service."""

    def __init__(self, bad: Any) -> None:
        """Refuse by what `bad(call, text)` makes."""
        self._bad = bad

    def bad(self, call: Call, text: str) -> ApiError:
        """Word a refusal."""
        error: ApiError = self._bad(call, text)
        return error

    def number(
        self, call: Call, name: str, *, default: int | None, most: int | None = None, least: int = 0
    ) -> int:
        """Return a whole number of the query."""
        text = call.asked(name)
        if not text and default is not None:
            return default
        if not (text.isascii() and text.isdigit()) or len(text) > 18:
            raise self.bad(call, f"Invalid value of {name}")
        return self._fits(call, name, int(text), most=most, least=least)

    def integer(
        self,
        call: Call,
        body: Mapping[str, Any],
        name: str,
        *,
        default: int,
        most: int | None = None,
        least: int = 0,
    ) -> int:
        """Return a whole number of a body."""
        value = body.get(name)
        if value is None:
            return default
        if type(value) is not int:
            raise self.bad(call, f"{name}: integer expected")
        return self._fits(call, name, value, most=most, least=least)

    def _fits(self, call: Call, name: str, value: int, *, most: int | None, least: int) -> int:
        if value < least or (most is not None and value > most):
            raise self.bad(
                call, f"{name}: from {least} to {most}" if most is not None else f"{name}: from {least}"
            )
        return value

    def section(self, call: Call, body: Mapping[str, Any], name: str) -> dict[str, Any]:
        """Return an object inside a body; a missing one is empty."""
        value = body.get(name)
        if value is None:
            return {}
        if not isinstance(value, dict):
            raise self.bad(call, f"{name}: object expected")
        return value

    def integers(self, call: Call, body: Mapping[str, Any], name: str, *, most: int) -> list[int]:
        """Return a list of whole numbers of a body; a missing one is empty."""
        value = body.get(name)
        if value is None:
            return []
        if not isinstance(value, list) or not all(type(item) is int for item in value) or len(value) > most:
            raise self.bad(call, f"{name}: array of up to {most} integers expected")
        return value

    def strings(self, call: Call, body: Mapping[str, Any], name: str, *, most: int) -> list[str]:
        """Return a list of texts of a body; a missing one is empty."""
        value = body.get(name)
        if value is None:
            return []
        if (
            not isinstance(value, list)
            or not all(isinstance(item, str) for item in value)
            or len(value) > most
        ):
            raise self.bad(call, f"{name}: array of up to {most} strings expected")
        return value

    def day(self, call: Call, name: str) -> date:
        """Return a day of the query, YYYY-MM-DD."""
        text = call.asked(name)
        if len(text) != len("2026-11-24"):
            raise self.bad(call, f"{name}: YYYY-MM-DD expected")
        try:
            return date.fromisoformat(text)
        except ValueError as error:
            raise self.bad(call, f"{name}: YYYY-MM-DD expected") from error
