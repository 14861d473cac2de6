"""Ozon as the engine sees it: roles → client calls → mapping."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar, Final, cast

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
    ReceivesPush,
    SetsPrices,
)
from marketplaces.contracts.accounts import AccountCheck, Capability
from marketplaces.contracts.orders import OrderSnapshot, OrdersQuery
from marketplaces.contracts.pages import Cursor, Page
from marketplaces.contracts.prices import PriceAnswer, PriceProblem, PriceSnapshot, PricesSent, PriceWish
from marketplaces.contracts.products import ProductSnapshot
from marketplaces.contracts.pushes import PushNotice, PushReply
from marketplaces.contracts.returns import ReturnSnapshot, ReturnsQuery
from marketplaces.contracts.stock import StockQuery, StockSnapshot
from marketplaces.contracts.supplies import SuppliesQuery, SupplySnapshot
from marketplaces.contracts.tariffs import TariffSnapshot, TariffsQuery
from marketplaces.errors import MarketplaceError, RequestRejected, RightMissing
from marketplaces.http import Refusal
from marketplaces.ozon import client as api
from marketplaces.ozon import prices, pushes, refusals
from marketplaces.ozon.credentials import OzonCredentials
from marketplaces.ozon.mapping import moment
from marketplaces.ozon.orders import OrdersPull, fetch_posting
from marketplaces.ozon.products import fetch_product, pull_products
from marketplaces.ozon.returns import ReturnsPull
from marketplaces.ozon.schemas import Role, SellerCompany
from marketplaces.ozon.stock import pull_stock
from marketplaces.ozon.supplies import SuppliesPull, fetch_supply
from marketplaces.ozon.tariffs import pull_tariffs
from marketplaces.ratelimit import Limit

# Without all of these a stream cannot be read; what is merely useful (sizes, reserved units, clusters, words
# of cancel reasons, acts, cargoes, removals) is left out, and its absence borne.
STREAM_METHODS: Final[Mapping[str, tuple[str, ...]]] = {
    "products": (api.PRODUCT_LIST, api.PRODUCT_INFO),
    "stock": (api.STOCK,),
    "orders": (api.POSTING_LIST, api.POSTING_GET),
    "supplies": (api.SUPPLY_LIST, api.SUPPLY_GET, api.SUPPLY_BUNDLE),
    "returns": (api.RETURNS,),
    "prices": (api.PRODUCT_PRICES,),
    "tariffs": (api.PRODUCT_PRICES,),
}
_SELLER_NAME: Final = 200
_LEGAL_NAME: Final = 300
_TAX_ID: Final = 12
_REGISTRATION: Final = 15
_OWNERSHIP_FORM: Final = 80
_TAX_SYSTEM: Final = 24
# The words of CompanyTaxSystemEnum that say nothing.
_NO_TAX_SYSTEM: Final = frozenset({"UNKNOWN", "UNSPECIFIED"})


class Adapter(
    FetchesProducts,
    FetchesStock,
    FetchesOrders,
    FetchesSupplies,
    FetchesReturns,
    FetchesPrices,
    SetsPrices,
    FetchesTariffs,
    ReceivesPush,
    MarketplaceAdapter,
):
    """The Ozon Seller API for one account."""

    code = "ozon"
    title = "Ozon"
    base_url = "https://api-seller.ozon.ru"
    credentials_class = OzonCredentials
    key_steps = (
        _("Open Ozon Seller and go to Settings, then API keys. Only the owner of the cabinet sees them."),
        _(
            "Press “Generate key” and choose the role “Admin read only”; add “Product” to change prices from here."
        ),
        _("Copy the Client-Id from the top of that page, and the key at once: Ozon shows it only one time."),
    )
    order_is = _("A posting: one parcel of a purchase, with any number of units.")
    order_page = "https://seller.ozon.ru/app/postings/fbo?postingDetails={external_id}"
    # Ozon gives 50 requests a second to a Client-Id; in any second at most 45 + 5 - 1 are sent. None of the
    # methods that we call has a limit of its own.
    limits: ClassVar[Mapping[str, Limit]] = {"": Limit(requests=45, seconds=1, burst=5)}
    capabilities = (
        Capability(stream="products", is_available=True),
        Capability(stream="stock", is_available=True),
        Capability(stream="orders", is_available=True),
        Capability(stream="prices", is_available=True),
        Capability(stream="tariffs", is_available=True),
        Capability(
            stream="returns",
            is_available=True,
            reason=_("Not told: goods that were lost on their way back, and the sum of a compensation."),
        ),
        Capability(
            stream="supplies",
            is_available=True,
            reason=_(
                "Not told: when goods left you for the warehouse, how many of them are on sale already, and the "
                "warehouse of a supply by cross-docking."
            ),
        ),
        Capability(
            stream="finance",
            is_available=False,
            since="2026-09-08",
            reason=_("Ozon replaced transactions by accruals; the cabinet does not read accruals yet."),
        ),
        Capability(stream="push", is_available=True),
    )

    def __init__(self, context: AdapterContext) -> None:
        super().__init__(context)
        self._client = api.OzonClient(context.http)

    # ---- the account --------------------------------------------------------------------------------------
    @classmethod
    def external_id(cls, credentials: BaseModel) -> str:
        """The Client-Id: the number of the seller's cabinet."""
        return cast("OzonCredentials", credentials).client_id

    @classmethod
    def headers(cls, credentials: BaseModel) -> Mapping[str, str]:
        """Client-Id and Api-Key."""
        return cast("OzonCredentials", credentials).headers()

    @classmethod
    def explain(cls, refusal: Refusal) -> MarketplaceError | None:
        """What a refusal means by Ozon's messages."""
        return refusals.explain(refusal)

    def check(self) -> AccountCheck:
        """Rights and expiry of the key, and the company behind it when the key may ask."""
        roles = self._client.roles()
        company = self._company()
        methods = tuple(sorted({method for role in roles.roles for method in role.methods}))
        return AccountCheck(
            seller_external_id=self.external_id(self.context.credentials),
            seller_name=(company.name or "")[:_SELLER_NAME],
            legal_name=(company.legal_name or "")[:_LEGAL_NAME],
            tax_id=_digits(company.inn, most=_TAX_ID),
            registration_number=_digits(company.ogrn, most=_REGISTRATION),
            ownership_form=(company.ownership_form or "").strip()[:_OWNERSHIP_FORM],
            tax_system=_tax_system(company.tax_system),
            currency=(company.currency or "RUB")[:3],
            expires_at=moment(roles.expires_at),
            roles=tuple(role.name for role in roles.roles if role.name),
            methods=methods,
            missing=missing_streams(roles.roles),
        )

    def _company(self) -> SellerCompany:
        try:
            return self._client.seller_info().company or SellerCompany()
        except (RightMissing, RequestRejected):
            return SellerCompany()

    # ---- streams ------------------------------------------------------------------------------------------
    def fetch_products(self, *, cursor: Cursor) -> Iterator[Page[ProductSnapshot]]:
        """Pages of 1000; see products.py."""
        return pull_products(self._client, cursor=cursor, now=self.context.now())

    def fetch_product(self, external_id: str) -> Page[ProductSnapshot]:
        """One product by its `product_id`. Raises RequestRejected when they do not know it."""
        return fetch_product(self._client, external_id)

    def fetch_stock(self, query: StockQuery, *, cursor: Cursor) -> Iterator[Page[StockSnapshot]]:
        """Pages of 100 SKUs; see stock.py."""
        return pull_stock(self._client, query, cursor=cursor, now=self.context.now())

    def fetch_orders(self, query: OrdersQuery, *, cursor: Cursor) -> Iterator[Page[OrderSnapshot]]:
        """Pages of 100 postings; see orders.py."""
        return OrdersPull(self._client, query).pages(cursor, now=self.context.now())

    def fetch_order(self, external_id: str) -> Page[OrderSnapshot]:
        """One posting by its number. Raises RequestRejected when they do not know it."""
        return fetch_posting(self._client, external_id)

    def fetch_supplies(self, query: SuppliesQuery, *, cursor: Cursor) -> Iterator[Page[SupplySnapshot]]:
        """Pages of 10 requests, then of 15 days of removals; see supplies.py and removals.py."""
        return SuppliesPull(self._client, query).pages(cursor, now=self.context.now())

    def fetch_supply(self, external_id: str) -> Page[SupplySnapshot]:
        """One supply by its number, or a removal. Raises RequestRejected when they do not list it."""
        return fetch_supply(self._client, external_id, now=self.context.now())

    def fetch_returns(self, query: ReturnsQuery, *, cursor: Cursor) -> Iterator[Page[ReturnSnapshot]]:
        """Pages of 500 returns; see returns.py."""
        return ReturnsPull(self._client, query).pages(cursor, now=self.context.now())

    # ---- prices -------------------------------------------------------------------------------------------
    def fetch_prices(self, *, cursor: Cursor) -> Iterator[Page[PriceSnapshot]]:
        """Pages of 1000; see prices.py."""
        return prices.pull_prices(self._client, cursor=cursor, now=self.context.now())

    @classmethod
    def price_problems(cls, wish: PriceWish) -> tuple[PriceProblem, ...]:
        """Ozon's rules for the price before the discount."""
        return prices.price_problems(wish)

    @classmethod
    def price_portions(cls, wishes: Sequence[PriceWish]) -> list[tuple[PriceWish, ...]]:
        """Portions of 1000."""
        return prices.price_portions(wishes)

    def send_prices(self, wishes: Sequence[PriceWish]) -> PricesSent:
        """Send one portion, once."""
        return prices.send_prices(self._client, wishes)

    def read_price_answers(self, reference: str, wishes: Sequence[PriceWish]) -> tuple[PriceAnswer, ...]:
        """Whether the prices stand; there is no task to ask for."""
        return prices.read_price_answers(self._client, wishes)

    def fetch_tariffs(self, query: TariffsQuery, *, cursor: Cursor) -> Iterator[Page[TariffSnapshot]]:
        """Pages of 1000 products; see tariffs.py."""
        return pull_tariffs(self._client, cursor=cursor, now=self.context.now())

    # ---- notices ------------------------------------------------------------------------------------------
    @classmethod
    def parse_push(cls, body: Any) -> PushNotice:
        """Read a notice. Raises UnexpectedResponse when it is none."""
        return pushes.parse_push(body)

    @classmethod
    def push_reply(cls, notice: PushNotice | None, *, now: datetime) -> PushReply:
        """The answer that the document asks for."""
        return pushes.push_reply(notice, now=now)

    def subscribe(self, url: str) -> None:
        """Have the notices sent to the URL: added when it is new, mended when kinds are missing or it is off."""
        known = next((one for one in self._client.push_addresses().urls if one.url == url), None)
        if known is None:
            self._client.add_push_address(url, pushes.SUBSCRIBED)
            return
        if not set(pushes.SUBSCRIBED) <= {one.type for one in known.types}:
            self._client.change_push_address(known.id, url=url, types=pushes.SUBSCRIBED)
        if known.enable is False:
            self._client.enable_push_address(known.id)

    def unsubscribe(self, url: str) -> None:
        """Drop the URL from those that notices are sent to."""
        for one in self._client.push_addresses().urls:
            if one.url == url:
                self._client.delete_push_address(one.id)


def missing_streams(roles: list[Role]) -> tuple[str, ...]:
    """The streams whose methods the roles do not hold.

    A role may name a method or the beginning of several (`/v1/posting`). When there are roles and none of
    them lists a method, nothing can be told and nothing is missing.
    """
    granted = {method.rstrip("/") for role in roles for method in role.methods}
    if roles and not granted:
        return ()
    return tuple(
        stream
        for stream, needed in STREAM_METHODS.items()
        if not all(_is_granted(method, granted) for method in needed)
    )


def _is_granted(method: str, granted: set[str]) -> bool:
    parts = method.split("/")
    return any("/".join(parts[:length]) in granted for length in range(3, len(parts) + 1))


def _digits(value: str | None, *, most: int) -> str:
    text = (value or "").strip()
    return text if text.isascii() and text.isdecimal() and len(text) <= most else ""


def _tax_system(value: str | None) -> str:
    word = (value or "").strip()
    return "" if word in _NO_TAX_SYSTEM else word[:_TAX_SYSTEM]
