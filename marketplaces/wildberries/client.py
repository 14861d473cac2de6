"""The Wildberries API: one method an endpoint, typed in and out. Hosts, paths and versions stand only here.

The document: https://dev.wildberries.ru/
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final, Generic, TypeVar

from pydantic import BaseModel

from marketplaces.contracts.pages import Rejected
from marketplaces.errors import RequestRejected
from marketplaces.http import LARGEST_REPORT, Answer, Http
from marketplaces.wildberries import limits
from marketplaces.wildberries.mapping import given_id, thing_id
from marketplaces.wildberries.refusals import refused
from marketplaces.wildberries.report import Report
from marketplaces.wildberries.return_schemas import Claim, Claims, ItemReturn, ItemReturns
from marketplaces.wildberries.schemas import (
    Card,
    CardsPage,
    Commission,
    Commissions,
    Envelope,
    FeedOrder,
    FeedPage,
    Good,
    GoodsPage,
    HeldGood,
    HeldPage,
    SellerInfo,
    StockPage,
    StockRow,
    Uploaded,
    UploadedGood,
    UploadedPage,
    UploadState,
    WarehouseTariff,
    WarehouseTariffs,
)
from marketplaces.wildberries.supply_rows import SupplyName
from marketplaces.wildberries.supply_schemas import (
    DiscrepancyBox,
    DiscrepancyBoxes,
    SupplyBox,
    SupplyBoxes,
    SupplyDetails,
    SupplyGood,
    SupplyGoods,
    SupplyRow,
    SupplyRows,
)
from marketplaces.wire import RowsAt, read_document, read_one

PageModel = TypeVar("PageModel", bound=BaseModel)

CARDS_A_PAGE: Final = 100
GOODS_A_PAGE: Final = 1000
STOCK_ROWS: Final = 150_000
FEED_A_PAGE: Final = 10_000
SUPPLIES_A_PAGE: Final = 1000
SUPPLY_GOODS_A_PAGE: Final = 1000
ITEM_RETURNS_A_PAGE: Final = 1000
CLAIMS_A_PAGE: Final = 200

COMMON: Final = "common-api"
CONTENT: Final = "content-api"
PRICES: Final = "discounts-prices-api"
ANALYTICS: Final = "seller-analytics-api"
STATISTICS: Final = "statistics-api"
SUPPLY: Final = "supplies-api"
RETURNS: Final = "returns-api"

SELLER_INFO: Final = "/api/v1/seller-info"
CARDS_LIST: Final = "/content/v2/get/cards/list"
CARDS_TRASH: Final = "/content/v2/get/cards/trash"
GOODS: Final = "/api/v2/list/goods/filter"
QUARANTINE: Final = "/api/v2/quarantine/goods"
UPLOAD: Final = "/api/v2/upload/task"
UPLOAD_STATE: Final = "/api/v2/history/tasks"
UPLOAD_GOODS: Final = "/api/v2/history/goods/task"
STOCKS: Final = "/api/analytics/v1/stocks-report/wb-warehouses"
ORDER_FEED: Final = "/api/analytics/v1/order-feed"
ORDERS: Final = "/api/v1/supplier/orders"
SALES: Final = "/api/v1/supplier/sales"
COMMISSION: Final = "/api/v1/tariffs/commission"
BOX: Final = "/api/v1/tariffs/box"
PALLET: Final = "/api/v1/tariffs/pallet"
RETURN: Final = "/api/v1/tariffs/return"
SUPPLIES: Final = "/api/v1/supplies"
DISCREPANCIES: Final = "/api/supplies/v1/discrepancies"
ITEM_RETURNS: Final = "/api/analytics/v1/item-returns"
CLAIMS: Final = "/api/v1/claims"

_NUMBER: Final = re.compile("[0-9]{1,19}")
_TARIFF_GROUPS: Final = {BOX: limits.BOX, PALLET: limits.PALLET, RETURN: limits.RETURN}
_CARDS = RowsAt(page=CardsPage, row=Card, path=("cards",), id_fields=("nmID",))
_GOODS = RowsAt(page=GoodsPage, row=Good, path=("data", "listGoods"), id_fields=("nmID",))
_HELD = RowsAt(page=HeldPage, row=HeldGood, path=("data", "quarantineGoods"), id_fields=("nmID",))
_UPLOADED = RowsAt(page=UploadedPage, row=UploadedGood, path=("data", "historyGoods"), id_fields=("nmID",))
_STOCKS = RowsAt(page=StockPage, row=StockRow, path=("data", "items"), id_fields=("chrtId", "warehouseId"))
_FEED = RowsAt(page=FeedPage, row=FeedOrder, path=("data", "orders"), id_fields=("srid",))
_COMMISSIONS = RowsAt(page=Commissions, row=Commission, path=("report",), id_fields=("subjectID",))
_SUPPLIES = RowsAt(page=SupplyRows, row=SupplyRow, path=("rows",), id_fields=())
_SUPPLY_GOODS = RowsAt(page=SupplyGoods, row=SupplyGood, path=("rows",), id_fields=("barcode",))
_SUPPLY_BOXES = RowsAt(page=SupplyBoxes, row=SupplyBox, path=("rows",), id_fields=("packageCode",))
_DISCREPANCIES = RowsAt(page=DiscrepancyBoxes, row=DiscrepancyBox, path=("rows",), id_fields=("packageCode",))
_ITEM_RETURNS = RowsAt(page=ItemReturns, row=ItemReturn, path=("report",), id_fields=("srid",))
_CLAIMS = RowsAt(page=Claims, row=Claim, path=("claims",), id_fields=("srid",))
_TARIFFS = RowsAt(
    page=WarehouseTariffs,
    row=WarehouseTariff,
    path=("response", "data", "warehouseList"),
    id_fields=("warehouseName",),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows(Generic[PageModel]):
    """A page, the rows of it that could not be read, and when it was asked."""

    page: PageModel
    rejected: tuple[Rejected, ...]
    sent_at: datetime


class WildberriesClient:
    """Raises from marketplaces.errors only."""

    def __init__(self, http: Http) -> None:
        self._http = http

    def seller_info(self) -> SellerInfo:
        """GET /api/v1/seller-info: the seller behind the token; any token may ask."""
        answer = self._http.get_json(SELLER_INFO, host=COMMON, limit_group=limits.SELLER)
        return read_document(SellerInfo, answer.content)

    # ---- cards --------------------------------------------------------------------------------------------
    def cards(self, *, updated_at: str = "", nm_id: str = "") -> Rows[CardsPage]:
        """POST /content/v2/get/cards/list: cards, 100 a page, with and without photos, in Russian."""
        body = {
            "settings": {
                "sort": {"ascending": True},
                "filter": {"withPhoto": -1},
                "cursor": _cards_cursor("updatedAt", updated_at, nm_id),
            }
        }
        return self._cards(CARDS_LIST, limits.CARDS, body)

    def trash(self, *, trashed_at: str = "", nm_id: str = "") -> Rows[CardsPage]:
        """POST /content/v2/get/cards/trash: cards that the seller threw away, 100 a page."""
        body = {
            "settings": {
                "sort": {"ascending": True},
                "cursor": _cards_cursor("trashedAt", trashed_at, nm_id),
            }
        }
        return self._cards(CARDS_TRASH, limits.CONTENT, body)

    # ---- prices -------------------------------------------------------------------------------------------
    def goods(self, *, offset: int) -> Rows[GoodsPage]:
        """GET /api/v2/list/goods/filter: prices, 1000 cards a page."""
        params = {"limit": str(GOODS_A_PAGE), "offset": str(offset)}
        return _rows(_GOODS, self._get_prices(GOODS, params))

    def goods_of(self, nm_ids: Sequence[str]) -> Rows[GoodsPage]:
        """POST /api/v2/list/goods/filter: prices of up to 1000 cards."""
        body = {"nmList": [int(one) for one in nm_ids]}
        answer = self._http.post_json(GOODS, body, host=PRICES, limit_group=limits.PRICES)
        return _rows(_GOODS, _good(GOODS, answer))

    def held(self, *, offset: int) -> Rows[HeldPage]:
        """GET /api/v2/quarantine/goods: new prices that are held back, 1000 a page."""
        params = {"limit": str(GOODS_A_PAGE), "offset": str(offset)}
        return _rows(_HELD, self._get_prices(QUARANTINE, params))

    def upload_prices(self, goods: Sequence[Mapping[str, Any]]) -> str:
        """POST /api/v2/upload/task: prices of up to 1000 cards; the upload's id. A write: never repeated.

        208, "there is such an upload already", names that upload.
        """
        answer = self._http.post_json(
            UPLOAD, {"data": list(goods)}, host=PRICES, limit_group=limits.PRICES, is_write=True
        )
        return read_document(Uploaded, _good(UPLOAD, answer).content).data.id

    def upload_state(self, upload_id: str) -> int | None:
        """GET /api/v2/history/tasks: the status of an upload; None until it has been worked through."""
        answer = self._get_prices(UPLOAD_STATE, {"uploadID": upload_id})
        task = read_document(UploadState, answer.content).data
        return task.status if task else None

    def uploaded_goods(self, upload_id: str, *, offset: int) -> Rows[UploadedPage]:
        """GET /api/v2/history/goods/task: what became of each card of an upload, 1000 a page."""
        params = {"limit": str(GOODS_A_PAGE), "offset": str(offset), "uploadID": upload_id}
        return _rows(_UPLOADED, self._get_prices(UPLOAD_GOODS, params))

    # ---- stock and orders ---------------------------------------------------------------------------------
    def stocks(self) -> Rows[StockPage]:
        """POST …/stocks-report/wb-warehouses: stock of all sizes at all their warehouses, in one answer."""
        body = {"limit": STOCK_ROWS, "offset": 0}
        answer = self._http.post_json(
            STOCKS, body, host=ANALYTICS, limit_group=limits.STOCKS, largest=LARGEST_REPORT
        )
        return _rows(_STOCKS, answer)

    def feed(self, *, start: datetime, end: datetime, snapshot: str = "", offset: int = 0) -> Rows[FeedPage]:
        """POST /api/analytics/v1/order-feed: orders by the time of their status, newest first, 10 000 a page.

        Later pages need the `snapshotTime` of the first, or rows shift.
        """
        pagination: dict[str, Any] = {"offset": offset, "limit": FEED_A_PAGE}
        if snapshot:
            pagination["snapshotTime"] = snapshot
        body = {"selectedPeriod": {"start": _iso(start), "end": _iso(end)}, "pagination": pagination}
        answer = self._http.post_json(ORDER_FEED, body, host=ANALYTICS, limit_group=limits.FEED)
        return _rows(_FEED, answer)

    def orders(self, *, changed_from: str) -> Report:
        """GET /api/v1/supplier/orders: orders changed since the moment (Moscow), some 80 000 an answer."""
        return self._report(ORDERS, limits.ORDERS, changed_from)

    def sales(self, *, changed_from: str) -> Report:
        """GET /api/v1/supplier/sales: sales and returns changed since the moment (Moscow), some 80 000 an answer."""
        return self._report(SALES, limits.SALES, changed_from)

    # ---- supplies -----------------------------------------------------------------------------------------
    def supplies(
        self, *, dates: Sequence[Mapping[str, str]] = (), statuses: Sequence[int] = (), offset: int = 0
    ) -> Rows[SupplyRows]:
        """POST /api/v1/supplies: supplies and pre-orders by days (`type`, `from`, `till`) and statuses, 1000 a page."""
        body: dict[str, Any] = {}
        if dates:
            body["dates"] = [dict(one) for one in dates]
        if statuses:
            body["statusIDs"] = list(statuses)
        params = {"limit": str(SUPPLIES_A_PAGE), "offset": str(offset)}
        answer = self._http.post_json(SUPPLIES, body, host=SUPPLY, params=params, limit_group=limits.SUPPLIES)
        rows = _bare(_SUPPLIES, answer)
        return replace(rows, rejected=tuple(map(_named, rows.rejected)))

    def supply(self, number: str, *, is_preorder: bool) -> tuple[SupplyDetails | Rejected, datetime]:
        """GET /api/v1/supplies/{ID}: a supply, or a pre-order that is not planned yet, and when it was asked.

        Raises RequestRejected when there is none, and of a pre-order that has become a supply, naming it.
        """
        answer = self._of_supply(f"/{number}", limits.SUPPLY, is_preorder=is_preorder)
        wrapped = b'{"supply":' + (answer.content or b"null") + b"}"
        return read_one(SupplyDetails, wrapped, path=("supply",), id_fields=()), answer.sent_at

    def supply_goods(self, number: str, *, is_preorder: bool, offset: int) -> Rows[SupplyGoods]:
        """GET /api/v1/supplies/{ID}/goods: the barcodes of a supply, 1000 a page."""
        answer = self._of_supply(
            f"/{number}/goods",
            limits.SUPPLY_GOODS,
            is_preorder=is_preorder,
            limit=str(SUPPLY_GOODS_A_PAGE),
            offset=str(offset),
        )
        return _bare(_SUPPLY_GOODS, answer)

    def supply_boxes(self, supply_id: str) -> Rows[SupplyBoxes]:
        """GET /api/v1/supplies/{ID}/package: the boxes of a planned supply, all of them."""
        path = f"{SUPPLIES}/{supply_id}/package"
        answer = self._http.get_json(path, host=SUPPLY, limit_group=limits.SUPPLY_BOXES)
        return _bare(_SUPPLY_BOXES, answer)

    def discrepancies(self, supply_id: str) -> Rows[DiscrepancyBoxes]:
        """GET /api/supplies/v1/discrepancies/{supplyId}: what the boxes held other than declared.

        Raises RightMissing to a base token, and of a supply that was accepted more than a year ago.
        """
        path = f"{DISCREPANCIES}/{supply_id}"
        answer = self._http.get_json(path, host=SUPPLY, limit_group=limits.DISCREPANCIES)
        return _bare(_DISCREPANCIES, answer)

    # ---- returns ------------------------------------------------------------------------------------------
    def item_returns(self, *, since: date, until: date, status: str, offset: int) -> Rows[ItemReturns]:
        """GET /api/analytics/v1/item-returns: goods on their way to the seller, `active` or `archive`, 1000 a page."""
        params = {
            "dateFrom": since.isoformat(),
            "dateTo": until.isoformat(),
            "status": status,
            "limit": str(ITEM_RETURNS_A_PAGE),
            "offset": str(offset),
        }
        answer = self._http.get_json(ITEM_RETURNS, params, host=ANALYTICS, limit_group=limits.ITEM_RETURNS)
        rows = _rows(_ITEM_RETURNS, replace(answer, content=answer.content or b'{"report":[]}'))
        return replace(rows, rejected=tuple(map(_of_thing, rows.rejected)))

    def claims(self, *, is_archive: bool, offset: int) -> Rows[Claims]:
        """GET /api/v1/claims: buyers' claims of the last 14 days, 200 a page."""
        params = {
            "is_archive": "true" if is_archive else "false",
            "limit": str(CLAIMS_A_PAGE),
            "offset": str(offset),
        }
        answer = self._http.get_json(CLAIMS, params, host=RETURNS, limit_group=limits.CLAIMS)
        return _rows(_CLAIMS, answer)

    # ---- tariffs ------------------------------------------------------------------------------------------
    def commissions(self) -> Rows[Commissions]:
        """GET /api/v1/tariffs/commission: percents by category."""
        answer = self._http.get_json(COMMISSION, {"locale": "ru"}, host=COMMON, limit_group=limits.COMMISSION)
        return _rows(_COMMISSIONS, answer)

    def warehouse_tariffs(self, path: str, day: date) -> Rows[WarehouseTariffs]:
        """GET /api/v1/tariffs/box, pallet or return: tariffs by warehouse on a day."""
        params = {"date": day.isoformat()}
        answer = self._http.get_json(path, params, host=COMMON, limit_group=_TARIFF_GROUPS[path])
        return _rows(_TARIFFS, answer)

    # ---- how ----------------------------------------------------------------------------------------------
    def _cards(self, path: str, group: str, body: Mapping[str, Any]) -> Rows[CardsPage]:
        answer = self._http.post_json(path, body, host=CONTENT, params={"locale": "ru"}, limit_group=group)
        return _rows(_CARDS, _good(path, answer))

    def _get_prices(self, path: str, params: Mapping[str, str]) -> Answer:
        return _good(path, self._http.get_json(path, params, host=PRICES, limit_group=limits.PRICES))

    def _of_supply(self, path: str, group: str, *, is_preorder: bool, **params: str) -> Answer:
        return self._http.get_json(
            SUPPLIES + path,
            {**params, "isPreorderID": "true" if is_preorder else "false"},
            host=SUPPLY,
            limit_group=group,
        )

    def _report(self, path: str, group: str, changed_from: str) -> Report:
        answer = self._http.get_json(
            path,
            {"dateFrom": changed_from, "flag": "0"},
            host=STATISTICS,
            limit_group=group,
            largest=LARGEST_REPORT,
        )
        return Report(answer.content or b"[]", sent_at=answer.sent_at)


