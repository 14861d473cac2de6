"""What comes back: goods on their way to the seller, and buyers' claims."""

from collections.abc import Iterator
from datetime import date
from typing import Any, NamedTuple

from sandbox.wildberries import ids
from sandbox.wildberries.calls import Call, Words
from sandbox.wildberries.errors import of_claims, short
from sandbox.wildberries.paging import window
from sandbox.wildberries.words import (
    BRAND,
    SELLERS_POINT,
    UNKNOWN_CLAIM,
    UNKNOWN_RETURN,
    moscow_day,
    moscow_naive,
)
from sandbox.world import World
from sandbox.world.moments import DAY, HOUR, day_number
from sandbox.world.orders import Step
from sandbox.world.returns import CLIENT_RETURN, TECHNICAL, BackStep, Return, Why
from sandbox.world.seeds import mix
from sandbox.world.supplies import WITHDRAWAL, Stage, Supply, SupplyLine
from sandbox.world.units import Unit, srid, units

_WORDS = Words(lambda call, text: short(text, at=call.now, origin="api-statistics"))
_CLAIM_WORDS = Words(lambda call, text: of_claims(text, at=call.now))
_MOST_ITEMS, _USUAL_ITEMS = 1000, 1000
_MOST_CLAIMS, _USUAL_CLAIMS = 200, 50
_CLAIMS_KEPT = 14 * DAY
#: Goods are brought to the pick-up point, and fetched there, so long after they have left the shelf.
_BROUGHT, _FETCHED = 3 * DAY, 5 * DAY
_KEPT_AT_POINT = 30 * DAY
_ROUBLE = "643"
#: What a buyer calls a defect; the feed tells it apart from other returns.
DEFECTS = frozenset((Why.DEFECT_SEAM, Why.STAIN_SMELL, Why.DAMAGED_PACKAGE, Why.INCOMPLETE))
_CLAIMED = DEFECTS | {Why.WRONG_ITEM}


class Way(NamedTuple):
    """A thing on its way to the seller: what it is, why, and when it came to each step of the way, if it ever does."""

    product: int
    number: int
    srid: str
    kind: str
    reason: str
    ordered: int
    left: int
    ready: int
    expires: int
    ended: int | None
    is_fetched: bool

    def status(self, at: int) -> str:
        """Return the word for where it is by an instant."""
        if self.has_ended(at):
            return "Выдано" if self.is_fetched else "Утилизирован"
        if at < self.left:
            return "Оформлен"
        if at < self.ready:
            return "В пути в пвз"
        return "Готов к выдаче" if at < self.expires else "Истек срок хранения на пвз"

    def has_ended(self, at: int) -> bool:
        """Tell whether it has been fetched or thrown away by an instant."""
        return self.ended is not None and self.ended <= at


def is_defective(world: World, one: Unit) -> bool:
    """Tell whether a thing that a buyer brought back was brought back for a defect."""
    found = (back for back in world.return_book.of_order(one.order) if back.place == one.place)
    return any(back.why in DEFECTS for back in found)


# ---- goods on their way to the seller ---------------------------------------------------------------------
def item_returns(call: Call) -> dict[str, Any] | None:
    """Answer `/api/analytics/v1/item-returns`; nothing (204) when nothing was on its way."""
    first, last = _day(call, "dateFrom"), _day(call, "dateTo")
    if first > last:
        raise _WORDS.bad(call, "dateTo should be greater dateFrom")
    status = call.asked("status")
    if status not in ("", "active", "archive"):
        raise _WORDS.bad(
            call, 'parameter "status" in query has an error: value is not one of the allowed values'
        )
    limit = _WORDS.number(call, "limit", default=_USUAL_ITEMS, most=_MOST_ITEMS)
    offset = _WORDS.number(call, "offset", default=0)
    at = call.seen_at
    ways = [
        way
        for way in _ways(call.world, first * DAY - DAY, min((last + 1) * DAY, at + 1))
        if first <= moscow_day(way.ordered) <= last and way.ordered <= at
    ]
    if status:
        ways = [way for way in ways if way.has_ended(at) == (status == "archive")]
    ways.sort(key=lambda way: (way.ordered, way.srid), reverse=True)
    rows = [_item(call, way, at) for way in window(call, ways, offset=offset, limit=limit)]
    if call.fault == "unknown_status" and rows:
        rows[int(call.chance * len(rows))]["returnStatus"] = UNKNOWN_RETURN
    return {"count": len(ways), "report": rows} if rows else None


def _ways(world: World, since: int, until: int) -> Iterator[Way]:
    """Yield the things that set out in a range of instants, and some of its neighbours."""
    for back in world.return_book.changed_between(since, until):
        if BackStep.WAITING in back.path:
            yield from _of_return(world, back)
    for supply in world.supply_book.changed_between(since, until):
        if supply.kind == WITHDRAWAL and supply.path[-1] is Stage.ACCEPTED:
            for place, line in enumerate(supply.lines):
                yield from ways_of_removal(world, supply, place, line)


def _of_return(world: World, back: Return) -> Iterator[Way]:
    times = dict(zip(back.path, back.times, strict=True))
    waiting = times[BackStep.WAITING]
    is_unknown = back.kind == TECHNICAL
    for one in things(back):
        yield Way(
            product=back.product,
            number=ids.thing_id(one.order.serial, one.place, one.number),
            srid=srid(world, one),
            kind="Возврат неопознанного товара" if is_unknown else "Возврат брака",
            reason="Не удалось определить покупателя" if is_unknown else "",
            ordered=times[BackStep.DEFECTIVE],
            left=times[BackStep.DEFECTIVE],
            ready=waiting,
            expires=back.pick_up_until if back.pick_up_until is not None else waiting + _KEPT_AT_POINT,
            ended=back.times[-1] if back.path[-1] is not BackStep.WAITING else None,
            is_fetched=back.path[-1] is BackStep.HANDED_OVER,
        )


