"""Comparing what we hold of an account with what a sandbox says is true in its world."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from django.db.models import Count, F, Sum

from catalog.models import Listing, StockLevel
from core.periods import business_day
from marketplaces.contracts.orders import OrderStatus
from orders.models import Order, OrderEvent, OrderLine, OrderTally
from returns.models import Return, ReturnEvent
from supplies.models import Supply, SupplyEvent, SupplyLine

if TYPE_CHECKING:
    from marketplaces.models import MarketplaceAccount

# A truth of the world: an order, a stock row, a supply or a return, as the sandbox prints it.
Row = Mapping[str, Any]
# What is counted of a line of a supply.
_COUNTS: Final = ("declared", "shipped", "accepted", "on_sale", "shortage", "surplus", "defect")


@dataclass(slots=True, kw_only=True)
class Comparison:
    """How many records were compared, and what differs (the first few are kept in words)."""

    name: str
    compared: int = 0
    differing: int = 0
    samples: list[str] = field(default_factory=list)

    def differ(self, text: str) -> None:
        """Note a difference."""
        self.differing += 1
        if len(self.samples) < 5:
            self.samples.append(text)


def compare_orders(account: MarketplaceAccount, truth: Iterable[Row]) -> Comparison:
    """Order by order: status, sum, and lines; nothing lost, nothing that is not there."""
    comparison = Comparison(name="orders")
    lines = _lines(account)
    held = {order.external_id: order for order in _orders(account).iterator(chunk_size=5000)}
    for row in truth:
        comparison.compared += 1
        order = held.pop(row["number"], None)
        if order is None:
            comparison.differ(f"{row['number']} is lost")
            continue
        ours = (str(order.status), order.amount, lines.get(order.pk, Counter()))
        theirs = (row["stage"], Decimal(row["amount"]), _true_lines(row))
        if ours != theirs:
            comparison.differ(f"{row['number']}: held {ours}, true {theirs}")
    for number in held:
        comparison.differ(f"{number} does not exist")
    return comparison


def compare_stock(account: MarketplaceAccount, truth: Iterable[Row]) -> Comparison:
    """Unit by unit: available and reserved of every SKU at every warehouse; what is not told is zero."""
    comparison = Comparison(name="stock")
    levels = StockLevel.objects.for_company(account.company_id).filter(account=account)
    held = {
        (sku, warehouse): (available, reserved)
        for sku, warehouse, available, reserved in levels.values_list(
            "listing__marketplace_sku", "warehouse__external_id", "available", "reserved"
        )
    }
    for row in truth:
        comparison.compared += 1
        key = (str(row["sku"]), str(row["warehouse_id"]))
        true = (row["available"], row["reserved"])
        if held.pop(key, (0, 0)) != true:
            comparison.differ(f"SKU {key[0]} at {row['warehouse']}: true {true}")
    for key, units in held.items():
        if any(units):
            comparison.differ(f"SKU {key[0]} at the warehouse {key[1]}: held {units}, nothing is there")
    return comparison


def compare_history(account: MarketplaceAccount) -> Comparison:
    """Every order's events begin with acceptance, never step back, never repeat (but after a status that nobody
    understood), and end where the order is."""
    comparison = Comparison(name="history")
    for order_id, status, events in _histories(account):
        comparison.compared += 1
        steps = [str(new) for _old, new in events]
        understood = [step for step, before in zip(steps, ["", *steps], strict=False) if before != "unknown"]
        is_chained = all(old == before for (old, _new), before in zip(events, ["", *steps], strict=False))
        if (
            steps[:1] != ["accepted"]
            or steps[-1:] != [status]
            or len(set(understood)) < len(understood)
            or not is_chained
        ):
            comparison.differ(f"the order {order_id} is {status}, its events are {steps}")
    return comparison


def compare_tally(account: MarketplaceAccount) -> Comparison:
    """The counters by day and status are the sums of the orders."""
    comparison = Comparison(name="counters")
    zone = account.company.zone
    sums: dict[tuple[Any, str], list[Any]] = defaultdict(lambda: [0, 0, Decimal(0)])
    for order in _orders(account).iterator(chunk_size=5000):
        total = sums[business_day(order.placed_at, zone), str(order.status)]
        total[0] += 1
        total[1] += order.units
        total[2] += order.amount
    tallies = OrderTally.objects.for_company(account.company_id).filter(account=account)
    held = {(tally.day, str(tally.status)): [tally.orders, tally.units, tally.amount] for tally in tallies}
    for key in sums.keys() | held.keys():
        comparison.compared += 1
        if sums.get(key, [0, 0, Decimal(0)]) != held.get(key, [0, 0, Decimal(0)]):
            comparison.differ(f"{key[0]} {key[1]}: counted {sums.get(key)}, kept {held.get(key)}")
    return comparison


def compare_listing_sums(account: MarketplaceAccount) -> Comparison:
    """The available units kept with a listing are the sum over its warehouses."""
    comparison = Comparison(name="listings")
    levels = StockLevel.objects.for_company(account.company_id).filter(account=account)
    sums = dict(levels.values_list("listing").annotate(units=Sum(F("available"))))
    for listing in Listing.objects.for_company(account.company_id).filter(account=account):
        comparison.compared += 1
        if listing.stock_available != sums.get(listing.pk, 0):
            comparison.differ(f"{listing}: kept {listing.stock_available}, sum {sums.get(listing.pk, 0)}")
    return comparison


def compare_supplies(account: MarketplaceAccount, truth: Iterable[Row]) -> Comparison:
    """Supply by supply: kind, status, and what is told of each line. One that the marketplace has forgotten may be
    missing."""
    comparison = Comparison(name="supplies")
    lines = _supply_lines(account)
    supplies = Supply.objects.for_company(account.company_id).filter(account=account)
    held = {one.external_id: one for one in supplies.exclude(external_id="")}
    for row in truth:
        comparison.compared += 1
        supply = held.pop(row["number"], None)
        if supply is None:
            if not row.get("is_forgotten"):
                comparison.differ(f"the supply {row['number']} is lost")
            continue
        ours: tuple[Any, ...] = (str(supply.kind), str(supply.status))
        theirs: tuple[Any, ...] = (row["kind"], row["status"])
        if not row.get("is_forgotten"):
            told = lines.get(supply.pk, {})
            ours, theirs = (*ours, told), (*theirs, _true_supply_lines(row, told))
        if ours != theirs:
            comparison.differ(f"the supply {row['number']}: held {ours}, true {theirs}")
    for number in held:
        comparison.differ(f"the supply {number} does not exist")
    return comparison


def compare_returns(account: MarketplaceAccount, truth: Iterable[Row]) -> Comparison:
    """Return by return: kind, status, units, order and the marketplace's reason, and the price where they tell one.

    Of one that the marketplace has forgotten we know as much as we asked in time.
    """
    comparison = Comparison(name="returns")
    returns = Return.objects.for_company(account.company_id).filter(account=account)
    held = {one.external_id: one for one in returns.iterator(chunk_size=5000)}
    for row in truth:
        comparison.compared += 1
        one = held.pop(row["number"], None)
        if one is None and not row.get("is_forgotten"):
            comparison.differ(f"the return {row['number']} is lost")
        if one is None or row.get("is_forgotten"):
            continue
        words = one.external_reason_id or one.external_reason
        ours: tuple[Any, ...] = (str(one.kind), str(one.status), one.quantity, one.order_external_id, words)
        theirs: tuple[Any, ...] = (row["kind"], row["status"], row["quantity"], row["order"], row["reason"])
        if row["order"]:
            ours, theirs = (*ours, one.amount), (*theirs, row["quantity"] * Decimal(row["price"]))
        if ours != theirs:
            comparison.differ(f"the return {row['number']}: held {ours}, true {theirs}")
    for number in held:
        comparison.differ(f"the return {number} does not exist")
    return comparison


def compare_movements(account: MarketplaceAccount) -> Comparison:
    """The steps of every supply and return: each begins where the one before ended, the last ends where it stands."""
    comparison = Comparison(name="movements")
    company_id = account.company_id
    supplies = Supply.objects.for_company(company_id).filter(account=account).exclude(external_id="")
    returns = Return.objects.for_company(company_id).filter(account=account)
    steps = ("status", "correction")
    told = (
        ("supply", supplies, SupplyEvent.objects.for_company(company_id).filter(kind__in=steps), "supply_id"),
        (
            "return",
            returns,
            ReturnEvent.objects.for_company(company_id).filter(kind__in=steps),
            "return_of_id",
        ),
    )
    for name, owners, events, owner in told:
        histories: dict[int, list[tuple[str, str]]] = defaultdict(list)
        for pk, old, new in events.order_by("pk").values_list(owner, "old_status", "new_status"):
            histories[pk].append((str(old), str(new)))
        for pk, status in owners.values_list("pk", "status"):
            comparison.compared += 1
            passed = ["", *(new for _old, new in histories[pk])]
            if [old for old, _new in histories[pk]] != passed[:-1] or passed[-1] != str(status):
                comparison.differ(f"the {name} {pk} is {status}, its events are {histories[pk]}")
    return comparison


def count_doubles(account: MarketplaceAccount) -> int:
    """Orders of which the same step was told twice; not those that came back to it from a word that nobody knew."""
    events = (
        OrderEvent.objects.for_company(account.company_id)
        .filter(order__account=account)
        .exclude(old_status=OrderStatus.UNKNOWN)
    )
    return int(events.values("order", "new_status").annotate(times=Count("pk")).filter(times__gt=1).count())


def _orders(account: MarketplaceAccount) -> Any:
    return Order.objects.for_company(account.company_id).filter(account=account)


def _lines(account: MarketplaceAccount) -> dict[int, Counter[tuple[str, Decimal]]]:
    found: dict[int, Counter[tuple[str, Decimal]]] = defaultdict(Counter)
    rows = OrderLine.objects.for_company(account.company_id).filter(order__account=account)
    columns = rows.values_list("order_id", "marketplace_sku", "price", "quantity")
    for order_id, sku, price, quantity in columns.iterator(chunk_size=10000):
        found[order_id][sku, price] += quantity
    return found


def _supply_lines(account: MarketplaceAccount) -> dict[int, dict[str, tuple[int | None, ...]]]:
    """The told lines of every supply: units by SKU."""
    found: dict[int, dict[str, tuple[int | None, ...]]] = defaultdict(dict)
    rows = SupplyLine.objects.for_company(account.company_id).filter(supply__account=account)
    for supply_id, sku, key, *counts in rows.exclude(declared=None).values_list(
        "supply_id", "marketplace_sku", "key", *_COUNTS
    ):
        found[supply_id][sku or key] = tuple(counts)
    return found


def _true_supply_lines(
    row: Row, held: Mapping[str, tuple[int | None, ...]]
) -> dict[str, tuple[int | None, ...]]:
    """The same of a true supply; shortage and surplus are compared once they have been told, where they are told late."""
    found = {}
    for line in row["lines"]:
        sku = str(line["sku"])
        counts = [line[name] for name in _COUNTS]
        if sku in held and row.get("tells_late"):
            counts = [
                None if name in row["tells_late"] and before is None else count
                for name, count, before in zip(_COUNTS, counts, held[sku], strict=True)
            ]
        found[sku] = tuple(counts)
    return found


def _true_lines(row: Row) -> Counter[tuple[str, Decimal]]:
    lines: Counter[tuple[str, Decimal]] = Counter()
    for line in row["lines"]:
        lines[str(line["sku"]), Decimal(line["price"])] += line["quantity"]
    return lines


def _histories(account: MarketplaceAccount) -> Iterator[tuple[int, str, list[tuple[str, str]]]]:
    events: dict[int, list[tuple[str, str]]] = defaultdict(list)
    rows = OrderEvent.objects.for_company(account.company_id).filter(order__account=account).order_by("pk")
    for order_id, old, new in rows.values_list("order_id", "old_status", "new_status").iterator(
        chunk_size=10000
    ):
        events[order_id].append((str(old), str(new)))
    for order_id, status in _orders(account).values_list("pk", "status").iterator(chunk_size=10000):
        yield order_id, str(status), events[order_id]
