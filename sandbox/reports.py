"""What the four reports must say, added up straight from the orders, returns and stock that a marketplace tells.

Simple and slow on purpose, and built in another way than anybody's facts. Days are business days in Moscow, money is
the seller's price. Every row names its `report`:

- `sales`: by day on which the order was placed, SKU and destination: units and money ordered, and what became of
  them so far: cancelled, delivered (also what came back later), client returns and partial refusals of them;
- `deliveries`: units and money by day of delivery, day of the order, SKU, destination and warehouse;
- `returns`: by day of registration, day of the order, kind, reason, SKU, destination and warehouse of the order;
- `closing`: available and reserved units of a SKU at the end of a day, of all warehouses;
- `turnover`: sums of the four weeks before the day asked about: closing stock, units ordered and delivered in them;
  turnover in days is the first divided by one of the others;
- `processing`: how long orders took from step to step, by the warehouse, destination and ISO week of their placing,
  and all of them: count, median and 90th percentile in seconds, both by nearest rank: the shortest duration that
  at least that share of the orders did not exceed.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

from sandbox.world import World

Row = dict[str, Any]
Orders = Mapping[str, Row]

MOSCOW = timezone(timedelta(hours=3))
WINDOW = 28
#: Closing stock is told for so many days at most.
_CLOSINGS = 60
_DELIVERED = ("delivered", "partly_returned", "returned")
#: Steps of processing: where they begin and end in the history of an order.
STEPS = {
    "assembly": ("created", "packed"),
    "handover": ("packed", "shipped"),
    "delivery": ("shipped", "received"),
    "whole": ("created", "received"),
}


def reports(
    world: World,
    at: datetime,
    *,
    orders: Iterable[Row],
    returns: Iterable[Row],
    stock: Callable[[World, datetime], Iterable[Row]],
) -> Iterator[Row]:
    """Yield the rows of every report by an instant, from the truth in the words of one marketplace."""
    by_number = {row["number"]: row for row in orders}
    back = list(returns)
    yield from _named("sales", _sales(by_number, back))
    deliveries = list(_deliveries(by_number))
    yield from _named("deliveries", deliveries)
    yield from _named("returns", _returns(by_number, back))
    closings = list(_closings(world, at, stock))
    yield from _named("closing", closings)
    yield from _named("turnover", _turnover(by_number, deliveries, closings, at))
    yield from _named("processing", _processing(by_number))


def _named(name: str, rows: Iterable[Row]) -> Iterator[Row]:
    return ({"report": name} | row for row in rows)


def business_day(text: str) -> date:
    """Return the business day in Moscow of an ISO moment."""
    return datetime.fromisoformat(text).astimezone(MOSCOW).date()


def _sales(orders: Orders, returns: list[Row]) -> Iterator[Row]:
    sums: defaultdict[tuple[date, str, str], defaultdict[str, Any]] = defaultdict(lambda: defaultdict(int))
    for order in orders.values():
        for line in order["lines"]:
            row = sums[business_day(order["created_at"]), str(line["sku"]), order["cluster_to"]]
            words = ["ordered"]
            words += ["cancelled"] if order["stage"] == "cancelled" else []
            words += ["delivered"] if order["stage"] in _DELIVERED else []
            for word in words:
                row[f"{word}_units"] += line["quantity"]
                row[f"{word}_amount"] += line["quantity"] * Decimal(line["price"])
    for one in returns:
        order = orders.get(one["order"], {})
        if order and one["kind"] in ("client_return", "partial_refusal"):
            row = sums[business_day(order["created_at"]), str(one["sku"]), order["cluster_to"]]
            word = "returned" if one["kind"] == "client_return" else "refused_in_part"
            row[f"{word}_units"] += one["quantity"]
            row[f"{word}_amount"] += one["quantity"] * Decimal(one["price"])
    words = ["ordered", "cancelled", "delivered", "returned", "refused_in_part"]
    for (day, sku, cluster), row in sorted(sums.items()):
        key = {"day": day.isoformat(), "sku": sku, "cluster_to": cluster}
        yield (
            key
            | {f"{word}_units": row[f"{word}_units"] for word in words}
            | {
                f"{word}_amount": str(Decimal(row[f"{word}_amount"]).quantize(Decimal("0.01")))
                for word in words
            }
        )


def _deliveries(orders: Orders) -> Iterator[Row]:
    sums: defaultdict[tuple[str, ...], list[Any]] = defaultdict(lambda: [0, Decimal(0)])
    for order in orders.values():
        received = dict(order["history"]).get("received")
        if received is not None and order["stage"] in _DELIVERED:
            for line in order["lines"]:
                row = sums[
                    business_day(received).isoformat(),
                    business_day(order["created_at"]).isoformat(),
                    str(line["sku"]),
                    order["cluster_to"],
                    order["warehouse"],
                ]
                row[0] += line["quantity"]
                row[1] += line["quantity"] * Decimal(line["price"])
    names = ("day", "placed_day", "sku", "cluster_to", "warehouse")
    for key, (units, amount) in sorted(sums.items()):
        yield dict(zip(names, key, strict=True)) | {"units": units, "amount": str(amount)}


def _returns(orders: Orders, returns: list[Row]) -> Iterator[Row]:
    sums: defaultdict[tuple[str, ...], list[Any]] = defaultdict(lambda: [0, Decimal(0)])
    for one in returns:
        order = orders.get(one["order"])
        row = sums[
            business_day(one["registered_at"]).isoformat(),
            business_day(order["created_at"]).isoformat() if order else "",
            one["kind"],
            one["reason"],
            str(one["sku"]),
            order["cluster_to"] if order else "",
            order["warehouse"] if order else "",
        ]
        row[0] += one["quantity"]
        row[1] += one["quantity"] * Decimal(one["price"])
    names = ("day", "placed_day", "kind", "reason", "sku", "cluster_to", "warehouse")
    for key, (units, amount) in sorted(sums.items()):
        yield dict(zip(names, key, strict=True)) | {"units": units, "amount": str(amount)}


def _closings(world: World, at: datetime, stock: Callable[[World, datetime], Iterable[Row]]) -> Iterator[Row]:
    today = at.astimezone(MOSCOW).date()
    first = max(world.settings.first_day + timedelta(days=1), today - timedelta(days=_CLOSINGS))
    for day in (first + timedelta(days=n) for n in range((today - first).days)):
        end = datetime.combine(day + timedelta(days=1), datetime.min.time(), MOSCOW).astimezone(UTC)
        sums: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0])
        for row in stock(world, end - timedelta(microseconds=1)):
            sums[str(row["sku"])][0] += row["available"]
            sums[str(row["sku"])][1] += row["reserved"]
        for sku, (available, reserved) in sorted(sums.items()):
            yield {"day": day.isoformat(), "sku": sku, "available": available, "reserved": reserved}


def _turnover(orders: Orders, deliveries: list[Row], closings: list[Row], at: datetime) -> Iterator[Row]:
    today = at.astimezone(MOSCOW).date()
    days = {(today - timedelta(days=n)).isoformat() for n in range(1, WINDOW + 1)}
    ordered = [
        (line["sku"], {"ordered": line["quantity"]})
        for order in orders.values()
        if business_day(order["created_at"]).isoformat() in days
        for line in order["lines"]
    ]
    delivered = [(row["sku"], {"delivered": row["units"]}) for row in deliveries if row["day"] in days]
    closed = [
        (
            row["sku"],
            {
                "days": 1,
                "closing": row["available"] + row["reserved"],
                "closing_available": row["available"],
            },
        )
        for row in closings
        if row["day"] in days
    ]
    sums: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for sku, counts in (*ordered, *delivered, *closed):
        sums[str(sku)].update(counts)
    names = ("days", "closing", "closing_available", "ordered", "delivered")
    for sku, found in sorted(sums.items()):
        yield {"first_day": min(days), "last_day": max(days), "sku": sku} | {
            name: found[name] for name in names
        }


def _processing(orders: Orders) -> Iterator[Row]:
    durations: defaultdict[tuple[str, str, str], list[timedelta]] = defaultdict(list)
    for order in orders.values():
        times = {step: datetime.fromisoformat(when) for step, when in order["history"]}
        year, week, _ = business_day(order["created_at"]).isocalendar()
        groups = (
            ("all", ""),
            ("warehouse", order["warehouse"]),
            ("cluster_to", order["cluster_to"]),
            ("week", f"{year}-W{week:02}"),
        )
        for step, (begin, end) in STEPS.items():
            if begin in times and end in times:
                for by, key in groups:
                    durations[step, by, key].append(times[end] - times[begin])
    for (step, by, key), found in sorted(durations.items()):
        found.sort()
        yield {
            "step": step,
            "by": by,
            "key": key,
            "orders": len(found),
            "median": nearest_rank(found, 50).total_seconds(),
            "p90": nearest_rank(found, 90).total_seconds(),
        }


def nearest_rank(ordered: list[timedelta], percent: int) -> timedelta:
    """Return the smallest of the sorted values that at least this share of them does not exceed."""
    return ordered[-(-len(ordered) * percent // 100) - 1]
