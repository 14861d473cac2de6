"""The roles that a marketplace adapter can play; inheriting a role is having the capability."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import BaseModel

from marketplaces.contracts.accounts import AccountCheck, Capability
from marketplaces.contracts.orders import OrderSnapshot, OrdersQuery, OrderStatus
from marketplaces.contracts.pages import Cursor, Page
from marketplaces.contracts.prices import PriceAnswer, PriceProblem, PriceSnapshot, PricesSent, PriceWish
from marketplaces.contracts.products import ProductSnapshot
from marketplaces.contracts.pushes import PushNotice, PushReply
from marketplaces.contracts.returns import ReturnSnapshot, ReturnsQuery, ReturnStatus
from marketplaces.contracts.stock import StockQuery, StockSnapshot
from marketplaces.contracts.supplies import SuppliesQuery, SupplySnapshot
from marketplaces.contracts.tariffs import TariffSnapshot, TariffsQuery

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from marketplaces.errors import MarketplaceError
    from marketplaces.http import Http, Refusal
    from marketplaces.ratelimit import Limit


@dataclass(frozen=True, slots=True, kw_only=True)
class AdapterContext:
    """What an adapter is given: its credentials, the one way to the network, and the clock."""

    credentials: BaseModel
    http: Http
    now: Callable[[], datetime]


class MarketplaceAdapter(ABC):
    """Base of all. Adapters keep no state between calls, write nothing to our database, never return None
    for "it failed": they raise from marketplaces.errors."""

    code: ClassVar[str]
    title: ClassVar[StrOrPromise]
    credentials_class: ClassVar[type[BaseModel]]
    # Limit group → bucket; "" is the group of every request of the account.
    limits: ClassVar[Mapping[str, Limit]]
    # How many requests of a seller may run at once; None: as many as come.
    parallel: ClassVar[int | None] = None
    capabilities: ClassVar[tuple[Capability, ...]]
    # The address of its API; `{host}` stands for the host of a method where there are several.
    base_url: ClassVar[str]
    # How a person gets a key, step by step: message ids.
    key_steps: ClassVar[tuple[str, ...]] = ()
    # Steps of an order that the marketplace never tells: an order there stays in the step before them.
    untold_steps: ClassVar[frozenset[OrderStatus]] = frozenset()
    # What one order is there, for a reader who compares marketplaces: a message id.
    order_is: ClassVar[str] = ""
    # Where a person opens an order in the marketplace's own cabinet, with `{external_id}`; empty when nowhere.
    order_page: ClassVar[str] = ""
    # The same of a supply, with `{external_id}` and `{number}`.
    supply_page: ClassVar[str] = ""
    # Ids of cancel reasons that mean a refusal at hand-over, where the marketplace tells refusals by its orders only.
    refusal_reasons: ClassVar[frozenset[str]] = frozenset()
    # States that are the marketplace's last word on a return that went well: it never tells of the shelf.
    resting_returns: ClassVar[frozenset[ReturnStatus]] = frozenset()

    def __init__(self, context: AdapterContext) -> None:
        self.context = context

    @abstractmethod
    def check(self) -> AccountCheck:
        """Ask who the key belongs to and what it may do. Raises CredentialsRejected, TemporaryError."""

    @classmethod
    @abstractmethod
    def external_id(cls, credentials: BaseModel) -> str:
        """The seller's id in the credentials, or a stand-in until `check` tells it."""

    @classmethod
    def key_kind(cls, credentials: BaseModel) -> str:
        """The kind of the key where limits depend on it; otherwise empty."""
        return ""

    @classmethod
    def limits_for(cls, key_kind: str) -> Mapping[str, Limit]:
        """The limits of a kind of key; `limits` where they are the same for all."""
        return cls.limits

    @classmethod
    @abstractmethod
    def headers(cls, credentials: BaseModel) -> Mapping[str, str]:
        """The headers that say who we are; sent with every request, never logged."""

    @classmethod
    def explain(cls, refusal: Refusal) -> MarketplaceError | None:
        """The error that an answer other than 2xx means; None leaves it to the usual meaning of its status
        (401 key, 403 right, 420/429 limit, 408/5xx temporary, other 4xx a refusal)."""
        return None


class FetchesProducts(ABC):
    """Gives the assortment: every listing, archived ones too."""

    @abstractmethod
    def fetch_products(self, *, cursor: Cursor) -> Iterator[Page[ProductSnapshot]]:
        """Pages of the whole assortment, from the saved cursor on (empty: from the beginning)."""

    @abstractmethod
    def fetch_product(self, external_id: str) -> Page[ProductSnapshot]:
        """One listing, read now."""


