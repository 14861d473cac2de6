"""Wildberries' rules for prices: whole roubles and a whole percent, one price for all sizes of a card."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from django.utils.translation import gettext_lazy as _

from core.money import round_kopecks
from marketplaces.contracts.prices import PriceProblem, PriceWish
from marketplaces.wildberries.mapping import discounted

CARDS_A_PORTION: Final = 1000
MOST_DISCOUNT: Final = 99
# A new price this many times lower is held back. Since 16 September 2026 they reckon otherwise and do not publish
# how: the old rule stands in as a warning.
HELD_BELOW: Final = 3

_ONE: Final = Decimal(1)
_HUNDRED: Final = Decimal(100)


@dataclass(frozen=True, slots=True)
class Terms:
    """What is sent for a card: the price before discount in whole roubles, and the percent."""

    price: int
    discount: int

    @property
    def selling(self) -> Decimal:
        """The price after the discount."""
        return round_kopecks(discounted(Decimal(self.price), Decimal(self.discount)))


def terms_of(wish: PriceWish) -> Terms | None:
    """The terms that give exactly the wished prices; None when there are none."""
    base = wish.price if wish.old_price is None else wish.old_price
    if base <= 0 or wish.price <= 0 or wish.price > base or base != base.to_integral_value():
        return None
    terms = Terms(int(base), _discount(wish.price, base))
    is_exact = terms.discount <= MOST_DISCOUNT and terms.selling == round_kopecks(wish.price)
    return terms if is_exact else None


def problems_of(wish: PriceWish) -> tuple[PriceProblem, ...]:
    """What their rules say against a wish, before anything is sent."""
    found = []
    if not wish.card_id.isascii() or not wish.card_id.isdecimal():
        found.append(_fatal("no_card", _("The listing's card is not known yet: read the products again.")))
    if wish.price <= 0:
        found.append(_fatal("not_positive", _("The price must be more than zero.")))
    elif terms_of(wish) is None:
        found.append(_inexpressible(wish))
    elif wish.was_price and wish.price * HELD_BELOW <= wish.was_price:
        text = _(
            "The price is at least %(times)s times lower than now: Wildberries is likely to hold it back."
        ) % {"times": HELD_BELOW}
        found.append(PriceProblem(code="quarantine", text=text, is_fatal=False))
    if wish.min_price is not None and wish.min_price != wish.was_min_price:
        no_min = _("Wildberries keeps no lowest price: it is not sent.")
        found.append(PriceProblem(code="no_min_price", text=no_min, is_fatal=False))
    return tuple(found)


def portions_of(wishes: Sequence[PriceWish]) -> list[tuple[PriceWish, ...]]:
    """The wishes as they are sent: 1000 cards at most, all sizes of a card together."""
    cards = list(by_card(wishes).values())
    return [
        tuple(wish for card in cards[first : first + CARDS_A_PORTION] for wish in card)
        for first in range(0, len(cards), CARDS_A_PORTION)
    ]


def by_card(wishes: Iterable[PriceWish]) -> dict[str, list[PriceWish]]:
    """The wishes of each card."""
    cards: dict[str, list[PriceWish]] = {}
    for wish in wishes:
        cards.setdefault(wish.card_id or wish.external_id, []).append(wish)
    return cards


def _inexpressible(wish: PriceWish) -> PriceProblem:
    base = wish.price if wish.old_price is None else wish.old_price
    if base != base.to_integral_value():
        whole = base.quantize(_ONE, rounding=ROUND_HALF_UP)
        text = _("Wildberries takes whole roubles only: the nearest is %(price)s.") % {
            "price": max(whole, _ONE)
        }
        return _fatal("not_whole", text)
    if wish.price > base:
        return _fatal("old_price_too_low", _("The crossed out price must not be below the price."))
    nearest = sorted(
        (Terms(int(base), percent).selling for percent in _percents(wish.price, base)),
        key=lambda price: abs(price - wish.price),
    )
    text = _(
        "Wildberries takes whole percents of discount only: from %(old)s the nearest prices are %(prices)s."
    ) % {"old": base.quantize(_ONE), "prices": ", ".join(str(price) for price in nearest[:2])}
    return _fatal("discount_not_whole", text)


def _percents(price: Decimal, base: Decimal) -> list[int]:
    middle = _discount(price, base)
    return sorted({min(max(one, 0), MOST_DISCOUNT) for one in (middle - 1, middle, middle + 1)})


def _discount(price: Decimal, base: Decimal) -> int:
    share = (_ONE - price / base) * _HUNDRED
    return int(share.quantize(_ONE, rounding=ROUND_HALF_UP))


def _fatal(code: str, text: object) -> PriceProblem:
    return PriceProblem(code=code, text=text, is_fatal=True)  # type: ignore[arg-type]
