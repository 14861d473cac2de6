"""The Ozon Seller API: one method an endpoint, typed in and out. Paths and versions stand only here.

The document: https://docs.ozon.ru/api/seller/
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, Generic, TypeVar

from pydantic import BaseModel

from marketplaces.contracts.pages import Rejected
from marketplaces.http import Answer, Http
from marketplaces.ozon.schemas import (
    CancelReasons,
    ClustersV1,
    ClustersV2,
    FboStockPage,
    FboStockRow,
    OzonWarehouses,
    Posting,
    PostingList,
    PricedProduct,
    PricedProducts,
    PricePage,
    PriceResults,
    PriceRow,
    ProductAttributes,
    ProductAttributesPage,
    ProductInfo,
    ProductInfoList,
    ProductList,
    ProductRef,
    PushAddresses,
    Roles,
    SellerInfo,
    StockPage,
    StockRow,
)
from marketplaces.ozon.schemas_returns import ReturnRow, ReturnRows
from marketplaces.ozon.schemas_supplies import (
    ActSummaries,
    Bundle,
    BundleItem,
    Cargoes,
    CountedAct,
    CountedActs,
    RemovalRow,
    RemovalRows,
    SupplyCargoes,
    SupplyOrder,
    SupplyOrderIds,
    SupplyOrders,
)
from marketplaces.ozon.statuses import SUPPLY_STATES
from marketplaces.wire import RowsAt, read_document, read_one

PageModel = TypeVar("PageModel", bound=BaseModel)

PRODUCTS_A_PAGE: Final = 1000
PRICES_A_PAGE: Final = 1000
POSTINGS_A_PAGE: Final = 100
SKUS_A_STOCK_PAGE: Final = 100
STOCK_ROWS_A_PAGE: Final = 1000
# 50 may be asked at once; fewer lose less when a run is cut off, for each supply of them takes several requests.
SUPPLY_ORDERS_A_PAGE: Final = 10
BUNDLE_ROWS_A_PAGE: Final = 100
SUPPLIES_OF_CARGOES: Final = 100
RETURNS_A_PAGE: Final = 500
REMOVAL_ROWS_A_PAGE: Final = 500
# A place that they have forgotten begins a list anew, so often.
MOST_BEGINNINGS: Final = 3

ROLES: Final = "/v1/roles"
SELLER_INFO: Final = "/v1/seller/info"
PRODUCT_LIST: Final = "/v3/product/list"
PRODUCT_INFO: Final = "/v3/product/info/list"
PRODUCT_ATTRIBUTES: Final = "/v4/product/info/attributes"
PRODUCT_PRICES: Final = "/v5/product/info/prices"
PRICES_IMPORT: Final = "/v1/product/import/prices"
STOCK: Final = "/v1/analytics/stocks"
STOCK_FBO: Final = "/v1/product/info/stocks-by-warehouse/fbo"
CLUSTERS_MACRO: Final = "/v2/cluster/list"
CLUSTERS_OLD: Final = "/v1/cluster/list"
WAREHOUSES: Final = "/v1/warehouse/ozon/list"
POSTING_LIST: Final = "/v3/posting/fbo/list"
POSTING_GET: Final = "/v2/posting/fbo/get"
CANCEL_REASONS: Final = "/v1/posting/fbo/cancel-reason/list"
SUPPLY_LIST: Final = "/v3/supply-order/list"
SUPPLY_GET: Final = "/v3/supply-order/get"
SUPPLY_BUNDLE: Final = "/v1/supply-order/bundle"
CARGOES: Final = "/v1/cargoes/get"
ACT_SUMMARY: Final = "/v1/supply-order/act/summary/get"
ACT_PRODUCTS: Final = "/v1/supply-order/act/product/get"
REMOVALS: Final = "/v1/removal/from-stock/list"
RETURNS: Final = "/v1/returns/list"
PUSH_LIST: Final = "/v1/notification/list"
PUSH_SET: Final = "/v1/notification/set"
PUSH_UPDATE: Final = "/v1/notification/update"
PUSH_ENABLE: Final = "/v1/notification/enable"
PUSH_DELETE: Final = "/v1/notification/delete"

_PRODUCT_LIST = RowsAt(page=ProductList, row=ProductRef, path=("result", "items"), id_fields=("product_id",))
_PRODUCT_INFO = RowsAt(page=ProductInfoList, row=ProductInfo, path=("items",), id_fields=("id",))
_ATTRIBUTES = RowsAt(page=ProductAttributesPage, row=ProductAttributes, path=("result",), id_fields=("id",))
_PRICE_ROWS = RowsAt(page=PricePage, row=PriceRow, path=("items",), id_fields=("product_id",))
_TARIFFS = RowsAt(page=PricedProducts, row=PricedProduct, path=("items",), id_fields=("product_id",))
_STOCK = RowsAt(page=StockPage, row=StockRow, path=("items",), id_fields=("sku", "warehouse_id"))
_STOCK_FBO = RowsAt(page=FboStockPage, row=FboStockRow, path=("products",), id_fields=("sku", "warehouse_id"))
_POSTINGS = RowsAt(page=PostingList, row=Posting, path=("postings",), id_fields=("posting_number",))
_SUPPLY_ORDERS = RowsAt(page=SupplyOrders, row=SupplyOrder, path=("orders",), id_fields=("order_id",))
_BUNDLE = RowsAt(page=Bundle, row=BundleItem, path=("items",), id_fields=("sku",))
_CARGOES = RowsAt(page=Cargoes, row=SupplyCargoes, path=("supply",), id_fields=("supply_id",))
_ACTS = RowsAt(page=CountedActs, row=CountedAct, path=("supply_acts",), id_fields=("act_id",))
_REMOVALS = RowsAt(
    page=RemovalRows, row=RemovalRow, path=("returns_summary_report_rows",), id_fields=("return_id",)
)
_RETURNS = RowsAt(page=ReturnRows, row=ReturnRow, path=("returns",), id_fields=("id",))

# What a posting is asked with; legal buyers' papers are not even asked for.
_WITH: Final = {"analytics_data": True, "financial_data": True, "legal_info": False}

# The states that a request of ours may be in: the filter takes no other words.
_LISTED_STATES: Final = [
    word for word in SUPPLY_STATES if word not in ("UNSPECIFIED", "ACCEPTED_AT_STORAGE_WAREHOUSE")
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows(Generic[PageModel]):
    """A page, the rows of it that could not be read, and when it was asked."""

    page: PageModel
    rejected: tuple[Rejected, ...]
    sent_at: datetime


class OzonClient:
    """Raises from marketplaces.errors only."""

    def __init__(self, http: Http) -> None:
        self._http = http

    def roles(self) -> Roles:
        """POST /v1/roles: what the key may do and when it expires."""
        return read_document(Roles, self._post(ROLES).content)

    def seller_info(self) -> SellerInfo:
        """POST /v1/seller/info: the company behind the key."""
        return read_document(SellerInfo, self._post(SELLER_INFO).content)

    # ---- products -----------------------------------------------------------------------------------------
    def product_list(self, *, visibility: str, last_id: str = "") -> Rows[ProductList]:
        """POST /v3/product/list: ids, 1000 a page. `ALL` means all but the archive."""
        body = {"filter": {"visibility": visibility}, "last_id": last_id, "limit": PRODUCTS_A_PAGE}
        return self._rows(_PRODUCT_LIST, PRODUCT_LIST, body)

    def product_info(self, product_ids: Sequence[str]) -> Rows[ProductInfoList]:
        """POST /v3/product/info/list: up to 1000 products by id."""
        return self._rows(_PRODUCT_INFO, PRODUCT_INFO, {"product_id": list(product_ids)})

    def product_attributes(
        self, product_ids: Sequence[str], *, visibility: str, last_id: str = ""
    ) -> Rows[ProductAttributesPage]:
        """POST /v4/product/info/attributes: sizes and weight of up to 1000 products."""
        return self._rows(
            _ATTRIBUTES,
            PRODUCT_ATTRIBUTES,
            {
                "filter": {"product_id": list(product_ids), "visibility": visibility},
                "last_id": last_id,
                "limit": PRODUCTS_A_PAGE,
            },
        )

    # ---- prices -------------------------------------------------------------------------------------------
    def prices(self, *, visibility: str, cursor: str = "") -> Rows[PricePage]:
        """POST /v5/product/info/prices: prices in force, 1000 a page."""
        body = {"filter": {"visibility": visibility}, "cursor": cursor, "limit": PRICES_A_PAGE}
        return self._rows(_PRICE_ROWS, PRODUCT_PRICES, body)

    def prices_of(self, product_ids: Sequence[str]) -> Rows[PricePage]:
        """POST /v5/product/info/prices: prices of up to 1000 products."""
        body = {"filter": {"product_id": list(product_ids)}, "cursor": "", "limit": PRICES_A_PAGE}
        return self._rows(_PRICE_ROWS, PRODUCT_PRICES, body)

    def import_prices(self, prices: Sequence[Mapping[str, str]]) -> PriceResults:
        """POST /v1/product/import/prices: up to 1000 new prices. A write: never repeated."""
        answer = self._post(PRICES_IMPORT, {"prices": list(prices)}, is_write=True)
        return read_document(PriceResults, answer.content)

    def priced_products(self, *, visibility: str, cursor: str = "") -> Rows[PricedProducts]:
        """POST /v5/product/info/prices: what is charged for each product, 1000 a page."""
        body = {"filter": {"visibility": visibility}, "limit": PRODUCTS_A_PAGE, "cursor": cursor}
        return self._rows(_TARIFFS, PRODUCT_PRICES, body)

    # ---- stock --------------------------------------------------------------------------------------------
    def stock(self, skus: Sequence[str]) -> Rows[StockPage]:
        """POST /v1/analytics/stocks: all the states of up to 100 SKUs by warehouse, in one answer."""
        return self._rows(_STOCK, STOCK, {"skus": list(skus)})

    def stock_fbo(self, skus: Sequence[str], *, cursor: str = "") -> Rows[FboStockPage]:
        """POST /v1/product/info/stocks-by-warehouse/fbo: present and reserved, 1000 rows a page."""
        body = {"skus": list(skus), "limit": STOCK_ROWS_A_PAGE, "cursor": cursor}
        return self._rows(_STOCK_FBO, STOCK_FBO, body)

    def clusters_macro(self) -> ClustersV2:
        """POST /v2/cluster/list: macrolocal clusters and their warehouses."""
        return read_document(ClustersV2, self._post(CLUSTERS_MACRO).content)

    def clusters_old(self, cluster_type: str) -> ClustersV1:
        """POST /v1/cluster/list: clusters of Russia or the CIS with their old and macrolocal ids."""
        answer = self._post(CLUSTERS_OLD, {"cluster_type": cluster_type})
        return read_document(ClustersV1, answer.content)

    def warehouses(self) -> OzonWarehouses:
        """POST /v1/warehouse/ozon/list: addresses and time zones."""
        return read_document(OzonWarehouses, self._post(WAREHOUSES).content)

    # ---- postings -----------------------------------------------------------------------------------------
    def postings(self, *, since: datetime, to: datetime, cursor: str = "") -> Rows[PostingList]:
        """POST /v3/posting/fbo/list: postings of a period, oldest first, 100 a page."""
        return self._postings({"since": iso(since), "to": iso(to)}, cursor)

    def postings_by_number(self, numbers: Sequence[str], *, cursor: str = "") -> Rows[PostingList]:
        """POST /v3/posting/fbo/list: postings by number."""
        return self._postings({"posting_numbers": list(numbers)}, cursor)

    def posting(self, number: str) -> tuple[Posting | Rejected, datetime]:
        """POST /v2/posting/fbo/get: one posting, and when it was asked."""
        answer = self._post(POSTING_GET, {"posting_number": number, "translit": False, "with": _WITH})
        found = read_one(Posting, answer.content, path=("result",), id_fields=("posting_number",))
        return found, answer.sent_at

    def cancel_reasons(self) -> CancelReasons:
        """POST /v1/posting/fbo/cancel-reason/list: both shapes of the answer are read."""
        return read_document(CancelReasons, self._post(CANCEL_REASONS).content)

    # ---- supplies -----------------------------------------------------------------------------------------
    def supply_order_ids(self, *, last_id: str = "") -> SupplyOrderIds:
        """POST /v3/supply-order/list: ids of the requests, those whose status changed last first. Every state that
        is documented must be named: one that is not is not listed."""
        body = {
            "filter": {"states": _LISTED_STATES},
            "limit": SUPPLY_ORDERS_A_PAGE,
            "last_id": last_id,
            "sort_by": "ORDER_STATE_UPDATED_AT",
            "sort_dir": "DESC",
        }
        return read_document(SupplyOrderIds, self._post(SUPPLY_LIST, body).content)

    def supply_orders(self, order_ids: Sequence[str]) -> Rows[SupplyOrders]:
        """POST /v3/supply-order/get: up to 50 requests with their supplies."""
        return self._rows(_SUPPLY_ORDERS, SUPPLY_GET, {"order_ids": list(order_ids)})

    def bundle(self, bundle_id: str, *, last_id: str = "") -> Rows[Bundle]:
        """POST /v1/supply-order/bundle: the goods of one supply or of one of its cargoes, 100 a page."""
        body = {
            "bundle_ids": [bundle_id],
            "limit": BUNDLE_ROWS_A_PAGE,
            "last_id": last_id,
            "sort_field": "SKU",
            "is_asc": True,
        }
        return self._rows(_BUNDLE, SUPPLY_BUNDLE, body)

    def cargoes(self, supply_ids: Sequence[str]) -> Rows[Cargoes]:
        """POST /v1/cargoes/get: boxes and pallets of up to 100 supplies."""
        return self._rows(_CARGOES, CARGOES, {"supply_ids": list(supply_ids)})

    def act_summaries(self, order_id: str) -> ActSummaries:
        """POST /v1/supply-order/act/summary/get: the acts of a request."""
        return read_document(ActSummaries, self._post(ACT_SUMMARY, {"order_id": int(order_id)}).content)

    def act_products(self, supply_id: str) -> Rows[CountedActs]:
        """POST /v1/supply-order/act/product/get: what the acts of a supply count, product by product."""
        return self._rows(_ACTS, ACT_PRODUCTS, {"supply_id": int(supply_id)})

    def removals(self, *, first: date, last: date, last_id: str = "") -> Rows[RemovalRows]:
        """POST /v1/removal/from-stock/list: removals of the seller's stock that were asked for on these days."""
        body = {
            "date_from": first.isoformat(),
            "date_to": last.isoformat(),
            "limit": REMOVAL_ROWS_A_PAGE,
            "last_id": last_id,
        }
        return self._rows(_REMOVALS, REMOVALS, body)

    # ---- returns ------------------------------------------------------------------------------------------
    def returns(self, wanted: Mapping[str, Any], *, last_id: int = 0) -> Rows[ReturnRows]:
        """POST /v1/returns/list: returns by one filter, 500 a page in the order of their ids; FBO only."""
        body = {"filter": {**wanted, "return_schema": "FBO"}, "limit": RETURNS_A_PAGE, "last_id": last_id}
        return self._rows(_RETURNS, RETURNS, body)

    # ---- notices ------------------------------------------------------------------------------------------
    def push_addresses(self) -> PushAddresses:
        """POST /v1/notification/list: the URLs that notices are sent to."""
        return read_document(PushAddresses, self._post(PUSH_LIST).content)

    def add_push_address(self, url: str, types: Sequence[str]) -> None:
        """POST /v1/notification/set: a new URL. A write: never repeated."""
        self._post(PUSH_SET, {"url": url, "types": list(types)}, is_write=True)

    def change_push_address(self, address_id: str, *, url: str, types: Sequence[str]) -> None:
        """POST /v1/notification/update: other kinds of notices for a URL. A write: never repeated."""
        body = {"id": int(address_id), "url": url, "types": list(types)}
        self._post(PUSH_UPDATE, body, is_write=True)

    def enable_push_address(self, address_id: str) -> None:
        """POST /v1/notification/enable: switch a URL on again. A write: never repeated."""
        self._post(PUSH_ENABLE, {"id": int(address_id), "enabled": True}, is_write=True)

    def delete_push_address(self, address_id: str) -> None:
        """POST /v1/notification/delete: no more notices to a URL. A write: never repeated."""
        self._post(PUSH_DELETE, {"id": int(address_id)}, is_write=True)

    # ---- how ----------------------------------------------------------------------------------------------
    def _postings(self, wanted: Mapping[str, Any], cursor: str) -> Rows[PostingList]:
        body = {
            "filter": wanted,
            "limit": POSTINGS_A_PAGE,
            "cursor": cursor,
            "sort_dir": "ASC",
            "translit": False,
            "with": _WITH,
        }
        return self._rows(_POSTINGS, POSTING_LIST, body)

    def _rows(self, rows: RowsAt[PageModel], path: str, body: Mapping[str, Any]) -> Rows[PageModel]:
        answer = self._post(path, body)
        page, rejected = rows.read(answer.content)
        return Rows(page=page, rejected=rejected, sent_at=answer.sent_at)

    def _post(self, path: str, body: Mapping[str, Any] | None = None, *, is_write: bool = False) -> Answer:
        return self._http.post_json(path, body or {}, is_write=is_write)


def iso(value: datetime) -> str:
    """A moment as their filters take it."""
    return value.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
