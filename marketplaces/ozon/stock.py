"""Pulling FBO stock: 100 SKUs at a time, the states of analytics joined with the plain quantities."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, TypeVar

import structlog

from marketplaces.contracts.pages import Cursor, Page, Rejected
from marketplaces.contracts.stock import StockQuery, StockSnapshot
from marketplaces.errors import RequestRejected, RightMissing, UnexpectedResponse
from marketplaces.ozon.client import SKUS_A_STOCK_PAGE, OzonClient, Rows
from marketplaces.ozon.mapping import Clusters, clusters_of, stock_snapshot
from marketplaces.ozon.schemas import (
    ClustersV1,
    ClustersV2,
    FboStockPage,
    FboStockRow,
    OzonWarehouses,
    StockPage,
    StockRow,
)

log = structlog.get_logger(__name__)

Reference = TypeVar("Reference")
Place = tuple[str, str]

CLUSTER_TYPES: Final = ("CLUSTER_TYPE_OZON", "CLUSTER_TYPE_CIS")
# An empty answer is believed only when it is given this often: it would write the stock off.
EMPTY_TRIES: Final = 3


@dataclass(slots=True, kw_only=True)
class _Answers:
    """What both methods said about a batch of SKUs."""

    sent_at: datetime
    rows: dict[Place, StockRow] = field(default_factory=dict)
    plain: dict[Place, FboStockRow] = field(default_factory=dict)
    rejected: list[Rejected] = field(default_factory=list)


def pull_stock(
    client: OzonClient, query: StockQuery, *, cursor: Cursor, now: datetime
) -> Iterator[Page[StockSnapshot]]:
    """Pages of stock, a batch of SKUs each, in the order of the SKU numbers.

    The cursor is the last SKU read, so that SKUs which came or went meanwhile shift nothing; a finished pull
    leaves an empty one.
    """
    skus = sorted({sku for sku in query.marketplace_skus if sku.isdecimal()}, key=_order)
    after = _order(cursor.get("after", ""))
    left = [sku for sku in skus if _order(sku) > after]
    clusters = load_clusters(client) if left else Clusters()
    for first in range(0, len(left), SKUS_A_STOCK_PAGE):
        batch = left[first : first + SKUS_A_STOCK_PAGE]
        is_last = first + len(batch) == len(left)
        answers = _ask(client, batch)
        yield Page(
            snapshots=_snapshots(answers, clusters),
            rejected=tuple(answers.rejected),
            cursor={} if is_last else {"after": batch[-1]},
            observed_at=answers.sent_at,
            done=first + len(batch),
            total=len(left),
            covers=_covers(batch, answers.rejected),
            is_last=is_last,
        )
    if not left:
        yield Page(snapshots=(), cursor={}, observed_at=now, done=0, total=0, is_last=True)


def load_clusters(client: OzonClient) -> Clusters:
    """Warehouses with their clusters, addresses and zones; whatever the key may not read stays empty."""
    return clusters_of(
        macrolocal=_or_default(client.clusters_macro, ClustersV2(result=[])),
        old=[
            _or_default(lambda kind=kind: client.clusters_old(kind), ClustersV1(clusters=[]))  # type: ignore[misc]
            for kind in CLUSTER_TYPES
        ],
        warehouses=_or_default(client.warehouses, OzonWarehouses(warehouses=[])),
    )


def _or_default(ask: Callable[[], Reference], default: Reference) -> Reference:
    """Reference data are not worth a run."""
    try:
        return ask()
    except (RightMissing, RequestRejected, UnexpectedResponse) as exc:
        log.warning("reference_unreadable", model=type(default).__name__, error=str(exc))
        return default


def _ask(client: OzonClient, batch: Sequence[str]) -> _Answers:
    rows = _states(client, batch)
    answers = _Answers(sent_at=rows.sent_at, rejected=list(rows.rejected))
    asked = set(batch)
    answers.rows = {(row.sku, row.warehouse_id): row for row in rows.page.items if row.sku in asked}
    try:
        for plain in _plain_pages(client, batch):
            answers.rejected.extend(plain.rejected)
            answers.plain.update(
                ((row.sku, row.warehouse_id), row) for row in plain.page.products if row.sku in asked
            )
    except RightMissing:
        # Only `reserved` is lost with this method (beta): analytics tells the rest.
        answers.plain.clear()
    return answers


def _states(client: OzonClient, batch: Sequence[str]) -> Rows[StockPage]:
    rows = client.stock(batch)
    for _again in range(EMPTY_TRIES - 1):
        if rows.page.items or rows.rejected:
            break
        rows = client.stock(batch)
    return rows


def _plain_pages(client: OzonClient, batch: Sequence[str]) -> Iterator[Rows[FboStockPage]]:
    token = ""
    tokens = {token}
    while True:
        rows = client.stock_fbo(batch, cursor=token)
        for _again in range(EMPTY_TRIES - 1):
            if rows.page.products or rows.rejected:
                break
            rows = client.stock_fbo(batch, cursor=token)
        yield rows
        token = rows.page.cursor or ""
        is_empty = not rows.page.products and not rows.rejected
        if is_empty or rows.page.has_next is False or token in {"", *tokens}:
            return
        tokens.add(token)


def _snapshots(answers: _Answers, clusters: Clusters) -> tuple[StockSnapshot, ...]:
    places = dict.fromkeys([*answers.rows, *answers.plain])
    return tuple(
        stock_snapshot(row=answers.rows.get(place), plain=answers.plain.get(place), clusters=clusters)
        for place in places
    )


def _covers(batch: Sequence[str], rejected: Sequence[Rejected]) -> tuple[str, ...]:
    """The SKUs that the page speaks of wholly: a row that could not be read leaves its SKU, or when even the
    SKU is unreadable all of the batch, out."""
    spoiled = {one.external_id.partition(":")[0] for one in rejected}
    return () if "" in spoiled else tuple(sku for sku in batch if sku not in spoiled)


def _order(sku: str) -> tuple[int, str]:
    return len(sku), sku
