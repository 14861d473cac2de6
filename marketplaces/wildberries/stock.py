"""Pulling the stock at Wildberries' warehouses: all of it in one answer, given on in pages."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

from marketplaces.contracts.pages import Page, Rejected
from marketplaces.contracts.stock import StockQuery, StockSnapshot
from marketplaces.errors import UnexpectedResponse
from marketplaces.wildberries.client import STOCK_ROWS, Rows, WildberriesClient
from marketplaces.wildberries.mapping import stock_snapshot
from marketplaces.wildberries.schemas import StockPage

SKUS_A_PAGE: Final = 2000


def pull_stock(
    client: WildberriesClient, query: StockQuery, *, now: datetime
) -> Iterator[Page[StockSnapshot]]:
    """Pages of stock in the order of the SKUs; one request for all, so that there is no place to resume at.

    A size that the answer does not name has no stock. Sizes that the query does not name come in the last page.
    """
    skus = sorted(set(query.marketplace_skus))
    if not skus:
        yield Page(snapshots=(), observed_at=now, done=0, total=0, is_last=True)
        return
    rows = client.stocks()
    if len(rows.page.data.items) + len(rows.rejected) >= STOCK_ROWS:
        raise UnexpectedResponse(f"more than {STOCK_ROWS} rows of stock: a part of them may be missing")
    yield from _pages(rows, skus)


def _pages(rows: Rows[StockPage], skus: Sequence[str]) -> Iterator[Page[StockSnapshot]]:
    by_sku: dict[str, dict[str, StockSnapshot]] = defaultdict(dict)
    for row in rows.page.data.items:
        # A moving answer may name a place twice: what was said last stands.
        by_sku[row.chrtId][row.warehouseId] = stock_snapshot(row)
    known = set(skus)
    others = [sku for sku in by_sku if sku not in known]
    for first in range(0, len(skus), SKUS_A_PAGE):
        batch = skus[first : first + SKUS_A_PAGE]
        is_last = first + len(batch) == len(skus)
        yield Page(
            snapshots=tuple(
                one for sku in (*batch, *(others if is_last else ())) for one in by_sku.get(sku, {}).values()
            ),
            rejected=rows.rejected if is_last else (),
            cursor={},
            observed_at=rows.sent_at,
            done=first + len(batch),
            total=len(skus),
            covers=_covers(batch, rows.rejected),
            is_last=is_last,
        )


def _covers(batch: Sequence[str], rejected: Sequence[Rejected]) -> tuple[str, ...]:
    """The SKUs that the page speaks of wholly: a row that could not be read leaves its SKU, or when even the SKU
    is unreadable all of them, out."""
    spoiled = {one.external_id.partition(":")[0] for one in rejected}
    return () if "" in spoiled else tuple(sku for sku in batch if sku not in spoiled)