def _rows(rows: RowsAt[PageModel], answer: Answer) -> Rows[PageModel]:
    page, rejected = rows.read(answer.content)
    return Rows(page=page, rejected=rejected, sent_at=answer.sent_at)


def _bare(rows: RowsAt[PageModel], answer: Answer) -> Rows[PageModel]:
    """The rows of an answer that is a list."""
    return _rows(rows, replace(answer, content=b'{"rows":' + (answer.content or b"[]") + b"}"))


def _named(rejected: Rejected) -> Rejected:
    """A supply that could not be read, under the id by which it is told once it can be. A row that names no pre-order,
    not even their 0, is under none: it may be of any."""
    told = rejected.payload if isinstance(rejected.payload, dict) else {}
    preorder_id, supply_id = _number(told.get("preorderID")), _number(told.get("supplyID"))
    name = SupplyName(preorder_id=given_id(preorder_id), supply_id=given_id(supply_id))
    return replace(rejected, external_id=name.external_id if preorder_id and name.number else "")


def _of_thing(rejected: Rejected) -> Rejected:
    """A thing that could not be read, under the id by which it is told once it can be."""
    told = rejected.payload if isinstance(rejected.payload, dict) else {}
    return replace(rejected, external_id=thing_id(rejected.external_id, _number(told.get("shkId"))))


def _number(value: Any) -> str:
    """An id of theirs as text; empty for anything else."""
    text = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
    return text if _NUMBER.fullmatch(text) else ""


def _good(path: str, answer: Answer) -> Answer:
    """The answer, unless it says in a 200 that it is an error. Raises RequestRejected."""
    told = read_document(Envelope, answer.content)
    if told.error:
        said = told.errorText or ""
        raise _refused(path, said)
    return answer


def _refused(path: str, said: str) -> RequestRejected:
    return refused(f"{path}: {said[:200]}", said)


def _cards_cursor(name: str, moment: str, nm_id: str) -> dict[str, Any]:
    cursor: dict[str, Any] = {"limit": CARDS_A_PAGE}
    if moment:
        cursor[name] = moment
    if nm_id:
        cursor["nmID"] = int(nm_id)
    return cursor


def _iso(value: datetime) -> str:
    return value.strftime("%Y-%m-%dT%H:%M:%SZ")
