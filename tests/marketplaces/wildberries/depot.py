"""A pretend Wildberries that takes in supplies, small enough to know by heart."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

import httpx

from marketplaces.contracts.supplies import SuppliesQuery, SupplySnapshot
from marketplaces.wildberries import client as api
from tests.marketplaces.wildberries.shop import NOW

if TYPE_CHECKING:
    from collections.abc import Callable

    from marketplaces.contracts.pages import Cursor, Page
    from marketplaces.wildberries.adapter import Adapter

MONTHS = timedelta(days=90)

SKUS = {"2000000000017": "701", "2000000000024": "701", "2000000000031": "702"}


def good(barcode: str = "2000000000017", quantity: int = 10, **more: Any) -> dict[str, Any]:
    return {
        "barcode": barcode,
        "vendorCode": "LN-PLD",
        "nmID": 70,
        "needKiz": False,
        "tnved": None,
        "techSize": "0",
        "color": None,
        "supplierBoxAmount": quantity,
        "quantity": quantity,
        "readyForSaleQuantity": 0,
        "acceptedQuantity": 0,
        "unloadingQuantity": 0,
        **more,
    }


@dataclass(slots=True, kw_only=True)
class Supply:
    """A supply with its goods, boxes and what was found in them; `supply_id` 0 is a pre-order."""

    preorder_id: int = 0
    supply_id: int = 0
    status: int = 2
    goods: list[dict[str, Any]] = field(default_factory=lambda: [good()])
    boxes: list[dict[str, Any]] = field(default_factory=list)
    found: list[dict[str, Any]] = field(default_factory=list)
    created: str = "2026-11-01T10:00:00+03:00"
    planned: str | None = "2026-11-20T00:00:00+03:00"
    fact: str | None = None
    updated: str | None = "2026-11-10T12:00:00+03:00"
    box_type: int = 2
    details: dict[str, Any] = field(default_factory=dict)

    def row(self) -> dict[str, Any]:
        return {
            "phone": "+7 916 *** 44 44",
            "supplyID": self.supply_id or None,
            "preorderID": self.preorder_id,
            "createDate": self.created,
            "supplyDate": self.planned,
            "factDate": self.fact,
            "updatedDate": self.updated,
            "statusID": self.status,
            "boxTypeID": self.box_type,
        }

    def told(self) -> dict[str, Any]:
        told = self.row()
        del told["supplyID"], told["preorderID"]
        return told | {
            "warehouseID": 507,
            "warehouseName": "Коледино",
            "actualWarehouseID": None,
            "actualWarehouseName": "",
            "transitWarehouseName": "",
            "rejectReason": None,
            "supplierAssignName": "Льняная лавка",
            "quantity": sum(one["quantity"] for one in self.goods if isinstance(one["quantity"], int)),
            "discrepancies": sum(item["discrepancyQuantity"] for box in self.found for item in box["items"]),
            **self.details,
        }


@dataclass(slots=True)
class Depot(httpx.BaseTransport):
    """Answers as their hosts would; `spoil` may replace an answer, `before` may break a request."""

    supplies: list[Supply]
    calls: Counter[str] = field(default_factory=Counter)
    asked: list[tuple[str, Any]] = field(default_factory=list)
    spoil: Callable[[str, Any], Any] | None = None
    before: Callable[[str], None] | None = None

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path
        kind = self._kind(path)
        if self.before is not None:
            self.before(kind)
        self.calls[kind] += 1
        query = {name: values[0] for name, values in parse_qs(request.url.query.decode()).items()}
        body = request.read().decode()
        self.asked.append((path, body or query))
        answer = self._answer(kind, path, query, httpx.Response(200, text=body or "null").json())
        if self.spoil is not None and not isinstance(answer, httpx.Response):
            answer = self.spoil(kind, answer)
        return answer if isinstance(answer, httpx.Response) else httpx.Response(200, json=answer)

    @staticmethod
    def _kind(path: str) -> str:
        if path == api.SUPPLIES:
            return "list"
        if path.startswith(api.DISCREPANCIES):
            return "discrepancies"
        if "/cards/" in path:
            return "cards"
        tail = path.rsplit("/", 1)[1]
        return tail if tail in ("goods", "package") else "details"

    def _answer(self, kind: str, path: str, query: dict[str, str], body: Any) -> Any:
        if kind == "cards":
            return {"cards": [], "cursor": {"total": 0}}
        if kind == "list":
            return self._list(query, body)
        number = int(path.removesuffix("/goods").removesuffix("/package").rsplit("/", 1)[1])
        is_preorder = query.get("isPreorderID") == "true"
        found = [
            one for one in self.supplies if number == (one.preorder_id if is_preorder else one.supply_id)
        ]
        if not found:
            return bad(f"поставка {number} не найдена", status=404)
        (supply,) = found
        if is_preorder and supply.supply_id:
            return bad(
                f"fail to get supply details: по заказу {number} найдена поставка {supply.supply_id}. "
                "Используйте поиск по ID поставки"
            )
        match kind:
            case "details":
                return supply.told()
            case "goods":
                offset = int(query["offset"])
                return supply.goods[offset : offset + int(query["limit"])]
        return supply.boxes if kind == "package" else supply.found

    def _list(self, query: dict[str, str], body: Any) -> list[dict[str, Any]]:
        rows = [one.row() for one in self.supplies]
        for dates in body.get("dates", ()):
            name = dates["type"]
            rows = [row for row in rows if row[name] and dates["from"] <= row[name][:10] <= dates["till"]]
        if body.get("statusIDs"):
            rows = [row for row in rows if row["statusID"] in body["statusIDs"]]
        offset = int(query["offset"])
        return rows[offset : offset + int(query["limit"])]


def bad(detail: str, *, status: int = 400) -> httpx.Response:
    title = "not found" if status == 404 else "bad request"
    return httpx.Response(
        status, json={"status": status, "title": title, "detail": detail, "origin": "supply-api"}
    )


def query(*held: str, until: datetime = NOW) -> SuppliesQuery:
    return SuppliesQuery(
        since=until - MONTHS, until=until, open_external_ids=tuple(sorted(held)), sku_by_barcode=SKUS
    )


def read(
    adapter: Adapter, *held: str, cursor: Cursor | None = None, until: datetime = NOW
) -> tuple[dict[str, SupplySnapshot], list[Page[SupplySnapshot]]]:
    pages = list(adapter.fetch_supplies(query(*held, until=until), cursor=cursor or {}))
    return {one.external_id: one for page in pages for one in page.snapshots}, pages


ACCEPTED = Supply(
    preorder_id=501,
    supply_id=901,
    status=5,
    fact="2026-11-12T09:30:00+03:00",
    updated="2026-11-13T01:15:00+03:00",
    goods=[
        good(quantity=10, acceptedQuantity=8, readyForSaleQuantity=6),
        good("2000000000024", quantity=5, acceptedQuantity=5, readyForSaleQuantity=5),
        good("2000000000031", quantity=4, acceptedQuantity=5, readyForSaleQuantity=0),
        good("4600000000000", quantity=1, acceptedQuantity=1, readyForSaleQuantity=1),
    ],
    boxes=[
        {"packageCode": "WB_1", "quantity": 15, "barcodes": [
            {"barcode": "2000000000017", "quantity": 10}, {"barcode": "2000000000024", "quantity": 5}]},
        {"packageCode": "WB_2", "quantity": 5, "barcodes": [
            {"barcode": "2000000000031", "quantity": 4}, {"barcode": "4600000000000", "quantity": 1}]},
    ],
    found=[
        {"packageCode": "WB_1", "items": [
            {"declaredSku": "2000000000017", "actualSku": "2000000000017", "declaredAmount": 10, "actualAmount": 8,
             "discrepancyQuantity": 2, "discrepancyType": "shortage"}]},
        {"packageCode": "WB_2", "items": [
            {"declaredSku": "2000000000031", "actualSku": "2000000000031", "declaredAmount": 4, "actualAmount": 5,
             "discrepancyQuantity": 1, "discrepancyType": "surplus"}]},
    ],
)  # fmt: skip


def many(count: int) -> list[Supply]:
    return [
        Supply(
            preorder_id=1000 + number,
            supply_id=5000 + number,
            status=5 if number % 3 else 2,
            fact="2026-11-10T12:00:00+03:00",
        )
        for number in range(count)
    ]
