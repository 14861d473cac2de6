"""Wildberries as the engine sees it: roles → client calls → mapping."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar, Final, cast

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
from marketplaces.contracts.orders import OrderSnapshot, OrdersQuery, OrderStatus
from marketplaces.contracts.pages import Cursor, Page
from marketplaces.contracts.prices import PriceAnswer, PriceProblem, PriceSnapshot, PricesSent, PriceWish
from marketplaces.contracts.products import ProductSnapshot
from marketplaces.contracts.returns import ReturnSnapshot, ReturnsQuery, ReturnStatus
from marketplaces.contracts.stock import StockQuery, StockSnapshot
from marketplaces.contracts.supplies import SuppliesQuery, SupplySnapshot
from marketplaces.contracts.tariffs import TariffSnapshot, TariffsQuery
from marketplaces.errors import MarketplaceError
from marketplaces.http import Refusal
from marketplaces.ratelimit import Limit
from marketplaces.wildberries import limits, price_rules, prices, refusals, statuses
from marketplaces.wildberries.client import WildberriesClient
from marketplaces.wildberries.credentials import BASE, CATEGORIES, SERVICE, Claims, WildberriesCredentials
from marketplaces.wildberries.credentials import PERSONAL as PERSONAL_KIND
from marketplaces.wildberries.orders import OrdersPull, fetch_order
from marketplaces.wildberries.products import fetch_product, pull_products
from marketplaces.wildberries.returns import ReturnsPull
from marketplaces.wildberries.stock import pull_stock
from marketplaces.wildberries.supplies import SuppliesPull, fetch_supply
from marketplaces.wildberries.tariffs import pull_tariffs

_CONTENT: Final = 1
_ANALYTICS: Final = 2
_PRICES: Final = 3
_STATISTICS: Final = 5
_SUPPLIES: Final = 10
# The categories without all of which a stream cannot be read; tariffs are given to any token, and buyers' claims, of a
# category of their own, are not needed for the returns.
STREAM_CATEGORIES: Final[Mapping[str, tuple[int, ...]]] = {
    "products": (_CONTENT,),
    "stock": (_ANALYTICS,),
    "orders": (_ANALYTICS, _STATISTICS),
    "prices": (_PRICES,),
    "supplies": (_SUPPLIES,),
    "returns": (_ANALYTICS, _STATISTICS),
}
READ_ONLY_WORD: Final = "Только на чтение"
_SELLER_NAME: Final = 200
_TAX_ID: Final = 12


class Adapter(
    FetchesProducts,
    FetchesStock,
    FetchesOrders,
    FetchesSupplies,
    FetchesReturns,
    FetchesPrices,
    SetsPrices,
    FetchesTariffs,
    MarketplaceAdapter,
):
    """The Wildberries API for one account."""

    code = "wildberries"
    prices_cards = True
    title = "Wildberries"
    base_url = "https://{host}.wildberries.ru"
    credentials_class = WildberriesCredentials
    key_steps = (
        _("Open the Wildberries seller's cabinet and go to Profile, then Settings, then Access to API."),
        _(
            "Make a personal token with the categories Content, Analytics, Prices and discounts, Statistics, Supplies, "
            "and Buyer returns. “Read only” is enough as long as you change no prices here."
        ),
        _("Copy the token at once: Wildberries shows it only one time. After 180 days it needs a new one."),
    )
    untold_steps = frozenset({OrderStatus.PACKED, OrderStatus.SHIPPED})
    # Their page of one supply needs both of its numbers; the list is always right.
    supply_page = "https://seller.wildberries.ru/supplies-management/all-supplies"
    refusal_reasons = statuses.REFUSALS
    resting_returns = frozenset({ReturnStatus.RECEIVED})
    order_is = _("One unit of goods: a purchase of three is three orders.")
    limits: ClassVar[Mapping[str, Limit]] = limits.FULL
    capabilities = (
        Capability(stream="products", is_available=True),
        Capability(
            stream="stock",
            is_available=True,
            since="2026-08-15",
            reason=_(
                "Wildberries tells the stock of all its warehouses in Russia together, as “Склад WB”, and no "
                "longer which of them holds it."
            ),
        ),
        Capability(stream="orders", is_available=True),
        Capability(stream="prices", is_available=True),
        Capability(stream="tariffs", is_available=True),
        Capability(
            stream="returns",
            is_available=True,
            reason=_(
                "Why a buyer returned goods Wildberries does not say, but for a defect; nor when a returned unit is on "
                "sale again. Refusals at hand-over are known from the orders."
            ),
        ),
        Capability(
            stream="supplies",
            is_available=True,
            reason=_(
                "The day of a supply, not its hour; no documents. Missing and surplus goods are told to personal and "
                "service tokens only, one supply a minute; with any token the cabinet compares declared and accepted."
            ),
        ),
        Capability(
            stream="finance",
            is_available=False,
            since="2026-07-15",
            reason=_("Wildberries replaced its sales report by a new one; the cabinet does not read it yet."),
        ),
        Capability(
            stream="push",
            is_available=False,
            is_given=False,
            reason=_("Wildberries sends no notices: everything is asked for."),
        ),
    )

    def __init__(self, context: AdapterContext) -> None:
        super().__init__(context)
        self._client = WildberriesClient(context.http)

    # ---- the account --------------------------------------------------------------------------------------
    @classmethod
    def external_id(cls, credentials: BaseModel) -> str:
        """The seller's `sid` of the token."""
        return cast("WildberriesCredentials", credentials).claims.sid

    @classmethod
    def key_kind(cls, credentials: BaseModel) -> str:
        """personal (a service token has the same limits), base or test."""
        kind = cast("WildberriesCredentials", credentials).claims.kind
        return PERSONAL_KIND if kind == SERVICE else kind

    @classmethod
    def limits_for(cls, key_kind: str) -> Mapping[str, Limit]:
        """The buckets of a kind of token; see limits.py."""
        return limits.limits_for(key_kind)

    @classmethod
    def headers(cls, credentials: BaseModel) -> Mapping[str, str]:
        """The token."""
        return cast("WildberriesCredentials", credentials).headers()

    @classmethod
    def explain(cls, refusal: Refusal) -> MarketplaceError | None:
        """What a refusal means."""
        return refusals.explain(refusal)

    def check(self) -> AccountCheck:
        """Whose the token is; what it may do and until when is told by itself."""
        credentials = cast("WildberriesCredentials", self.context.credentials)
        claims = credentials.claims
        seller = self._client.seller_info()
        trade_mark = (seller.tradeMark or "").strip()
        name = (seller.name or "").strip()
        return AccountCheck(
            seller_external_id=seller.sid or claims.sid,
            seller_name=(trade_mark or name)[:_SELLER_NAME],
            legal_name=name[:_SELLER_NAME],
            tax_id=_digits(seller.tin),
            key_kind=self.key_kind(credentials),
            expires_at=claims.expires_at,
            roles=roles_of(claims),
            missing=missing_streams(claims),
        )

    # ---- streams ------------------------------------------------------------------------------------------
    def fetch_products(self, *, cursor: Cursor) -> Iterator[Page[ProductSnapshot]]:
        """Pages of 100 cards; see products.py."""
        return pull_products(self._client, cursor=cursor, now=self.context.now())

    def fetch_product(self, external_id: str) -> Page[ProductSnapshot]:
        """One size by its `chrtID`. Raises RequestRejected when they do not know it."""
        return fetch_product(self._client, external_id)

    def fetch_stock(self, query: StockQuery, *, cursor: Cursor) -> Iterator[Page[StockSnapshot]]:
        """Pages of one answer; see stock.py."""
        return pull_stock(self._client, query, now=self.context.now())

    def fetch_orders(self, query: OrdersQuery, *, cursor: Cursor) -> Iterator[Page[OrderSnapshot]]:
        """Pages of statistics and of the feed; see orders.py."""
        return OrdersPull(self._client, query).pages(cursor, now=self.context.now())

    def fetch_order(self, external_id: str) -> Page[OrderSnapshot]:
        """One order by its `srid`, if it moved lately. Raises RequestRejected when it is not found."""
        return fetch_order(self._client, external_id, now=self.context.now())

    def fetch_supplies(self, query: SuppliesQuery, *, cursor: Cursor) -> Iterator[Page[SupplySnapshot]]:
        """A page for each supply that changed or is open; see supplies.py."""
        pull = SuppliesPull(self._client, query, tells_discrepancies=self._tells_discrepancies)
        return pull.pages(cursor, now=self.context.now())

    def fetch_supply(self, external_id: str) -> Page[SupplySnapshot]:
        """One supply by the id of its pre-order. Raises RequestRejected when they do not know it."""
        return fetch_supply(self._client, external_id, tells_discrepancies=self._tells_discrepancies)

    @property
    def _tells_discrepancies(self) -> bool:
        """Whether the token may ask what was found in the boxes of a supply."""
        kind = cast("WildberriesCredentials", self.context.credentials).claims.kind
        return kind in (PERSONAL_KIND, SERVICE)

    def fetch_returns(self, query: ReturnsQuery, *, cursor: Cursor) -> Iterator[Page[ReturnSnapshot]]:
        """Pages of statistics, the feed, goods on their way back and claims; see returns.py."""
        return ReturnsPull(self._client, query).pages(cursor, now=self.context.now())

    def fetch_prices(self, *, cursor: Cursor) -> Iterator[Page[PriceSnapshot]]:
        """Pages of 1000 cards; see prices.py."""
        return prices.pull_prices(self._client, cursor=cursor, now=self.context.now())

    def fetch_tariffs(self, query: TariffsQuery, *, cursor: Cursor) -> Iterator[Page[TariffSnapshot]]:
        """A page for each list; see tariffs.py."""
        return pull_tariffs(self._client, query, cursor=cursor)

    # ---- prices -------------------------------------------------------------------------------------------
    @classmethod
    def price_problems(cls, wish: PriceWish) -> tuple[PriceProblem, ...]:
        """Whole roubles, whole percents, the price quarantine; see price_rules.py."""
        return price_rules.problems_of(wish)

    @classmethod
    def price_portions(cls, wishes: Sequence[PriceWish]) -> list[tuple[PriceWish, ...]]:
        """1000 cards a portion, all sizes of a card together."""
        return price_rules.portions_of(wishes)

    def send_prices(self, wishes: Sequence[PriceWish]) -> PricesSent:
        """One upload."""
        return prices.send_prices(self._client, wishes)

    def read_price_answers(self, reference: str, wishes: Sequence[PriceWish]) -> tuple[PriceAnswer, ...]:
        """The upload, the prices in force, the quarantine."""
        return prices.read_price_answers(self._client, reference, wishes)


def missing_streams(claims: Claims) -> tuple[str, ...]:
    """The streams whose categories the token lacks; a base token may not ask for stock."""
    return tuple(
        stream
        for stream, needed in STREAM_CATEGORIES.items()
        if not all(claims.has(category) for category in needed) or (stream == "stock" and claims.kind == BASE)
    )


def roles_of(claims: Claims) -> tuple[str, ...]:
    """The categories of the token in the words of the seller's cabinet, and whether it may only read."""
    named = tuple(name for bit, name in CATEGORIES.items() if claims.has(bit))
    return (*named, READ_ONLY_WORD) if claims.is_read_only else named


def _digits(value: str | None) -> str:
    text = (value or "").strip()
    return text if text.isascii() and text.isdecimal() and len(text) <= _TAX_ID else ""
