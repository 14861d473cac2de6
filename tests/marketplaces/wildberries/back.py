"""What comes back to a pretend seller of Wildberries, by the hosts that tell of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import httpx

from marketplaces.contracts.returns import ReturnSnapshot, ReturnsQuery
from marketplaces.wildberries import client as api
from tests.marketplaces.wildberries.shop import NOW, Shop, Unit

if TYPE_CHECKING:
    from collections.abc import Callable

    from marketplaces.contracts.pages import Cursor, Page
    from marketplaces.wildberries.adapter import Adapter

QUARTER = timedelta(days=90)


def item(srid: str = "r1", **more: Any) -> dict[str, Any]:
    return {
        "shkId": 23411783472,
        "srid": srid,
        "sku": "2000000000017",
        "nmId": 70,
        "brand": "Льняная лавка",
        "subjectName": "Пледы",
        "techSize": "0",
        "orderDt": "2026-11-10T10:00:00",
        "orderId": 0,
        "stickerId": "1",
        "kiz": "",
        "returnType": "Возврат брака",
        "returnStatus": "Готов к выдаче",
        "readyToReturnDt": "2026-11-15T12:00:00",
        "expiredDt": "2026-12-15T00:00:00",
        "completedDt": None,
        "dstOfficeId": 310105,
        "dstOfficeAddress": "Фурманов, ул. Социалистическая, 12",
        **more,
    }


def claim(srid: str = "r1", **more: Any) -> dict[str, Any]:
    return {
        "id": "fe3e9337-e9f9-423c-8930-946a8ebef80a",
        "claim_type": 1,
        "status": 2,
        "status_ex": 8,
        "nm_id": 70,
        "user_comment": "Звоните Марии +7 900 000-00-00",
        "wb_comment": "Мария, заявка одобрена",
        "dt": "2026-11-18T17:06:12.245611",
        "imt_name": "Плед",
        "order_dt": "2026-11-01T05:18:56",
        "dt_update": "2026-11-19T18:01:06.999613",
        "photos": ["//photos/1.webp"],
        "video_paths": [],
        "actions": [],
        "price": 157,
        "currency_code": "643",
        "srid": srid,
        "origin_id_info": None,
        "delivery_dt": "2026-11-09T14:36:07",
        **more,
    }


@dataclass(slots=True)
class Back(httpx.BaseTransport):
    """The pretend shop, and what comes back to its seller. `spoil` may replace an answer of the other hosts."""

    shop: Shop
    items: list[dict[str, Any]] = field(default_factory=list)
    done: list[dict[str, Any]] = field(default_factory=list)
    claims: list[dict[str, Any]] = field(default_factory=list)
    decided: list[dict[str, Any]] = field(default_factory=list)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    spoil: Callable[[str, Any], Any] | None = None

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        path, query = request.url.path, dict(request.url.params)
        if path not in (api.ITEM_RETURNS, api.CLAIMS):
            return self.shop.handle_request(request)
        self.asked.append((path, query))
        answer = self._items(query) if path == api.ITEM_RETURNS else self._claims(query)
        if self.spoil is not None:
            answer = self.spoil(path, answer)
        return answer if isinstance(answer, httpx.Response) else httpx.Response(200, json=answer)

    def _items(self, query: dict[str, str]) -> Any:
        rows = self.items if query["status"] == "active" else self.done
        rows = [row for row in rows if query["dateFrom"] <= row["orderDt"][:10] <= query["dateTo"]]
        first = int(query["offset"])
        if not rows:
            return httpx.Response(204)
        return {"count": len(rows), "report": rows[first : first + int(query["limit"])]}

    def _claims(self, query: dict[str, str]) -> Any:
        rows = self.decided if query["is_archive"] == "true" else self.claims
        first = int(query["offset"])
        return {"claims": rows[first : first + int(query["limit"])], "total": len(rows)}


def asked_for(until: datetime = NOW) -> ReturnsQuery:
    return ReturnsQuery(since=until - QUARTER, until=until)


def read(
    adapter: Adapter, *, cursor: Cursor | None = None, until: datetime = NOW
) -> tuple[list[ReturnSnapshot], list[Page[ReturnSnapshot]]]:
    pages = list(adapter.fetch_returns(asked_for(until), cursor=cursor or {}))
    return [one for page in pages for one in page.snapshots], pages


def returned(srid: str = "r1", *, days: int = 10) -> Unit:
    placed = NOW - timedelta(days=days)
    return Unit(
        srid=srid,
        placed_at=placed,
        sold_at=placed + timedelta(days=2),
        returned_at=placed + timedelta(days=5),
    )
