"""The Yandex Market Partner API: one method an endpoint, typed in and out. Paths and versions stand only here.

The document: https://yandex.ru/dev/market/partner-api/doc/ru/
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final, Generic, TypeVar

from pydantic import BaseModel, ValidationError

from marketplaces.contracts.pages import Rejected
from marketplaces.http import Answer, Http
from marketplaces.wire import RowsAt, read_document, rejected_row
from marketplaces.yandex_market import limits
from marketplaces.yandex_market.schemas import (
    BusinessOrder,
    Campaign,
    CampaignAnswer,
    HeldOffer,
    HeldPage,
    MappedOffer,
    OffersPage,
    OrdersPage,
    PricedOffer,
    PricesPage,
    Sku,
    SkusPage,
    StockedOffer,
    StockPage,
    Token,
    Warehouses,
    WarehouseStocks,
)
from marketplaces.yandex_market.schemas_returns import MarketReturn, ReturnsPage
from marketplaces.yandex_market.schemas_supplies import (
    SupplyDocumentsPage,
    SupplyItem,
    SupplyItemsPage,
    SupplyRequest,
    SupplyRequestsPage,
)

PageModel = TypeVar("PageModel", bound=BaseModel)
Answered = TypeVar("Answered")

OFFERS_A_PAGE: Final = 100
PRICES_A_PAGE: Final = 500
HELD_A_PAGE: Final = 200
# So many offers may be named in a request for prices or for the quarantine.
PRICES_NAMED: Final = 200
# 500 may be named; what lies in many warehouses makes long answers of them.
OFFERS_A_STOCK_PAGE: Final = 200
ORDERS_A_PAGE: Final = 50
SKUS_A_PAGE: Final = 500
REQUESTS_A_PAGE: Final = 100
RETURNS_A_PAGE: Final = 100
# 500 may be asked for; an answer holds 100 all the same.
ITEMS_A_PAGE: Final = 100
EMPTY_TRIES: Final = 3
# A place that they have forgotten begins a list anew, so often.
MOST_BEGINNINGS: Final = 3
# What a stock answer may count as: each offer once for every warehouse; Market has some ten.
_WAREHOUSES: Final = 10
_LONGEST_ID: Final = 100

TOKEN: Final = "/v2/auth/token"  # noqa: S105 - a path
CAMPAIGN: Final = "/v2/campaigns/{campaign}"
OFFER_MAPPINGS: Final = "/v2/businesses/{business}/offer-mappings"
OFFER_PRICES: Final = "/v2/businesses/{business}/offer-prices"
PRICE_UPDATES: Final = "/v2/businesses/{business}/offer-prices/updates"
QUARANTINE: Final = "/v2/businesses/{business}/price-quarantine"
STOCKS: Final = "/v2/campaigns/{campaign}/offers/stocks"
WAREHOUSES: Final = "/v2/warehouses"
ORDERS: Final = "/v1/businesses/{business}/orders"
SKUS: Final = "/v2/campaigns/{campaign}/stats/skus"
SUPPLY_REQUESTS: Final = "/v2/campaigns/{campaign}/supply-requests"
SUPPLY_ITEMS: Final = "/v2/campaigns/{campaign}/supply-requests/items"
SUPPLY_DOCUMENTS: Final = "/v2/campaigns/{campaign}/supply-requests/documents"
RETURNS: Final = "/v2/campaigns/{campaign}/returns"

_OFFERS = RowsAt(page=OffersPage, row=MappedOffer, path=("result", "offerMappings"), id_fields=("offerId",))
_PRICES = RowsAt(page=PricesPage, row=PricedOffer, path=("result", "offers"), id_fields=("offerId",))
_HELD = RowsAt(page=HeldPage, row=HeldOffer, path=("result", "offers"), id_fields=("offerId",))
_STOCKS = RowsAt(page=StockPage, row=WarehouseStocks, path=("result", "warehouses"), id_fields=("offerId",))
_ORDERS = RowsAt(page=OrdersPage, row=BusinessOrder, path=("orders",), id_fields=("orderId",))
_SKUS = RowsAt(page=SkusPage, row=Sku, path=("result", "shopSkus"), id_fields=("shopSku",))
_REQUESTS = RowsAt(page=SupplyRequestsPage, row=SupplyRequest, path=("result", "requests"), id_fields=())
_ITEMS = RowsAt(page=SupplyItemsPage, row=SupplyItem, path=("result", "items"), id_fields=("offerId",))
_RETURNS = RowsAt(page=ReturnsPage, row=MarketReturn, path=("result", "returns"), id_fields=("id",))


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows(Generic[PageModel]):
    """A page, the rows of it that could not be read, and when it was asked."""

    page: PageModel
    rejected: tuple[Rejected, ...]
    sent_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Stocks:
    """What lies where: pairs of a warehouse's id and an offer; whether the answer says that there is more."""

    rows: tuple[tuple[str, StockedOffer], ...]
    rejected: tuple[Rejected, ...]
    sent_at: datetime
    is_cut: bool


