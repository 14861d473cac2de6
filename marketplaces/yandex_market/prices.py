"""Prices for all shops of the cabinet: pulling, the rules before sending, sending, reading back.

There is no task: an accepted change acts within minutes, or lands in the quarantine.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from marketplaces.contracts.pages import Cursor, Page
from marketplaces.contracts.prices import (
    PriceAnswer,
    PriceOutcome,
    PriceProblem,
    PriceSnapshot,
    PriceWish,
)
from marketplaces.errors import CursorRejected, RateLimited, TemporaryError, UnexpectedResponse
from marketplaces.yandex_market.client import (
    MOST_BEGINNINGS,
    PRICES_NAMED,
    Rows,
    YandexMarketClient,
    believed,
    next_token,
)
from marketplaces.yandex_market.mapping import held_price, hold_reason, price_snapshot
from marketplaces.yandex_market.schemas import HeldOffer, PricesPage

_LEAST_DISCOUNT: Final = Decimal("0.05")
_LARGEST_DISCOUNT: Final = Decimal("0.99")
# They do not say how strong a change must be to be held; half of the price always was.
_STRONG_CHANGE: Final = Decimal("0.5")
_MOST: Final = Decimal(100_000_000)
_CODE: Final = 100
_TRY_AGAIN: Final = timedelta(seconds=30)
# Their code of roubles.
_ROUBLES: Final = "RUR"


# ---- reading ----------------------------------------------------------------------------------------------
def pull_prices(
    client: YandexMarketClient, *, cursor: Cursor, now: datetime
) -> Iterator[Page[PriceSnapshot]]:
    """Pages of 500 prices, each with what the quarantine holds; a finished pull leaves an empty cursor.

    Limits count offers: between pages of a large assortment the run ends and goes on from the cursor.
    """
    token = cursor.get("token", "")
    held = _all_held(client)
    tokens = {token}
    done = beginnings = 0
    while True:
        try:
            rows = believed(
                partial(client.prices, token=token),
                lambda got: not got.page.result.offers and not got.rejected,
            )
        except CursorRejected:
            beginnings += 1
            if not token or beginnings == MOST_BEGINNINGS:
                raise
            token, tokens = "", {""}
            continue
        token = next_token(rows.page.result)
        is_end = token in {"", *tokens}
        tokens.add(token)
        done += len(rows.page.result.offers) + len(rows.rejected)
        yield _page(rows, held, cursor={} if is_end else {"token": token}, done=done)
        if is_end:
            break
    yield Page(snapshots=(), cursor={}, observed_at=now, done=done, total=done, is_last=True)


def _page(
    rows: Rows[PricesPage], held: dict[str, HeldOffer], *, cursor: Cursor, done: int
) -> Page[PriceSnapshot]:
    snapshots = (price_snapshot(row, held.get(row.offerId)) for row in rows.page.result.offers)
    return Page(
        snapshots=tuple({one.external_id: one for one in snapshots}.values()),
        rejected=rows.rejected,
        cursor=cursor,
        observed_at=rows.sent_at,
        done=done,
    )


def _all_held(client: YandexMarketClient) -> dict[str, HeldOffer]:
    """What the quarantine holds, by SKU. It is short: read at the beginning of every run."""
    found: dict[str, HeldOffer] = {}
    token = ""
    tokens = {token}
    while True:
        rows = client.held(token=token)
        found.update((one.offerId, one) for one in rows.page.result.offers)
        token = next_token(rows.page.result)
        if token in {"", *tokens}:
            return found
        tokens.add(token)


# ---- rules ------------------------------------------------------------------------------------------------
def price_problems(wish: PriceWish) -> tuple[PriceProblem, ...]:
    """What Market says against the wish: a price above zero, a whole crossed-out one with a discount of 5–99 %."""
    problems = [] if wish.old_price is None else _discount_problems(wish.price, wish.old_price)
    if not 0 < wish.price <= _MOST:
        problems.append(_fatal("price_range", _("The price must be above zero and at most 100 million.")))
    if wish.min_price is not None:
        problems.append(_fatal("no_min_price", _("Yandex Market has no lowest price: leave it empty.")))
    if wish.currency != "RUB":
        problems.append(_fatal("currency", _("Yandex Market takes prices in roubles only.")))
    if wish.was_price and abs(wish.price - wish.was_price) > wish.was_price * _STRONG_CHANGE:
        problems.append(
            PriceProblem(
                code="strong_change",
                text=_("The price changes by more than half: Market is likely to hold it in quarantine."),
                is_fatal=False,
            )
        )
    return tuple(problems)


def _discount_problems(price: Decimal, old_price: Decimal) -> list[PriceProblem]:
    if old_price <= 0 or old_price != old_price.to_integral_value():
        return [_fatal("old_price_whole", _("The price before the discount must be whole roubles."))]
    discount = 1 - price / old_price
    if not _LEAST_DISCOUNT <= discount <= _LARGEST_DISCOUNT:
        return [_fatal("discount_range", _("The discount must be from 5 to 99 percent."))]
    return []


def _fatal(code: str, text: Any) -> PriceProblem:
    return PriceProblem(code=code, text=text, is_fatal=True)


# ---- sending ----------------------------------------------------------------------------------------------
def price_portions(wishes: Sequence[PriceWish]) -> list[tuple[PriceWish, ...]]:
    """200 offers a request: 500 may be sent, but only so many can be read before and after in one request."""
    return [tuple(wishes[first : first + PRICES_NAMED]) for first in range(0, len(wishes), PRICES_NAMED)]


def send_prices(client: YandexMarketClient, wishes: Sequence[PriceWish]) -> None:
    """Send one portion, once; all of it is taken or nothing.

    What is left out is erased, and `minimumForBestseller` is not ours to erase: it is read first and sent along.
    Raises RateLimited, as if it were too early, when it cannot be read: nothing was sent then.
    """
    kept = _bounds(client, [wish.external_id for wish in wishes])
    client.set_prices([_offer(wish, kept.get(wish.external_id)) for wish in wishes])


def _bounds(client: YandexMarketClient, offer_ids: Sequence[str]) -> dict[str, Decimal]:
    try:
        rows = client.prices_named(offer_ids)
    except RateLimited:
        raise
    except (TemporaryError, UnexpectedResponse) as exc:
        raise RateLimited(f"nothing was sent: {exc}", retry_after=_TRY_AGAIN) from exc
    return {
        row.offerId: row.price.minimumForBestseller
        for row in rows.page.result.offers
        if row.price and row.price.minimumForBestseller
    }


def _offer(wish: PriceWish, least: Decimal | None) -> dict[str, Any]:
    price: dict[str, Any] = {"value": _number(wish.price), "currencyId": _ROUBLES}
    if wish.old_price is not None:
        price["discountBase"] = _number(wish.old_price)
    if least is not None:
        price["minimumForBestseller"] = _number(least)
    return {"offerId": wish.external_id, "price": price}


def _number(value: Decimal) -> int | float:
    """A JSON number: kopecks of such amounts survive a float of 53 bits."""
    return int(value) if value == value.to_integral_value() else float(value)


# ---- reading back -----------------------------------------------------------------------------------------
def read_price_answers(client: YandexMarketClient, wishes: Sequence[PriceWish]) -> tuple[PriceAnswer, ...]:
    """What became of the wishes: the price in force, held back, or not there yet.

    The list of prices names a held price too, so the quarantine is asked after it: a price that is told and not
    held a moment later is in force.
    """
    answers: list[PriceAnswer] = []
    for portion in price_portions(wishes):
        ids = [wish.external_id for wish in portion]
        told = {row.offerId: price_snapshot(row, None) for row in client.prices_named(ids).page.result.offers}
        held = {row.offerId: row for row in client.held_named(ids).page.result.offers}
        answers += [_answer(wish, told.get(wish.external_id), held.get(wish.external_id)) for wish in portion]
    return tuple(answers)


def _answer(wish: PriceWish, told: PriceSnapshot | None, held: HeldOffer | None) -> PriceAnswer:
    if held is not None and held_price(held) in (None, wish.price):
        code = ",".join(dict.fromkeys(one.type for one in held.verdicts if one.type))
        return PriceAnswer(
            external_id=wish.external_id,
            outcome=PriceOutcome.HELD,
            code=code[:_CODE],
            reason=hold_reason(held),
        )
    is_there = held is None and told is not None and told.price == wish.price
    is_there = is_there and told is not None and told.old_price == wish.old_price
    outcome = PriceOutcome.CONFIRMED if is_there else PriceOutcome.PENDING
    return PriceAnswer(external_id=wish.external_id, outcome=outcome)
