"""Clock, faults, limits, truth and pictures under `/_sandbox/`."""

from __future__ import annotations

import json
from datetime import timedelta
from xml.etree import ElementTree as ET

import httpx
import pytest

from sandbox.app import App
from sandbox.clock import Clock
from sandbox.truth import truth
from sandbox.world import World
from tests.sandbox.conftest import NOW, PERIOD, client_of


@pytest.fixture
def client(app: App) -> httpx.Client:
    return client_of(app)


def test_the_clock_is_set_advanced_frozen_and_hurried(client: httpx.Client, app: App) -> None:
    assert client.get("/_sandbox/clock").json() == {"now": NOW.isoformat(), "speed": 0.0, "frozen": True}

    moved = client.post("/_sandbox/clock", json={"set": "2026-11-20T03:00:00+03:00", "advance": 90}).json()
    assert moved["now"] == "2026-11-20T00:01:30+00:00"

    running = client.post("/_sandbox/clock", json={"freeze": False, "speed": 60}).json()
    assert (running["speed"], running["frozen"]) == (60.0, False)
    assert app.clock.now() >= NOW - timedelta(days=5)


@pytest.mark.parametrize("body", [{"set": "2026-11-20T00:00:00"}, {"set": 5}, {"advance": "soon"}, []])
def test_a_wrong_clock_is_refused(client: httpx.Client, body: object) -> None:
    assert client.post("/_sandbox/clock", json=body).status_code == 400


def test_a_clock_runs_at_its_speed() -> None:
    real = [0.0]
    clock = Clock(NOW, speed=60, monotonic=lambda: real[0])
    real[0] = 2.0
    assert clock.now() == NOW + timedelta(minutes=2)

    clock.freeze()
    real[0] = 100.0
    assert clock.now() == NOW + timedelta(minutes=2)
    clock.freeze(frozen=False)
    clock.run_at(1)
    real[0] = 101.0
    assert clock.now() == NOW + timedelta(minutes=2, seconds=1)


def test_faults_can_be_switched_on_and_off(client: httpx.Client) -> None:
    client.post("/_sandbox/faults", json={"rate": 1, "kinds": ["500"]})
    assert client.post("/v1/roles").status_code == 500

    assert client.post("/_sandbox/faults", json={}).json()["rate"] == 0
    assert client.post("/v1/roles").status_code == 200
    assert client.post("/_sandbox/faults", json={"rate": 1, "kinds": ["gremlins"]}).status_code == 400
    assert client.get("/_sandbox/faults").json()["rate"] == 0


def test_violations_are_read_and_reset(client: httpx.Client, app: App) -> None:
    client.post("/v1/roles")
    app.gate.violations["1284417"] += 3

    assert client.get("/_sandbox/violations").json() == {"1284417": {"requests": 1, "violations": 3}}
    client.delete("/_sandbox/violations")
    assert client.get("/_sandbox/violations").json() == {}


def test_the_truth_is_told_line_by_line(client: httpx.Client, world: World) -> None:
    orders = [json.loads(line) for line in client.get("/_sandbox/truth/orders").text.splitlines()]
    stock = [json.loads(line) for line in client.get("/_sandbox/truth/stock").text.splitlines()]
    outs = [json.loads(line) for line in client.get("/_sandbox/truth/stockouts").text.splitlines()]
    (summary,) = (json.loads(line) for line in client.get("/_sandbox/truth/summary").text.splitlines())

    assert orders == [order.as_json() for order in world.orders(until=NOW)]
    assert stock == [row.as_json() for row in world.stock(at=NOW)]
    assert len(outs) == len(world.stockouts(until=NOW)) == summary["stockouts"]
    assert summary["orders"] == len(orders) == sum(summary["by_stage"].values())
    assert summary["stock_present"] == sum(row["present"] for row in stock)
    assert sum(float(order["amount"]) for order in orders) == pytest.approx(float(summary["amount"]))


def test_the_truth_of_another_instant_can_be_asked_for(client: httpx.Client, world: World) -> None:
    then = NOW - timedelta(days=10)
    query = {"at": then.isoformat(), "client_id": "1284417"}

    lines = client.get("/_sandbox/truth/orders", params=query).text.splitlines()

    assert len(lines) == world.count(until=then)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/_sandbox/nothing", 404),
        ("/_sandbox/truth/gossip", 404),
        ("/_sandbox/truth/orders?client_id=5", 404),
        ("/_sandbox/truth/orders?at=yesterday", 400),
        ("/_sandbox/photo/1.svg", 404),
        ("/_sandbox/photo/cat.svg", 400),
        ("/_sandbox/health", 200),
    ],
)
def test_what_is_not_there_is_not_found(client: httpx.Client, path: str, status: int) -> None:
    assert client.get(path).status_code == status


def test_there_is_no_other_truth(world: World) -> None:
    with pytest.raises(ValueError, match="gossip"):
        truth(world, "gossip", at=NOW)


def test_every_product_has_pictures(client: httpx.Client, world: World) -> None:
    seen = set()
    for product in world.products():
        for view in ("", "?view=2"):
            answer = client.get(f"/_sandbox/photo/{product.sku}.svg{view}")
            assert answer.headers["content-type"] == "image/svg+xml"
            assert ET.fromstring(answer.text).tag == "{http://www.w3.org/2000/svg}svg"
            assert "{" not in answer.text
            seen.add(answer.text)
    kinds = {(product.family.shape, product.colour.code) for product in world.products()}
    assert len(seen) == 2 * len(kinds) > 40


def test_pictures_in_answers_can_be_fetched(client: httpx.Client, world: World) -> None:
    body = {"sku": [world.products()[0].sku]}
    item = client.post("/v3/product/info/list", json=body).json()["items"][0]

    for url in (*item["primary_image"], *item["images"]):
        assert client.get(url).status_code == 200


def test_only_the_past_is_in_lists_while_the_clock_stands(client: httpx.Client) -> None:
    client.post("/_sandbox/clock", json={"set": "2026-10-20T00:00:00Z"})
    answer = client.post(
        "/v3/posting/fbo/list", json={"limit": 100, "sort_dir": "DESC", "filter": PERIOD}
    ).json()

    assert max(p["created_at"] for p in answer["postings"]) < "2026-10-20T00:00:00Z"
