"""Pulling the assortment: ids page by page, all but the archive and then the archive, with their details."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from marketplaces.contracts.pages import Cursor, Page, Rejected
from marketplaces.contracts.products import ProductSnapshot
from marketplaces.errors import RequestRejected, RightMissing
from marketplaces.ozon.client import PRODUCTS_A_PAGE, OzonClient, Rows
from marketplaces.ozon.mapping import product_snapshot
from marketplaces.ozon.schemas import ProductAttributes, ProductInfo, ProductList
from marketplaces.wire import MISSING_RECORD

ALL_BUT_ARCHIVE: Final = "ALL"
ARCHIVE: Final = "ARCHIVED"
# An empty or incomplete answer is believed only when it is given this often.
TRIES: Final = 3


def pull_products(client: OzonClient, *, cursor: Cursor, now: datetime) -> Iterator[Page[ProductSnapshot]]:
    """Pages of the whole assortment; a finished pull leaves an empty cursor, so the next begins anew."""
    begun = cursor.get("visibility", ALL_BUT_ARCHIVE)
    done = 0
    for visibility in (ALL_BUT_ARCHIVE, ARCHIVE) if begun == ALL_BUT_ARCHIVE else (ARCHIVE,):
        start = cursor.get("last_id", "") if visibility == begun else ""
        for page in _visibility_pages(client, visibility=visibility, last_id=start, done=done):
            done = page.done
            yield page
    yield Page(snapshots=(), cursor={}, observed_at=now, done=done, total=done, is_last=True)


def fetch_product(client: OzonClient, product_id: str) -> Page[ProductSnapshot]:
    """One product, read now. Raises RequestRejected when they do not know it."""
    infos, rejected, sent_at = _infos(client, [product_id])
    if sent_at is None or (not infos and all(one.reason == MISSING_RECORD for one in rejected)):
        raise RequestRejected(f"Ozon does not know the product {product_id}")
    is_archived = any(info.is_archived or info.is_autoarchived for info in infos)
    sizes = _attributes(client, [product_id], visibility=ARCHIVE if is_archived else ALL_BUT_ARCHIVE)
    return Page(
        snapshots=tuple(product_snapshot(info, sizes.get(info.id)) for info in infos),
        rejected=rejected,
        observed_at=sent_at,
        done=1,
        total=1,
        is_last=True,
    )


def _visibility_pages(
    client: OzonClient, *, visibility: str, last_id: str, done: int
) -> Iterator[Page[ProductSnapshot]]:
    tokens = {last_id}
    is_resumed = bool(last_id)
    read = 0
    while True:
        rows = _list(client, visibility=visibility, last_id=last_id)
        result = rows.page.result
        seen = len(result.items) + len(rows.rejected)
        read += seen
        last_id = result.last_id or ""
        is_end = (
            not seen or last_id in {"", *tokens} or _is_all(seen, read, result.total, is_resumed=is_resumed)
        )
        tokens.add(last_id)
        if seen:
            whole = None if result.total is None or is_resumed else done + seen + max(0, result.total - read)
            done += seen
            yield _page(
                client,
                rows,
                visibility=visibility,
                cursor=_next_cursor(visibility, last_id, is_end=is_end),
                progress=(done, whole),
            )
        if is_end:
            return


def _next_cursor(visibility: str, last_id: str, *, is_end: bool) -> Cursor:
    if not is_end:
        return {"visibility": visibility, "last_id": last_id}
    # After the archive nothing is left; a run that dies right there reads the archive's end again.
    return {"visibility": ARCHIVE, "last_id": "" if visibility == ALL_BUT_ARCHIVE else last_id}


def _is_all(seen: int, read: int, total: int | None, *, is_resumed: bool) -> bool:
    """Whether the list is read: by its own total when it gives one, else by a short page."""
    if total is not None and not is_resumed:
        return read >= total
    return seen < PRODUCTS_A_PAGE


def _list(client: OzonClient, *, visibility: str, last_id: str) -> Rows[ProductList]:
    rows = client.product_list(visibility=visibility, last_id=last_id)
    for _again in range(TRIES - 1):
        if rows.page.result.items or rows.rejected:
            break
        rows = client.product_list(visibility=visibility, last_id=last_id)
    return rows


def _page(
    client: OzonClient,
    rows: Rows[ProductList],
    *,
    visibility: str,
    cursor: Cursor,
    progress: tuple[int, int | None],
) -> Page[ProductSnapshot]:
    ids = list(dict.fromkeys(ref.product_id for ref in rows.page.result.items))
    infos, rejected, _sent_at = _infos(client, ids)
    sizes = _attributes(client, ids, visibility=visibility)
    return Page(
        snapshots=tuple(product_snapshot(info, sizes.get(info.id)) for info in infos),
        rejected=(*rows.rejected, *rejected),
        cursor=cursor,
        observed_at=rows.sent_at,
        done=progress[0],
        total=progress[1],
    )


def _infos(
    client: OzonClient, ids: list[str]
) -> tuple[list[ProductInfo], tuple[Rejected, ...], datetime | None]:
    """The products with these ids, once each, and when they were asked first; what the answer leaves out is
    asked again, then rejected."""
    found: dict[str, ProductInfo] = {}
    broken: dict[str, Rejected] = {}
    sent_at = None
    wanted = ids
    for _again in range(TRIES):
        if not wanted:
            break
        rows = client.product_info(wanted)
        sent_at = sent_at or rows.sent_at
        found.update((info.id, info) for info in rows.page.items if info.id in wanted)
        broken.update((one.external_id, one) for one in rows.rejected)
        wanted = [one for one in ids if one not in found and one not in broken]
    lost = (
        Rejected(external_id=one, reason=MISSING_RECORD, detail="items", payload={"product_id": one})
        for one in wanted
    )
    return list(found.values()), (*broken.values(), *lost), sent_at


def _attributes(client: OzonClient, ids: list[str], *, visibility: str) -> dict[str, ProductAttributes]:
    """Sizes by product; nothing when the key may not read them: sizes are not worth the assortment."""
    found: dict[str, ProductAttributes] = {}
    last_id = ""
    tokens = {last_id}
    try:
        while len(found) < len(ids):
            rows = client.product_attributes(ids, visibility=visibility, last_id=last_id)
            found.update((one.id, one) for one in rows.page.result)
            last_id = rows.page.last_id or ""
            if not rows.page.result or last_id in {"", *tokens}:
                break
            tokens.add(last_id)
    except RightMissing:
        return found
    return found
