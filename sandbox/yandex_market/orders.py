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
from sandbox.yandex_market.paging import Position, page, page_of, token_of

_LONGEST = 30 * DAY
_ENDLESS = 1 << 62
_PROGRAMS = frozenset(["FBY", "FBS", "DBS", "EXPRESS", "LAAS"])


class Asked(NamedTuple):
    """What a body asks for: a half-open range of creation, a filter, and order numbers if it names some.

    `fake` chooses between real orders and test orders, nothing for both.
    """

    since: int
    until: int
    numbers: list[int] | None
    fake: bool | None
    accept: Callable[[Order], bool]


class Found(NamedTuple):
    """An order of the list, or the test order that copies it."""

    order: Order
    is_fake: bool = False

    @property
    def place(self) -> tuple[int, int]:
        """Where it stands: newest first, the test order before all."""
        return (-_ENDLESS, 0) if self.is_fake else (-self.order.created, -self.order.serial)


def business_orders(call: Call) -> dict[str, Any]:
    """Answer `/v1/businesses/{businessId}/orders`: newest first, without `result` and without `status`."""
    limit = limit_of(call, default=50, most=50)
    wanted = _asked(call)
    if wanted.numbers is not None:
        found = _by_numbers(call, wanted, wanted.numbers)
        got = page_of(call, found, key=lambda one: one.place, width=2, limit=limit)
    else:
        token = token_of(call, width=2)
        found = _listed(call, wanted, after=token.after, count=limit + 1)
        got = page(call, found, key=lambda one: one.place, token=token, limit=limit)
    rows = [_row(call, one) for one in got.rows]
    if call.fault == "unknown_status" and rows:
        odd = rows[int(call.chance * len(rows))]
        odd["status"], odd["substatus"] = words.UNKNOWN_STATUS, words.UNKNOWN_SUBSTATUS
    return {"orders": rows, "paging": got.paging}


def _by_numbers(call: Call, wanted: Asked, numbers: list[int]) -> list[Found]:
    orders = (ids.find_order(call.world, number) for number in numbers if wanted.fake is not True)
    found = {Found(order) for order in orders if order is not None and order.created <= call.at}
    found |= {one for one in _fakes(call) if ids.fake_id(call.world, one.order) in numbers}
    return sorted((one for one in found if wanted.accept(one.order)), key=lambda one: one.place)


def _listed(call: Call, wanted: Asked, *, after: Position | None, count: int) -> list[Found]:
    found = [] if after is not None or wanted.fake is False else _fakes(call)
    found = [
        one for one in found if wanted.since <= one.order.created < wanted.until and wanted.accept(one.order)
    ]
    if wanted.fake is True:
        return found
    until = min(wanted.until - 1, call.at)
    start = (-after[0], -after[1]) if after is not None and after[0] != -_ENDLESS else None
    orders = call.world.listing(
        since=wanted.since,
        until=until,
        after=start,
        limit=count - len(found),
        newest_first=True,
        accept=wanted.accept,
    )
    return found + [Found(order) for order in orders]


def _fakes(call: Call) -> list[Found]:
    """Return the one test order of the cabinet: made yesterday, like the first order of that day."""
    orders = call.world.streams.day(call.at // DAY - 1)
    return [Found(order, is_fake=True) for order in orders[:1] if order.created >= call.world.streams.opened]


def _row(call: Call, found: Found) -> dict[str, Any]:
    written = row(call, found.order, call.seen_at)
    if found.is_fake:
        written |= {"orderId": ids.fake_id(call.world, found.order), "fake": True}
    return written


def _asked(call: Call) -> Asked:
    body = call.body
    numbers = integers(body, "orderIds", most=50)
    if strings(body, "externalOrderIds", most=50) is not None:
        numbers = []
    since, until = _period(call, section(body, "dates"), is_needed=numbers is None)
    accept = _accepting(call, is_here=_is_here(call))
    return Asked(since, until, numbers, flag(body, "fake"), accept)


def _is_here(call: Call) -> bool:
    """Tell whether the filters leave anything: all orders are of the one shop."""
    programs = strings(call.body, "programTypes", most=5)
    if not set(programs or ()) <= _PROGRAMS:
        raise bad("programTypes: unknown value")
    shops = integers(call.body, "campaignIds", most=50)
    platforms = strings(call.body, "sourcePlatforms", most=10)
    tests = (
        programs is None or "FBY" in programs,
        shops is None or call.shop.campaign_id in shops,
        platforms is None or "MARKET" in platforms,
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
