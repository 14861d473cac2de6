"""The fourth marketplace as the engine sees it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import ClassVar, cast

from pydantic import BaseModel, Field, SecretStr

from marketplaces.adapter import FetchesOrders, FetchesProducts, FetchesStock, MarketplaceAdapter
from marketplaces.contracts.accounts import NOUNS, AccountCheck, Capability
from marketplaces.contracts.orders import OrderLineSnapshot, OrderSnapshot, OrdersQuery, OrderStatus
from marketplaces.contracts.pages import Cursor, Page
from marketplaces.contracts.products import ListingStatus, ProductSnapshot
from marketplaces.contracts.stock import StockQuantities, StockQuery, StockSnapshot, WarehouseSnapshot
from marketplaces.errors import RequestRejected
from marketplaces.http import Answer
from marketplaces.ratelimit import Limit
from marketplaces.wire import read_document
from tests.marketplaces.fourth.statuses import ORDER_STATUSES


class FourthCredentials(BaseModel):
    """One secret word."""

    password: SecretStr = Field(min_length=8, title="Password")


class Good(BaseModel):
    """A row of /goods."""

    id: int
    article: str
    name: str
    left: int


class Goods(BaseModel):
    """The answer of /goods."""

    goods: list[Good]


class Sold(BaseModel):
    """A row of /orders."""

    id: int
    state: str
    at: datetime
    good: int
    price: Decimal


class Orders(BaseModel):
    """The answer of /orders."""

    orders: list[Sold]


class Adapter(FetchesProducts, FetchesStock, FetchesOrders, MarketplaceAdapter):
    """Everything in one page: the shop is small."""

    code = "fourth"
    title = "Четвёртый"
    base_url = "https://api.fourth.example"
    credentials_class = FourthCredentials
    limits: ClassVar[Mapping[str, Limit]] = {"": Limit(requests=100, burst=10)}
    key_steps = ("Open the cabinet of the fourth marketplace and copy the password.",)
    order_is = "One order of one unit."
    capabilities = tuple(
        Capability(
            stream=noun,
            is_available=noun in ("products", "stock", "orders"),
            is_given=noun in ("products", "stock", "orders"),
            reason=""
            if noun in ("products", "stock", "orders")
            else "The fourth marketplace does not give it.",
        )
        for noun in NOUNS
    )

    @classmethod
    def external_id(cls, credentials: BaseModel) -> str:
        del credentials
        return "4"

    @classmethod
    def headers(cls, credentials: BaseModel) -> Mapping[str, str]:
        return {"Password": cast("FourthCredentials", credentials).password.get_secret_value()}

    def check(self) -> AccountCheck:
        self._get("/goods")
        return AccountCheck(seller_external_id="4", seller_name="Лавка на четвёртом")

    def fetch_products(self, *, cursor: Cursor) -> Iterator[Page[ProductSnapshot]]:
        del cursor
        yield self._products()

    def fetch_product(self, external_id: str) -> Page[ProductSnapshot]:
        page = self._products()
        if not any(one.external_id == external_id for one in page.snapshots):
            raise RequestRejected("no such good")
        return page

    def fetch_stock(self, query: StockQuery, *, cursor: Cursor) -> Iterator[Page[StockSnapshot]]:
        del cursor
        answer = self._get("/goods")
        yield Page(
            snapshots=tuple(
                StockSnapshot(
                    marketplace_sku=str(good.id),
                    warehouse=WarehouseSnapshot(external_id="1", name="Единственный склад"),
                    quantities=StockQuantities(available=good.left),
                )
                for good in read_document(Goods, answer.content).goods
            ),
            observed_at=answer.sent_at,
            covers=query.marketplace_skus,
            is_last=True,
        )

    def fetch_orders(self, query: OrdersQuery, *, cursor: Cursor) -> Iterator[Page[OrderSnapshot]]:
        del query, cursor
        yield self._orders()

    def fetch_order(self, external_id: str) -> Page[OrderSnapshot]:
        del external_id
        return self._orders()

    def _products(self) -> Page[ProductSnapshot]:
        answer = self._get("/goods")
        return Page(
            snapshots=tuple(
                ProductSnapshot(
                    external_id=str(good.id),
                    marketplace_sku=str(good.id),
                    seller_sku=good.article,
                    name=good.name,
                    status=ListingStatus.ON_SALE,
                    external_status="",
                    price=Decimal(100),
                )
                for good in read_document(Goods, answer.content).goods
            ),
            observed_at=answer.sent_at,
            is_last=True,
        )

    def _orders(self) -> Page[OrderSnapshot]:
        answer = self._get("/orders")
        return Page(
            snapshots=tuple(
                OrderSnapshot(
                    external_id=f"4-{order.id}",
                    status=ORDER_STATUSES.get(order.state, OrderStatus.UNKNOWN),
                    external_status=order.state,
                    placed_at=order.at,
                    lines=(
                        OrderLineSnapshot(
                            marketplace_sku=str(order.good),
                            seller_sku="",
                            name="",
                            quantity=1,
                            price=order.price,
                        ),
                    ),
                )
                for order in read_document(Orders, answer.content).orders
            ),
            observed_at=answer.sent_at,
            is_last=True,
        )

    def _get(self, path: str) -> Answer:
        return self.context.http.get_json(path)
