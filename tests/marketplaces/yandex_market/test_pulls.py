"""How lists are read: tokens, killed runs, unknown places, items that count, changes and what may still move."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from marketplaces.contracts.orders import OrdersQuery
from marketplaces.contracts.stock import StockQuery
from marketplaces.contracts.tariffs import TariffsQuery
from marketplaces.errors import RateLimited, RequestRejected, TurnIsFar, UnexpectedResponse
from marketplaces.yandex_market.limits import LIMITS
from sandbox.faults import Faults
from tests.marketplaces.contract.cases import SINCE, sandbox_of
from tests.marketplaces.yandex_market.conftest import NOW, Counting, Made
from tests.marketplaces.yandex_market.payloads import offer, order

if TYPE_CHECKING:
    from collections.abc import Callable

    from marketplaces.yandex_market.adapter import Adapter
    from sandbox.app import App
    from sandbox.clock import Clock
    from sandbox.world import World

ORDERS = "/v1/businesses/11456789/orders"
OFFERS = "/v2/businesses/11456789/offer-mappings"
STOCKS = "/v2/campaigns/22123456/offers/stocks"
HISTORY = OrdersQuery(since=SINCE, until=NOW)
BAD_TOKEN = httpx.Response(
    400, json={"status": "ERROR", "errors": [{"code": "BAD", "message": "pageToken: invalid value"}]}
)


def ids(pages: list[Any]) -> list[str]:
    return [one.external_id for page in pages for one in page.snapshots]


# ---- orders -----------------------------------------------------------------------------------------------
def test_history_is_read_by_days_and_the_oldest_first(adapter_over: Callable[..., Adapter]) -> None:
    made = Made(lambda path, *_rest: {"orders": []} if path == ORDERS else None)
    pages = list(adapter_over(made).fetch_orders(HISTORY, cursor={}))
    dates = [body["dates"] for path, body, _params in made.asked if path == ORDERS]

    assert list(dict.fromkeys((one["creationDateFrom"], one["creationDateTo"]) for one in dates)) == [
        ("2026-11-04", "2026-11-11"),
        ("2026-11-11", "2026-11-18"),
        ("2026-11-18", "2026-11-25"),
    ]
    assert len(dates) == 9, "an empty answer is believed only when it comes three times"
    body = next(body for path, body, _params in made.asked if path == ORDERS)
    assert (body["programTypes"], body["campaignIds"], body["fake"]) == (["FBY"], [22123456], False)
    assert pages[-1].is_last
    assert pages[-1].cursor == {"watermark": NOW.isoformat(), "swept": NOW.isoformat()}


def test_a_finished_pull_goes_on_with_what_changed(adapter_over: Callable[..., Adapter]) -> None:
    made = Made(lambda path, *_rest: {"orders": []} if path == ORDERS else None)
    later = OrdersQuery(since=SINCE, until=NOW + timedelta(minutes=1), open_external_ids=("5001",))
    cursor = {"watermark": NOW.isoformat(), "swept": NOW.isoformat()}
    (answer, last) = adapter_over(made).fetch_orders(later, cursor=cursor)

    (asked,) = [body for path, body, _params in made.asked if path == ORDERS]
    assert asked["dates"] == {"updateDateFrom": "2026-11-24T10:00:00+00:00"}
    assert answer.snapshots == ()
    assert last.cursor == {"watermark": later.until.isoformat(), "swept": NOW.isoformat()}


def test_the_open_ones_are_asked_again_once_an_hour(adapter_over: Callable[..., Adapter]) -> None:
    def answer(path: str, body: dict[str, Any], _params: Any) -> Any:
        return (
            {"orders": [order(orderId=one) for one in body.get("orderIds", [])]} if path == ORDERS else None
        )

    made = Made(answer)
    numbers = tuple(str(5000 + number) for number in range(120))
    later = OrdersQuery(since=SINCE, until=NOW + timedelta(hours=1), open_external_ids=numbers)
    cursor = {"watermark": NOW.isoformat(), "swept": NOW.isoformat()}
    pages = list(adapter_over(made).fetch_orders(later, cursor=cursor))

    assert ids(pages) == list(numbers)
    asked = [body["orderIds"] for path, body, _params in made.asked if "orderIds" in body]
    assert [len(one) for one in asked] == [50, 50, 20]
    assert pages[-1].cursor["swept"] == later.until.isoformat()
    # Killed after the first page of them: the rest is read, the watermark is that of the beginning.
    much_later = OrdersQuery(since=SINCE, until=NOW + timedelta(hours=9), open_external_ids=numbers)
    rest = list(adapter_over(made).fetch_orders(much_later, cursor=pages[1].cursor))
    assert ids(rest) == list(numbers[50:])
    assert rest[-1].cursor["watermark"] == later.until.isoformat()


@pytest.mark.parametrize("since", ["", "2026-11-24T10:00:00+00:00"])
def test_a_place_that_is_forgotten_begins_its_list_anew(
    adapter_over: Callable[..., Adapter], since: str
) -> None:
    def answer(path: str, _body: Any, params: dict[str, str]) -> Any:
        if path != ORDERS:
            return None
        return BAD_TOKEN if params.get("pageToken") == "old" else {"orders": [order()]}

    where = {"since": since} if since else {"first": "2026-11-18", "end": "2026-11-25"}
    cursor = {**where, "token": "old", "began": NOW.isoformat(), "swept": NOW.isoformat()}
    pages = list(adapter_over(Made(answer)).fetch_orders(HISTORY, cursor=cursor))
    assert ids(pages) == ["5001"]


def test_a_list_that_goes_in_a_circle_ends(adapter_over: Callable[..., Adapter]) -> None:
    page = {"orders": [order()], "paging": {"nextPageToken": "round"}}
    made = Made(lambda path, *_rest: page if path == ORDERS else None)
    query = OrdersQuery(since=NOW - timedelta(days=1), until=NOW)
    assert ids(list(adapter_over(made).fetch_orders(query, cursor={}))) == ["5001", "5001"]


def test_orders_that_are_not_ours_are_skipped(adapter_over: Callable[..., Adapter]) -> None:
    rows = [order(), order(orderId=1, fake=True), order(orderId=2, programType="FBS")]
    made = Made(lambda path, *_rest: {"orders": rows} if path == ORDERS else None)
    query = OrdersQuery(since=NOW - timedelta(days=1), until=NOW)
    assert ids(list(adapter_over(made).fetch_orders(query, cursor={}))) == ["5001"]


@pytest.mark.parametrize(
    ("rows", "number", "error"),
    [
        ([], "5001", RequestRejected),
        ([order(orderId=7)], "5001", UnexpectedResponse),
        ([order()], "not a number", RequestRejected),
        ([order(fake=True)], "5001", RequestRejected),
    ],
)
def test_one_order_is_the_one_asked_for(
    adapter_over: Callable[..., Adapter], rows: list[Any], number: str, error: type[Exception]
) -> None:
    made = Made(lambda path, *_rest: {"orders": rows} if path == ORDERS else None)
    with pytest.raises(error):
        adapter_over(made).fetch_order(number)


def test_changes_of_the_sandbox_are_followed(
    app: App, clock: Clock, adapter_over: Callable[..., Adapter]
) -> None:
    clock.set(NOW - timedelta(days=2))
    begun = OrdersQuery(since=SINCE, until=NOW - timedelta(days=2))
    first = list(adapter_over(app).fetch_orders(begun, cursor={}))
    held = {one.external_id: one.status for page in first for one in page.snapshots}
    clock.set(NOW)
    following = list(adapter_over(app).fetch_orders(HISTORY, cursor=first[-1].cursor))
    held |= {one.external_id: one.status for page in following for one in page.snapshots}
    whole = list(adapter_over(app).fetch_orders(HISTORY, cursor={}))

    assert held == {one.external_id: one.status for page in whole for one in page.snapshots}
    assert len(ids(following)) < len(ids(whole))


# ---- offers, stock, tariffs -------------------------------------------------------------------------------
def test_the_archive_is_read_after_the_rest(adapter_over: Callable[..., Adapter]) -> None:
    def answer(path: str, body: dict[str, Any], params: dict[str, str]) -> Any:
        if path != OFFERS:
            return None
        number = 1 if body["archived"] else 2 + len(params.get("pageToken", ""))
        paging = {} if body["archived"] or "pageToken" in params else {"nextPageToken": "x"}
        row = offer(offerId=f"LN-{number}", archived=body["archived"])
        return {"result": {"offerMappings": [row], "paging": paging}}

    adapter = adapter_over(Made(answer))
    pages = list(adapter.fetch_products(cursor={}))
    assert ids(pages) == ["LN-2", "LN-3", "LN-1"]
    assert [page.is_last for page in pages] == [False, False, False, True]
    assert pages[-1].cursor == {}
    assert ids(list(adapter.fetch_products(cursor=pages[0].cursor))) == ["LN-3", "LN-1"]
    assert ids(list(adapter.fetch_products(cursor=pages[1].cursor))) == ["LN-1"]


def stock_of(path: str, body: dict[str, Any], *, most: int) -> Any:
    if path == "/v2/warehouses":
        return {"result": {"warehouses": [{"id": 172, "name": "Софьино"}]}}
    if path != STOCKS:
        return None
    rows = [
        {"offerId": one, "stocks": [{"type": "AVAILABLE", "count": 1}]} for one in body["offerIds"][:most]
    ]
    paging = {"nextPageToken": "more"} if len(body["offerIds"]) > most else {}
    return {"result": {"warehouses": [{"warehouseId": 172, "offers": rows}], "paging": paging}}


def test_an_answer_that_is_not_whole_is_asked_in_halves(adapter_over: Callable[..., Adapter]) -> None:
    skus = tuple(f"LN-{number:03}" for number in range(260))
    made = Made(lambda path, body, _params: stock_of(path, body, most=60))
    pages = list(adapter_over(made).fetch_stock(StockQuery(marketplace_skus=skus), cursor={}))

    assert [sku for page in pages for sku in page.covers] == list(skus)
    assert sorted(one.marketplace_sku for page in pages for one in page.snapshots) == list(skus)
    assert {one.warehouse.name for page in pages for one in page.snapshots} == {"Софьино"}
    assert pages[-1].cursor == {}


def test_stock_goes_on_after_the_last_sku(adapter_over: Callable[..., Adapter]) -> None:
    skus = tuple(f"LN-{number:03}" for number in range(450))
    made = Made(lambda path, body, _params: stock_of(path, body, most=500))
    adapter = adapter_over(made)
    pages = list(adapter.fetch_stock(StockQuery(marketplace_skus=skus), cursor={}))
    assert [len(page.covers) for page in pages] == [200, 200, 50]
    assert [page.is_last for page in pages] == [False, False, True]
    rest = list(adapter.fetch_stock(StockQuery(marketplace_skus=skus), cursor=pages[0].cursor))
    assert [sku for page in rest for sku in page.covers] == list(skus[200:])


def test_a_row_that_cannot_be_read_leaves_its_sku_out(adapter_over: Callable[..., Adapter]) -> None:
    rows = [
        {"offerId": "LN-1", "stocks": [{"type": "AVAILABLE", "count": 5}]},
        {"offerId": "LN-2", "stocks": [{"type": "AVAILABLE", "count": "many"}]},
    ]

    def answer(path: str, _body: Any, _params: Any) -> Any:
        if path == "/v2/warehouses":
            return httpx.Response(403, json={})
        return {"result": {"warehouses": [{"warehouseId": 172, "offers": rows}]}} if path == STOCKS else None

    query = StockQuery(marketplace_skus=("LN-1", "LN-2", "LN-3"))
    (page,) = adapter_over(Made(answer)).fetch_stock(query, cursor={})
    assert page.covers == ("LN-1", "LN-3")
    assert [one.external_id for one in page.rejected] == ["LN-2"]
    assert [one.warehouse.name for one in page.snapshots] == ["172"]


def test_less_is_taken_than_is_allowed(adapter: Adapter) -> None:
    assert adapter.parallel == 4
    for group, limit in LIMITS.items():
        assert limit.requests + limit.burst - 1 < {
            "": 1000, "token": 100, "campaign": 5000, "offers": 100, "prices": 5000, "quarantine": 5000,
            "price_updates": 10_000, "stocks": 100_000, "warehouses": 100, "orders": 10_000, "skus": 2000,
            "supplies": 1000, "supply_items": 1000, "supply_documents": 1000, "returns": 5000,
        }[group]  # fmt: skip


def test_requests_take_as_many_turns_as_they_hold_items(
    app: App, adapter_over: Callable[..., Adapter]
) -> None:
    limiter = Counting()
    adapter = adapter_over(app, limiter=limiter)
    skus = tuple(sorted(ids(list(adapter.fetch_products(cursor={})))))
    list(adapter.fetch_prices(cursor={}))
    list(adapter.fetch_stock(StockQuery(marketplace_skus=skus), cursor={}))
    list(adapter.fetch_tariffs(TariffsQuery(day=NOW.date(), external_ids=skus), cursor={}))

    taken = dict(limiter.taken)
    assert taken["prices"] == 500
    assert taken["stocks"] == len(skus) * 10
    assert taken["skus"] == len(skus)
    assert taken["offers"] == taken["campaign"] == 1


def test_a_turn_that_is_far_ends_the_run_between_pages(adapter_over: Callable[..., Adapter]) -> None:
    class Tight(Counting):
        def acquire(self, group: str = "", *, cost: int = 1, **kwargs: Any) -> None:
            super().acquire(group, cost=cost, **kwargs)
            if [name for name, _cost in self.taken].count("skus") > 1:
                raise TurnIsFar("later", retry_after=timedelta(seconds=20))

    def answer(path: str, body: dict[str, Any], _params: Any) -> Any:
        skus = [{"shopSku": one, "tariffs": []} for one in body.get("shopSkus", [])]
        return {"result": {"shopSkus": skus}} if path.endswith("/stats/skus") else None

    skus = tuple(f"LN-{number:04}" for number in range(700))
    query = TariffsQuery(day=NOW.date(), external_ids=skus)
    pull = adapter_over(Made(answer), limiter=Tight()).fetch_tariffs(query, cursor={})
    first = next(pull)
    with pytest.raises(RateLimited):
        next(pull)
    made = Made(answer)
    rest = list(adapter_over(made).fetch_tariffs(query, cursor=first.cursor))
    assert rest[-1].is_last
    assert [len(body["shopSkus"]) for path, body, _params in made.asked if "shopSkus" in body] == [200]


@pytest.mark.parametrize("kind", ["empty_page", "duplicate_page", "shifting_page", "out_of_order"])
def test_lists_that_move_lose_nothing(world: World, adapter_over: Callable[..., Adapter], kind: str) -> None:
    calm = adapter_over(sandbox_of("yandex_market", world))
    rough = adapter_over(sandbox_of("yandex_market", world, faults=Faults(0.1, kinds=(kind,), seed=5)))

    assert set(ids(list(rough.fetch_products(cursor={})))) == set(ids(list(calm.fetch_products(cursor={}))))
    assert set(ids(list(rough.fetch_orders(HISTORY, cursor={})))) == set(
        ids(list(calm.fetch_orders(HISTORY, cursor={})))
    )
