"""Prices: read of all cards, sent as uploads, and what became of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Final

import structlog
from django.utils.translation import gettext_lazy as _

from core.money import round_kopecks
from marketplaces.contracts.pages import Cursor, Page
from marketplaces.contracts.prices import PriceAnswer, PriceOutcome, PriceSnapshot, PricesSent, PriceWish
from marketplaces.errors import RequestRejected, RightMissing
from marketplaces.wildberries.client import GOODS_A_PAGE, WildberriesClient
from marketplaces.wildberries.mapping import HOLD_REASON, held_prices, price_snapshots
from marketplaces.wildberries.price_rules import Terms, by_card, terms_of
from marketplaces.wildberries.refusals import AlreadySet
from marketplaces.wildberries.schemas import UploadedGood

log = structlog.get_logger(__name__)

CANCELLED: Final = 4
WORKED_THROUGH: Final = frozenset({3, 5, 6})
_ITEM_FAILED: Final = 3
_QUARANTINE: Final = ("quarantine", "карантин")
_REASON: Final = 300
SIZES_DIFFER: Final = "sizes_differ"
BROKEN_RULE: Final = "broken_rule"


def pull_prices(client: WildberriesClient, *, cursor: Cursor, now: datetime) -> Iterator[Page[PriceSnapshot]]:
    """Pages of 1000 cards until an empty one; a finished pull leaves an empty cursor.

    The prices that are held back are read first and kept in the cursor: to a base token every list is worth a turn of
    a quarter of an hour, and one run after the other reads one list.
    """
    done = 0
    if "held" not in cursor:
        cursor = {"offset": 0, "held": {key: str(price) for key, price in _held(client).items()}}
        yield Page(snapshots=(), cursor=cursor, observed_at=now, done=done)
    held = {key: Decimal(price) for key, price in cursor["held"].items()}
    offset = cursor["offset"]
    while True:
        rows = client.goods(offset=offset)
        goods = rows.page.data.listGoods
        seen = len(goods) + len(rows.rejected)
        if not seen:
            break
        offset += seen
        done += seen
        yield Page(
            snapshots=tuple(one for good in goods for one in price_snapshots(good, held)),
            rejected=rows.rejected,
            cursor={"offset": offset, "held": cursor["held"]},
            observed_at=rows.sent_at,
            done=done,
        )
    yield Page(snapshots=(), cursor={}, observed_at=now, done=done, total=done, is_last=True)


def send_prices(client: WildberriesClient, wishes: Sequence[PriceWish]) -> PricesSent:
    """Send one portion, once: an item for each card. Cards whose sizes are wished different prices stay at home."""
    answers: list[PriceAnswer] = []
    goods = []
    for card_id, sizes in by_card(wishes).items():
        terms = {terms_of(wish) for wish in sizes}
        (one, *others) = terms
        if others or one is None:
            answers.extend(_not_sent(wish, is_unlike=bool(others)) for wish in sizes)
        else:
            goods.append({"nmID": int(card_id), "price": one.price, "discount": one.discount})
    if not goods:
        return PricesSent(answers=tuple(answers))
    try:
        reference = client.upload_prices(goods)
    except AlreadySet:
        # Nothing to do for them; the prices in force will tell the same.
        reference = ""
    return PricesSent(reference=reference, answers=tuple(answers))


def _not_sent(wish: PriceWish, *, is_unlike: bool) -> PriceAnswer:
    told = (
        _("All sizes of a card have one price at Wildberries: these differ.")
        if is_unlike
        else _("Wildberries cannot express this price.")
    )
    return PriceAnswer(
        external_id=wish.external_id,
        outcome=PriceOutcome.REJECTED,
        code=SIZES_DIFFER if is_unlike else BROKEN_RULE,
        reason=str(told),
    )


def read_price_answers(
    client: WildberriesClient, reference: str, wishes: Sequence[PriceWish]
) -> tuple[PriceAnswer, ...]:
    """What became of a portion: its upload's items first, then the prices in force, then those held back.

    Without a reference only what stands now decides, and what does not stand yet may still come.
    """
    items: Mapping[str, UploadedGood] = {}
    if reference:
        state = client.upload_state(reference)
        if state == CANCELLED:
            return tuple(_answer(wish, PriceOutcome.REJECTED, code="cancelled") for wish in wishes)
        if state not in WORKED_THROUGH:
            return tuple(_answer(wish, PriceOutcome.PENDING) for wish in wishes)
        items = _items(client, reference)
    failed = {nm_id: good for nm_id, good in items.items() if good.status == _ITEM_FAILED}
    in_force = _in_force(client, [wish for wish in wishes if wish.card_id not in failed])
    answers = {wish.external_id: _told(wish, failed.get(wish.card_id), in_force) for wish in wishes}
    undecided = [wish for wish in wishes if answers[wish.external_id].outcome is PriceOutcome.PENDING]
    held = _held(client) if undecided else {}
    for wish in undecided:
        price = held.get(wish.external_id, held.get(wish.card_id))
        if price is not None and price == round_kopecks(wish.price):
            answers[wish.external_id] = _answer(wish, PriceOutcome.HELD, reason=HOLD_REASON)
    return tuple(answers.values())


def _told(wish: PriceWish, failed: UploadedGood | None, in_force: Mapping[str, PriceSnapshot]) -> PriceAnswer:
    if failed is not None:
        reason = (failed.errorText or "").strip()[:_REASON]
        is_held = any(word in reason.lower() for word in _QUARANTINE)
        outcome = PriceOutcome.HELD if is_held else PriceOutcome.REJECTED
        return _answer(wish, outcome, code=str(failed.status), reason=reason)
    stands = in_force.get(wish.external_id)
    if stands is not None and _is_as_wished(stands, wish):
        return _answer(wish, PriceOutcome.CONFIRMED)
    return _answer(wish, PriceOutcome.PENDING)


def _is_as_wished(stands: PriceSnapshot, wish: PriceWish) -> bool:
    terms = terms_of(wish)
    if terms is None:
        return False
    return (stands.price, stands.old_price) == (terms.selling, _crossed_out(terms))


def _crossed_out(terms: Terms) -> Decimal | None:
    return round_kopecks(Decimal(terms.price)) if terms.discount else None


def _in_force(client: WildberriesClient, wishes: Sequence[PriceWish]) -> dict[str, PriceSnapshot]:
    """The prices that stand now, by size."""
    cards = sorted({wish.card_id for wish in wishes if wish.card_id.isdecimal()})
    return {
        one.external_id: one
        for first in range(0, len(cards), GOODS_A_PAGE)
        for good in client.goods_of(cards[first : first + GOODS_A_PAGE]).page.data.listGoods
        for one in price_snapshots(good, {})
    }


def _items(client: WildberriesClient, upload_id: str) -> dict[str, UploadedGood]:
    """The items of an upload by card."""
    found: dict[str, UploadedGood] = {}
    offset = 0
    while True:
        rows = client.uploaded_goods(upload_id, offset=offset)
        goods = rows.page.data.historyGoods if rows.page.data else []
        found.update((good.nmID, good) for good in goods)
        seen = len(goods) + len(rows.rejected)
        offset += seen
        if seen < GOODS_A_PAGE:
            return found


def _held(client: WildberriesClient) -> dict[str, Decimal]:
    """The prices that are held back; none when the token may not ask: they are not worth the prices in force."""
    found: dict[str, Decimal] = {}
    offset = 0
    try:
        while True:
            rows = client.held(offset=offset)
            found |= held_prices(rows.page.data.quarantineGoods)
            seen = len(rows.page.data.quarantineGoods) + len(rows.rejected)
            offset += seen
            if seen < GOODS_A_PAGE:
                return found
    except (RightMissing, RequestRejected) as exc:
        log.warning("reference_unreadable", model="HeldGood", error=str(exc))
        return found


def _answer(wish: PriceWish, outcome: PriceOutcome, *, code: str = "", reason: str = "") -> PriceAnswer:
    return PriceAnswer(external_id=wish.external_id, outcome=outcome, code=code, reason=reason)
