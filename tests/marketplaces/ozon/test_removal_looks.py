"""Looking for open removals that are old or listed no more: few requests, and nothing is closed by us."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from marketplaces.contracts.pages import KEPT
from marketplaces.contracts.supplies import SuppliesQuery
from marketplaces.ozon.removal_memory import LOOK_EVERY, MOST_LOOKS, REST, RemovalMemory
from marketplaces.ozon.removals import LONGEST, TAIL, TRIES, WINDOW
from marketplaces.sync import places
from tests.marketplaces.ozon.conftest import NOW
from tests.marketplaces.ozon.payloads_supplies import removal_row
from tests.marketplaces.ozon.test_supply_pulls import answers, merged, refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from marketplaces.contracts.pages import Cursor, Page, Rejected
    from marketplaces.ozon.adapter import Adapter

ID = "removal-934457"
FINISHED = {"watermark": NOW.isoformat()}
Asked = tuple[str, str]


class Warehouse:
    """The removals of a shop: the day each was asked for and its row; the windows that were asked."""

    def __init__(self) -> None:
        self.rows: list[tuple[str, dict[str, Any]]] = []
        self.asked: list[Asked] = []
        self.before: Callable[[Asked], None] = lambda _window: None

    def add(self, day: str, **changes: Any) -> None:
        self.rows.append((day, removal_row(**{"return_created_at": f"{day}T09:00:00Z", **changes})))

    def list(self, body: dict[str, Any]) -> Any:
        window = body["date_from"], body["date_to"]
        self.before(window)
        self.asked.append(window)
        rows = [row for day, row in self.rows if window[0] <= day <= window[1]]
        return {"returns_summary_report_rows": rows, "last_id": ""}


class Days:
    """Pulls of an account that holds one removal, one after the other."""

    def __init__(self, adapter: Adapter, warehouse: Warehouse, *held: str) -> None:
        self.adapter, self.warehouse, self.held = adapter, warehouse, held
        self.now = NOW
        self.cursor: Cursor = FINISHED
        self.rejected: list[Rejected] = []
        self.absent: list[Rejected] = []
        self.told: set[str] = set()

    def pull(self, *, days: int = 0) -> list[Asked]:
        """Pull so many days later; the windows asked for beyond those of the last weeks."""
        self.now += timedelta(days=days)
        self.warehouse.asked.clear()
        for page in self.pages():
            self.commit(page)
        first = str((self.now - TAIL).date())
        return [window for window in self.warehouse.asked if window[1] < first]

    def pages(self) -> Any:
        query = SuppliesQuery(
            since=self.now - timedelta(days=90), until=self.now, open_external_ids=self.held
        )
        return self.adapter.fetch_supplies(query, cursor=self.cursor)

    def commit(self, page: Page[Any]) -> None:
        self.cursor = page.cursor
        self.rejected += page.rejected
        self.absent += page.absent
        self.told |= merged([page]).keys()


@pytest.fixture
def warehouse() -> Warehouse:
    return Warehouse()


@pytest.fixture
def days(canned: Callable[..., Adapter], warehouse: Warehouse) -> Callable[..., Days]:
    adapter = canned(answers(v1__removal__from_stock__list=warehouse.list))
    return lambda *held: Days(adapter, warehouse, *(held or (ID,)))


OPEN = {"return_state": "создана"}


def test_an_old_one_is_asked_for_by_its_own_days_once_they_are_known(
    warehouse: Warehouse, days: Callable[..., Days]
) -> None:
    warehouse.add("2026-09-02", **OPEN)
    shop = days()

    assert len(shop.pull()) == 2, "nobody knows its day: window by window, until it is found"
    assert shop.pull() == [("2026-09-01", "2026-09-03")]
    assert shop.told == {ID}


def test_old_ones_of_near_days_share_a_request(warehouse: Warehouse, days: Callable[..., Days]) -> None:
    for number, day in enumerate(("2026-08-03", "2026-08-08", "2026-08-12", "2026-08-25"), start=1):
        warehouse.add(day, return_id=number, **OPEN)
    shop = days(*(f"removal-{number}" for number in range(1, 5)))
    shop.pull()

    assert shop.pull() == [("2026-08-02", "2026-08-13"), ("2026-08-24", "2026-08-26")]


def test_one_that_is_listed_no_more_costs_a_look_a_day_and_then_rests(
    warehouse: Warehouse, days: Callable[..., Days]
) -> None:
    warehouse.add("2026-09-02", **OPEN)
    shop = days()
    shop.pull()
    warehouse.rows.clear()

    looks = [len(shop.pull(days=number)) for number in (0, 0, 1, 0, 1, 1, 1, 1)]
    assert looks == [TRIES, 0, TRIES, 0, TRIES, TRIES, TRIES, TRIES]
    assert shop.absent == [], "it may come again"

    assert len(shop.pull(days=1)) == TRIES
    assert [(one.external_id, one.reason, one.payload["looks"]) for one in shop.absent] == [
        (ID, "not_listed", MOST_LOOKS)
    ]
    assert [len(shop.pull(days=1)) for _day in range(REST.days - 1)] == [0] * (REST.days - 1)
    assert len(shop.pull(days=1)) == TRIES
    assert len(shop.absent) == 2
    assert shop.rejected == []
    assert ID in shop.told, "it was told once, and nothing told of its end"


def test_one_that_comes_again_is_looked_for_as_before(
    warehouse: Warehouse, days: Callable[..., Days]
) -> None:
    warehouse.add("2026-09-02", **OPEN)
    (row,) = warehouse.rows
    shop = days()
    shop.pull()
    warehouse.rows.clear()
    for _day in range(MOST_LOOKS + 1):
        shop.pull(days=1)
    warehouse.rows.append(row)

    shop.told.clear()
    shop.pull(days=REST.days)
    assert ID in shop.told
    assert [len(shop.pull()) for _again in range(2)] == [1, 1]
    warehouse.rows.clear()
    assert len(shop.pull()) == TRIES
    assert shop.cursor[KEPT]["removals"]["missed"] == {ID: [1, shop.now.date().isoformat()]}


def test_one_of_an_unknown_day_is_looked_for_everywhere_once_a_day(
    warehouse: Warehouse, days: Callable[..., Days]
) -> None:
    shop = days()

    everywhere = len(shop.pull())
    assert everywhere == -(-(LONGEST - 4 * WINDOW) // WINDOW), "the last weeks are four windows"
    assert len(shop.pull()) == 0
    assert len(shop.pull(days=1)) == everywhere


def test_a_deep_pull_knows_what_was_looked_for(warehouse: Warehouse, days: Callable[..., Days]) -> None:
    warehouse.add("2026-05-02", **OPEN)
    shop = days()
    shop.pull()
    warehouse.rows.clear()
    shop.pull()

    shop.cursor = places.beginning(shop.cursor)
    shop.pull()
    assert min(warehouse.asked)[0] > "2026-08-01", "the history, and nothing before it"

    shop.cursor = places.beginning(shop.cursor)
    shop.pull(days=1)
    assert min(warehouse.asked)[0] == "2026-05-01"


def test_a_young_one_that_is_not_listed_costs_nothing(
    warehouse: Warehouse, days: Callable[..., Days]
) -> None:
    warehouse.add("2026-11-20", **OPEN)
    shop = days()
    shop.pull()
    warehouse.rows.clear()

    for _day in range(MOST_LOOKS):
        assert shop.pull(days=1) == []
    assert [one.reason for one in shop.absent] == ["not_listed"]


def test_a_settled_one_is_not_looked_for(warehouse: Warehouse, days: Callable[..., Days]) -> None:
    """Those accepted not long ago are asked for as well; a removal has no numbers that move."""
    warehouse.add("2026-09-02", return_state="завершено")
    shop = days()
    shop.pull()
    warehouse.rows.clear()

    assert shop.pull() == []
    assert shop.pull(days=1) == []
    assert "missed" not in shop.cursor[KEPT]["removals"]


def test_one_without_a_day_is_asked_for_by_the_window_it_was_found_in(
    warehouse: Warehouse, days: Callable[..., Days]
) -> None:
    warehouse.add("2026-09-02", return_created_at="", **OPEN)
    shop = days()
    shop.pull()

    assert shop.pull() == [("2026-08-27", "2026-09-10")]


def test_one_that_cannot_be_read_is_not_missed(warehouse: Warehouse, days: Callable[..., Days]) -> None:
    warehouse.add("2026-09-02", quantity_for_return="x", **OPEN)
    shop = days()
    shop.pull()
    shop.pull()

    assert {one.reason for one in shop.rejected} == {"wrong_type"}
    assert "missed" not in shop.cursor[KEPT]["removals"]


def test_looking_goes_on_where_a_killed_run_stopped(warehouse: Warehouse, days: Callable[..., Days]) -> None:
    """Killed after each page: no window is asked again, and one that was found is not looked for further."""
    warehouse.add("2026-10-20", return_id=1, **OPEN)
    warehouse.add("2026-06-02", return_id=2, **OPEN)
    warehouse.add("2026-03-02", return_id=3, **OPEN)
    shop = days("removal-1", "removal-2", "removal-3", "removal-9")
    shop.pull()
    warehouse.rows = warehouse.rows[:1]
    shop.now += timedelta(days=1)
    warehouse.asked.clear()

    is_last = False
    while not is_last:
        page = next(iter(shop.pages()))
        shop.commit(page)
        is_last = page.is_last

    far = [window for window in warehouse.asked if window[1] < "2026-10-01"]
    assert sorted(set(far), reverse=True) == sorted(
        {*far, ("2026-06-01", "2026-06-03"), ("2026-03-01", "2026-03-03")}, reverse=True
    )
    assert len(far) == len(set(far)) + 2 * (TRIES - 1)
    assert set(shop.cursor[KEPT]["removals"]["missed"]) == {"removal-2", "removal-3", "removal-9"}


def test_a_refused_list_is_no_look(canned: Callable[..., Adapter]) -> None:
    adapter = canned(answers(v1__removal__from_stock__list=refused(404, 5, "method is not allowed")))
    memory = {"removals": {"spans": {ID: ["2026-09-01", "2026-09-03"]}}}
    query = SuppliesQuery(since=NOW - timedelta(days=90), until=NOW, open_external_ids=(ID,))

    pages = list(adapter.fetch_supplies(query, cursor={**FINISHED, KEPT: memory}))

    assert pages[-1].cursor == {**FINISHED, KEPT: memory}


def test_what_is_no_longer_held_is_forgotten(warehouse: Warehouse, days: Callable[..., Days]) -> None:
    warehouse.add("2026-09-02", **OPEN)
    shop = days()
    shop.pull()
    shop.held = ()

    shop.pull()
    assert shop.cursor == {"watermark": shop.now.isoformat()}


def test_memory_is_json_and_back() -> None:
    day = date(2026, 9, 2)
    memory = RemovalMemory(spans={"a": (day, day)}, settled={"b"}, missed={"a": (2, day), "gone": (9, day)})

    again = RemovalMemory.of(memory.told(), held={"a", "b"})

    assert again == RemovalMemory(spans={"a": (day, day)}, settled={"b"}, missed={"a": (2, day)})
    assert RemovalMemory().told() == {}
    assert not again.is_sought("a", today=day)
    assert again.is_sought("a", today=day + LOOK_EVERY)
