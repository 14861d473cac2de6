"""FBO postings: the list, one posting, reasons of cancellation."""

from collections.abc import Callable
from typing import Any
from weakref import WeakKeyDictionary

from sandbox.ozon import words
from sandbox.ozon.calls import Call, flag, limit_of, section, strings, time_of
from sandbox.ozon.errors import NOT_FOUND, ApiError, bad
from sandbox.ozon.paging import Page, Token, page, page_of
from sandbox.ozon.render import PostingWriter, Wanted, legal_of, line_money
from sandbox.world import World
from sandbox.world.geography import CLUSTERS, WAREHOUSES
from sandbox.world.moments import DAY, day_date, day_number, iso
from sandbox.world.orders import Line, Order, Step

_MOST_NUMBERS = 1000
_writers: "WeakKeyDictionary[World, PostingWriter]" = WeakKeyDictionary()


def writer_of(world: World) -> PostingWriter:
    """Return the writer of a world, one for all its requests."""
    writer = _writers.get(world)
    if writer is None:
        writer = _writers[world] = PostingWriter(world)
    return writer


def posting_list(call: Call) -> bytes:
    """Answer `/v3/posting/fbo/list`."""
    limit = limit_of(call.body, most=100)
    token = Token.read(call.body.get("cursor"))
    newest_first = _descending(call.body)
    query = section(call.body, "filter")
    numbers = strings(query, "posting_numbers", most=_MOST_NUMBERS)
    baskets = strings(query, "order_numbers", most=_MOST_NUMBERS)
    since, until = _period(query, needed=not (numbers or baskets))
    until = call.at if until is None else min(until, call.at)
    accept = _accepting(strings(query, "statuses", most=100), call.at)
    if numbers or baskets:
        found = _by_numbers(call, numbers, baskets, since=since or 0, until=until)
        rows = sorted(filter(accept, found), key=_place, reverse=newest_first)
        got = _page_of_numbers(call, rows, token=token, limit=limit, newest_first=newest_first)
    else:
        rows = call.world.listing(
            since=since or 0,
            until=until,
            after=_pair(token),
            limit=limit + 1,
            newest_first=newest_first,
            accept=accept,
        )
        got = page(call, rows, key=_place, token=token, limit=limit)
    return _written(call, got)


def _written(call: Call, got: Page) -> bytes:
    writer, wanted = writer_of(call.world), _wanted(call.body)
    at = call.at - int((0.2 + 2 * call.chance) * DAY) if call.fault == "stale" else call.at
    texts = writer.write(got.rows, at, wanted)
    if call.fault == "unknown_status" and texts:
        odd = int(call.chance * len(texts))
        texts[odd] = writer.write_odd(got.rows[odd], at, wanted)
    end = f'],"cursor":"{got.next}","has_next":{"true" if got.more else "false"}}}'
    return b'{"postings":[' + b",".join(texts) + end.encode()


def _place(order: Order) -> tuple[int, int]:
    return order[:2]


def _pair(token: Token) -> tuple[int, int] | None:
    if token.after is None:
        return None
    if len(token.after) != 2:
        raise bad("cursor: invalid value")
    return token.after[0], token.after[1]


def _page_of_numbers(call: Call, rows: list[Order], *, token: Token, limit: int, newest_first: bool) -> Page:
    if not newest_first:
        return page_of(call, rows, key=_place, token=token.text(), limit=limit)
    after = _pair(token)
    left = [order for order in rows if after is None or _place(order) < after]
    return page(call, left[: limit + 1], key=_place, token=token, limit=limit)


def _descending(body: dict[str, Any]) -> bool:
    direction = body.get("sort_dir") or "ASC"
    if direction not in ("ASC", "DESC"):
        raise bad(f"sort_dir: invalid value for enum type: {direction!r}")
    return bool(direction == "DESC")


def _period(query: dict[str, Any], *, needed: bool) -> tuple[int | None, int | None]:
    since, until = time_of(query, "since"), time_of(query, "to")
    if needed and (since is None or until is None):
        raise bad("filter: since and to are required")
    if since is not None and until is not None:
        if until < since:
            raise bad("filter: to must not be before since")
        if until > _year_after(since):
            raise bad("PERIOD_IS_TOO_LONG")
    return since, until


def _year_after(since: int) -> int:
    day, rest = divmod(since, DAY)
    date = day_date(day)
    leap_day = (date.month, date.day) == (2, 29)
    following = date.replace(year=date.year + 1, day=28 if leap_day else date.day)
    return day_number(following) * DAY + rest


