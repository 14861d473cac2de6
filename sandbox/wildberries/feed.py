"""The order feed: every thing ordered, by the time of its status, newest first."""

from datetime import datetime
from typing import Any

from sandbox.wildberries.calls import Call, Words
from sandbox.wildberries.errors import short
from sandbox.wildberries.order_book import Entry, standing
from sandbox.wildberries.paging import window
from sandbox.wildberries.returns import is_defective
from sandbox.wildberries.words import BRAND, PLACES, UNKNOWN_STATUS, WAREHOUSE, moscow, utc
from sandbox.world.moments import DAY, SECOND, instant
from sandbox.world.orders import Reason, Step
from sandbox.world.units import Unit, srid

_WORDS = Words(lambda call, text: short(text, at=call.now))
_MOST, _USUAL = 10_000, 50
_LONGEST = 31 * DAY
_CANCELS = {
    Reason.CHANGED_MIND: "app",
    Reason.CHEAPER: "app",
    Reason.LONG_WAIT: "app",
    Reason.REFUSED: "receipt",
    Reason.NOT_COLLECTED: "expire",
}


def order_feed(call: Call) -> dict[str, Any]:
    """Answer `/api/analytics/v1/order-feed`.

    A page shows what was true at `snapshotTime`; without it every page shows what is true now, so rows move.
    """
    paging = _WORDS.section(call, call.body, "pagination")
    offset = _WORDS.integer(call, paging, "offset", default=0, most=10**9)
    limit = _WORDS.integer(call, paging, "limit", default=_USUAL, most=_MOST, least=1)
    at = call.seen_at // SECOND * SECOND
    if paging.get("snapshotTime") is not None and call.fault != "shifting_page":
        at = min(at, _time(call, paging, "snapshotTime") // SECOND * SECOND)
    period = _WORDS.section(call, call.body, "selectedPeriod")
    since, until = _time(call, period, "start"), call.at
    if period.get("end") is not None:
        until = _time(call, period, "end")
    if since > until:
        raise _WORDS.bad(call, "selectedPeriod: start is later than end")
    if since < call.at - _LONGEST - SECOND:
        raise _WORDS.bad(call, "selectedPeriod: start is earlier than 31 days ago")
    found = call.shop.book.feed(at, since=since, until=min(until, at))
    rows = window(call, _asked(call, found), offset=offset, limit=limit)
    orders = [_row(call, call.shop.book.unit(code), at) for _, code in rows]
    if call.fault == "unknown_status" and orders:
        orders[int(call.chance * len(orders))]["status"] = UNKNOWN_STATUS
    return {"data": {"snapshotTime": utc(at), "currency": "RUB", "orders": orders}}


def _time(call: Call, section: dict[str, Any], name: str) -> int:
    try:
        return instant(datetime.fromisoformat(section[name]))
    except (KeyError, TypeError, ValueError) as error:
        raise _WORDS.bad(call, f"{name}: date-time expected, RFC3339") from error


def _asked(call: Call, found: list[Entry]) -> list[Entry]:
    """Leave the orders of the cards, subjects, brands and tags that a call asks for; all of them when of none."""
    cards = set(_WORDS.integers(call, call.body, "nmIds", most=1000))
    subjects = set(_WORDS.integers(call, call.body, "subjectIds", most=50))
    brands = _WORDS.strings(call, call.body, "brandNames", most=50)
    tags = _WORDS.integers(call, call.body, "tagIds", most=50)
    if tags or (brands and BRAND not in brands):
        return []
    if not cards and not subjects:
        return found
    wanted = {
        product.index
        for card in call.shop.cards.all
        for product in card.sizes
        if (not cards or card.nm_id in cards) and (not subjects or product.family.kind in subjects)
    }
    return [entry for entry in found if call.shop.book.unit(entry[1]).line.product in wanted]


def _row(call: Call, one: Unit, at: int) -> dict[str, Any]:
    order, now, place = one.order, standing(one, at), PLACES[one.order.cluster]
    product = call.world.assortment[one.line.product]
    cancel = {"cancelType": cancel_type(one)} if now.status == "cancel" else {}
    is_defective_return = now.status == "return" and is_defective(call.world, one)
    return {
        "nmId": call.shop.cards.by_product[product.index].nm_id,
        "chrtId": call.shop.cards.chrt_id(product),
        "srid": srid(call.world, one),
        "createdAt": moscow(order.created),
        "updatedAt": moscow(now.since),
        "status": "returnDefective" if is_defective_return else now.status,
        **cancel,
        "warehouseName": WAREHOUSE,
        "warehouseRegion": "",
        "isMp": False,
        "destinationCity": place.city,
        "destinationDistrict": place.short,
        "sellerPrice": call.shop.prices.of_day(product.index, order.created).kopecks / 100,
        "isB2b": order.legal,
    }


def cancel_type(one: Unit) -> str:
    """Return how a thing came to be cancelled: in the app, at the point, not collected, or otherwise."""
    reason = one.order.reason
    return _CANCELS.get(reason, "other") if reason is not None and one.path[-1] is Step.CANCELLED else ""
