"""Returns and refusals as Ozon lists them, by the change of their status."""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from sandbox.ozon import words
from sandbox.ozon.calls import Call, integers, limit_of, section, strings, time_of
from sandbox.ozon.errors import bad
from sandbox.ozon.paging import Token, page
from sandbox.ozon.supplies import spoiled_at
from sandbox.world import World
from sandbox.world.geography import WAREHOUSES
from sandbox.world.moments import DAY, iso
from sandbox.world.returns import LONGEST_LIFE, BackStep, Return
from sandbox.world.shelf import Shelf

_MOST_NUMBERS = 50
_ID, _CLEARING = 1_000_000_000, 21_000_000_000_000
_RANGES = ("logistic_return_date", "storage_tariffication_start_date", "visual_status_change_moment")
_FINAL = ("ReceivedBySeller", "Utilized")
_COMMISSION = 20
_ENDS = (BackStep.ON_SALE, BackStep.HANDED_OVER, BackStep.DISPOSED)

Known = list[Return]
_known: "WeakKeyDictionary[World, Shelf[tuple[int, int], Known]]" = WeakKeyDictionary()


class Told(NamedTuple):
    """What Ozon tells of the way of a return at an instant: a status and when it came, the end of the way, the
    compensation with its time."""

    word: str
    since: int
    final: int | None
    compensation: int
    compensated: int | None


def return_id(serial: int) -> int:
    """Return the number of a return."""
    return _ID + serial


def told_of(one: Return, at: int) -> Told:
    """Return what Ozon tells at an instant. That goods were looked over, and that they are lost, it does not tell;
    goods that never left are back as soon as they are cancelled, and goods at the end of their way are dated and
    get no other word."""
    times = (one.registered, *one.times[1:])
    passed = {
        step: when for step, when in zip(one.path, times, strict=True) if when <= max(at, one.registered)
    }
    step = [step for step in passed if _has_word(one, step)][-1]
    word = _word(one, step)
    paid = passed.get(BackStep.COMPENSATED)
    is_announced = paid is not None or word == "WaitingCompensation"
    return Told(
        word=word,
        since=passed[step],
        final=next((passed[end] for end in _ENDS if end in passed), None),
        compensation=2 if paid is not None else 1 if is_announced else 0,
        compensated=(paid or passed[step]) if is_announced else None,
    )


def _has_word(one: Return, step: BackStep) -> bool:
    """Tell whether a step changes the status: one that was given back to Ozon keeps its own."""
    if step is BackStep.CHECKED:
        return one.path[0] is step
    if step is BackStep.COMPENSATED:
        return BackStep.DEFECTIVE not in one.path
    return step not in (BackStep.ON_SALE, BackStep.LOST)


def _word(one: Return, step: BackStep) -> str:
    if step is BackStep.DEFECTIVE and BackStep.COMPENSATED in one.path:
        return "WaitingCompensation"
    return words.BACK_STATUS[step]


def told_status(one: Return, at: int) -> str:
    """Return how far Ozon says that a return has come, in the words of our lifecycle."""
    told = told_of(one, at)
    if told.compensation == 2:
        return "compensated"
    if told.word == "ReturnedToOzon" and told.final is not None:
        return "back_on_sale"
    return words.BACK_LIFE[told.word]


# ---- the list ---------------------------------------------------------------------------------------------
def returns_list(call: Call) -> dict[str, Any]:
    """Answer `/v1/returns/list`."""
    limit = limit_of(call.body, most=500)
    after = integers({"last_id": [call.body.get("last_id") or 0]}, "last_id", most=1)[0]
    query = section(call.body, "filter")
    accept = _accepting(call, query)
    rows = [one for one in _candidates(call, query) if return_id(one.serial) > after and accept(one)]
    rows.sort(key=lambda one: one.serial)
    # The place in this list is the last row itself, so a page can neither repeat nor move as others may.
    got = page(call, rows[: limit + 1], key=lambda one: (one.serial,), token=Token(None), limit=limit)
    at = spoiled_at(call)
    told = [_row(call, one, at) for one in got.rows]
    if call.fault == "duplicate_page" and told:
        told.append(told[int(call.chance * len(told))])
    if call.fault == "unknown_status" and told:
        told[int(call.chance * len(told))]["visual"]["status"] = words.UNKNOWN_BACK
    return {"returns": told, "has_next": len(rows) > limit and call.fault != "empty_page"}


def _candidates(call: Call, query: dict[str, Any]) -> Iterable[Return]:
    """Return what may be asked for: all that came to a step in the range, or else all that is still on its way,
    or everything."""
    world = call.world
    numbers = strings(query, "posting_numbers", most=_MOST_NUMBERS)
    if numbers:
        found = (world.find(number) for number in numbers)
        made = [order for order in found if order is not None and order.created <= call.at]
        return [
            one for order in made for one in world.return_book.of_order(order) if one.registered <= call.at
        ]
    since, until = _range(query, "visual_status_change_moment") or (0, call.at)
    if since == 0:
        word = query.get("visual_status_name") or ""
        since = call.at - LONGEST_LIFE - DAY if word and word not in _FINAL else world.opened * DAY
    until = min(until, call.at)
    shelf = _known.get(world)
    if shelf is None:
        book = world.return_book
        shelf = _known[world] = Shelf(
            lambda key: list(
                {one.serial: one for one in (*book.between(*key), *book.changed_between(*key))}.values()
            ),
            room=50_000,
            weigh=lambda held: len(held) + 1,
        )
    return [one for one in shelf.get((since, until + 1)) if one.registered <= call.at]


