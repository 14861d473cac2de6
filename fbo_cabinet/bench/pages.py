"""Pages at few and at many orders, and a list against an empty page."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import partial
from statistics import median
from typing import TYPE_CHECKING, Final

from django.db import connection

from fbo_cabinet.bench import filling, shop
from fbo_cabinet.bench.browser import Browser, as_served
from fbo_cabinet.bench.database import scratch_database, use_database
from fbo_cabinet.bench.report import Finding, milliseconds, seconds_of
from orders.models import Order
from returns.filters import NO_REASON
from returns.models import Return
from supplies.models import Supply

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from companies.models import Company

FEW, MANY = 10_000, 1_000_000
QUICK_FEW, QUICK_MANY = 2_000, 20_000
# The two sizes take turns, so that whatever else the machine does falls on both.
ROUNDS, RUNS = 5, 5
_GROWTH: Final = 1.2
_LIST_COST: Final = 4
# A shop of few orders has few supplies too, but as many a month as the large one, and a page of accepted ones.
_SUPPLIED, _LEAST_SUPPLIES = 500, 200
_EMPTY = "empty page"
# Lists that show a whole page of rows.
_LISTS: Final = ("orders", "supplies", "returns")
_REPORTS: Final = {
    "report on sales": "sales",
    "report on turnover": "turnover",
    "report on returns": "returns",
    "report on processing": "processing",
    "balance of units": "balance",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """A database with a company of so many orders, and its owner's browser."""

    database: str
    browser: Browser
    addresses: Mapping[str, str]


def measure(*, quick: bool = False) -> list[Finding]:
    """The medians of every page at two sizes, in two databases."""
    few, many = (QUICK_FEW, QUICK_MANY) if quick else (FEW, MANY)
    with as_served():
        small = _shelf(few)
        with scratch_database():
            large = _shelf(many)
            found = _medians((small, large))
    return [
        *(
            Finding(
                what=f"{name} at {many} orders",
                against=f"the same at {few}",
                ours=milliseconds(at_many),
                theirs=milliseconds(at_few),
                ratio=at_many / at_few,
                goal=_GROWTH,
                at_least=False,
            )
            for name, (at_few, at_many) in found.items()
            if name != _EMPTY
        ),
        *(
            Finding(
                what=f"list page of {name}",
                against="an empty signed-in page",
                ours=milliseconds(found[name][0]),
                theirs=milliseconds(found[_EMPTY][0]),
                ratio=found[name][0] / found[_EMPTY][0],
                goal=_LIST_COST,
                at_least=False,
            )
            for name in _LISTS
        ),
    ]


def _shelf(count: int) -> Shelf:
    company, owner = shop.make_company("pages")
    account = filling.begin(company)
    filling.supply(account, max(count // _SUPPLIED, _LEAST_SUPPLIES))
    filling.fill(company, count)
    return Shelf(
        database=connection.settings_dict["NAME"], browser=Browser(owner), addresses=_addresses(company)
    )


def _medians(shelves: Sequence[Shelf]) -> dict[str, tuple[float, ...]]:
    """The median of every page on every shelf."""
    seconds: dict[tuple[str, int], list[float]] = defaultdict(list)
    for _round in range(ROUNDS):
        for place, shelf in enumerate(shelves):
            use_database(shelf.database)
            for name, url in shelf.addresses.items():
                seconds[name, place] += seconds_of(partial(shelf.browser.get, url), runs=RUNS)
    names = shelves[0].addresses
    return {name: tuple(median(seconds[name, place]) for place in range(len(shelves))) for name in names}


def _addresses(company: Company) -> dict[str, str]:
    newest = Order.objects.for_company(company).order_by("-placed_at", "-pk")[0]
    base = f"/{company.slug}"
    return {
        _EMPTY: f"{base}/bench-empty/",
        "orders": f"{base}/orders/",
        "orders of a status in 90 days": f"{base}/orders/?status=delivered&period=90d",
        "orders of a cluster and status": f"{base}/orders/?status=cancelled&cluster_to=Урал",
        "orders by number": f"{base}/orders/?q={newest.external_id}",
        "order page": f"{base}/orders/{newest.pk}/",
        "morning page": f"{base}/",
        **_of_supplies(company, base),
        **_of_returns(company, base),
        **_of_reports(base),
    }


def _of_supplies(company: Company, base: str) -> dict[str, str]:
    accepted = Supply.objects.for_company(company).filter(status="accepted").order_by("-slot_from", "-pk")[0]
    return {
        "supplies": f"{base}/supplies/",
        "supplies accepted": f"{base}/supplies/?status=accepted",
        "supplies that wait": f"{base}/supplies/?attention=true",
        "calendar of supplies": f"{base}/supplies/calendar/",
        "supply page": f"{base}/supplies/{accepted.pk}/",
    }


def _of_returns(company: Company, base: str) -> dict[str, str]:
    rows = Return.objects.for_company(company).order_by("-registered_at", "-pk")
    reason = rows.exclude(reason=None).values_list("reason_id", flat=True).first()
    return {
        "returns": f"{base}/returns/",
        "returns of a kind": f"{base}/returns/?kind=client_return",
        "returns of a reason": f"{base}/returns/?reason={reason or NO_REASON}",
        "return page": f"{base}/returns/{rows[0].pk}/",
        "reasons of returns": f"{base}/returns/reasons/",
        "returns to pick up": f"{base}/returns/pick-up/",
    }


def _of_reports(base: str) -> dict[str, str]:
    """The reports of four weeks and of a year; what came back also by place."""
    of_period = {
        f"{name}, {period}": f"{base}/analytics/{path}/?period={period}"
        for name, path in _REPORTS.items()
        for period in ("28d", "365d")
    }
    return of_period | {"returns by warehouse, 365d": f"{base}/analytics/returns/?period=365d&by=warehouse"}
