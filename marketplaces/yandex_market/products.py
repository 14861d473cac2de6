"""Pulling the assortment: all but the archive, then the archive, 100 offers a page."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import partial
from typing import Final

from marketplaces.contracts.pages import Cursor, Page
from marketplaces.contracts.products import ProductSnapshot
from marketplaces.errors import CursorRejected, RequestRejected
from marketplaces.yandex_market.client import MOST_BEGINNINGS, Rows, YandexMarketClient, believed, next_token
from marketplaces.yandex_market.mapping import product_snapshot
from marketplaces.yandex_market.schemas import OffersPage

SHELF: Final = "shelf"
ARCHIVE: Final = "archive"


def pull_products(
    client: YandexMarketClient, *, campaign_id: str, cursor: Cursor, now: datetime
) -> Iterator[Page[ProductSnapshot]]:
    """Pages of the whole assortment; a finished pull leaves an empty cursor, so the next begins anew."""
    begun = cursor.get("part", SHELF)
    done = 0
    for part in (SHELF, ARCHIVE) if begun == SHELF else (ARCHIVE,):
        token = cursor.get("token", "") if part == begun else ""
        for rows, following in _part_pages(client, part, token):
            done += len(rows.page.result.offerMappings) + len(rows.rejected)
            yield Page(
                snapshots=_snapshots(rows, campaign_id),
                rejected=rows.rejected,
                cursor=following,
                observed_at=rows.sent_at,
                done=done,
            )
    yield Page(snapshots=(), cursor={}, observed_at=now, done=done, total=done, is_last=True)


def fetch_product(client: YandexMarketClient, offer_id: str, *, campaign_id: str) -> Page[ProductSnapshot]:
    """One offer, read now. Raises RequestRejected when they do not know it."""
    rows = client.offers_named([offer_id])
    snapshots = tuple(one for one in _snapshots(rows, campaign_id) if one.external_id == offer_id)
    if not snapshots and not rows.rejected:
        raise RequestRejected("Yandex Market does not know the offer")
    return Page(
        snapshots=snapshots,
        rejected=rows.rejected,
        observed_at=rows.sent_at,
        done=1,
        total=1,
        is_last=True,
    )


def _part_pages(
    client: YandexMarketClient, part: str, token: str
) -> Iterator[tuple[Rows[OffersPage], Cursor]]:
    """Pages of the archive or of all the rest, each with the place after it. A place that they no longer know, or
    a list that goes in a circle, begins the part anew, a few times, or ends it."""
    tokens, beginnings = {token}, 0
    while True:
        try:
            rows = believed(
                partial(client.offers, archived=part == ARCHIVE, token=token),
                lambda got: not got.page.result.offerMappings and not got.rejected,
            )
        except CursorRejected:
            beginnings += 1
            if not token or beginnings == MOST_BEGINNINGS:
                raise
            token, tokens = "", {""}
            continue
        token = next_token(rows.page.result)
        is_end = token in {"", *tokens}
        tokens.add(token)
        # Where the archive ends, a run that dies right there reads the archive again.
        following = {"part": ARCHIVE, "token": ""} if is_end else {"part": part, "token": token}
        yield rows, following
        if is_end:
            return


def _snapshots(rows: Rows[OffersPage], campaign_id: str) -> tuple[ProductSnapshot, ...]:
    mapped = (product_snapshot(row, campaign_id=campaign_id) for row in rows.page.result.offerMappings)
    return tuple({one.external_id: one for one in mapped}.values())
