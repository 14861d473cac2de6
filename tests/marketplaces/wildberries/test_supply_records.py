"""Supplies of Wildberries from their answers to what is held of them: what was missing is known until it is asked
again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from marketplaces import errors
from supplies.models import Supply, SupplyEvent, SupplyLine
from supplies.services.record import record_supplies
from supplies.streams import SupplyStream
from tests.marketplaces.wildberries.depot import ACCEPTED, Depot, good, query
from tests.marketplaces.wildberries.depot import Supply as Told
from tests.marketplaces.wildberries.shop import NOW

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import timedelta

    from marketplaces.contracts.pages import Cursor, Page
    from marketplaces.models import MarketplaceAccount
    from marketplaces.wildberries.adapter import Adapter

OLD = [
    Told(
        preorder_id=100 + number,
        supply_id=900 + number,
        status=5,
        fact="2026-09-12T09:30:00+03:00",
        goods=[good(acceptedQuantity=8, readyForSaleQuantity=8)],
        found=ACCEPTED.found,
    )
    for number in range(3)
]


def recorded(
    adapter: Adapter, account: MarketplaceAccount, *, cursor: Cursor, later: timedelta
) -> Iterator[Page[Any]]:
    """Pages of a pull that holds none of them as unsettled, each recorded as if it was asked later."""
    for page in adapter.fetch_supplies(query(), cursor=cursor):
        record_supplies(account=account, snapshots=page.snapshots, observed_at=NOW + later, source="poll")
        yield page


def missing(account: MarketplaceAccount) -> dict[str, Any]:
    rows = Supply.objects.for_company(account.company_id)
    return {one.external_id: (one.missing_units, one.surplus, one.accepted) for one in rows}


def lines(account: MarketplaceAccount) -> list[tuple[Any, ...]]:
    rows = SupplyLine.objects.for_company(account.company_id).filter(supply__external_id="100")
    return list(rows.order_by("key").values_list("key", "declared", "accepted", "shortage", "surplus"))


def test_a_deep_pull_forgets_no_discrepancy_before_it_asks_again(
    account: MarketplaceAccount, adapter_over: Callable[..., Adapter]
) -> None:
    depot = Depot(OLD)
    every = SupplyStream.deep_every
    assert every is not None
    for _page in recorded(adapter_over(depot), account, cursor={}, later=0 * every):
        pass
    known = dict.fromkeys(("100", "101", "102"), (2, 1, 8))
    assert missing(account) == known
    goods = lines(account)
    assert goods == [("701", 10, 8, 2, 0), ("702", 0, None, 0, 1)]
    events = SupplyEvent.objects.for_company(account.company_id).count()

    def far(kind: str) -> None:
        if kind == "discrepancies":
            raise errors.TurnIsFar("far", retry_after=every)

    depot.before = far
    seen = 0
    for page in recorded(adapter_over(depot), account, cursor={}, later=every):
        seen += len(page.snapshots)
        assert missing(account) == known

    assert seen == len(OLD)
    assert lines(account) == goods
    assert SupplyEvent.objects.for_company(account.company_id).count() == events


def test_a_new_count_of_what_was_missing_waits_for_its_turn_and_the_goods_do_not(
    account: MarketplaceAccount, adapter_over: Callable[..., Adapter]
) -> None:
    told = Told(
        preorder_id=100, supply_id=900, status=5, goods=[good(acceptedQuantity=8)], found=OLD[0].found
    )
    depot = Depot([told])
    every = SupplyStream.deep_every
    assert every is not None
    for _page in recorded(adapter_over(depot), account, cursor={}, later=0 * every):
        pass

    told.goods, told.found = [good(acceptedQuantity=9)], ACCEPTED.found[:1]
    accepted = []
    for page in recorded(adapter_over(depot), account, cursor={}, later=every):
        accepted += [missing(account)["100"]] if page.snapshots else []

    assert accepted == [(2, 1, 9), (2, 0, 9)]
    assert lines(account) == [("701", 10, 9, 2, 0)]
