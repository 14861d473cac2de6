"""A call to a method: who asks, when, and with which arguments; readers that check them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from sandbox.accounts import Account
from sandbox.world import World
from sandbox.world.moments import DAY, HOUR, day_number, instant, iso, moment
from sandbox.yandex_market.errors import bad
from sandbox.yandex_market.prices_book import PriceBook

_MOSCOW = 3 * HOUR
_LONGEST_SKU = 255


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """A seller's cabinet as the dialect sees it: key, ids, world, prices.

    `idle_id` is its second shop, whose access to the API is switched off.
    """

    account: Account
    world: World
    business_id: int
    campaign_id: int
    idle_id: int
    prices: PriceBook

    @property
    def is_medium(self) -> bool:
        """Whether the cabinet has the subscription with the wider limits."""
        return self.account.subscription == "MEDIUM"


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request after its key was accepted. `target` is the number in the path, `chance` feeds the faults."""

    shop: Shop
    at: int
    path: str
    target: int
    body: dict[str, Any]
    query: Mapping[str, list[str]]
    base_url: str
    fault: str | None = None
    chance: float = 0.0

    @property
    def world(self) -> World:
        """The world of the seller who asks."""
        return self.shop.world

    @property
    def seen_at(self) -> int:
        """The instant whose state the answer tells: an older one if the call is to be stale."""
        return self.at - int((0.2 + 2 * self.chance) * DAY) if self.fault == "stale" else self.at

    def asked(self, name: str) -> str:
        """Return the last value of a query parameter, empty when it was not sent."""
        values = self.query.get(name)
        return values[-1] if values else ""


def limit_of(call: Call, *, default: int, most: int, is_cut: bool = False) -> int:
    """Return the page size that a call asks for; some methods cut a larger one without a word."""
    text = call.asked("limit")
    if not text:
        return default
    if not (text.isascii() and text.isdigit()) or int(text) < 1 or len(text) > 9:
        raise bad("limit: must be greater than or equal to 1", code="INVALID_QUERY_PARAMETER")
    limit = int(text)
    if limit > most and not is_cut:
        raise bad(f"limit: must be less than or equal to {most}", code="INVALID_QUERY_PARAMETER")
    return min(limit, most)


def strings(body: Mapping[str, Any], name: str, *, most: int) -> list[str] | None:
    """Return a list of strings of a body, nothing when it is missing; neither empty nor with repetitions."""
    value = body.get(name)
    if value is None:
        return None
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise bad(f"{name}: array of strings expected")
    _count(value, name, most=most)
    return [item.strip() for item in value]


def offers_of(body: Mapping[str, Any], name: str, *, most: int) -> list[str] | None:
    """Return a list of the seller's SKUs, nothing when it is missing."""
    offers = strings(body, name, most=most)
    for offer in offers or ():
        if not 1 <= len(offer) <= _LONGEST_SKU:
            raise bad(f"{name}: size must be between 1 and {_LONGEST_SKU}", code="INVALID_SHOP_SKU")
    return offers


def integers(body: Mapping[str, Any], name: str, *, most: int) -> list[int] | None:
    """Return a list of whole numbers of a body, nothing when it is missing."""
    value = body.get(name)
    if value is None:
        return None
    if not isinstance(value, list) or not all(type(item) is int for item in value):
        raise bad(f"{name}: array of integers expected")
    _count(value, name, most=most)
    return value


def _count(value: list[Any], name: str, *, most: int) -> None:
    if not 1 <= len(value) <= most:
        raise bad(f"{name}: size must be between 1 and {most}")
    if len(set(value)) != len(value):
        raise bad(f"{name}: must only contain unique elements")


def flag(body: Mapping[str, Any], name: str) -> bool | None:
    """Return a yes or no of a body, nothing when it is missing."""
    value = body.get(name)
    if value is not None and not isinstance(value, bool):
        raise bad(f"{name}: boolean expected")
    return value


def section(body: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Return an object inside a body; a missing one is empty."""
    value = body.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise bad(f"{name}: object expected")
    return value


def day_of(body: Mapping[str, Any], name: str) -> int | None:
    """Return the instant at which a day of Moscow begins."""
    value = body.get(name)
    if value is None:
        return None
    try:
        return day_number(date.fromisoformat(value)) * DAY - _MOSCOW
    except (TypeError, ValueError) as error:
        raise bad(f"{name}: date expected, YYYY-MM-DD") from error


def time_of(body: Mapping[str, Any], name: str) -> int | None:
    """Return an instant, which must carry its offset."""
    value = body.get(name)
    if value is None:
        return None
    try:
        return instant(datetime.fromisoformat(value))
    except (TypeError, ValueError) as error:
        raise bad(f"{name}: date-time with an offset expected, ISO 8601") from error


def moscow(at: int) -> str:
    """Write an instant in Moscow's time with its offset."""
    return iso(at + _MOSCOW).removesuffix("Z") + "+03:00"


def local(at: int, zone: str) -> str:
    """Write an instant in the time of a zone with its offset."""
    return moment(at).astimezone(_zone(zone)).isoformat()


@lru_cache(maxsize=32)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def moscow_day(at: int) -> str:
    """Write the day of Moscow to which an instant belongs."""
    return iso(at + _MOSCOW)[:10]


def moscow_midnight(at: int) -> int:
    """Return the instant at which the day of Moscow of an instant begins."""
    return (at + _MOSCOW) // DAY * DAY - _MOSCOW


def money(kopecks: int) -> int | float:
    """Write kopecks as roubles: whole ones as whole numbers."""
    return kopecks // 100 if kopecks % 100 == 0 else kopecks / 100


def price(kopecks: int) -> dict[str, Any]:
    """Write an amount with their code of the rouble."""
    return {"value": money(kopecks), "currencyId": "RUR"}