def _accepting(statuses: list[str], at: int) -> Callable[[Order], bool] | None:
    if not statuses:
        return None
    wanted = frozenset(statuses)
    return lambda order: words.STATUS[order.path[order.step_at(at)]] in wanted


def _by_numbers(call: Call, numbers: list[str], baskets: list[str], *, since: int, until: int) -> list[Order]:
    asked = {*numbers, *(f"{basket}-{part}" for basket in baskets for part in (1, 2))}
    found = (call.world.find(number) for number in sorted(asked))
    return [order for order in found if order is not None and since <= order.created <= until]


def _wanted(body: dict[str, Any]) -> Wanted:
    parts = section(body, "with")
    return Wanted(
        analytics=flag(parts, "analytics_data"),
        financial=flag(parts, "financial_data"),
        legal=flag(parts, "legal_info"),
    )


def posting_get(call: Call) -> dict[str, Any]:
    """Answer `/v2/posting/fbo/get`: the same posting in another shape."""
    number = call.body.get("posting_number")
    if not isinstance(number, str) or not number:
        raise bad("posting_number: value is required")
    order = call.world.find(number)
    if order is None or order.created > call.at:
        raise ApiError(404, NOT_FOUND, "POSTING_NOT_FOUND")
    at = (
        max(call.at - int((0.2 + 2 * call.chance) * DAY), order.created) if call.fault == "stale" else call.at
    )
    place = order.step_at(at)
    step = order.path[place]
    wanted = _wanted(call.body)
    odd = call.fault == "unknown_status"
    shipped = order.shipped if Step.SHIPPED in order.path[: place + 1] else None
    return {
        "result": {
            "order_id": order.basket_id,
            "order_number": order.basket,
            "posting_number": order.number,
            "status": words.UNKNOWN_STATUS if odd else words.STATUS[step],
            "substatus": words.UNKNOWN_SUBSTATUS if odd else words.SUBSTATUS[order.delivery][step],
            "cancel_reason_id": words.REASONS[order.reason][0]
            if step is Step.CANCELLED and order.reason is not None
            else 0,
            "created_at": iso(order.created),
            "in_process_at": iso(order.taken),
            "fact_delivery_date": iso(shipped) if shipped else None,
            "legal_info": legal_of(order) if wanted.legal and order.legal else None,
            "products": [_product(call.world, line) for line in order.lines],
            "analytics_data": _analytics(order) if wanted.analytics else None,
            "financial_data": _financial(call.world, order) if wanted.financial else None,
            "external_order": {"is_external": False, "platform_name": ""},
            "additional_data": [],
        }
    }


def _product(world: World, line: Line) -> dict[str, Any]:
    product = world.assortment[line.product]
    return {
        "sku": product.sku,
        "name": product.name,
        "quantity": line.quantity,
        "offer_id": product.offer_id,
        "price": f"{line.price / 100:.2f}",
        "is_marketplace_buyout": False,
        "digital_codes": [],
        "currency_code": "RUB",
    }


def _analytics(order: Order) -> dict[str, Any]:
    warehouse = WAREHOUSES[order.warehouse]
    return {
        "city": "",
        "delivery_type": words.DELIVERY_TYPE[order.delivery],
        "is_premium": order.premium,
        "payment_type_group_name": words.PAYMENTS[order.payment],
        "warehouse_id": warehouse.id,
        "warehouse_name": warehouse.name,
        "is_legal": order.legal,
        "client_delivery_date_begin": None,
        "client_delivery_date_end": None,
    }


def _financial(world: World, order: Order) -> dict[str, Any]:
    return {
        "products": [_money(world, line, order.created // DAY) for line in order.lines],
        "cluster_from": WAREHOUSES[order.warehouse].cluster.name,
        "cluster_to": CLUSTERS[order.cluster].name,
    }


def _money(world: World, line: Line, day: int) -> dict[str, Any]:
    money = line_money(world, line, day)
    return {
        "commission_amount": money.commission / 100,
        "commission_percent": money.percent,
        "commissions_currency_code": "RUB",
        "payout": money.payout / 100,
        "product_id": world.assortment[line.product].sku,
        "currency_code": "RUB",
        "customer_currency_code": "RUB",
        "customer_price": line.price * 97 // 100 / 100,
        "old_price": money.old / 100,
        "price": line.price / 100,
        "total_discount_value": (money.old - line.price) / 100,
        "total_discount_percent": money.discount,
        "actions": list(money.actions),
        "quantity": line.quantity,
    }


def cancel_reasons(call: Call) -> dict[str, Any]:
    """Answer `/v1/posting/fbo/cancel-reason/list`."""
    del call
    return {"reasons": [{"id": id_, "name": name} for id_, name, *_ in words.REASONS.values()]}
