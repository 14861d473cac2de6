"""Pulling the assortment: cards page by page, then those in the trash; one listing for each size."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import structlog

from marketplaces.contracts.pages import Cursor, Page, Rejected
from marketplaces.contracts.products import ProductSnapshot
from marketplaces.errors import RequestRejected, RightMissing, UnexpectedResponse
from marketplaces.wildberries.client import CARDS_A_PAGE, Rows, WildberriesClient
from marketplaces.wildberries.mapping import product_snapshots
from marketplaces.wildberries.schemas import CardsPage

log = structlog.get_logger(__name__)

LISTED: Final = "cards"
TRASHED: Final = "trash"
# An empty answer where the list cannot be at its end is believed only when it is given this often.
EMPTY_TRIES: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """A place in one of the two lists: the moment and the card after which to go on."""

    stage: str
    moment: str = ""
    nm_id: str = ""

    def cursor(self) -> Cursor:
        """What resumes here."""
        return {"stage": self.stage, "moment": self.moment, "nm": self.nm_id}


def pull_products(
    client: WildberriesClient, *, cursor: Cursor, now: datetime
) -> Iterator[Page[ProductSnapshot]]:
    """Pages of the whole assortment; a finished pull leaves an empty cursor, so the next begins anew."""
    place = _Place(
        stage=cursor.get("stage", LISTED), moment=cursor.get("moment", ""), nm_id=cursor.get("nm", "")
    )
    done = 0
    places = [place] if place.stage == TRASHED else [place, _Place(stage=TRASHED)]
    for begin in places:
        for page in _stage_pages(client, begin, done=done):
            done = page.done
            yield page
    yield Page(snapshots=(), cursor={}, observed_at=now, done=done, total=done, is_last=True)


def fetch_product(client: WildberriesClient, external_id: str) -> Page[ProductSnapshot]:
    """One size, read now: cards cannot be asked by size, so the lists are read until it is found.

    Raises RequestRejected when they do not know it.
    """
    for stage in (LISTED, TRASHED):
        for page in _stage_pages(client, _Place(stage=stage), done=0):
            found = tuple(one for one in page.snapshots if one.external_id == external_id)
            if found:
                return Page(snapshots=found, observed_at=page.observed_at, done=1, total=1, is_last=True)
    raise RequestRejected(f"Wildberries does not know the size {external_id}")


def skus_by_barcode(client: WildberriesClient) -> dict[str, str]:
    """The size of each barcode of the whole assortment, read now."""
    return {
        barcode: one.marketplace_sku
        for stage in (TRASHED, LISTED)
        for page in _stage_pages(client, _Place(stage=stage), done=0)
        for one in page.snapshots
        for barcode in one.barcodes
    }


def barcodes_of_cards(client: WildberriesClient) -> dict[str, str]:
    """The same for those who can do without: nothing when the cards cannot be read."""
    try:
        return skus_by_barcode(client)
    except (RightMissing, RequestRejected, UnexpectedResponse) as exc:
        log.warning("reference_unreadable", model="Card", error=str(exc))
        return {}


def _stage_pages(client: WildberriesClient, place: _Place, *, done: int) -> Iterator[Page[ProductSnapshot]]:
    seen_places = {(place.moment, place.nm_id)}
    while True:
        rows = _ask(client, place)
        seen = len(rows.page.cards) + len(rows.rejected)
        following = _following(place, rows)
        is_end = _is_end(rows, seen) or (following.moment, following.nm_id) in seen_places
        seen_places.add((following.moment, following.nm_id))
        if seen:
            done += seen
            yield _page(rows, place, cursor=_resumed(place, following, is_end=is_end), done=done)
        if is_end:
            return
        place = following


def _ask(client: WildberriesClient, place: _Place) -> Rows[CardsPage]:
    for _again in range(EMPTY_TRIES):
        if place.stage == LISTED:
            rows = client.cards(updated_at=place.moment, nm_id=place.nm_id)
        else:
            rows = client.trash(trashed_at=place.moment, nm_id=place.nm_id)
        # An empty trash is as usual as an empty shop is strange.
        if rows.page.cards or rows.rejected or place.stage == TRASHED:
            break
    return rows


def _following(place: _Place, rows: Rows[CardsPage]) -> _Place:
    cursor = rows.page.cursor
    told = cursor.updatedAt if place.stage == LISTED else cursor.trashedAt
    return _Place(stage=place.stage, moment=told or "", nm_id=cursor.nmID or "")


def _is_end(rows: Rows[CardsPage], seen: int) -> bool:
    """Whether the list is read: by its own count of the page, or by an empty one."""
    total = rows.page.cursor.total
    return not seen or (seen if total is None else total) < CARDS_A_PAGE


def _resumed(place: _Place, following: _Place, *, is_end: bool) -> Cursor:
    if not is_end:
        return following.cursor()
    # After the trash nothing is left; a run that dies right there reads its last page again.
    return _Place(stage=TRASHED).cursor() if place.stage == LISTED else place.cursor()


def _page(rows: Rows[CardsPage], place: _Place, *, cursor: Cursor, done: int) -> Page[ProductSnapshot]:
    mapped = [product_snapshots(card, is_trash=place.stage == TRASHED) for card in rows.page.cards]
    return Page(
        snapshots=tuple(one for found in mapped if not isinstance(found, Rejected) for one in found),
        rejected=(*rows.rejected, *(one for one in mapped if isinstance(one, Rejected))),
        cursor=cursor,
        observed_at=rows.sent_at,
        done=done,
    )
