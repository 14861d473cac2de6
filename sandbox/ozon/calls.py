"""A call to a method: who asks, when, and with which arguments; readers that check them."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sandbox.accounts import Account
from sandbox.ozon.errors import bad
from sandbox.ozon.price_book import PriceBook
from sandbox.ozon.subscriptions import Subscriptions
from sandbox.world import World
from sandbox.world.moments import instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Seller:
    """A seller as the dialect sees him: key, world, push addresses, the prices that he changed."""

    account: Account
    world: World
    subscriptions: Subscriptions
    prices: PriceBook = field(default_factory=PriceBook)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request after its key was accepted. `chance` feeds the faults."""

    seller: Seller
    at: int
    body: dict[str, Any]
    base_url: str
    fault: str | None = None
    chance: float = 0.0

    @property
    def world(self) -> World:
        """The world of the seller who asks."""
        return self.seller.world


def section(body: dict[str, Any], name: str) -> dict[str, Any]:
    """Return an object inside a body; a missing or null one is empty."""
    value = body.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise bad(f"{name}: object expected")
    return value


def limit_of(body: dict[str, Any], *, most: int) -> int:
    """Return the page size that a body asks for."""
    value = body.get("limit")
    if isinstance(value, str) and value.isascii() and value.isdigit():
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= most:
        raise bad(f"limit: value must be inside range [1, {most}]")
    return value


def strings(body: dict[str, Any], name: str, *, most: int) -> list[str]:
    """Return a list of strings from a body."""
    value = body.get(name)
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise bad(f"{name}: array of strings expected")
    if len(value) > most:
        raise bad(f"{name}: value must contain no more than {most} item(s)")
    return value


def integers(body: dict[str, Any], name: str, *, most: int) -> list[int]:
    """Return a list of int64 from a body; as in the real API they may come as strings."""
    value = body.get(name)
    if value is None:
        return []
    if not isinstance(value, list):
        raise bad(f"{name}: array expected")
    if len(value) > most:
        raise bad(f"{name}: value must contain no more than {most} item(s)")
    return [_integer(item, name) for item in value]


def _integer(item: object, name: str) -> int:
    if isinstance(item, int) and not isinstance(item, bool):
        return item
    if isinstance(item, str) and item.lstrip("-").isdigit() and item.isascii():
        return int(item)
    raise bad(f"{name}: invalid value for int64 type: {item!r}")


def time_of(body: dict[str, Any], name: str) -> int | None:
    """Return an instant from a body."""
    value = body.get(name)
    if value in (None, ""):
        return None
    try:
        moment = datetime.fromisoformat(value)
        return instant(moment)
    except (TypeError, ValueError) as error:
        raise bad(f"{name}: invalid google.protobuf.Timestamp value {value!r}") from error


def flag(body: dict[str, Any], name: str) -> bool:
    """Return a yes or no from a body; missing is no."""
    value = body.get(name)
    if value not in (None, True, False):
        raise bad(f"{name}: bool expected")
    return bool(value)
