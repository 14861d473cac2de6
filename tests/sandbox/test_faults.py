"""Faults: each kind goes wrong in its own way, the same way every time, and loses nothing for good."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import httpx
import pytest

from sandbox import faults as kinds
from sandbox.app import App, make_app
from sandbox.clock import Clock
from sandbox.faults import DroppedConnectionError, Faults
from sandbox.hostile import hostile_page, records_in
from sandbox.ozon.words import SUBSTATUS, UNKNOWN_STATUS
from sandbox.world import World
from sandbox.world.moments import instant
from tests.sandbox.conftest import NOW, PERIOD, Ask, all_postings, asker, client_of

LIST = "/v3/posting/fbo/list"
PAGE = {"limit": 50, "filter": PERIOD}


def _faulty(world: World, *some: str, rate: float = 1.0, seed: int = 1) -> App:
    faults = Faults(rate, kinds=some, seed=seed, stall=0.01, blob=20_000)
    return make_app(world, clock=Clock(NOW, frozen=True), rate=None, faults=faults)


def _raw(ask: Ask, kind: str) -> httpx.Response:
    return ask(LIST, PAGE, X_Sandbox_Fault=kind)


@pytest.mark.parametrize(
    ("kind", "status", "code"), [("429", 429, 8), ("500", 500, 13), ("revoked", 403, 7), ("expired", 403, 7)]
)
def test_errors_have_the_documented_body(ask: Ask, kind: str, status: int, code: int) -> None:
    answer = _raw(ask, kind)

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert ("Retry-After" in answer.headers) == (kind == "429")


def test_a_challenge_page_is_html(ask: Ask) -> None:
    for kind, status in (("502", 502), ("html_200", 200)):
        answer = _raw(ask, kind)
        assert answer.status_code == status
        assert answer.headers["content-type"].startswith("text/html")
        assert "<html" in answer.text


def test_a_truncated_answer_is_no_json(ask: Ask) -> None:
    answer = _raw(ask, "truncated")

    assert answer.status_code == 200
    with pytest.raises((json.JSONDecodeError, UnicodeDecodeError)):
        answer.json()


def test_a_dropped_connection_raises(ask: Ask) -> None:
    with pytest.raises(DroppedConnectionError) as caught:
        _raw(ask, "drop")

    assert len(caught.value.sent) < caught.value.promised


def test_a_timeout_is_late_but_true(world: World) -> None:
    ask = asker(client_of(_faulty(world, "timeout")))

    assert ask(LIST, PAGE).json() == asker(client_of(_faulty(world, rate=0)))(LIST, PAGE).json()


def test_an_unknown_fault_in_the_header_is_refused(ask: Ask) -> None:
    assert _raw(ask, "gremlins").status_code == 400
    assert "gremlins" in _raw(ask, "gremlins").json()["message"]


@pytest.mark.parametrize("kind", kinds.PAGING)
@pytest.mark.parametrize("direction", ["ASC", "DESC"])
def test_moving_lists_repeat_but_lose_nothing(world: World, kind: str, direction: str) -> None:
    ask = asker(client_of(_faulty(world, kind)))

    numbers = Counter(p["posting_number"] for p in all_postings(ask, sort_dir=direction))

    assert set(numbers) == {order.number for order in world.orders(until=NOW)}
    if kind == "duplicate_page":
        assert set(numbers.values()) == {2}
    if kind == "shifting_page":
        assert {1, 2} <= set(numbers.values())
        assert numbers.total() < 1.3 * len(numbers)


@pytest.mark.parametrize("kind", kinds.PAGING)
@pytest.mark.parametrize(
    ("path", "rows", "send", "key"),
    [
        ("/v5/product/info/prices", "items", "cursor", "offer_id"),
        ("/v1/product/info/stocks-by-warehouse/fbo", "products", "cursor", "offer_id"),
    ],
)
def test_other_lists_move_too(world: World, kind: str, path: str, rows: str, send: str, key: str) -> None:
    ask = asker(client_of(_faulty(world, kind)))
    found: set[str] = set()
    token: str | None = ""
    for _ in range(200):
        answer = ask(path, {"limit": 10, "filter": {}, send: token}).json()
        found |= {row[key] for row in answer[rows]}
        token = answer[send]
        if not token:
            break

    assert not token
    assert len(found) == (59 if rows == "items" else 60)


def test_a_page_can_be_empty_though_there_is_data(ask: Ask) -> None:
    assert _raw(ask, "empty_page").json() == {"postings": [], "cursor": "", "has_next": False}


def test_stale_postings_are_older_states_of_the_same(world: World) -> None:
    stale = {p["posting_number"]: p for p in all_postings(asker(client_of(_faulty(world, "stale"))))}
    behind = 0
    for number, posting in stale.items():
        order = world.find(number)
        assert order is not None
        passed = [SUBSTATUS[order.delivery][step] for step in order.path[: order.step_at(instant(NOW)) + 1]]
        assert posting["substatus"] in passed
        behind += posting["substatus"] != passed[-1]

    assert len(stale) == world.count(until=NOW)
    assert behind > 20


def test_one_posting_a_page_has_an_unknown_status(ask: Ask) -> None:
    statuses = [p["status"] for p in _raw(ask, "unknown_status").json()["postings"]]

    assert statuses.count(UNKNOWN_STATUS) == 1


@pytest.mark.parametrize("kind", [kind for kind in kinds.HOSTILE if kind != "html_200"])
def test_hostile_answers_keep_some_good_records(ask: Ask, kind: str) -> None:
    good = {p["posting_number"]: p for p in ask(LIST, PAGE).json()["postings"]}

    answer = _raw(ask, kind)

    records = answer.json()["postings"]
    same = sum(record == good.get(record.get("posting_number")) for record in records if _hashable(record))
    assert len(records) == 50
    assert 30 <= same < 50


def _hashable(record: dict[str, Any]) -> bool:
    return isinstance(record.get("posting_number"), str)


def test_hostile_answers_of_every_method_are_made(world: World) -> None:
    app = _faulty(world, *kinds.HOSTILE)
    ask = asker(client_of(app))
    for path in app.ozon.methods:
        for _ in range(3):
            assert ask(path, {"limit": 5, "filter": {}, "skus": ["1"]}).status_code in (200, 400, 404)


def test_the_same_seed_makes_the_same_faults() -> None:
    first, second = (Faults(0.3, kinds=kinds.ALL, seed=5) for _ in range(2))
    picks = [first.pick() for _ in range(400)]

    assert picks == [second.pick() for _ in range(400)]
    assert 80 < sum(pick is not None for pick in picks) < 160
    assert set(picks) - {None} == set(kinds.ALL)


def test_faults_are_read_from_the_command_line() -> None:
    faults = Faults.parse("0.25:429,drop")

    assert (faults.rate, faults.kinds) == (0.25, ("429", "drop"))
    assert Faults.parse("0.1").kinds == kinds.DEFAULT
    assert Faults().pick() is None
    for wrong in ("2", "0.1:gremlins", "much"):
        with pytest.raises(ValueError, match=r"\w"):
            Faults.parse(wrong)


def test_hostile_pages_are_cheap_and_say_what_is_good(ask: Ask) -> None:
    text = ask(LIST, PAGE).text
    truth = {p["posting_number"]: p for p in json.loads(text)["postings"]}
    unreadable = 0
    for seed in range(300):
        page = hostile_page(text, seed=seed, blob=100)
        assert page == hostile_page(text.encode(), seed=seed, blob=100)
        if not page.readable:
            unreadable += 1
            assert page.good == page.odd == ()
            continue
        records = [r for r in json.loads(page.body)["postings"] if isinstance(r.get("posting_number"), str)]
        by_number = {record["posting_number"]: record for record in records}
        assert all(by_number[number] == truth[number] for number in page.good)
        assert all(by_number[number]["status"] != truth[number]["status"] for number in page.odd)
        assert 0 < len(page.good) < 50
    assert 20 < unreadable < 60


def test_records_are_found_wherever_they_are() -> None:
    assert records_in({"a": 1, "result": {"items": [{"x": 1}, 2]}}) == [{"x": 1}]
    assert records_in({"a": [], "b": [{"y": 1}]}) == [{"y": 1}]
    assert records_in("text") == []
