"""Prices of Ozon: read page by page, checked by its rules, sent once, and read back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext_lazy as _

from core.money import currency_code, round_kopecks
from marketplaces.contracts.pages import Cursor, Page
from marketplaces.contracts.prices import (
    PriceAnswer,
    PriceOutcome,
    PriceProblem,
    PriceSnapshot,
    PricesSent,
    PriceWish,
)
from marketplaces.ozon.client import PRICES_A_PAGE, OzonClient, Rows
from marketplaces.ozon.products import ALL_BUT_ARCHIVE, ARCHIVE
from marketplaces.ozon.schemas import PricePage, PriceResult, PriceRow

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

PRICES_AT_ONCE: Final = 1000
# The least gap between the price and the price before the discount, by the price; and the largest discount.
_CHEAP: Final = Decimal(400)
_DEAR: Final = Decimal(10_000)
_CHEAP_GAP: Final = Decimal(20)
_DEAR_GAP: Final = Decimal(500)
_USUAL_SHARE: Final = Decimal("0.05")
_LARGEST_SHARE: Final = Decimal("0.9")
_CODE: Final = 100
_REASON: Final = 500


# ---- read -------------------------------------------------------------------------------------------------
def pull_prices(client: OzonClient, *, cursor: Cursor, now: datetime) -> Iterator[Page[PriceSnapshot]]:
    """Pages of all prices, the archive last; a finished pull leaves an empty cursor, so the next begins anew."""
    begun = cursor.get("visibility", ALL_BUT_ARCHIVE)
    done = 0
    for visibility in (ALL_BUT_ARCHIVE, ARCHIVE) if begun == ALL_BUT_ARCHIVE else (ARCHIVE,):
        place = str(cursor.get("cursor", "")) if visibility == begun else ""
        seen = {place}
        while True:
            rows = client.prices(visibility=visibility, cursor=place)
            place = rows.page.cursor or ""
            is_end = place in {"", *seen} or not (rows.page.items or rows.rejected)
            seen.add(place)
            done += len(rows.page.items) + len(rows.rejected)
            yield _page(rows, done=done, cursor=_place(visibility, place, is_end=is_end))
            if is_end:
                break
    yield Page(snapshots=(), cursor={}, observed_at=now, done=done, total=done, is_last=True)


def _place(visibility: str, place: str, *, is_end: bool) -> Cursor:
    return {"visibility": ARCHIVE} if is_end else {"visibility": visibility, "cursor": place}


def _page(rows: Rows[PricePage], *, done: int, cursor: Cursor) -> Page[PriceSnapshot]:
    return Page(
        snapshots=tuple(price_snapshot(row) for row in rows.page.items),
        rejected=rows.rejected,
        cursor=cursor,
        observed_at=rows.sent_at,
        done=done,
    )


def price_snapshot(row: PriceRow) -> PriceSnapshot:
    """The seller's own prices; what buyers pay after Ozon's discounts is not in them."""
    return PriceSnapshot(
        external_id=row.product_id,
        price=_amount(row.price.price),
        old_price=_amount(row.price.old_price),
        min_price=_amount(row.price.min_price),
        currency=currency_code(row.price.currency_code or None),
    )


def _amount(value: Decimal | str | None) -> Decimal | None:
    """An amount; their zero and their empty text mean that none is set."""
    return round_kopecks(value) if isinstance(value, Decimal) and value else None


# ---- checked ----------------------------------------------------------------------------------------------
def price_problems(wish: PriceWish) -> tuple[PriceProblem, ...]:
    """The rules for a price before the discount; a lowest price above the price is only warned of."""
    problems = [] if wish.old_price is None else _gap_problems(wish.price, wish.old_price)
    if wish.price <= 0:
        problems.append(_fatal("price_negative", _("The price must be above zero.")))
    if wish.min_price is not None and wish.min_price > wish.price:
        problems.append(
            PriceProblem(
                code="min_price_above_price",
                text=_("The lowest price is above the price."),
                is_fatal=False,
            )
        )
    return tuple(problems)


def _gap_problems(price: Decimal, old_price: Decimal) -> list[PriceProblem]:
    gap = old_price - price
    if gap >= old_price * _LARGEST_SHARE:
        return [_fatal("discount_too_big", _("The discount must be less than 90 %."))]
    if price < _CHEAP:
        text = _("Below 400 ₽ the price before the discount must be at least 20 ₽ higher.")
        return [] if gap >= _CHEAP_GAP else [_fatal("discount_for_low_price_is_too_small", text)]
    if price <= _DEAR:
        text = _("From 400 to 10 000 ₽ the discount must be at least 5 %.")
        is_wide = gap >= old_price * _USUAL_SHARE
        return [] if is_wide else [_fatal("discount_for_average_price_is_too_small", text)]
    text = _("Above 10 000 ₽ the price before the discount must be at least 500 ₽ higher.")
    return [] if gap >= _DEAR_GAP else [_fatal("discount_for_top_price_is_too_small", text)]


def _fatal(code: str, text: StrOrPromise) -> PriceProblem:
    return PriceProblem(code=code, text=text, is_fatal=True)


# ---- sent and read back -----------------------------------------------------------------------------------
def price_portions(wishes: Sequence[PriceWish]) -> list[tuple[PriceWish, ...]]:
    """A thousand prices a request."""
    return [tuple(wishes[first : first + PRICES_AT_ONCE]) for first in range(0, len(wishes), PRICES_AT_ONCE)]


def send_prices(client: OzonClient, wishes: Sequence[PriceWish]) -> PricesSent:
    """Send a portion. Items that are refused are decided at once; what was taken is confirmed by reading back."""
    answer = client.import_prices([_row(wish) for wish in wishes])
    known = {wish.external_id for wish in wishes}
    by_article = {wish.seller_sku: wish.external_id for wish in wishes}
    told = [(_item(one, known, by_article), one) for one in answer.result]
    return PricesSent(answers=tuple(_answer(item, one) for item, one in told if item))


def _row(wish: PriceWish) -> Mapping[str, str]:
    return {
        "product_id": wish.external_id,
        "price": f"{wish.price:.2f}",
        # Nought takes a price away.
        "old_price": f"{wish.old_price:.2f}" if wish.old_price else "0",
        "min_price": f"{wish.min_price:.2f}" if wish.min_price else "0",
        "currency_code": wish.currency,
        # Whether Ozon may add the item to its actions is not ours to change.
        "auto_action_enabled": "UNKNOWN",
        "price_strategy_enabled": "UNKNOWN",
    }


def _item(one: PriceResult, known: set[str], by_article: Mapping[str, str]) -> str:
    product_id = one.product_id or ""
    return product_id if product_id in known else by_article.get(one.offer_id or "", "")


def _answer(item: str, one: PriceResult) -> PriceAnswer:
    if one.updated or (one.updated is None and not one.errors):
        return PriceAnswer(external_id=item, outcome=PriceOutcome.PENDING)
    reasons = [error.message or error.code or "" for error in one.errors]
    code = next((error.code for error in one.errors if error.code), "")
    return PriceAnswer(
        external_id=item,
        outcome=PriceOutcome.REJECTED,
        code=code[:_CODE],
        reason="; ".join(filter(None, reasons))[:_REASON] or code,
    )


def read_price_answers(client: OzonClient, wishes: Sequence[PriceWish]) -> tuple[PriceAnswer, ...]:
    """Whether the prices stand. Ozon has no task of an upload to ask for."""
    answers: list[PriceAnswer] = []
    for first in range(0, len(wishes), PRICES_A_PAGE):
        portion = wishes[first : first + PRICES_A_PAGE]
        rows = client.prices_of([wish.external_id for wish in portion])
        now = {row.product_id: price_snapshot(row) for row in rows.page.items}
        answers += [_standing(wish, now.get(wish.external_id)) for wish in portion]
    return tuple(answers)


def _standing(wish: PriceWish, now: PriceSnapshot | None) -> PriceAnswer:
    wanted = (wish.price, wish.old_price or None, wish.min_price or None)
    stands = now is not None and (now.price, now.old_price, now.min_price) == wanted
    return PriceAnswer(
        external_id=wish.external_id,
        outcome=PriceOutcome.CONFIRMED if stands else PriceOutcome.PENDING,
    )