class YandexMarketClient:
    """Raises from marketplaces.errors only. The cabinet of the shop is asked once and kept."""

    def __init__(self, http: Http, *, campaign_id: str) -> None:
        self._http = http
        self._campaign_id = campaign_id
        self._campaign: Campaign | None = None

    # ---- the seller ---------------------------------------------------------------------------------------
    def token(self) -> Token:
        """POST /v2/auth/token: the scopes of the key."""
        return read_document(Token, self._http.post_json(TOKEN, {}, limit_group=limits.TOKEN).content)

    def campaign(self) -> Campaign:
        """GET /v2/campaigns/{campaignId}: the shop and its cabinet."""
        if self._campaign is None:
            answer = self._http.get_json(self._path(CAMPAIGN), limit_group=limits.CAMPAIGN)
            self._campaign = read_document(CampaignAnswer, answer.content).campaign
        return self._campaign

    # ---- offers -------------------------------------------------------------------------------------------
    def offers(self, *, archived: bool, token: str = "") -> Rows[OffersPage]:
        """POST …/offer-mappings: offers with their cards, 100 a page, the archive or all the rest."""
        params = _page_params(OFFERS_A_PAGE, token)
        answer = self._post(OFFER_MAPPINGS, {"archived": archived}, limits.OFFERS, params=params)
        return _rows(_OFFERS, answer)

    def offers_named(self, offer_ids: Sequence[str]) -> Rows[OffersPage]:
        """POST …/offer-mappings: up to 100 offers by SKU."""
        return _rows(_OFFERS, self._post(OFFER_MAPPINGS, {"offerIds": list(offer_ids)}, limits.OFFERS))

    # ---- prices -------------------------------------------------------------------------------------------
    def prices(self, *, token: str = "") -> Rows[PricesPage]:
        """POST …/offer-prices: prices for all shops, 500 a page; each counts."""
        params = _page_params(PRICES_A_PAGE, token)
        answer = self._post(OFFER_PRICES, {}, limits.PRICES, params=params, cost=PRICES_A_PAGE)
        return _rows(_PRICES, answer)

    def prices_named(self, offer_ids: Sequence[str]) -> Rows[PricesPage]:
        """POST …/offer-prices: prices of up to 200 offers."""
        body = {"offerIds": list(offer_ids)}
        answer = self._post(
            OFFER_PRICES,
            body,
            limits.PRICES,
            params={"limit": str(PRICES_A_PAGE)},
            cost=len(offer_ids),
        )
        return _rows(_PRICES, answer)

    def held(self, *, token: str = "") -> Rows[HeldPage]:
        """POST …/price-quarantine: prices that are held back, 200 a page."""
        params = _page_params(HELD_A_PAGE, token)
        return _rows(_HELD, self._post(QUARANTINE, {}, limits.QUARANTINE, params=params))

    def held_named(self, offer_ids: Sequence[str]) -> Rows[HeldPage]:
        """POST …/price-quarantine: which of up to 200 offers are held back."""
        body = {"offerIds": list(offer_ids)}
        answer = self._post(QUARANTINE, body, limits.QUARANTINE, params={"limit": str(HELD_A_PAGE)})
        return _rows(_HELD, answer)

    def set_prices(self, offers: Sequence[Mapping[str, Any]]) -> None:
        """POST …/offer-prices/updates: prices of up to 500 offers; all are taken or none. Never repeated."""
        self._post(
            PRICE_UPDATES, {"offers": list(offers)}, limits.PRICE_UPDATES, cost=len(offers), is_write=True
        )

    # ---- stock --------------------------------------------------------------------------------------------
    def stocks(self, offer_ids: Sequence[str]) -> Stocks:
        """POST …/offers/stocks: what lies of up to 500 offers, in one answer, the archive too."""
        body = {"offerIds": list(offer_ids), "withTurnover": True}
        rows = _rows(_STOCKS, self._post(STOCKS, body, limits.STOCKS, cost=len(offer_ids) * _WAREHOUSES))
        good: list[tuple[str, StockedOffer]] = []
        rejected = list(rows.rejected)
        for warehouse in rows.page.result.warehouses:
            for raw in warehouse.offers:
                try:
                    good.append((warehouse.warehouseId, StockedOffer.model_validate(raw)))
                except ValidationError as exc:
                    rejected.append(rejected_row(raw, exc, id_fields=("offerId",)))
        return Stocks(
            rows=tuple(good),
            rejected=tuple(rejected),
            sent_at=rows.sent_at,
            is_cut=bool(next_token(rows.page.result)),
        )

    def warehouses(self) -> Warehouses:
        """GET /v2/warehouses: Market's warehouses by id."""
        answer = self._http.get_json(
            WAREHOUSES, {"campaignId": self._campaign_id}, limit_group=limits.WAREHOUSES
        )
        return read_document(Warehouses, answer.content)

    # ---- orders -------------------------------------------------------------------------------------------
    def orders_created(self, *, first: date, end: date, token: str = "") -> Rows[OrdersPage]:
        """POST …/orders: the shop's orders of some days of Moscow (`end` excluded), 50 a page."""
        return self._orders({"dates": _created(first, end)}, token=token)

    def orders_changed(self, *, since: str, token: str = "") -> Rows[OrdersPage]:
        """POST …/orders: the shop's orders that changed since a moment (ISO 8601), 50 a page."""
        return self._orders({"dates": {"updateDateFrom": since}}, token=token)

    def orders_named(
        self, order_ids: Sequence[str], *, days: tuple[date, date] | None = None
    ) -> Rows[OrdersPage]:
        """POST …/orders: up to 50 orders by number, of up to 30 days of Moscow (the end excluded). Without days those
        of the last thirty, by the document."""
        dates = {"dates": _created(*days)} if days else {}
        return self._orders({"orderIds": [int(one) for one in order_ids], **dates})

    def _orders(self, filters: Mapping[str, Any], *, token: str = "") -> Rows[OrdersPage]:
        body = {"programTypes": ["FBY"], "campaignIds": [int(self._campaign_id)], "fake": False, **filters}
        answer = self._post(ORDERS, body, limits.ORDERS, params=_page_params(ORDERS_A_PAGE, token))
        return _rows(_ORDERS, answer)

    # ---- tariffs ------------------------------------------------------------------------------------------
    def skus(self, offer_ids: Sequence[str]) -> Rows[SkusPage]:
        """POST …/stats/skus: what is charged for up to 500 SKUs; each counts."""
        answer = self._post(SKUS, {"shopSkus": list(offer_ids)}, limits.SKUS, cost=len(offer_ids))
        return _rows(_SKUS, answer)

    # ---- supplies -----------------------------------------------------------------------------------------
    def requests(self, *, token: str = "") -> Rows[SupplyRequestsPage]:
        """POST …/supply-requests: supplies, withdrawals and disposals, the last changed first, 100 a page."""
        return self._requests(
            {"sorting": {"attribute": "UPDATED_AT", "direction": "DESC"}},
            params=_page_params(REQUESTS_A_PAGE, token),
        )

    def requests_named(self, request_ids: Sequence[str]) -> Rows[SupplyRequestsPage]:
        """POST …/supply-requests: up to 100 of them by id."""
        return self._requests(
            {"requestIds": [int(one) for one in request_ids]}, params=_page_params(REQUESTS_A_PAGE, "")
        )

    def request_items(self, request_id: str, *, token: str = "") -> Rows[SupplyItemsPage]:
        """POST …/supply-requests/items: the offers of a request, 100 a page."""
        body = {"requestId": int(request_id)}
        params = _page_params(ITEMS_A_PAGE, token)
        return _rows(_ITEMS, self._post(SUPPLY_ITEMS, body, limits.SUPPLY_ITEMS, params=params))

    def request_documents(self, request_id: str) -> SupplyDocumentsPage:
        """POST …/supply-requests/documents: the papers of a request."""
        body = {"requestId": int(request_id)}
        answer = self._post(SUPPLY_DOCUMENTS, body, limits.SUPPLY_DOCUMENTS)
        return read_document(SupplyDocumentsPage, answer.content)

    def _requests(self, body: Mapping[str, Any], *, params: Mapping[str, str]) -> Rows[SupplyRequestsPage]:
        rows = _rows(_REQUESTS, self._post(SUPPLY_REQUESTS, body, limits.SUPPLIES, params=params))
        return replace(rows, rejected=tuple(map(_named, rows.rejected)))

    # ---- returns ------------------------------------------------------------------------------------------
    def returns_changed(self, *, first: date, end: date, token: str = "") -> Rows[ReturnsPage]:
        """GET …/returns: returns and unredeemed orders that changed on some days, 100 a page."""
        days = {"fromDate": first.isoformat(), "toDate": end.isoformat()}
        params = {**days, **_page_params(RETURNS_A_PAGE, token)}
        rows = _rows(_RETURNS, self._http.get_json(self._path(RETURNS), params, limit_group=limits.RETURNS))
        return replace(rows, rejected=tuple(map(_by_offer, rows.rejected)))

    # ---- how ----------------------------------------------------------------------------------------------
    def _path(self, path: str) -> str:
        business = self.campaign().business.id if "{business}" in path else ""
        return path.format(campaign=self._campaign_id, business=business)

    def _post(
        self,
        path: str,
        body: Mapping[str, Any],
        group: str,
        *,
        params: Mapping[str, str] | None = None,
        cost: int = 1,
        is_write: bool = False,
    ) -> Answer:
        return self._http.post_json(
            self._path(path), dict(body), params=params, limit_group=group, cost=cost, is_write=is_write
        )


