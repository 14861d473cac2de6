"""What comes back as Wildberries' dialect tells it: the feed, goods on their way to the seller, and claims."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from sandbox.accounts import Account
from sandbox.app import App
from sandbox.wildberries import token
from sandbox.wildberries.returns import is_defective
from sandbox.world import World
from sandbox.world.moments import DAY, instant
from sandbox.world.returns import CLIENT_RETURN, BackStep, Return, Why
from sandbox.world.supplies import LEAD, WITHDRAWAL
from sandbox.world.units import srid, units
from tests.sandbox.conftest import NOW
from tests.sandbox.wildberries import CLAIMS, ITEM_RETURNS, SETTINGS, SID, Call, app_of, caller, feed

MONTH = {"dateFrom": "2026-10-24", "dateTo": "2026-11-24"}
OWN = "Возврат по инициативе продавца"


@pytest.fixture(scope="module")
def world() -> World:
    return World(SETTINGS)


@pytest.fixture
def app(world: World) -> App:
    return app_of(world)


@pytest.fixture
def call(app: App) -> Call:
    return caller(app)


def items(call: Call, **query: str) -> list[dict[str, Any]]:
    answer = call(ITEM_RETURNS, **{**MONTH, **query})
    assert answer.status_code in (200, 204), answer.text
    rows: list[dict[str, Any]] = answer.json()["report"] if answer.status_code == 200 else []
    return rows


def waiting(world: World) -> list[Return]:
    now = instant(NOW)
    return [
        one
        for one in world.return_book.changed_between(now - 60 * DAY, now + 1)
        if BackStep.WAITING in one.path and one.times[one.path.index(BackStep.DEFECTIVE)] <= now
    ]


def names(world: World, back: Return) -> set[str]:
    return {
        srid(world, one)
        for one in units(back.order)
        if one.place == back.place and one.number < back.quantity
    }


def test_defects_of_the_feed_are_those_that_buyers_name(call: Call, world: World) -> None:
    rows = {row["srid"]: row["status"] for row in feed(call, "2026-10-25T00:00:00Z")}
    told = {key: word for key, word in rows.items() if word in ("return", "returnDefective")}
    assert set(told.values()) == {"return", "returnDefective"}
    for back in world.return_book.between(world.streams.opened, instant(NOW)):
        for one in units(back.order):
            word = told.get(srid(world, one))
            if word and one.place == back.place:
                assert (word == "returnDefective") == is_defective(world, one)
                is_named = back.why in (Why.DEFECT_SEAM, Why.STAIN_SMELL, Why.DAMAGED_PACKAGE, Why.INCOMPLETE)
                assert is_named == (word == "returnDefective")


def test_what_waits_for_the_seller_is_on_its_way_to_him(call: Call, world: World) -> None:
    rows = {row["srid"]: row for row in items(call, dateFrom="2026-10-01") if row["returnType"] != OWN}
    expected = {name for back in waiting(world) for name in names(world, back)}
    assert set(rows) == expected
    now = instant(NOW)
    for back in waiting(world):
        ready = back.times[back.path.index(BackStep.WAITING)]
        for name in names(world, back):
            row = rows[name]
            assert (row["readyToReturnDt"] is None) == (ready > now)
            if back.path[-1] is BackStep.HANDED_OVER and back.times[-1] <= now:
                assert (row["returnStatus"], bool(row["completedDt"])) == ("Выдано", True)


def test_active_and_archive_are_all_of_them(call: Call) -> None:
    whole = items(call)
    active, archive = items(call, status="active"), items(call, status="archive")
    assert sorted(row["srid"] for row in (*active, *archive)) == sorted(row["srid"] for row in whole)
    assert {row["returnStatus"] for row in archive} <= {"Выдано", "Утилизирован"}
    assert {"В пути в пвз", "Готов к выдаче"} & {row["returnStatus"] for row in active}
    assert items(call, limit="3", offset="2") == whole[2:5]


def test_own_stock_comes_back_thing_by_thing(call: Call, world: World) -> None:
    rows = [row for row in items(call, dateFrom="2026-09-01") if row["returnType"] == OWN]
    taken = [
        one
        for one in world.supply_book.between(world.streams.opened - LEAD, instant(NOW) + 1)
        if one.kind == WITHDRAWAL
    ]
    assert len(rows) == sum(line.shipped for one in taken for line in one.lines)
    assert len({row["srid"] for row in rows}) == len({row["shkId"] for row in rows}) == len(rows)


def test_days_without_any_are_answered_by_nothing(call: Call) -> None:
    assert call(ITEM_RETURNS, dateFrom="2024-01-01", dateTo="2024-01-31").status_code == 204


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"dateFrom": "2026-11-01"},
        {"dateFrom": "01.11.2026", "dateTo": "2026-11-24"},
        {"dateFrom": "2026-11-24", "dateTo": "2026-11-01"},
        {**MONTH, "status": "lost"},
        {**MONTH, "limit": "1001"},
    ],
)
def test_refusals(call: Call, query: dict[str, str]) -> None:
    assert call(ITEM_RETURNS, **query).status_code == 400


def test_claims_are_of_fourteen_days_and_go_to_the_archive(call: Call, app: App, world: World) -> None:
    now = instant(NOW)
    old = call(CLAIMS, is_archive="true", limit=200).json()
    new = call(CLAIMS, is_archive="false", limit=200).json()
    told = {row["srid"] for row in (*old["claims"], *new["claims"])}
    expected = {
        name
        for back in world.return_book.between(now - 14 * DAY, now + 1)
        if back.kind == CLIENT_RETURN
        for name in names(world, back)
    }
    assert told
    assert told < expected
    assert {(row["status"], row["status_ex"]) for row in old["claims"]} <= {(2, 8), (2, 10)}
    assert {(row["status"], row["status_ex"]) for row in new["claims"]} <= {(0, 0)}
    app.clock.advance(timedelta(days=20))
    later = call(CLAIMS, is_archive="true", limit=200).json()
    assert not told & {row["srid"] for row in later["claims"]}


def test_claims_are_cut_and_named(call: Call) -> None:
    whole = call(CLAIMS, is_archive="true", limit=200).json()
    assert whole["total"] == len(whole["claims"])
    assert call(CLAIMS, is_archive="true", limit=2, offset=1).json()["claims"] == whole["claims"][1:3]
    one = whole["claims"][0]
    assert call(CLAIMS, is_archive="true", id=one["id"]).json()["claims"] == [one]
    assert call(CLAIMS).status_code == call(CLAIMS, is_archive="true", limit=201).status_code == 400


def test_claims_need_their_own_category(world: World) -> None:
    key = token.make(SID, categories=(1, 2, 3, 5, 10))
    call = caller(app_of(world, Account(marketplace="wildberries", client_id=SID, api_key=key)), token=key)
    assert call(CLAIMS, is_archive="true").status_code == 401
    assert call(ITEM_RETURNS, **MONTH).status_code == 200


@pytest.mark.parametrize("fault", ["duplicate_page", "out_of_order", "empty_page", "unknown_status"])
def test_lists_can_be_spoiled(call: Call, fault: str) -> None:
    for address, query in ((ITEM_RETURNS, MONTH), (CLAIMS, {"is_archive": "true", "limit": "200"})):
        spoiled = call(address, fault=fault, **query)
        assert spoiled.status_code == 204 or spoiled.json() != call(address, **query).json()