def ways_of_removal(world: World, supply: Supply, place: int, line: SupplyLine) -> Iterator[Way]:
    """Yield the things of a line that the seller takes back, in the order in which they leave the shelf."""
    left = [when for when, count in line.parts for _number in range(count)]
    for number, when in enumerate(left):
        yield Way(
            product=line.product,
            number=ids.thing_id(supply.serial, place, number, 1),
            srid=ids.removal_srid(world, supply, place, number),
            kind="Возврат по инициативе продавца",
            reason="",
            ordered=supply.created,
            left=when,
            ready=when + _BROUGHT,
            expires=when + _BROUGHT + _KEPT_AT_POINT,
            ended=when + _FETCHED + number % 5 * HOUR,
            is_fetched=True,
        )


def things(back: Return) -> Iterator[Unit]:
    """Yield the things that a return is of: the first ones of its line."""
    return (one for one in units(back.order) if one.place == back.place and one.number < back.quantity)


def _item(call: Call, way: Way, at: int) -> dict[str, Any]:
    product = call.world.assortment[way.product]
    listed = call.world.listed[way.product]
    ended = way.ended if way.ended is not None and way.has_ended(at) and way.is_fetched else None
    reason = {"returnReason": way.reason} if way.reason else {}
    return {
        "shkId": way.number,
        "srid": way.srid,
        "sku": listed.barcodes[0],
        "nmId": call.shop.cards.by_product[way.product].nm_id,
        "brand": BRAND,
        "subjectName": product.family.kind_name,
        "techSize": listed.size,
        "orderDt": moscow_naive(way.ordered),
        "orderId": 0,
        "stickerId": str(way.number),
        "kiz": "",
        "returnType": way.kind,
        **reason,
        "returnStatus": way.status(at),
        "readyToReturnDt": moscow_naive(way.ready) if way.ready <= at else None,
        "expiredDt": moscow_naive(way.expires) if way.ready <= at else None,
        "completedDt": moscow_naive(ended) if ended is not None else None,
        "dstOfficeId": SELLERS_POINT[0],
        "dstOfficeAddress": SELLERS_POINT[1],
    }


def _day(call: Call, name: str) -> int:
    text = call.asked(name)
    if not text:
        raise _WORDS.bad(call, f'parameter "{name}" in query has an error: value is required but missing')
    try:
        if len(text) == len("2026-11-24"):
            return day_number(date.fromisoformat(text))
    except ValueError:
        pass
    raise _WORDS.bad(call, f"can't parse {name}")


# ---- claims -----------------------------------------------------------------------------------------------
def claims(call: Call) -> dict[str, Any]:
    """Answer `/api/v1/claims`: what buyers claimed in the last fourteen days, the newest first."""
    word = call.asked("is_archive")
    if word not in ("true", "false"):
        raise _CLAIM_WORDS.bad(call, "Failed to deserialize query string: missing field `is_archive`")
    limit = _CLAIM_WORDS.number(call, "limit", default=_USUAL_CLAIMS, most=_MOST_CLAIMS, least=1)
    offset = _CLAIM_WORDS.number(call, "offset", default=0)
    card = _CLAIM_WORDS.number(call, "nm_id", default=0)
    at = call.seen_at
    found = [
        row
        for back in call.world.return_book.between(at - _CLAIMS_KEPT, at + 1)
        if back.kind == CLIENT_RETURN and back.why in _CLAIMED and (_decided(back) <= at) == (word == "true")
        for one in things(back)
        if (row := _claim(call, back, one, at))
        and (not card or row["nm_id"] == card)
        and call.asked("id") in ("", row["id"])
    ]
    rows = window(call, found[::-1], offset=offset, limit=limit)
    if call.fault == "unknown_status" and rows:
        place = int(call.chance * len(rows))
        rows[place] = rows[place] | {"status_ex": UNKNOWN_CLAIM}
    return {"claims": rows, "total": len(found)}


def _decided(back: Return) -> int:
    """Return when a claim was answered: some hours after it was made."""
    return back.registered + (1 + mix(back.serial, 96) % 19) * HOUR


def _claim(call: Call, back: Return, one: Unit, at: int) -> dict[str, Any]:
    product = call.world.assortment[back.product]
    decided = _decided(back)
    is_decided = decided <= at
    goes_back = BackStep.WAITING in back.path
    stir = f"{mix(back.serial, one.number, 97):016x}{mix(back.serial, one.number, 98):016x}"
    return {
        "id": "-".join((stir[:8], stir[8:12], stir[12:16], stir[16:20], stir[20:])),
        "claim_type": 1,
        "status": 2 if is_decided else 0,
        "status_ex": (10 if goes_back else 8) if is_decided else 0,
        "nm_id": call.shop.cards.by_product[back.product].nm_id,
        "user_comment": "Шов разошёлся, звоните +7 900 000-00-00, Мария",
        "wb_comment": "Заявка одобрена" if is_decided else None,
        "dt": moscow_naive(back.registered),
        "imt_name": product.name,
        "order_dt": moscow_naive(one.order.created),
        "delivery_dt": moscow_naive(one.order.times[one.path.index(Step.RECEIVED)]),
        "dt_update": moscow_naive(decided if is_decided else back.registered),
        "photos": [f"//photos.example/claim/{stir[:8]}/1.webp"],
        "video_paths": [],
        "actions": [] if is_decided else ["approve1", "approve2", "autorefund1", "rejectcustom"],
        "price": call.shop.prices.of_day(back.product, one.order.created).kopecks // 100,
        "currency_code": _ROUBLE,
        "srid": srid(call.world, one),
        "origin_id_info": None,
    }
