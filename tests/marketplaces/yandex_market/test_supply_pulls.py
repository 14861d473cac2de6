"""How supplies are read: down to the watermark, resumable after every page, whatever the list does."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from marketplaces.contracts.returns import ReturnsQuery
from marketplaces.contracts.supplies import SuppliesQuery, SupplyStatus
from marketplaces.errors import (
    CursorRejected,
    RateLimited,
    RequestRejected,
    RightMissing,
    TurnIsFar,
    UnexpectedResponse,
)
from tests.marketplaces.contract.cases import SINCE
from tests.marketplaces.yandex_market.conftest import NOW, Counting, Made
from tests.marketplaces.yandex_market.payloads import (
    supply_document,
    supply_item,
    supply_request,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from marketplaces.contracts.pages import Page
    from marketplaces.yandex_market.adapter import Adapter

SHOP = "/v2/campaigns/22123456"
REQUESTS, RETURNS = f"{SHOP}/supply-requests", f"{SHOP}/returns"
ITEMS, DOCUMENTS = f"{REQUESTS}/items", f"{REQUESTS}/documents"
ORDERS = "/v1/businesses/11456789/orders"
QUERY = SuppliesQuery(since=SINCE, until=NOW)
BACK = ReturnsQuery(since=SINCE, until=NOW)
BAD_TOKEN = httpx.Response(
    400, json={"status": "ERROR", "errors": [{"code": "BAD", "message": "pageToken: invalid value"}]}
)


def ids(pages: list[Page[Any]]) -> list[str]:
    return [one.external_id for page in pages for one in page.snapshots]


class Shop:
    """Supply requests that stand still unless they are changed, three a page, the last changed first."""

    def __init__(self, count: int, *, a_page: int = 3) -> None:
        self.changed = {7000 + number: NOW - timedelta(hours=number) for number in range(count)}
        self.a_page = a_page
        self.lists: list[dict[str, Any]] = []

    def __call__(self, path: str, body: dict[str, Any], params: dict[str, str]) -> Any:
        if path == ITEMS:
            return {"result": {"items": [supply_item()]}}
        if path == DOCUMENTS:
            return {"result": {"documents": [supply_document()]}}
        return self._list(body, params) if path == REQUESTS else None

    def _list(self, body: dict[str, Any], params: dict[str, str]) -> Any:
        self.lists.append({**body, **params})
        if "requestIds" in body:
            return self._page([one for one in body["requestIds"] if one in self.changed], "")
        newest = sorted(self.changed, key=lambda one: self.changed[one], reverse=True)
        first = int(params.get("pageToken", 0))
        more = str(first + self.a_page) if first + self.a_page < len(newest) else ""
        return self._page(newest[first : first + self.a_page], more)

    def _page(self, numbers: list[int], more: str) -> Any:
        rows = [
            supply_request(
                id={"id": one, "marketplaceRequestId": str(one)}, updatedAt=self.changed[one].isoformat()
            )
            for one in numbers
        ]
        return {"result": {"requests": rows, "paging": {"nextPageToken": more} if more else {}}}


# ---- supplies ---------------------------------------------------------------------------------------------
def test_supplies_are_read_from_the_last_changed_down_to_the_beginning(
    adapter_over: Callable[..., Adapter],
) -> None:
    shop = Shop(8)
    pages = list(adapter_over(Made(shop)).fetch_supplies(QUERY, cursor={}))

    assert ids(pages) == [str(7000 + number) for number in range(8)]
    assert all(len(page.snapshots) == 1 for page in pages[:-1])
    assert all(one.lines and one.documents for page in pages for one in page.snapshots)
    assert shop.lists[0]["sorting"] == {"attribute": "UPDATED_AT", "direction": "DESC"}
    assert pages[-1].cursor == {"watermark": NOW.isoformat(), "swept": NOW.isoformat()}
    assert (pages[-1].is_last, pages[-1].done) == (True, 8)


def test_a_finished_pull_goes_on_with_what_changed_only(adapter_over: Callable[..., Adapter]) -> None:
    shop = Shop(30)
    later = SuppliesQuery(since=SINCE, until=NOW + timedelta(minutes=15), open_external_ids=("7020",))
    cursor = {"watermark": NOW.isoformat(), "swept": NOW.isoformat()}
    made = Made(shop)
    pages = list(adapter_over(made).fetch_supplies(later, cursor=cursor))

    assert ids(pages) == ["7000", "7001", "7002"], "two hours before the pull before are read again"
    assert len(shop.lists) == 2, "it ends with the page that holds nothing new"
    assert [path for path, _body, _params in made.asked].count(ITEMS) == 3
    assert pages[-1].cursor == {"watermark": later.until.isoformat(), "swept": NOW.isoformat()}


def test_the_open_ones_are_asked_again_once_an_hour(adapter_over: Callable[..., Adapter]) -> None:
    shop = Shop(30)
    numbers = ("7005", "7000", "7020", "6000", "nonsense")
    later = SuppliesQuery(since=SINCE, until=NOW + timedelta(hours=1), open_external_ids=numbers)
    cursor = {"watermark": NOW.isoformat(), "swept": NOW.isoformat()}
    pages = list(adapter_over(Made(shop)).fetch_supplies(later, cursor=cursor))

    # What the list told is not asked again, what they do not know is nowhere.
    assert ids(pages) == ["7000", "7001", "7002", "7005", "7020"]
    assert [one["requestIds"] for one in shop.lists if "requestIds" in one] == [[6000, 7005, 7020]]
    assert pages[-1].cursor["swept"] == later.until.isoformat()
    # Killed after the first of them: the rest is read, the watermark is that of the beginning.
    much_later = SuppliesQuery(since=SINCE, until=NOW + timedelta(hours=9), open_external_ids=numbers)
    rest = list(adapter_over(Made(shop)).fetch_supplies(much_later, cursor=pages[3].cursor))
    assert ids(rest) == ["7020"]
    assert rest[-1].cursor["watermark"] == later.until.isoformat()


def test_what_is_asked_for_by_id_and_not_told_is_absent(adapter_over: Callable[..., Adapter]) -> None:
    shop = Shop(8)
    broken = {"id": {"id": 5000}, "type": "SUPPLY"}

    def answer(path: str, body: dict[str, Any], params: dict[str, str]) -> Any:
        found = shop(path, body, params)
        if "requestIds" in body:
            found["result"]["requests"].append(broken)
        return found

    numbers = ("5000", "6000", "7005", "9000")
    query = SuppliesQuery(since=SINCE, until=NOW, open_external_ids=numbers)
    cursor = {"watermark": NOW.isoformat(), "swept": ""}
    pages = list(adapter_over(Made(answer)).fetch_supplies(query, cursor=cursor))
    absent = [(one.external_id, one.reason) for page in pages for one in page.absent]
    assert absent == [("6000", "not_listed"), ("9000", "not_listed")]
    assert "7005" in ids(pages)
    # One that names none may be any of them: then nobody is absent.
    broken["id"] = {}
    pages = list(adapter_over(Made(answer)).fetch_supplies(query, cursor=cursor))
    assert [page.absent for page in pages if page.absent] == []


@pytest.mark.parametrize("killed_after", range(8))
def test_a_killed_run_goes_on_after_the_last_page(
    adapter_over: Callable[..., Adapter], killed_after: int
) -> None:
    shop = Shop(8)
    pages = list(adapter_over(Made(shop)).fetch_supplies(QUERY, cursor={}))
    rest = list(adapter_over(Made(shop)).fetch_supplies(QUERY, cursor=pages[killed_after].cursor))

    assert set(ids(pages[: killed_after + 1]) + ids(rest)) == set(ids(pages))
    assert len(ids(rest)) <= 8 - killed_after, "nothing but the last one is read twice"
    assert rest[-1].cursor == pages[-1].cursor


def test_what_changes_meanwhile_is_found_by_the_next_pull(adapter_over: Callable[..., Adapter]) -> None:
    shop = Shop(8)
    pull = adapter_over(Made(shop)).fetch_supplies(QUERY, cursor={})
    pages = [next(pull)]
    # The last of the list moves to its top while it is read.
    shop.changed[7007] = NOW + timedelta(minutes=1)
    pages += list(pull)
    assert set(ids(pages)) == {str(7000 + number) for number in range(7)}

    later = SuppliesQuery(since=SINCE, until=NOW + timedelta(minutes=15))
    assert "7007" in ids(list(adapter_over(Made(shop)).fetch_supplies(later, cursor=pages[-1].cursor)))


def test_a_place_that_is_forgotten_begins_the_list_anew_without_reading_all_of_it(
    adapter_over: Callable[..., Adapter],
) -> None:
    shop = Shop(8)

    def answer(path: str, body: dict[str, Any], params: dict[str, str]) -> Any:
        return BAD_TOKEN if params.get("pageToken") == "old" else shop(path, body, params)

    cursor = {
        "floor": SINCE.isoformat(),
        "mark": (NOW - timedelta(hours=4)).isoformat(),
        "token": "old",
        "began": NOW.isoformat(),
        "swept": "",
    }
    made = Made(answer)
    pages = list(adapter_over(made).fetch_supplies(QUERY, cursor=cursor))
    assert ids(pages) == ["7004", "7005", "7006", "7007"]
    assert [path for path, _body, _params in made.asked].count(ITEMS) == 4


def test_one_that_is_dated_wrongly_ends_nothing(adapter_over: Callable[..., Adapter]) -> None:
    shop = Shop(8)
    shop.changed[7001] = datetime.fromisoformat("2003-01-01T00:00:00+00:00")

    def answer(path: str, body: dict[str, Any], params: dict[str, str]) -> Any:
        found = shop(path, body, params)
        if path == REQUESTS and not params.get("pageToken"):
            found["result"]["requests"].append(
                supply_request(id={"id": 6999}, updatedAt="2003-01-01T00:00:00+03:00")
            )
            found["result"]["requests"].append(supply_request(id={"id": 6998}, updatedAt="never"))
        return found

    pages = list(adapter_over(Made(answer)).fetch_supplies(QUERY, cursor={}))
    assert set(ids(pages)) == {str(7000 + number) for number in range(8) if number != 1} | {"6998"}


def test_a_list_that_goes_in_a_circle_ends(adapter_over: Callable[..., Adapter]) -> None:
    def answer(path: str, *_rest: Any) -> Any:
        if path == REQUESTS:
            row = supply_request(updatedAt=NOW.isoformat())
            return {"result": {"requests": [row], "paging": {"nextPageToken": "again"}}}
        if path == ITEMS:
            return {"result": {"items": [supply_item()], "paging": {"nextPageToken": "again"}}}
        return {"result": {"documents": []}} if path == DOCUMENTS else None

    pages = list(adapter_over(Made(answer)).fetch_supplies(QUERY, cursor={}))
    assert set(ids(pages)) == {"7001"}
    assert all(len(one.lines or ()) == 1 for page in pages for one in page.snapshots)


def test_a_list_of_goods_without_an_end_is_told(adapter_over: Callable[..., Adapter]) -> None:
    shop = Shop(1)

    def endless(path: str, body: dict[str, Any], params: dict[str, str]) -> Any:
        if path != ITEMS:
            return shop(path, body, params)
        number = int(params.get("pageToken", "0"))
        return {"result": {"items": [supply_item()], "paging": {"nextPageToken": str(number + 1)}}}

    page = next(iter(adapter_over(Made(endless)).fetch_supplies(QUERY, cursor={})))
    assert [one.lines for one in page.snapshots] == [None]
    assert ["no end" in one.detail for one in page.rejected] == [True]


def test_a_first_page_that_is_refused_like_a_place_ends_the_run(adapter_over: Callable[..., Adapter]) -> None:
    made = Made(lambda path, *_rest: BAD_TOKEN if path == REQUESTS else None)
    with pytest.raises(CursorRejected):
        next(adapter_over(made).fetch_supplies(QUERY, cursor={}))


def test_a_turn_that_is_far_loses_no_supply(adapter_over: Callable[..., Adapter]) -> None:
    class Tight(Counting):
        def acquire(self, group: str = "", *, cost: int = 1, **kwargs: Any) -> None:
            super().acquire(group, cost=cost, **kwargs)
            if [name for name, _cost in self.taken].count("supply_items") > 2:
                raise TurnIsFar("later", retry_after=timedelta(seconds=8))

    shop = Shop(8)
    found: list[str] = []
    cursor: Any = {}
    for _run in range(8):
        try:
            for page in adapter_over(Made(shop), limiter=Tight()).fetch_supplies(QUERY, cursor=cursor):
                found += ids([page])
                cursor = page.cursor
        except RateLimited:
            continue
        break
    assert sorted(set(found)) == [str(7000 + number) for number in range(8)]
    assert cursor["watermark"] == NOW.isoformat()


@pytest.mark.parametrize(
    ("answer", "detail"),
    [
        (httpx.Response(404, json={"status": "ERROR", "errors": []}), "items"),
        ({"result": {"items": [supply_item(), supply_item(offerId="LN-2", counters=None)]}}, "counters"),
        ({"result": {"items": []}}, "no items"),
        ({"result": None}, "items"),
    ],
)
def test_goods_that_cannot_be_read_leave_the_supply_and_are_told(
    adapter_over: Callable[..., Adapter], answer: Any, detail: str
) -> None:
    shop = Shop(2)

    def odd(path: str, body: dict[str, Any], params: dict[str, str]) -> Any:
        return answer if path == ITEMS and body["requestId"] == 7000 else shop(path, body, params)

    first, second, last = adapter_over(Made(odd)).fetch_supplies(QUERY, cursor={})
    assert [one.lines for one in first.snapshots] == [None]
    assert [(one.external_id, detail in one.detail) for one in first.rejected] == [("7000", True)]
    assert (second.rejected, len(second.snapshots[0].lines or ())) == ((), 1)
    assert last.is_last


def test_papers_that_cannot_be_read_are_not_told(adapter_over: Callable[..., Adapter]) -> None:
    shop = Shop(1)

    def odd(path: str, body: dict[str, Any], params: dict[str, str]) -> Any:
        return {"result": {"documents": 5}} if path == DOCUMENTS else shop(path, body, params)

    page = next(iter(adapter_over(Made(odd)).fetch_supplies(QUERY, cursor={})))
    assert (page.snapshots[0].documents, page.rejected) == (None, ())


def test_a_request_that_cannot_be_read_goes_to_quarantine_by_its_key(
    adapter_over: Callable[..., Adapter],
) -> None:
    shop = Shop(2)

    def odd(path: str, body: dict[str, Any], params: dict[str, str]) -> Any:
        found = shop(path, body, params)
        if path == REQUESTS:
            found["result"]["requests"] += [supply_request(id={"id": 5}, status=None), {"id": 7}, None]
        return found

    pages = list(adapter_over(Made(odd)).fetch_supplies(QUERY, cursor={}))
    assert ids(pages) == ["7000", "7001"]
    assert [one.external_id for page in pages for one in page.rejected] == ["5", "", ""]


def test_a_key_without_the_scope_ends_the_stream(adapter_over: Callable[..., Adapter]) -> None:
    refused = httpx.Response(
        403, json={"status": "ERROR", "errors": [{"code": "FORBIDDEN", "message": "no"}]}
    )
    made = Made(lambda path, *_rest: refused if path == REQUESTS else None)
    with pytest.raises(RightMissing):
        list(adapter_over(made).fetch_supplies(QUERY, cursor={}))


def test_nothing_at_all_is_believed_when_it_comes_three_times(adapter_over: Callable[..., Adapter]) -> None:
    made = Made(lambda path, *_rest: {"result": {"requests": []}} if path == REQUESTS else None)
    (last,) = adapter_over(made).fetch_supplies(QUERY, cursor={})
    assert last.is_last
    assert len(made.asked) == 3


def test_one_supply_is_read_now(adapter_over: Callable[..., Adapter]) -> None:
    page = adapter_over(Made(Shop(3))).fetch_supply("7001")
    assert ids([page]) == ["7001"]
    assert page.snapshots[0].lines
    assert page.snapshots[0].status is SupplyStatus.ACCEPTED
    for unknown in ("6000", "nonsense"):
        with pytest.raises(RequestRejected):
            adapter_over(Made(Shop(3))).fetch_supply(unknown)
    other = Made(
        lambda path, *_rest: {"result": {"requests": [supply_request()]}} if path == REQUESTS else None
    )
    with pytest.raises(UnexpectedResponse):
        adapter_over(other).fetch_supply("42")
