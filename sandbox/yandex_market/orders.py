"""Orders of the cabinet as they are worked on: `/v1/businesses/{businessId}/orders`."""

from collections.abc import Callable
from typing import Any, NamedTuple

from sandbox.world.moments import DAY
from sandbox.world.orders import Order
from sandbox.yandex_market import ids, words
from sandbox.yandex_market.calls import (
    Call,
    day_of,
    flag,
    integers,
    limit_of,
    moscow_midnight,
    section,
    strings,
    time_of,
)
from sandbox.yandex_market.errors import bad
from sandbox.yandex_market.order_rows import row, standing
from sandbox.yandex_market.paging import page, page_of, token_of

_LONGEST = 30 * DAY
_PROGRAMS = frozenset(["FBY", "FBS", "DBS", "EXPRESS", "LAAS"])


class Asked(NamedTuple):
    """What a body asks for: a half-open range of creation, a filter, and order numbers if it names some."""

    since: int
    until: int
    numbers: list[int] | None
    accept: Callable[[Order], bool]


def business_orders(call: Call) -> dict[str, Any]:
    """Answer `/v1/businesses/{businessId}/orders`: newest first, without `result` and without `status`."""
    limit = limit_of(call, default=50, most=50)
    wanted = _asked(call)
    if wanted.numbers is not None:
        found = (ids.find_order(call.world, number) for number in wanted.numbers)
        orders = sorted({o for o in found if o and o.created <= call.at and wanted.accept(o)}, key=_place)
        got = page_of(call, orders, key=_place, width=2, limit=limit)
    else:
        token = token_of(call, width=2)
        after = (-token.after[0], -token.after[1]) if token.after is not None else None
        orders = call.world.listing(
            since=wanted.since,
            until=min(wanted.until - 1, call.at),
            after=after,
            limit=limit + 1,
            newest_first=True,
            accept=wanted.accept,
        )
        got = page(call, orders, key=_place, token=token, limit=limit)
    rows = [row(call, order, call.seen_at) for order in got.rows]
    if call.fault == "unknown_status" and rows:
        odd = rows[int(call.chance * len(rows))]
        odd["status"], odd["substatus"] = words.UNKNOWN_STATUS, words.UNKNOWN_SUBSTATUS
    return {"orders": rows, "paging": got.paging}


def _place(order: Order) -> tuple[int, int]:
    return -order.created, -order.serial


def _asked(call: Call) -> Asked:
    body = call.body
    numbers = integers(body, "orderIds", most=50)
    if strings(body, "externalOrderIds", most=50) is not None:
        numbers = []
    since, until = _period(call, section(body, "dates"), is_needed=numbers is None)
    return Asked(since, until, numbers, _accepting(call, is_here=_is_here(call)))


def _is_here(call: Call) -> bool:
    """Tell whether the filters leave anything: all orders are real ones of the one shop."""
    programs = strings(call.body, "programTypes", most=5)
    if not set(programs or ()) <= _PROGRAMS:
        raise bad("programTypes: unknown value")
    shops = integers(call.body, "campaignIds", most=50)
    platforms = strings(call.body, "sourcePlatforms", most=10)
    tests = (
        programs is None or "FBY" in programs,
        shops is None or call.shop.campaign_id in shops,
        platforms is None or "MARKET" in platforms,
        flag(call.body, "fake") is not True,
        flag(call.body, "waitingForCancellationApprove") is not True,
    )
    return all(tests)


def _period(call: Call, dates: dict[str, Any], *, is_needed: bool) -> tuple[int, int]:
    """Return the range of creation: without any dates the last thirty days, with dates of updates all."""
    since, until = day_of(dates, "creationDateFrom"), day_of(dates, "creationDateTo")
    names = ("shipmentDateFrom", "shipmentDateTo", "updateDateFrom", "updateDateTo")
    others = [dates.get(name) for name in names]
    changed_since = time_of(dates, "updateDateFrom")
    if since is None and until is None and (any(others) or not is_needed):
        horizon = max(stream.tempo.horizon for stream in call.world.streams.all())
        return (changed_since - horizon if changed_since is not None else 0), call.at + 1
    today = moscow_midnight(call.at)
    last = until if until is not None else today
    first = since if since is not None else last - _LONGEST
    if last - first > _LONGEST:
        raise bad("dates: period between creationDateFrom and creationDateTo must not exceed 30 days")
    return first, max(until, first + DAY) if until is not None else call.at + 1


def _accepting(call: Call, *, is_here: bool) -> Callable[[Order], bool]:
    dates = section(call.body, "dates")
    statuses = strings(call.body, "statuses", most=20)
    substatuses = strings(call.body, "substatuses", most=200)
    changed = _within(time_of(dates, "updateDateFrom"), time_of(dates, "updateDateTo"))
    shipped = _within(day_of(dates, "shipmentDateFrom"), day_of(dates, "shipmentDateTo"))
    at = call.seen_at

    def accept(order: Order) -> bool:
        if not is_here:
            return False
        if changed is None and shipped is None and statuses is None and substatuses is None:
            return True
        now = standing(order, at)
        return (
            (changed is None or changed(now.changed))
            and (shipped is None or (order.shipped is not None and shipped(order.shipped)))
            and (statuses is None or now.status in statuses)
            and (substatuses is None or now.substatus in substatuses)
        )

    return accept


def _within(since: int | None, until: int | None) -> Callable[[int], bool] | None:
    if since is None and until is None:
        return None
    return lambda at: (since is None or at >= since) and (until is None or at < until)
