"""Marketplaces that take prices and do with them what a test tells them; each upload is remembered."""

from __future__ import annotations

from abc import ABC
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, ClassVar

from django.utils import timezone
from pydantic import BaseModel, SecretStr

from marketplaces.adapter import FetchesPrices, MarketplaceAdapter, SetsPrices
from marketplaces.contracts.accounts import AccountCheck
from marketplaces.contracts.pages import Cursor, Page
from marketplaces.contracts.prices import (
    PriceAnswer,
    PriceOutcome,
    PriceProblem,
    PriceSnapshot,
    PricesSent,
    PriceWish,
)
from marketplaces.ratelimit import Limit

PORTION = 400


def _nothing(*_about: Any) -> None:
    """Nothing happens."""


@dataclass
class Market:
    """What one marketplace holds and how it behaves. `before_send`, `after_send` and `before_read` may raise."""

    shelf: dict[str, Decimal] = field(default_factory=dict)
    uploads: list[list[str]] = field(default_factory=list)
    rejects: dict[str, str] = field(default_factory=dict)
    holds: set[str] = field(default_factory=set)
    silent: set[str] = field(default_factory=set)
    before_send: Callable[[], None] = _nothing
    after_send: Callable[[], None] = _nothing
    before_read: Callable[[], None] = _nothing
    references: list[str] = field(default_factory=list)

    def take(self, wishes: Sequence[PriceWish]) -> str:
        """Take an upload: what becomes of it is seen by reading back."""
        self.uploads.append([one.external_id for one in wishes])
        for one in wishes:
            if one.external_id not in {*self.rejects, *self.holds, *self.silent}:
                self.shelf[one.external_id] = one.price
        return f"task-{len(self.uploads)}"

    @property
    def items(self) -> list[str]:
        """Every item of every upload."""
        return [item for upload in self.uploads for item in upload]


MARKETS: dict[str, Market] = {}


def open_markets() -> dict[str, Market]:
    """Start anew."""
    MARKETS.clear()
    MARKETS.update({code: Market() for code in ("alpha", "beta", "gamma")})
    return MARKETS


class Key(BaseModel):
    shop: str
    key: SecretStr


class _Fake(FetchesPrices, SetsPrices, MarketplaceAdapter, ABC):
    credentials_class = Key
    limits: ClassVar[Mapping[str, Limit]] = {"": Limit(requests=1000)}
    capabilities = ()
    base_url = "http://fake.test"

    @property
    def market(self) -> Market:
        return MARKETS[self.code]

    def check(self) -> AccountCheck:
        return AccountCheck(seller_external_id="77")

    @classmethod
    def external_id(cls, credentials: BaseModel) -> str:
        return credentials.shop  # type: ignore[attr-defined]

    @classmethod
    def headers(cls, credentials: BaseModel) -> Mapping[str, str]:
        return {}

    def fetch_prices(self, *, cursor: Cursor) -> Iterator[Page[PriceSnapshot]]:
        yield Page(
            snapshots=tuple(
                PriceSnapshot(external_id=key, price=price) for key, price in self.market.shelf.items()
            ),
            observed_at=timezone.now(),
            is_last=True,
        )

    @classmethod
    def price_problems(cls, wish: PriceWish) -> tuple[PriceProblem, ...]:
        if wish.price > 100_000:
            return (PriceProblem(code="too_dear", text="too dear", is_fatal=True),)
        if wish.was_price and wish.price * 3 < wish.was_price:
            return (PriceProblem(code="quarantine", text="may be held", is_fatal=False),)
        return ()

    @classmethod
    def price_portions(cls, wishes: Sequence[PriceWish]) -> list[tuple[PriceWish, ...]]:
        return [tuple(wishes[first : first + PORTION]) for first in range(0, len(wishes), PORTION)]

    def send_prices(self, wishes: Sequence[PriceWish]) -> PricesSent:
        self.market.before_send()
        reference = self.market.take(wishes)
        self.market.after_send()
        return PricesSent(reference=reference)

    def read_price_answers(self, reference: str, wishes: Sequence[PriceWish]) -> tuple[PriceAnswer, ...]:
        self.market.before_read()
        self.market.references.append(reference)
        return tuple(self._answer(one) for one in wishes)

    def _answer(self, wish: PriceWish) -> PriceAnswer:
        item, market = wish.external_id, self.market
        if item in market.rejects:
            return PriceAnswer(
                external_id=item,
                outcome=PriceOutcome.REJECTED,
                code=market.rejects[item],
                reason=f"rejected: {market.rejects[item]}",
            )
        if item in market.holds:
            return PriceAnswer(external_id=item, outcome=PriceOutcome.HELD, reason="three times cheaper")
        stands = market.shelf.get(item) == wish.price
        return PriceAnswer(
            external_id=item, outcome=PriceOutcome.CONFIRMED if stands else PriceOutcome.PENDING
        )


class Alpha(_Fake):
    code = "alpha"
    title = "Alpha"


class Beta(_Fake):
    """Its sizes share a price: an upload names a card once, by its first size."""

    code = "beta"
    title = "Beta"
    prices_cards = True

    @classmethod
    def price_portions(cls, wishes: Sequence[PriceWish]) -> list[tuple[PriceWish, ...]]:
        cards = list({one.card_id or one.external_id: one for one in wishes}.values())
        return super().price_portions(cards)

    def _answer(self, wish: PriceWish) -> PriceAnswer:
        answer = super()._answer(wish)
        if (
            answer.outcome is PriceOutcome.PENDING
            and wish.price in self.market.shelf.values()
            and wish.card_id
        ):
            return PriceAnswer(external_id=wish.external_id, outcome=PriceOutcome.CONFIRMED)
        return answer


class Gamma(_Fake):
    code = "gamma"
    title = "Gamma"


class Mute(MarketplaceAdapter):
    """Takes no prices."""

    code = "mute"
    title = "Mute"
    credentials_class = Key
    limits: ClassVar[Mapping[str, Limit]] = {"": Limit(requests=1000)}
    capabilities = ()
    base_url = "http://fake.test"

    def check(self) -> AccountCheck:
        return AccountCheck(seller_external_id="77")

    @classmethod
    def external_id(cls, credentials: BaseModel) -> str:
        return "77"

    @classmethod
    def headers(cls, credentials: BaseModel) -> Mapping[str, str]:
        return {}
