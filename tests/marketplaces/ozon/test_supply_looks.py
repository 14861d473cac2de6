"""Supplies that we hold as open and that their list does not name: what is told of them, and what a look costs."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from marketplaces.contracts.supplies import SuppliesQuery
from tests.marketplaces.ozon.conftest import NOW
from tests.marketplaces.ozon.payloads_supplies import supply, supply_order
from tests.marketplaces.ozon.test_supply_pulls import answers, merged

if TYPE_CHECKING:
    from collections.abc import Callable

    from marketplaces.contracts.pages import Cursor, Page
    from marketplaces.ozon.adapter import Adapter

FINISHED = {"watermark": NOW.isoformat()}
GONE = "2000000000999"


class Requests:
    """Requests 1, 2, 3 … with one supply each, one a page, the last changed first."""

    def __init__(self, count: int = 5) -> None:
        self.ids = list(range(1, count + 1))
        self.broken: dict[int, dict[str, Any]] = {}
        self.asked: list[str] = []

    def list(self, body: dict[str, Any]) -> Any:
        self.asked.append(body["last_id"])
        first = int(body["last_id"] or 0)
        more = str(first + 1) if first + 1 < len(self.ids) else ""
        return {"order_ids": [str(one) for one in self.ids[first : first + 1]], "last_id": more}

    def get(self, body: dict[str, Any]) -> Any:
        return {"orders": [self._order(int(one)) for one in body["order_ids"]]}

    def _order(self, number: int) -> dict[str, Any]:
        changed = NOW - timedelta(days=4 * number)
        parts = [supply(supply_id=2_000_000_000_000 + number)]
        order = supply_order(
            order_id=number, state_updated_date=changed.strftime("%Y-%m-%dT%H:%M:%SZ"), supplies=parts
        )
        return {**order, **self.broken.get(number, {})}


def held(*external_ids: str, at: datetime = NOW) -> SuppliesQuery:
    return SuppliesQuery(since=NOW - timedelta(days=90), until=at, open_external_ids=external_ids)


def absent(pages: list[Page[Any]]) -> list[tuple[str, str, int]]:
    return [(one.external_id, one.reason, one.payload["looks"]) for page in pages for one in page.absent]


@pytest.fixture
def requests() -> Requests:
    return Requests()


@pytest.fixture
def adapter(canned: Callable[..., Adapter], requests: Requests) -> Adapter:
    return canned(answers(v3__supply_order__list=requests.list, v3__supply_order__get=requests.get))


def test_one_that_is_listed_no_more_is_told_and_looked_for_once_a_day(
    adapter: Adapter, requests: Requests
) -> None:
    cursor: Cursor = FINISHED
    walked: list[int] = []
    told: list[list[tuple[str, str, int]]] = []
    for hours in (0, 1, 2, 26):
        requests.asked.clear()
        at = NOW + timedelta(hours=hours)
        pages = list(adapter.fetch_supplies(held(GONE, at=at), cursor=cursor))
        cursor = pages[-1].cursor
        walked.append(len(requests.asked))
        told.append(absent(pages))

    assert walked == [5, 1, 1, 5], "to the end once a day, else to the first that did not change"
    assert told == [[(GONE, "not_listed", 1)], [], [], [(GONE, "not_listed", 2)]]

    requests.ids.insert(0, 999)
    pages = list(adapter.fetch_supplies(held(GONE, at=NOW + timedelta(hours=52)), cursor=cursor))
    assert GONE in merged(pages)
    assert absent(pages) == []
    assert "kept" not in pages[-1].cursor


def test_an_old_one_that_is_listed_is_read_with_every_pull(adapter: Adapter, requests: Requests) -> None:
    cursor: Cursor = FINISHED
    for _pull in range(2):
        requests.asked.clear()
        pages = list(adapter.fetch_supplies(held("2000000000003", GONE), cursor=cursor))
        cursor = pages[-1].cursor
        assert "2000000000003" in merged(pages)
    assert len(requests.asked) == 3


@pytest.mark.parametrize("killed_after", range(1, 6))
def test_a_pull_that_goes_on_tells_the_same(adapter: Adapter, killed_after: int) -> None:
    query = held("2000000000001", "2000000000003", GONE)
    pages = list(adapter.fetch_supplies(query, cursor=FINISHED))
    rest = list(adapter.fetch_supplies(query, cursor=pages[killed_after - 1].cursor))

    assert absent([*pages[:killed_after], *rest]) == absent(pages) == [(GONE, "not_listed", 1)]
    assert rest[-1].cursor == pages[-1].cursor


def test_a_place_that_does_not_say_what_was_found_tells_of_nobody(adapter: Adapter) -> None:
    place = {**FINISHED, "since": (NOW - timedelta(days=90)).isoformat(), "last_id": "3"}
    pages = list(adapter.fetch_supplies(held("2000000000001", GONE), cursor=place))

    assert absent(pages) == []
    assert pages[-1].cursor == FINISHED


@pytest.mark.parametrize("names_it", [True, False])
def test_one_may_be_held_by_a_request_that_cannot_be_read(
    adapter: Adapter, requests: Requests, names_it: bool
) -> None:
    parts = [{**supply(supply_id=int(GONE)), "state": None}] if names_it else "none"
    requests.broken[2] = {"supplies": parts}
    pages = list(adapter.fetch_supplies(held(GONE), cursor=FINISHED))
    assert absent(pages) == []

    requests.asked.clear()
    list(adapter.fetch_supplies(held(GONE), cursor=pages[-1].cursor))
    assert len(requests.asked) == (3 if names_it else 1), "the whole list is walked once a day at most"


def test_a_list_of_nothing_tells_of_nobody(adapter: Adapter, requests: Requests) -> None:
    requests.ids.clear()
    assert absent(list(adapter.fetch_supplies(held(GONE), cursor=FINISHED))) == []
