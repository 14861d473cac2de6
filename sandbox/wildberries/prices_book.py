"""Prices of cards: those of the world, those that the seller uploads, and those that are held back."""

import threading
from dataclasses import dataclass, field
from math import gcd
from typing import Any, NamedTuple

from sandbox.wildberries.ids import Card, cards_of
from sandbox.world import World
from sandbox.world.moments import DAY, SECOND
from sandbox.world.shelf import Shelf

#: An upload is worked through after so long.
WORK = 5 * SECOND
#: A price after discount that is so many times lower than before goes to quarantine.
QUARANTINE = 3
_FIRST_UPLOAD = 395_643_565
_USUAL = 50
DONE, DONE_WITH_ERRORS, FAILED = 3, 5, 6
GOOD, BAD = 2, 3
ALREADY = "The specified prices and discounts are already set"
NO_SUCH = "Invalid item No."
NO_SIZE = "Invalid size"
HELD = "The new price is several times lower than the current price. Item has been moved to Price Quarantine"


class Price(NamedTuple):
    """Roubles before the seller's discount, and the discount in per cent."""

    full: int
    discount: int

    @property
    def kopecks(self) -> int:
        """What the seller asks, in kopecks: always exact."""
        return self.full * (100 - self.discount)


@dataclass(slots=True, kw_only=True)
class Upload:
    """A call that was accepted: what was sent, and what became of it item by item once it is worked through.

    `kind` is "task" (cards), "size" or "club".
    """

    id: int
    kind: str
    sent_at: int
    items: tuple[dict[str, Any], ...]
    status: int = 0
    outcomes: list[str] = field(default_factory=list)

    @property
    def ready_at(self) -> int:
        """The instant at which the upload is worked through."""
        return self.sent_at + WORK


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A new price in quarantine; a part that was not to be changed is nothing."""

    nm_id: int
    price: int | None
    discount: int | None


class PriceBook:
    """The prices of one seller. What he sets stands until he sets another one; orders keep the prices of the world."""

    def __init__(self, world: World) -> None:
        """Start with the prices of the world."""
        self._world = world
        self._cards = cards_of(world)
        self._days: Shelf[int, dict[int, Price]] = Shelf(self._of_day, room=130)
        self._lock = threading.RLock()
        self._set: dict[int, Price] = {}
        self._club: dict[int, int] = {}
        self._held: dict[int, Held] = {}
        self._uploads: list[Upload] = []

    # ---- the world's prices -------------------------------------------------------------------------------
    def of_day(self, product: int, at: int) -> Price:
        """Return the price with which orders of an instant's day carry a product, by its place in the assortment.

        A card has one discount. Where the prices of its sizes cannot all be written with it in whole roubles, the
        world's price is rounded to the next half rouble.
        """
        return self._days.get(at // DAY)[product]

    def _of_day(self, day: int) -> dict[int, Price]:
        prices: dict[int, Price] = {}
        for card in self._cards.all:
            asked = {one.index: self._world.price_on(one, day * DAY) for one in card.sizes}
            rest = _rest(gcd(*asked.values()))
            for index, kopecks in asked.items():
                prices[index] = Price(max(1, (kopecks + rest // 2) // rest), 100 - rest)
        return prices

    # ---- as they stand ------------------------------------------------------------------------------------
    def price(self, product: int, at: int) -> Price:
        """Return the price of a product as it stands."""
        with self._lock:
            self._settle(at)
            return self._set.get(product) or self.of_day(product, at)

    def club(self, nm_id: int) -> int:
        """Return the additional discount for members of the club."""
        return self._club.get(nm_id, 0)

    def held(self, at: int) -> list[Held]:
        """Return what is in quarantine."""
        with self._lock:
            self._settle(at)
            return [self._held[nm_id] for nm_id in sorted(self._held)]

    # ---- uploads ------------------------------------------------------------------------------------------
    def upload(self, kind: str, items: list[dict[str, Any]], at: int) -> tuple[Upload, bool]:
        """Take an upload; tell whether it is the one that was sent last, which is not taken again."""
        with self._lock:
            self._settle(at)
            if self.is_last(kind, items):
                return self._uploads[-1], True
            taken = Upload(id=_FIRST_UPLOAD + len(self._uploads), kind=kind, sent_at=at, items=tuple(items))
            self._uploads.append(taken)
            return taken, False

    def is_last(self, kind: str, items: list[dict[str, Any]]) -> bool:
        """Tell whether the upload that was taken last was of the same data."""
        with self._lock:
            last = self._uploads[-1] if self._uploads else None
            if last is None or last.kind != kind:
                return False
            return _same(last.items, items)

    def changes(self, kind: str, item: dict[str, Any], at: int) -> bool:
        """Tell whether an item names goods of the seller and would change them."""
        with self._lock:
            self._settle(at)
            card = self._cards.by_nm.get(item["nmID"])
            return card is not None and not self._nothing_new(kind, item, card, at)

    def find(self, upload_id: int, at: int) -> Upload | None:
        """Return an upload by its id, worked through if it is time."""
        with self._lock:
            self._settle(at)
            return next((one for one in self._uploads if one.id == upload_id), None)

    def uploads(self) -> list[Upload]:
        """Return every upload that was taken, oldest first."""
        with self._lock:
            return list(self._uploads)

    def _settle(self, at: int) -> None:
        for upload in self._uploads:
            if not upload.status and upload.ready_at <= at:
                self._work(upload)

    def _work(self, upload: Upload) -> None:
        upload.outcomes = [self._apply(upload.kind, item, upload.ready_at) for item in upload.items]
        good = sum(text in ("", HELD) for text in upload.outcomes)
        upload.status = FAILED if not good else DONE if good == len(upload.items) else DONE_WITH_ERRORS

    def _apply(self, kind: str, item: dict[str, Any], at: int) -> str:
        card = self._cards.by_nm.get(item["nmID"])
        if card is None or card.is_trashed:
            return NO_SUCH
        if kind == "size" and not any(self._cards.chrt_id(one) == item["sizeID"] for one in card.sizes):
            return NO_SIZE
        if self._nothing_new(kind, item, card, at):
            return ALREADY
        if kind == "club":
            self._club[card.nm_id] = item["clubDiscount"]
            return ""
        wanted = self._wanted(kind, item, card, at)
        if kind == "task" and any(
            price.kopecks * QUARANTINE <= self._now(index, at).kopecks for index, price in wanted.items()
        ):
            self._held[card.nm_id] = Held(
                nm_id=card.nm_id, price=item.get("price"), discount=item.get("discount")
            )
            return HELD
        self._set |= wanted
        self._held.pop(card.nm_id, None)
        return ""

    def _now(self, product: int, at: int) -> Price:
        return self._set.get(product) or self.of_day(product, at)

    def _wanted(self, kind: str, item: dict[str, Any], card: Card, at: int) -> dict[int, Price]:
        wanted = {}
        for one in card.sizes:
            now = self._now(one.index, at)
            is_meant = kind == "task" or self._cards.chrt_id(one) == item["sizeID"]
            full = item.get("price") if is_meant else None
            discount = item.get("discount") if kind == "task" else None
            wanted[one.index] = Price(
                now.full if full is None else full, now.discount if discount is None else discount
            )
        return wanted

    def _nothing_new(self, kind: str, item: dict[str, Any], card: Card, at: int) -> bool:
        if kind == "club":
            return bool(self.club(card.nm_id) == item["clubDiscount"])
        wanted = self._wanted(kind, item, card, at)
        return all(self._now(index, at) == price for index, price in wanted.items())


def _rest(common: int) -> int:
    """Return what the discount leaves of 100: a divisor of all prices of a card in kopecks, near to one half."""
    fitting = (rest for rest in range(20, 96) if common % rest == 0)
    return min(fitting, key=lambda rest: (abs(rest - _USUAL), rest), default=_USUAL)


def _same(sent: tuple[dict[str, Any], ...], items: list[dict[str, Any]]) -> bool:
    return sorted(map(_key, sent)) == sorted(map(_key, items))


def _key(item: dict[str, Any]) -> str:
    return str(sorted(item.items()))
