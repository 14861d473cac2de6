"""Pulling what is charged for every SKU, as Market counted it: 500 SKUs a request, and each counts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from marketplaces.contracts.pages import Cursor, Page
from marketplaces.contracts.tariffs import TariffSnapshot, TariffsQuery
from marketplaces.yandex_market.client import SKUS_A_PAGE, YandexMarketClient
from marketplaces.yandex_market.mapping import tariff_snapshots


def pull_tariffs(
    client: YandexMarketClient, query: TariffsQuery, *, cursor: Cursor, now: datetime
) -> Iterator[Page[TariffSnapshot]]:
    """Pages of tariffs in the order of the SKUs; the cursor is the last SKU read, a finished pull leaves none."""
    after = cursor.get("after", "")
    left = sorted({offer_id for offer_id in query.external_ids if offer_id > after})
    for first in range(0, len(left), SKUS_A_PAGE):
        batch = left[first : first + SKUS_A_PAGE]
        asked = set(batch)
        rows = client.skus(batch)
        skus = {row.shopSku: row for row in rows.page.result.shopSkus if row.shopSku in asked}
        is_last = first + len(batch) == len(left)
        yield Page(
            snapshots=tuple(tariff for row in skus.values() for tariff in tariff_snapshots(row)),
            rejected=rows.rejected,
            cursor={} if is_last else {"after": batch[-1]},
            observed_at=rows.sent_at,
            done=first + len(batch),
            total=len(left),
            is_last=is_last,
        )
    if not left:
        yield Page(snapshots=(), cursor={}, observed_at=now, is_last=True)
