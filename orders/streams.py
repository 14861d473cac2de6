"""How orders are synced."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar, cast

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from catalog.selectors.listings import skus_by_barcode
from marketplaces.adapter import FetchesOrders
from marketplaces.ahead import ahead
from marketplaces.contracts.orders import OrdersQuery
from marketplaces.streams import PageResult, PullRequest, SyncStream
from orders.models import Order
from orders.services.lines import link_lines
from orders.services.record import record_orders

if TYPE_CHECKING:
    from marketplaces.adapter import MarketplaceAdapter
    from marketplaces.contracts.pages import Page
    from marketplaces.models import MarketplaceAccount


class OrderStream(SyncStream):
    """Orders: what is new since the last pull, and again all that may still move."""

    code = "orders"
    title = _("Orders")
    role: ClassVar[type[Any]] = FetchesOrders
    is_first_step = True
    every = timedelta(minutes=1)
    fresh_for = timedelta(minutes=15)
    deep_every = timedelta(days=1)
    rereads_one = True

    def pages(self, adapter: MarketplaceAdapter, request: PullRequest) -> Iterator[Page[Any]]:
        source = cast("FetchesOrders", adapter)
        if request.external_id:
            yield source.fetch_order(request.external_id)
            return
        link_lines(account=request.account)
        since = request.since or request.now - timedelta(days=settings.ORDER_HISTORY_DAYS)
        open_orders = (
            Order.objects.for_company(request.account.company_id).filter(account=request.account).open()
        )
        query = OrdersQuery(
            since=since,
            until=request.now,
            open_external_ids=tuple(
                open_orders.order_by("external_id").values_list("external_id", flat=True)
            ),
            sku_by_barcode=skus_by_barcode(request.account),
        )
        yield from ahead(source.fetch_orders(query, cursor={} if request.since else request.cursor))

    def record(self, page: Page[Any], request: PullRequest) -> PageResult:
        told = (request.changed_at, request.changed_to) if request.changed_at else None
        return record_orders(
            account=request.account,
            snapshots=page.snapshots,
            observed_at=page.observed_at,
            source=request.source,
            told=told,
        )

    def held(self, account: MarketplaceAccount) -> int:
        return int(Order.objects.for_company(account.company_id).filter(account=account)[:1].count())
