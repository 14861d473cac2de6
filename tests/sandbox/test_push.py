"""Push notifications: who hears what, what the sender does when nobody answers, and the check of an address."""

from __future__ import annotations

import json
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from sandbox.app import make_app
from sandbox.clock import Clock
from sandbox.faults import Faults
from sandbox.push import Pusher
from sandbox.world import World
from tests.sandbox.conftest import NOW, Ask, asker, client_of

URL = "http://cabinet.test/push/secret/"
FBO = ["TYPE_FBO_POSTING_NEW", "TYPE_FBO_POSTING_STATE_CHANGED", "TYPE_FBO_POSTING_CANCELLED"]


class Cabinet:
    """Answers as a seller's service, or as told."""

    def __init__(self) -> None:
        self.heard: list[dict[str, Any]] = []
        self.answers: list[tuple[int, str] | Exception] = []

    def __call__(self, url: str, body: dict[str, Any]) -> tuple[int, str]:
        assert url == URL
        if self.answers:
            answer = self.answers.pop(0)
            if isinstance(answer, Exception):
                raise answer
            return answer
        self.heard.append(body)
        return 200, json.dumps({"result": True})


class Stage:
    """A sandbox, a cabinet and a sender with hands on both clocks."""

    def __init__(self, world: World, **faults: Any) -> None:
        self.real = 0.0
        self.clock = Clock(NOW - timedelta(hours=2), frozen=True)
        self.cabinet = Cabinet()
        self.app = make_app(world, clock=self.clock, rate=None, post=self.cabinet, faults=Faults(**faults))
        self.ask: Ask = asker(client_of(self.app))
        self.pusher = Pusher(
            self.app.sellers,
            clock=self.clock,
            faults=lambda: self.app.faults,
            post=self.cabinet,
            monotonic=lambda: self.real,
        )

    def subscribe(self, types: list[str]) -> None:
        assert self.ask("/v1/notification/set", {"url": URL, "types": types}).json() == {}

    def pass_time(self, **span: float) -> None:
        self.clock.advance(timedelta(**span))
        self.pusher.tick()


@pytest.fixture
def stage(live_world: World) -> Stage:
    return Stage(live_world)


def test_a_subscriber_hears_what_he_asked_for(stage: Stage, live_world: World) -> None:
    stage.subscribe(FBO)
    stage.pass_time(minutes=30)
    stage.pass_time(minutes=30)

    new = [b["posting_number"] for b in stage.cabinet.heard if b["message_type"] == FBO[0]]
    since, until = NOW - timedelta(hours=2), NOW - timedelta(hours=1)
    truth = [o.number for o in live_world.orders(until=until, since=since + timedelta(microseconds=1))]
    assert new == truth
    assert {b["message_type"] for b in stage.cabinet.heard} == set(FBO)
    assert {b["seller_id"] for b in stage.cabinet.heard} == {1284417}
    assert stage.pusher.sent == len(stage.cabinet.heard)


def test_a_disabled_or_removed_address_hears_nothing(stage: Stage) -> None:
    stage.subscribe(FBO)
    id_ = stage.ask("/v1/notification/list").json()["urls"][0]["id"]
    stage.ask("/v1/notification/enable", {"id": id_, "enabled": False})
    stage.pass_time(minutes=30)
    assert stage.cabinet.heard == []

    stage.ask("/v1/notification/enable", {"id": str(id_), "enabled": True})
    stage.pass_time(minutes=30)
    heard = len(stage.cabinet.heard)
    assert heard > 0

    stage.ask("/v1/notification/delete", {"id": id_})
    stage.pass_time(minutes=30)
    assert len(stage.cabinet.heard) == heard


@pytest.mark.parametrize(
    "trouble", [(500, ""), (200, "ok"), (200, '{"result": false}'), TimeoutError(), OSError()]
)
def test_what_was_not_acknowledged_is_sent_again(stage: Stage, trouble: Any) -> None:
    stage.subscribe(["TYPE_FBO_POSTING_NEW"])
    stage.cabinet.answers = [trouble] * 3
    stage.pass_time(minutes=10)
    first = len(stage.cabinet.heard)

    stage.real += 60
    stage.pusher.tick()

    numbers = Counter(body["uuid"] for body in stage.cabinet.heard)
    assert len(stage.cabinet.heard) == first + 3
    assert set(numbers.values()) == {1}


