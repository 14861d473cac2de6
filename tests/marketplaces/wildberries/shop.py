"""A pretend seller of Wildberries, small enough to know by heart: statistics, the feed and cards of some orders."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qs

import httpx

from marketplaces.contracts.orders import OrderStatus
from marketplaces.wildberries import client as api
from marketplaces.wildberries.mapping import MOSCOW

if TYPE_CHECKING:
    from collections.abc import Callable

NOW: Final = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
# Statistics are made anew each half hour.
LAG: Final = timedelta(minutes=30)
YEAR_1: Final = "0001-01-01T00:00:00"


def moscow(value: datetime | None) -> str:
    return YEAR_1 if value is None else value.astimezone(MOSCOW).strftime("%Y-%m-%dT%H:%M:%S")


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """One order, and all that becomes of it."""

    srid: str
    placed_at: datetime
    cancelled_at: datetime | None = None
    sold_at: datetime | None = None
    returned_at: datetime | None = None
    price: int = 1000
    discount: int = 10
    barcode: str = "2000000000017"
    chrt_id: int = 701

    def last(self, at: datetime) -> tuple[str, datetime]:
        """The word of the feed, and since when."""
        steps = [
            ("created", self.placed_at),
            ("cancel", self.cancelled_at),
            ("buyout", self.sold_at),
            ("return", self.returned_at),
        ]
        return next((word, when) for word, when in reversed(steps) if when is not None and when <= at)

    def truth(self, at: datetime) -> OrderStatus:
        words = {
            "created": OrderStatus.ACCEPTED,
            "cancel": OrderStatus.CANCELLED,
            "buyout": OrderStatus.DELIVERED,
            "return": OrderStatus.RETURNED,
        }
        return words[self.last(at)[0]]

    def statistics(self, moment: datetime, **more: Any) -> dict[str, Any]:
        return {
            "date": moscow(self.placed_at),
            "lastChangeDate": moscow(moment),
            "warehouseName": "Склад WB",
            "warehouseType": "Склад WB",
            "oblastOkrugName": "Уральский федеральный округ",
            "supplierArticle": "LN-PLD",
            "nmId": 70,
            "barcode": self.barcode,
            "subject": "Пледы",
            "totalPrice": self.price,
            "discountPercent": self.discount,
            "priceWithDisc": 0,
            "gNumber": "9000",
            "srid": self.srid,
            **more,
        }


@dataclass(slots=True)
class Shop(httpx.BaseTransport):
    """Answers as their hosts would. `cut` rows make a full report; `spoil` may replace an answer."""

    units: list[Unit]
    now: datetime = NOW
    cut: int = 80_000
    feed_page: int = api.FEED_A_PAGE
    calls: Counter[str] = field(default_factory=Counter)
    asked: list[tuple[str, str]] = field(default_factory=list)
    forgets: set[str] = field(default_factory=set)
    spoil: Callable[[str, Any], Any] | None = None
    before: Callable[[str], None] | None = None
    made: dict[tuple[str, datetime], list[dict[str, Any]]] = field(default_factory=dict)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path
        if self.before is not None:
            self.before(path)
        self.calls[path] += 1
        query = {name: values[0] for name, values in parse_qs(request.url.query.decode()).items()}
        body = json.loads(request.read() or b"null")
        self.asked.append((path, query.get("dateFrom", "")))
        answer = self.answers()[path](query, body)
        if self.spoil is not None:
            answer = self.spoil(path, answer)
        return answer if isinstance(answer, httpx.Response) else httpx.Response(200, json=answer)

    def answers(self) -> dict[str, Callable[[dict[str, str], Any], Any]]:
        return {
            api.ORDERS: lambda query, _body: self.report(api.ORDERS, self.order_rows, query),
            api.SALES: lambda query, _body: self.report(api.SALES, self.sale_rows, query),
            api.ORDER_FEED: lambda _query, body: self.feed(body),
            api.CARDS_LIST: lambda _query, _body: cards(self.units),
            api.CARDS_TRASH: lambda _query, _body: {"cards": [], "cursor": {"total": 0}},
        }

    def order_rows(self) -> list[dict[str, Any]]:
        known = self.now - LAG
        rows = []
        for unit in self.units:
            if unit.placed_at > known:
                continue
            cancelled = unit.cancelled_at if unit.cancelled_at and unit.cancelled_at <= known else None
            rows.append(
                unit.statistics(
                    cancelled or unit.placed_at, isCancel=bool(cancelled), cancelDate=moscow(cancelled)
                )
            )
        return rows

    def sale_rows(self) -> list[dict[str, Any]]:
        known = self.now - LAG
        return [
            unit.statistics(moment, date=moscow(moment), saleID=f"{letter}{unit.srid}", forPay=0)
            for unit in self.units
            for letter, moment in (("S", unit.sold_at), ("R", unit.returned_at))
            if moment is not None and moment <= known
        ]

    def report(
        self, path: str, rows: Callable[[], list[dict[str, Any]]], query: dict[str, str]
    ) -> list[dict[str, Any]]:
        assert query["flag"] == "0"
        if (path, self.now) not in self.made:
            self.made[path, self.now] = sorted(rows(), key=lambda row: str(row["lastChangeDate"]))
        made = self.made[path, self.now]
        changed = [row for row in made if row["lastChangeDate"] >= query["dateFrom"]]
        return [dict(row) for row in changed[: self.cut]] if self.spoil else changed[: self.cut]

    def feed(self, body: dict[str, Any]) -> Any:
        period, pagination = body["selectedPeriod"], body["pagination"]
        start, end = (datetime.fromisoformat(period[name]) for name in ("start", "end"))
        assert start >= self.now - timedelta(days=31)
        snapshot = pagination.get("snapshotTime")
        if snapshot in self.forgets:
            return httpx.Response(400, json={"title": "Bad Request", "detail": "snapshotTime is too old"})
        at = datetime.fromisoformat(snapshot) if snapshot else self.now
        rows = [(unit, *unit.last(at)) for unit in self.units if unit.placed_at <= at]
        rows = sorted((one for one in rows if start <= one[2] <= end), key=lambda one: one[2], reverse=True)
        first, most = pagination["offset"], min(pagination["limit"], self.feed_page)
        return {
            "data": {
                "snapshotTime": at.isoformat(),
                "currency": "RUB",
                "orders": [feed_row(*one) for one in rows[first : first + most]],
            }
        }


def feed_row(unit: Unit, word: str, moment: datetime) -> dict[str, Any]:
    return {
        "nmId": 70,
        "chrtId": unit.chrt_id,
        "srid": unit.srid,
        "createdAt": unit.placed_at.isoformat(),
        "updatedAt": moment.isoformat(),
        "status": word,
        "cancelType": "receipt" if word == "cancel" else None,
        "warehouseName": "Склад WB",
        "warehouseRegion": "",
        "isMp": False,
        "destinationCity": "Екатеринбург",
        "destinationDistrict": "Уральский федеральный округ",
        "sellerPrice": unit.price * (100 - unit.discount) / 100,
    }


def cards(units: list[Unit]) -> dict[str, Any]:
    sizes = {unit.chrt_id: unit.barcode for unit in units}
    card = {
        "nmID": 70,
        "subjectID": 1,
        "subjectName": "Пледы",
        "vendorCode": "LN-PLD",
        "title": "Плед",
        "photos": [{"big": "https://photos.test/1.jpg"}],
        "dimensions": {"length": 30, "width": 20, "height": 12.5, "weightBrutto": 0.75},
        "sizes": [{"chrtID": chrt, "techSize": "0", "skus": [barcode]} for chrt, barcode in sizes.items()],
        "createdAt": "2026-01-01T00:00:00Z",
        "updatedAt": "2026-02-01T00:00:00Z",
    }
    return {"cards": [card], "cursor": {"updatedAt": "2026-02-01T00:00:00Z", "nmID": 70, "total": 1}}


def some_units(count: int, *, days: int = 85, now: datetime = NOW) -> list[Unit]:
    """Orders evenly over the days before, of every fate."""
    step = timedelta(days=days) / count
    units = []
    for number in range(count):
        placed = now - timedelta(days=days) + step * number
        placed = placed.replace(microsecond=0)
        sold = placed + timedelta(days=2, seconds=number % 50) if number % 7 else None
        units.append(
            Unit(
                srid=f"d{number:07x}.r0.0",
                placed_at=placed,
                cancelled_at=None if sold else placed + timedelta(days=1),
                sold_at=sold,
                returned_at=sold + timedelta(days=5) if sold and number % 9 == 0 else None,
                price=1000 + number % 13,
            )
        )
    return units
