"""How returns are synced."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar, Final, cast

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from marketplaces.adapter import FetchesReturns
from marketplaces.contracts.pages import Page
from marketplaces.contracts.returns import ReturnsQuery
from marketplaces.streams import PageResult, PullRequest, SyncStream
from returns.models import Return
from returns.selectors.refusals import refusals_of, refused_orders
from returns.services.record import record_returns
from returns.services.ties import tie_again

if TYPE_CHECKING:
    from marketplaces.adapter import MarketplaceAdapter
    from marketplaces.contracts.pages import Cursor
    from marketplaces.models import MarketplaceAccount

# An order is committed some time after the moment that its change carries.
_OVERLAP: Final = timedelta(hours=2)


class ReturnStream(SyncStream):
    """Returns by the change of their status, and the refusals that the marketplace tells by its orders only.

    The cursor holds theirs (`theirs`) and the moment up to which our own orders were looked through (`orders`).
    """

    code = "returns"
    title = _("Returns")
    role: ClassVar[type[Any]] = FetchesReturns
    every = timedelta(minutes=30)
    fresh_for = timedelta(hours=2)
    deep_every = timedelta(days=1)

    def pages(self, adapter: MarketplaceAdapter, request: PullRequest) -> Iterator[Page[Any]]:
        source = cast("FetchesReturns", adapter)
        cursor = {} if request.since else request.cursor
        since = request.since or request.now - timedelta(days=settings.ORDER_HISTORY_DAYS)
        looked_at = _moment(cursor.get("orders"))
        orders_since = looked_at - _OVERLAP if looked_at else since
        tie_again(account=request.account, changed_since=orders_since)
        theirs: Cursor = cursor.get("theirs", {})
        yield from self._refusals(adapter, request, orders_since=orders_since, cursor=cursor)
        query = ReturnsQuery(since=since, until=request.now, open_external_ids=_open(request.account))
        for page in source.fetch_returns(query, cursor=theirs):
            yield replace(page, cursor={"theirs": page.cursor, "orders": request.now.isoformat()})

    def record(self, page: Page[Any], request: PullRequest) -> PageResult:
        return record_returns(
            account=request.account,
            snapshots=page.snapshots,
            observed_at=page.observed_at,
            source=request.source,
        )

    def held(self, account: MarketplaceAccount) -> int:
        return int(Return.objects.for_company(account.company_id).filter(account=account)[:1].count())

    def _refusals(
        self, adapter: MarketplaceAdapter, request: PullRequest, *, orders_since: datetime, cursor: Cursor
    ) -> Iterator[Page[Any]]:
        """Pages of what our orders tell; the place in theirs stays, the one in ours is kept when all is read."""
        if not adapter.refusal_reasons:
            return
        for orders in refused_orders(
            request.account, reasons=adapter.refusal_reasons, changed_since=orders_since
        ):
            yield Page(
                snapshots=tuple(snapshot for order in orders for snapshot in refusals_of(order)),
                cursor=cursor,
                observed_at=request.now,
            )


def _open(account: MarketplaceAccount) -> tuple[str, ...]:
    """The returns that may still move, by their ids there, in a stable order."""
    held = Return.objects.for_company(account.company_id).filter(account=account).open()
    return tuple(held.order_by("external_id").values_list("external_id", flat=True))


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