def test_the_sender_gives_up_in_the_end(stage: Stage) -> None:
    stage.subscribe(["TYPE_FBO_POSTING_NEW"])
    stage.cabinet.answers = [OSError()] * 10_000
    stage.pass_time(minutes=2)
    for _ in range(40):
        stage.real += 700
        stage.pusher.tick()

    assert stage.pusher.failed > 0
    assert stage.cabinet.heard == []


def test_a_long_sleep_is_not_caught_up_in_full(stage: Stage) -> None:
    stage.clock.set(NOW - timedelta(days=3))
    stage.pusher.tick()
    stage.subscribe(["TYPE_FBO_POSTING_NEW"])
    stage.pass_time(days=2)

    assert all(
        b["creation_date"] >= (NOW - timedelta(days=1, hours=1)).isoformat()[:19] for b in stage.cabinet.heard
    )


def test_a_faulty_sender_repeats_delays_and_mixes_up(live_world: World) -> None:
    calm = Stage(live_world)
    wild = Stage(live_world, rate=0.5, kinds=("push_late", "push_repeated", "push_out_of_order"), seed=3)
    for stage in (calm, wild):
        stage.subscribe(FBO)
        stage.pass_time(minutes=20)
        for _ in range(100):
            stage.real += 1
            stage.pusher.tick()

    in_order = [body["uuid"] for body in calm.cabinet.heard]
    mixed = [body["uuid"] for body in wild.cabinet.heard]
    assert set(mixed) == set(in_order)
    assert set(Counter(mixed).values()) == {1, 2}
    assert list(dict.fromkeys(mixed)) != in_order


def test_an_address_can_be_changed(stage: Stage) -> None:
    stage.subscribe(FBO)
    stage.subscribe(FBO[:1])
    listed = stage.ask("/v1/notification/list").json()["urls"]
    assert [[t["type"] for t in row["types"]] for row in listed] == [FBO[:1]]

    stage.ask(
        "/v1/notification/update", {"id": listed[0]["id"], "url": "https://else.test/", "types": FBO[1:]}
    )
    changed = stage.ask("/v1/notification/list").json()["urls"][0]
    assert changed["url"] == "https://else.test/"
    assert [t["type"] for t in changed["types"]] == FBO[1:]

    kinds = stage.ask("/v1/notification/push-type/list").json()["types"]
    assert {row["type"] for row in kinds if "seller_endpoint" in row} == set(FBO[1:])
    assert len(kinds) == 21


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("set", {"url": URL}, 400),
        ("set", {"url": URL, "types": ["TYPE_NOISE"]}, 400),
        ("set", {"url": "cabinet", "types": FBO}, 400),
        ("update", {"url": URL}, 400),
        ("update", {"id": 7, "url": URL}, 404),
        ("enable", {"id": 7}, 400),
        ("enable", {"id": 7, "enabled": True}, 404),
        ("delete", {"id": 7}, 404),
        ("check", {}, 400),
    ],
)
def test_wrong_subscriptions_are_refused(stage: Stage, path: str, body: dict[str, Any], status: int) -> None:
    assert stage.ask(f"/v1/notification/{path}", body).status_code == status


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ((200, '{"version": "1", "name": "c", "time": "2026-11-24T12:00:00Z"}'), None),
        ((200, '{"version": "1", "name": "c", "time": "2026-11-24T12:00:00"}'), "WRONG_RESULT_TIME_FIELD"),
        ((200, '{"version": "1", "name": "c", "time": 5}'), "WRONG_RESULT_TIME_FIELD"),
        ((200, '{"result": true}'), "INVALID_BODY"),
        ((200, "pong"), "INVALID_JSON"),
        ((200, ""), "EMPTY_BODY"),
        ((404, ""), "STATUS_CODE_NOT_OK"),
        ((502, ""), "SERVER_FAULT"),
        (TimeoutError(), "REQUEST_TIMEOUT"),
        (ConnectionRefusedError(), "REQUEST_ERROR"),
    ],
)
def test_an_address_is_checked_by_a_ping(stage: Stage, answer: Any, error: str | None) -> None:
    stage.cabinet.answers = [answer]

    result = stage.ask("/v1/notification/check", {"url": URL}).json()

    assert result["is_active"] == (error is None)
    assert [e["type"] for e in result["errors"]] == ([error] if error else [])