class FetchesStock(ABC):
    """Gives stock by warehouse for the SKUs asked."""

    @abstractmethod
    def fetch_stock(self, query: StockQuery, *, cursor: Cursor) -> Iterator[Page[StockSnapshot]]:
        """Pages of stock. Each page speaks wholly of the SKUs in `Page.covers`: a warehouse that it does not
        name for one of them holds none of it."""


class FetchesOrders(ABC):
    """Gives orders: the period asked, and the open ones again."""

    @abstractmethod
    def fetch_orders(self, query: OrdersQuery, *, cursor: Cursor) -> Iterator[Page[OrderSnapshot]]:
        """Pages of orders; a finished pull leaves a cursor from which the next one goes on."""

    @abstractmethod
    def fetch_order(self, external_id: str) -> Page[OrderSnapshot]:
        """One order, read now. Raises RequestRejected when they do not know it."""


class FetchesSupplies(ABC):
    """Gives supplies, and beside them withdrawals and disposals."""

    @abstractmethod
    def fetch_supplies(self, query: SuppliesQuery, *, cursor: Cursor) -> Iterator[Page[SupplySnapshot]]:
        """Pages of supplies; a finished pull leaves a cursor from which the next one goes on."""

    @abstractmethod
    def fetch_supply(self, external_id: str) -> Page[SupplySnapshot]:
        """One supply with lines, boxes and documents, read now. Raises RequestRejected when they do not know it."""


class FetchesReturns(ABC):
    """Gives returns and refusals by the change of their status."""

    @abstractmethod
    def fetch_returns(self, query: ReturnsQuery, *, cursor: Cursor) -> Iterator[Page[ReturnSnapshot]]:
        """Pages of returns; a finished pull leaves a cursor from which the next one goes on."""


class FetchesPrices(ABC):
    """Gives the prices of the whole assortment, apart from the products."""

    @abstractmethod
    def fetch_prices(self, *, cursor: Cursor) -> Iterator[Page[PriceSnapshot]]:
        """Pages of prices, from the saved cursor on (empty: from the beginning)."""


class SetsPrices(ABC):
    """Takes new prices. A sending is never repeated by us: what became of it is read back."""

    # Whether the sizes of a card share a price, so that a new one of a size is one of all of them.
    prices_cards: ClassVar[bool] = False

    @classmethod
    @abstractmethod
    def price_problems(cls, wish: PriceWish) -> tuple[PriceProblem, ...]:
        """What the marketplace's own rules say against the wish, before anything is sent."""

    @classmethod
    @abstractmethod
    def price_portions(cls, wishes: Sequence[PriceWish]) -> list[tuple[PriceWish, ...]]:
        """The wishes as they are sent: each portion is one request."""

    @abstractmethod
    def send_prices(self, wishes: Sequence[PriceWish]) -> PricesSent:
        """Send one portion, once. Raises RequestRejected when all of it is refused; TemporaryError says that nobody
        knows whether it arrived."""

    @abstractmethod
    def read_price_answers(self, reference: str, wishes: Sequence[PriceWish]) -> tuple[PriceAnswer, ...]:
        """What became of a portion: asked of its task when there is one, and of the prices in force. `reference` is
        empty when the sending got no answer."""


class FetchesTariffs(ABC):
    """Gives the tariffs that are published; asked once a day and kept."""

    @abstractmethod
    def fetch_tariffs(self, query: TariffsQuery, *, cursor: Cursor) -> Iterator[Page[TariffSnapshot]]:
        """Pages of tariffs of the day."""


class ReceivesPush(ABC):
    """Understands the marketplace's notices."""

    @classmethod
    @abstractmethod
    def parse_push(cls, body: Any) -> PushNotice:
        """Read a decoded JSON body. Raises UnexpectedResponse when it is no notice at all."""

    @classmethod
    @abstractmethod
    def push_reply(cls, notice: PushNotice | None, *, now: datetime) -> PushReply:
        """What to answer to a notice we stored, or (None) to one we could not read."""

    @abstractmethod
    def subscribe(self, url: str) -> None:
        """Ask the marketplace to send its notices to the URL; safe to repeat."""

    @abstractmethod
    def unsubscribe(self, url: str) -> None:
        """Ask the marketplace to send no more notices to the URL; safe to repeat."""
