"""Yandex Market as the engine sees it: roles → client calls → mapping."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import ClassVar, Final, cast

from django.utils.translation import gettext_lazy
from django.utils.translation import gettext_noop as _
from pydantic import BaseModel

from marketplaces.adapter import (
    AdapterContext,
    FetchesOrders,
    FetchesPrices,
    FetchesProducts,
    FetchesReturns,
    FetchesStock,
    FetchesSupplies,
    FetchesTariffs,
    MarketplaceAdapter,
    SetsPrices,
)
from marketplaces.contracts.accounts import AccountCheck, Capability
from marketplaces.contracts.orders import OrderSnapshot, OrdersQuery
from marketplaces.contracts.pages import Cursor, Page
from marketplaces.contracts.prices import PriceAnswer, PriceProblem, PriceSnapshot, PricesSent, PriceWish
from marketplaces.contracts.products import ProductSnapshot
from marketplaces.contracts.returns import ReturnSnapshot, ReturnsQuery
from marketplaces.contracts.stock import StockQuery, StockSnapshot
from marketplaces.contracts.supplies import SuppliesQuery, SupplySnapshot
from marketplaces.contracts.tariffs import TariffSnapshot, TariffsQuery
from marketplaces.errors import MarketplaceError, RequestRejected
from marketplaces.http import Refusal
from marketplaces.ratelimit import Limit
from marketplaces.yandex_market import limits, prices, refusals
from marketplaces.yandex_market.client import YandexMarketClient
from marketplaces.yandex_market.credentials import YandexMarketCredentials
from marketplaces.yandex_market.mapping_orders import FBY
from marketplaces.yandex_market.orders import OrdersPull, fetch_order
from marketplaces.yandex_market.products import fetch_product, pull_products
from marketplaces.yandex_market.returns import ReturnsPull
from marketplaces.yandex_market.stock import pull_stock
from marketplaces.yandex_market.supplies import SuppliesPull, fetch_supply
from marketplaces.yandex_market.tariffs import pull_tariffs

_ALL: Final = frozenset({"ALL_METHODS", "ALL_METHODS_READ_ONLY"})
_CARDS: Final = frozenset({"OFFERS_AND_CARDS_MANAGEMENT", "OFFERS_AND_CARDS_MANAGEMENT_READ_ONLY"})
_ORDERS: Final = frozenset({"INVENTORY_AND_ORDER_PROCESSING", "INVENTORY_AND_ORDER_PROCESSING_READ_ONLY"})
# A stream can be read with any of its scopes; a scope for reading is enough.
STREAM_SCOPES: Final[Mapping[str, frozenset[str]]] = {
    "products": _ALL | _CARDS,
    "stock": _ALL | _CARDS,
    "orders": _ALL | _ORDERS | {"FINANCE_AND_ACCOUNTING"},
    "prices": _ALL | {"PRICING", "PRICING_READ_ONLY"},
    "tariffs": _ALL | _CARDS,
    "returns": _ALL | _ORDERS,
    "supplies": _ALL | {"SUPPLIES_MANAGEMENT_READ_ONLY"},
}
# Methods of the shop rather than of the cabinet: they are refused while the shop's access is switched off.
_SHOP_STREAMS: Final = frozenset({"stock", "tariffs", "returns", "supplies"})
_AVAILABLE: Final = "AVAILABLE"
_SELLER_NAME: Final = 200
_WORD: Final = 64


class Adapter(
    FetchesProducts,
    FetchesStock,
    FetchesOrders,
    FetchesPrices,
    SetsPrices,
    FetchesTariffs,
    FetchesReturns,
    FetchesSupplies,
    MarketplaceAdapter,
):
    """The Yandex Market Partner API for one FBY shop."""

    code = "yandex_market"
    title = gettext_lazy("Yandex Market")
    base_url = "https://api.partner.market.yandex.ru"
    credentials_class = YandexMarketCredentials
    key_steps = (
        _("Open the Yandex Market seller's cabinet and go to Settings, then API and modules."),
        _(
            "Create an Api-Key with the access “View everything in the cabinet”. To change prices from here, add "
            "“Price management”."
        ),
        _("Copy the key, and on the same page the campaignId of the shop whose goods lie at Market (FBY)."),
    )
    order_is = _("An order: one parcel of a purchase from the shop, with any number of units.")
    order_page = ""
    limits: ClassVar[Mapping[str, Limit]] = limits.LIMITS
    # By cabinet and shop; the list of orders would allow six.
    parallel = 4
    capabilities = (
        Capability(stream="products", is_available=True),
        Capability(stream="stock", is_available=True),
        Capability(stream="orders", is_available=True),
        Capability(stream="prices", is_available=True),
        Capability(stream="tariffs", is_available=True),
        Capability(
            stream="returns",
            is_available=True,
            reason=_(
                "Not told: what storing a return costs, when it is disposed of, and what is paid for one that was lost."
            ),
        ),
        Capability(
            stream="supplies",
            is_available=True,
            reason=_(
                "Not told: when a supply was made, when its slot ends, its boxes, and how much of it is on sale already."
            ),
        ),
        Capability(
            stream="finance",
            is_available=False,
            reason=_("Yandex Market gives reports on money; the cabinet does not read them yet."),
        ),
        Capability(
            stream="push",
            is_available=False,
            reason=_(
                "Yandex Market's notices are switched on by hand in its cabinet; here they are not read yet."
            ),
        ),
    )

    def __init__(self, context: AdapterContext) -> None:
        super().__init__(context)
        self._campaign_id = cast("YandexMarketCredentials", context.credentials).campaign_id
        self._client = YandexMarketClient(context.http, campaign_id=self._campaign_id)

    # ---- the account --------------------------------------------------------------------------------------
    @classmethod
    def external_id(cls, credentials: BaseModel) -> str:
        """The campaign: the number of the shop in the API."""
        return cast("YandexMarketCredentials", credentials).campaign_id

    @classmethod
    def headers(cls, credentials: BaseModel) -> Mapping[str, str]:
        """Api-Key."""
        return cast("YandexMarketCredentials", credentials).headers()

    @classmethod
    def explain(cls, refusal: Refusal) -> MarketplaceError | None:
        """What a refusal means by its status and Market's words."""
        return refusals.explain(refusal)

    def check(self) -> AccountCheck:
        """The scopes of the key, and the shop. Raises RequestRejected when it is a shop of another model."""
        scopes = {_scope(word) for word in self._client.token().result.apiKey.authScopes}
        campaign = self._client.campaign()
        if campaign.id != self._campaign_id:
            raise RequestRejected("another shop than the one asked for came back")
        if campaign.placementType != FBY:
            model = (campaign.placementType or "?")[:_WORD]
            raise RequestRejected(
                f"the shop works by the model {model}: give the campaignId of the FBY shop",
                told=gettext_lazy(
                    "This shop works by another model. Give the campaignId of the shop whose goods lie at "
                    "Market (FBY)."
                ),
            )
        is_open = campaign.apiAvailability in (None, _AVAILABLE)
        return AccountCheck(
            seller_external_id=self._campaign_id,
            seller_name=(campaign.domain or campaign.business.name or "")[:_SELLER_NAME],
            roles=tuple(sorted(scope[:_WORD] for scope in scopes)),
            missing=missing_streams(scopes, is_open=is_open),
        )

    # ---- streams ------------------------------------------------------------------------------------------
    def fetch_products(self, *, cursor: Cursor) -> Iterator[Page[ProductSnapshot]]:
        """Pages of 100; see products.py."""
        return pull_products(
            self._client, campaign_id=self._campaign_id, cursor=cursor, now=self.context.now()
        )

    def fetch_product(self, external_id: str) -> Page[ProductSnapshot]:
        """One offer by its SKU. Raises RequestRejected when they do not know it."""
        return fetch_product(self._client, external_id, campaign_id=self._campaign_id)

    def fetch_stock(self, query: StockQuery, *, cursor: Cursor) -> Iterator[Page[StockSnapshot]]:
        """Pages of 200 SKUs; see stock.py."""
        return pull_stock(self._client, query, cursor=cursor, now=self.context.now())

    def fetch_orders(self, query: OrdersQuery, *, cursor: Cursor) -> Iterator[Page[OrderSnapshot]]:
        """Pages of 50 orders; see orders.py."""
        pull = OrdersPull(self._client, query, campaign_id=self._campaign_id)
        return pull.pages(cursor, now=self.context.now())

    def fetch_order(self, external_id: str) -> Page[OrderSnapshot]:
        """One order by its number. Raises RequestRejected when they do not know it."""
        return fetch_order(self._client, external_id, campaign_id=self._campaign_id)

    def fetch_prices(self, *, cursor: Cursor) -> Iterator[Page[PriceSnapshot]]:
        """Pages of 500 prices; see prices.py."""
        return prices.pull_prices(self._client, cursor=cursor, now=self.context.now())

    def fetch_tariffs(self, query: TariffsQuery, *, cursor: Cursor) -> Iterator[Page[TariffSnapshot]]:
        """Pages of the tariffs of 500 SKUs; see tariffs.py."""
        return pull_tariffs(self._client, query, cursor=cursor, now=self.context.now())

    def fetch_supplies(self, query: SuppliesQuery, *, cursor: Cursor) -> Iterator[Page[SupplySnapshot]]:
        """One supply a page, the last changed first; see supplies.py."""
        return SuppliesPull(self._client, query).pages(cursor, now=self.context.now())

    def fetch_supply(self, external_id: str) -> Page[SupplySnapshot]:
        """One supply request by its id in the API. Raises RequestRejected when they do not know it."""
        return fetch_supply(self._client, external_id)

    def fetch_returns(self, query: ReturnsQuery, *, cursor: Cursor) -> Iterator[Page[ReturnSnapshot]]:
        """Pages of 100 returns; see returns.py."""
        return ReturnsPull(self._client, query).pages(cursor, now=self.context.now())

    # ---- new prices ---------------------------------------------------------------------------------------
    @classmethod
    def price_problems(cls, wish: PriceWish) -> tuple[PriceProblem, ...]:
        """What Market's rules say against a wish."""
        return prices.price_problems(wish)

    @classmethod
    def price_portions(cls, wishes: Sequence[PriceWish]) -> list[tuple[PriceWish, ...]]:
        """200 offers a request."""
        return prices.price_portions(wishes)

    def send_prices(self, wishes: Sequence[PriceWish]) -> PricesSent:
        """Send a portion once. There is no task: what became of it is read back."""
        prices.send_prices(self._client, wishes)
        return PricesSent()

    def read_price_answers(self, reference: str, wishes: Sequence[PriceWish]) -> tuple[PriceAnswer, ...]:
        """Prices in force and the quarantine; the reference is always empty."""
        del reference
        return prices.read_price_answers(self._client, wishes)


def missing_streams(scopes: Iterable[str], *, is_open: bool) -> tuple[str, ...]:
    """The streams that the scopes do not open, and while the shop's access is off those that need the shop."""
    given = set(scopes)
    return tuple(
        stream
        for stream, needed in STREAM_SCOPES.items()
        if not needed & given or (not is_open and stream in _SHOP_STREAMS)
    )


def _scope(word: str) -> str:
    """A scope as their answers write it; their papers write `all-methods:read-only`."""
    return word.strip().upper().replace("-", "_").replace(":", "_")
