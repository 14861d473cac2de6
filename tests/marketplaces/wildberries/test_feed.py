"""The order feed: a snapshot that is forgotten, and names of places that differ from those of statistics."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from marketplaces import errors
from marketplaces.contracts.orders import OrderSnapshot, OrdersQuery
from marketplaces.wildberries import client as api
from marketplaces.wildberries import feed
from tests.marketplaces.wildberries.shop import NOW, Shop, some_units

if TYPE_CHECKING:
    from collections.abc import Callable

    from marketplaces.contracts.pages import Page
    from marketplaces.wildberries.adapter import Adapter

QUERY = OrdersQuery(since=NOW - timedelta(days=90), until=NOW, sku_by_barcode={"2000000000017": "701"})


def test_a_snapshot_forgotten_again_and_again_ends_the_run_and_not_the_worker(
    adapter_over: Callable[..., Adapter], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The reading begins anew a few times, then the run fails at the beginning, from which the next one goes on."""
    monkeypatch.setattr(feed, "FEED_A_PAGE", 10)
    shop = Shop(units=some_units(60, days=20), feed_page=10)
    asked: list[int] = []

    def answer(path: str, _query: dict[str, str], body: Any) -> Any:
        asked.append(body["pagination"]["offset"])
        if body["pagination"]["offset"]:
            return httpx.Response(400, json={"title": "Bad Request", "detail": "snapshotTime is too old"})
        return shop.feed(body)

    place = {"stage": "feed", "begun": NOW.isoformat(), "start": (NOW - timedelta(days=20)).isoformat()}
    pages = adapter_over(answer).fetch_orders(QUERY, cursor={**place, "end": NOW.isoformat()})
    read: list[Page[OrderSnapshot]] = []
    with pytest.raises(errors.RequestRejected):
        read.extend(pages)
    assert asked == [0, 10] * feed.MOST_BEGINNINGS
    assert "offset" not in read[-1].cursor


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ("Сибирский", "Сибирский федеральный округ"),
        ("Сибирский федеральный округ", "Сибирский федеральный округ"),
        (" Южный ", "Южный федеральный округ"),
        ("Казахстан", "Казахстан"),
        (None, ""),
    ],
)
def test_a_district_has_one_name(adapter_over: Callable[..., Adapter], told: str | None, kept: str) -> None:
    shop = Shop(units=some_units(3, days=5))
    shop.spoil = lambda path, answer: (
        {
            "data": answer["data"]
            | {"orders": [{**row, "destinationDistrict": told} for row in answer["data"]["orders"]]}
        }
        if path == api.ORDER_FEED
        else [{**row, "oblastOkrugName": told} for row in answer]
    )
    pages = adapter_over(shop).fetch_orders(QUERY, cursor={})
    assert {one.cluster_to for page in pages for one in page.snapshots if not one.needs_order} == {kept}
