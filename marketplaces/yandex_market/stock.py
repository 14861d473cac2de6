"""Pulling stock at Market's warehouses: by SKU, so that an answer speaks of its offers wholly.

The list of all stocks spreads an offer over pages, and a page that is lost would write it off. Offers asked by SKU
come in one answer, those of the archive too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Final

import structlog

from marketplaces.contracts.pages import Cursor, Page, Rejected
from marketplaces.contracts.stock import StockQuery, StockSnapshot, WarehouseSnapshot
from marketplaces.errors import RequestRejected, RightMissing, UnexpectedResponse
from marketplaces.yandex_market.client import OFFERS_A_STOCK_PAGE, Stocks, YandexMarketClient, believed
from marketplaces.yandex_market.mapping import stock_snapshot, warehouse_snapshot

log = structlog.get_logger(__name__)

# What a rejected record is named by is cut to this.
_LONGEST_ID: Final = 100


def pull_stock(
    client: YandexMarketClient, query: StockQuery, *, cursor: Cursor, now: datetime
) -> Iterator[Page[StockSnapshot]]:
    """Pages of stock, a batch of SKUs each, in the order of the SKUs.

    The cursor is the last SKU read, so that SKUs which came or went meanwhile shift nothing; a finished pull leaves
    an empty one.
    """
    after = cursor.get("after", "")
    left = sorted({sku for sku in query.marketplace_skus if sku > after})
    warehouses = _warehouses(client) if left else {}
    size, first = OFFERS_A_STOCK_PAGE, 0
    while first < len(left):
        batch = left[first : first + size]
        stocks = believed(partial(client.stocks, batch), lambda got: not got.rows and not got.rejected)
        if stocks.is_cut and len(batch) > 1:
            # Not whole, though it is promised to be: ask for fewer.
            size = max(1, len(batch) // 2)
            continue
        first += len(batch)
        is_last = first >= len(left)
        yield Page(
            snapshots=_snapshots(stocks, batch, warehouses),
            rejected=stocks.rejected,
            cursor={} if is_last else {"after": batch[-1]},
            observed_at=stocks.sent_at,
            done=first,
            total=len(left),
            covers=() if stocks.is_cut else _covers(batch, stocks.rejected),
            is_last=is_last,
        )
    if not left:
        yield Page(snapshots=(), cursor={}, observed_at=now, done=0, total=0, is_last=True)


def _warehouses(client: YandexMarketClient) -> Mapping[str, WarehouseSnapshot]:
    """Names by id; nothing when the key may not read them: names are not worth a run, and the id stands in."""
    try:
        return {row.id: warehouse_snapshot(row) for row in client.warehouses().result.warehouses}
    except (RightMissing, RequestRejected, UnexpectedResponse) as exc:
        log.warning("reference_unreadable", model="Warehouses", error=str(exc))
        return {}


def _snapshots(
    stocks: Stocks, batch: Sequence[str], warehouses: Mapping[str, WarehouseSnapshot]
) -> tuple[StockSnapshot, ...]:
    asked = set(batch)
    rows = {(warehouse, row.offerId): row for warehouse, row in stocks.rows if row.offerId in asked}
    return tuple(
        stock_snapshot(row, warehouse_id=warehouse, warehouses=warehouses)
        for (warehouse, _offer), row in rows.items()
    )


def _covers(batch: Sequence[str], rejected: Sequence[Rejected]) -> tuple[str, ...]:
    """The SKUs that the page speaks of wholly: a row that could not be read leaves its SKU out, or, when even the
    SKU is unreadable, all of the batch."""
    spoiled = {one.external_id.strip() for one in rejected}
    return () if "" in spoiled else tuple(sku for sku in batch if sku[:_LONGEST_ID].strip() not in spoiled)
