"""Supplies of Ozon from their answers to what is held of them: what its acts counted outlasts their silence."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from catalog.models import TouchedDay
from marketplaces.contracts.supplies import SuppliesQuery
from supplies.models import Supply, SupplyEvent, SupplyLine
from supplies.services.record import record_supplies
from tests.marketplaces.ozon.conftest import NOW
from tests.marketplaces.ozon.payloads_supplies import act, item, supply, supply_order

if TYPE_CHECKING:
    from collections.abc import Callable

    from marketplaces.models import MarketplaceAccount
    from marketplaces.ozon.adapter import Adapter

HOUR = timedelta(hours=1)
ACTS = {
    "supply_acts": [
        act("ACCEPTANCE", (1, 10, 8), (2, 5, 5)),
        act("SHORTCOMING", (1, 10, 8)),
        act("SURPLUS", (3, 0, 2)),
        act("DEFECT", (2, 5, 1)),
    ]
}


def refused(status: int) -> httpx.Response:
    return httpx.Response(status, json={"code": 5, "message": "method is not allowed", "details": []})


class Shop:
    """A shop with one accepted supply of two products; `acts` is what the method of acts answers."""

    def __init__(self) -> None:
        self.acts: Any = ACTS
        self.units = 10

    def __call__(self, path: str, _body: dict[str, Any]) -> Any:
        order = supply_order(
            state="COMPLETED",
            state_updated_date="2026-11-20T10:00:00Z",
            supplies=[supply(state="COMPLETED")],
        )
        goods = [item(1, self.units), item(2, 5)]
        return {
            "/v3/supply-order/list": {"order_ids": ["84882285"], "last_id": ""},
            "/v3/supply-order/get": {"orders": [order]},
            "/v1/supply-order/bundle": {"items": goods, "total_count": 2, "has_next": False, "last_id": ""},
            "/v1/cargoes/get": {"supply": []},
            "/v1/supply-order/act/summary/get": {"supplies_acts": []},
            "/v1/supply-order/act/product/get": self.acts,
            "/v1/removal/from-stock/list": {"returns_summary_report_rows": [], "last_id": ""},
            "/v2/cluster/list": {"result": []},
        }[path]


def pull(adapter: Adapter, account: MarketplaceAccount, *, hour: int = 0) -> None:
    """Read and record all there is, as if it was asked at that hour."""
    query = SuppliesQuery(since=NOW - timedelta(days=90), until=NOW)
    for page in adapter.fetch_supplies(query, cursor={}):
        record_supplies(
            account=account, snapshots=page.snapshots, observed_at=NOW + hour * HOUR, source="poll"
        )


def held(account: MarketplaceAccount) -> tuple[Any, ...]:
    one = Supply.objects.for_company(account.company_id).get()
    lines = SupplyLine.objects.for_company(account.company_id).order_by("key")
    return (
        (one.accepted, one.surplus, one.missing_units, one.missing_amount, one.lines_count),
        list(lines.values_list("key", "declared", "accepted", "shortage", "surplus", "defect", "price")),
    )


@pytest.mark.parametrize("status", [403, 404])
def test_acts_that_are_refused_later_leave_what_they_counted(
    account: MarketplaceAccount, canned: Callable[..., Adapter], status: int
) -> None:
    shop = Shop()
    pull(canned(shop), account)
    counted = held(account)
    assert counted[0][:3] == (13, 2, 3)
    assert counted[0][3] == 3 * 60  # by the price in the acts: nobody knows the goods otherwise
    assert [line[0] for line in counted[1]] == ["1", "2", "3"]
    events = SupplyEvent.objects.for_company(account.company_id).count()
    TouchedDay.all_companies.all().delete()

    shop.acts = refused(status)
    pull(canned(shop), account, hour=1)

    assert held(account) == counted
    assert SupplyEvent.objects.for_company(account.company_id).count() == events

    # They are told anew as soon as they are given anew.
    shop.acts = {"supply_acts": [act("ACCEPTANCE", (1, 10, 10), (2, 5, 5))]}
    pull(canned(shop), account, hour=2)
    assert held(account)[0][:3] == (15, 0, 0)
    assert [line[0] for line in held(account)[1]] == ["1", "2"]
    assert TouchedDay.all_companies.exists()


def test_goods_that_change_while_acts_are_refused_change(
    account: MarketplaceAccount, canned: Callable[..., Adapter]
) -> None:
    shop = Shop()
    pull(canned(shop), account)

    shop.acts, shop.units = refused(404), 12
    pull(canned(shop), account, hour=1)

    _sums, lines = held(account)
    assert [line[:3] for line in lines] == [("1", 12, 8), ("2", 5, 5), ("3", 0, 0)]


def test_acts_that_come_after_goods_without_them_are_told_late(
    account: MarketplaceAccount, canned: Callable[..., Adapter]
) -> None:
    """An answer of before, recorded after: no newer one has told what it counts."""
    shop = Shop()
    shop.acts = refused(404)
    pull(canned(shop), account, hour=1)
    assert held(account)[0][:3] == (None, None, None)

    shop.acts = ACTS
    pull(canned(shop), account)

    assert held(account)[0][:3] == (13, 2, 3)