def believed(ask: Callable[[], Answered], is_empty: Callable[[Answered], bool]) -> Answered:
    """The answer, asked again while it is empty: an empty one is believed only when it is given a few times."""
    answer = ask()
    for _again in range(EMPTY_TRIES - 1):
        if not is_empty(answer):
            break
        answer = ask()
    return answer


def next_token(result: Any) -> str:
    """The token of the next page in `{paging: {nextPageToken}}`; empty at the end."""
    return (result.paging.nextPageToken or "") if result.paging else ""


def _rows(rows: RowsAt[PageModel], answer: Answer) -> Rows[PageModel]:
    page, rejected = rows.read(answer.content)
    return Rows(page=page, rejected=rejected, sent_at=answer.sent_at)


def _named(rejected: Rejected) -> Rejected:
    """A request that could not be read with its key, which stands one level deeper than elsewhere."""
    names = rejected.payload.get("id") if isinstance(rejected.payload, dict) else None
    key = names.get("id") if isinstance(names, dict) else None
    is_key = isinstance(key, int) and not isinstance(key, bool)
    return replace(rejected, external_id=str(key)[:_LONGEST_ID] if is_key else "")


def _by_offer(rejected: Rejected) -> Rejected:
    """A return that could not be read under the id of the first of its offers, as returns are told; under its own
    where it names none."""
    items = rejected.payload.get("items") if isinstance(rejected.payload, dict) else None
    named = [one for one in items if isinstance(one, dict)] if isinstance(items, list) else []
    # An offer of which nothing came back is not told.
    told = [one.get("shopSku") for one in sorted(named, key=lambda one: one.get("count") == 0)]
    offers = [str(one).strip() for one in told if isinstance(one, int | str)]
    offer = next(filter(None, offers), "")
    if not rejected.external_id or not offer:
        return rejected
    return replace(rejected, external_id=f"{rejected.external_id}/{offer}"[:_LONGEST_ID])


def _created(first: date, end: date) -> dict[str, str]:
    return {"creationDateFrom": first.isoformat(), "creationDateTo": end.isoformat()}


def _page_params(limit: int, token: str) -> dict[str, str]:
    return {"limit": str(limit), **({"pageToken": token} if token else {})}