def _range(query: dict[str, Any], name: str) -> tuple[int, int] | None:
    given = section(query, name)
    if not given:
        return None
    since, until = time_of(given, "time_from"), time_of(given, "time_to")
    if since is None or until is None or until < since:
        raise bad(f"{name}: time_from and time_to are required")
    return since, until


def _accepting(call: Call, query: dict[str, Any]) -> Callable[[Return], bool]:
    if sum(bool(query.get(name)) for name in _RANGES) > 1:
        raise bad("filter: use only one of " + ", ".join(_RANGES))
    if (query.get("return_schema") or "FBO").upper() != "FBO":
        return lambda _one: False
    changed = _range(query, "visual_status_change_moment")
    began, stored = _range(query, "logistic_return_date"), _range(query, "storage_tariffication_start_date")
    word, offer = query.get("visual_status_name"), query.get("offer_id")
    compensation = query.get("compensation_status_id")
    assortment = call.world.assortment

    def accept(one: Return) -> bool:
        told = told_of(one, call.at)
        tests = (
            _inside(told.since, changed),
            _inside(one.registered, began),
            _inside(one.storage_from, stored),
            not word or told.word == word,
            not offer or assortment[one.product].offer_id == offer,
            not compensation or told.compensation == int(compensation),
        )
        return all(tests)

    return accept


def _inside(at: int | None, bounds: tuple[int, int] | None) -> bool:
    return bounds is None or (at is not None and bounds[0] <= at <= bounds[1])


# ---- a row ------------------------------------------------------------------------------------------------
def _row(call: Call, one: Return, at: int) -> dict[str, Any]:
    told = told_of(one, at)
    status = words.BACK_WORDS[told.word]
    product = call.world.assortment[one.product]
    commission = one.price * _COMMISSION // 100
    place = _place(one)
    waits = one.times[one.path.index(BackStep.WAITING)] if BackStep.WAITING in one.path else None
    arrived = waits if waits is not None and waits <= at else None
    compensation = words.COMPENSATIONS[told.compensation] if told.compensation else None
    return {
        "exemplars": [{"id": return_id(one.serial) * 100 + n} for n in range(min(one.quantity, 20))],
        "id": return_id(one.serial),
        "company_id": int(call.seller.account.client_id),
        "return_reason_name": words.WHY[one.why],
        "type": words.BACK_KIND[one.kind],
        "schema": "FBO",
        "order_id": one.order.basket_id,
        "order_number": one.order.basket,
        "place": place,
        "target_place": place,
        "storage": _storage(one, at, arrived),
        "product": {
            "sku": product.sku,
            "offer_id": product.offer_id,
            "name": product.name,
            "price": _money(one.price),
            "price_without_commission": _money(one.price - commission),
            "commission_percent": _COMMISSION,
            "commission": _money(commission),
            "quantity": one.quantity,
        },
        "logistic": {
            "technical_return_moment": iso(one.registered) if one.kind == "technical" else None,
            "final_moment": iso(told.final) if told.final else None,
            "cancelled_with_compensation_moment": iso(told.compensated)
            if told.compensation == 2 and told.compensated
            else None,
            "return_date": iso(one.registered),
            "barcode": f"ii{return_id(one.serial)}",
        },
        "visual": {"status": status, "change_moment": iso(told.since)},
        "additional_info": {"is_opened": one.kind == "client_return", "is_super_econom": False},
        "source_id": one.serial,
        "posting_number": one.order.number,
        "clearing_id": _CLEARING + one.order.serial,
        "return_clearing_id": None,
        "compensation_status": compensation
        and {"status": compensation, "change_moment": iso(told.compensated or told.since)},
    }


def _place(one: Return) -> dict[str, Any]:
    warehouse = WAREHOUSES[one.warehouse]
    return {"id": warehouse.id, "name": warehouse.name, "address": warehouse.address}


def _storage(one: Return, at: int, arrived: int | None) -> dict[str, Any]:
    charged = one.storage_from if arrived is not None else None
    waited = 0 if arrived is None else (min(at, one.times[-1]) - arrived) // DAY
    return {
        "sum": _money(one.stored_days(at) * one.storage_a_day if charged else 0),
        "tariffication_first_date": iso(charged) if charged else None,
        "tariffication_start_date": iso(charged) if charged else None,
        "arrived_moment": iso(arrived) if arrived else None,
        "days": waited,
        "utilization_sum": _money(0),
        "utilization_forecast_date": iso(one.disposal_at) if arrived and one.disposal_at else None,
    }


def _money(kopecks: int) -> dict[str, Any]:
    return {"currency_code": "RUB", "price": kopecks / 100}
