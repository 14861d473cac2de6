"""The health endpoints say which part is ill."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import redis
import time_machine
from django.core.cache import cache
from django.db import OperationalError, connection

from fbo_cabinet import heartbeat
from fbo_cabinet.heartbeat import QUEUES, last_beats
from fbo_cabinet.tasks import beat

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _no_beats():
    yield
    cache.delete_many([heartbeat._key(queue) for queue in QUEUES])


@pytest.fixture
def workers():
    for queue in QUEUES:
        beat(queue=queue)


def test_healthz_asks_nothing(client, django_assert_num_queries) -> None:
    with django_assert_num_queries(0):
        response = client.get("/healthz")

    assert (response.status_code, response.content) == (200, b"ok\n")


def test_all_is_well(client, workers) -> None:
    response = client.get("/readyz")

    assert response.status_code == 200
    assert response.json() == {
        "status": "ok",
        "parts": {
            "database": "ok",
            "migrations": "ok",
            "redis": "ok",
            "worker:sync": "ok",
            "worker:push": "ok",
            "worker:reports": "ok",
        },
    }


def test_pages_are_served_without_workers(client) -> None:
    response = client.get("/readyz")

    assert (response.status_code, response.json()["status"]) == (200, "degraded")
    assert "no worker on this queue" in response.json()["parts"]["worker:sync"]


def test_a_silent_worker_is_named_with_its_age(client) -> None:
    with time_machine.travel(NOON, tick=False):
        for queue in QUEUES:
            beat(queue=queue)

    with time_machine.travel(NOON + timedelta(minutes=2), tick=False):
        parts = client.get("/readyz").json()["parts"]

    assert (parts["worker:sync"], parts["worker:push"]) == ("ok", "last sign of life 120 s ago")


def test_without_a_database_the_cabinet_is_not_ready(client, workers, monkeypatch) -> None:
    def broken(*args: object, **kwargs: object) -> None:
        raise OperationalError("gone")

    monkeypatch.setattr(connection, "cursor", broken)

    response = client.get("/readyz")

    assert (response.status_code, response.json()["status"]) == (503, "ill")
    assert response.json()["parts"]["database"] == "does not answer"
    assert response.json()["parts"]["migrations"].startswith("unknown")


def test_without_redis_the_cabinet_is_not_ready(client, monkeypatch) -> None:
    def broken(*args: object, **kwargs: object) -> None:
        raise redis.ConnectionError("gone")

    monkeypatch.setattr(cache, "get_many", broken)

    response = client.get("/readyz")

    assert response.status_code == 503
    assert response.json()["parts"]["redis"] == "does not answer"


def test_a_migration_that_waits_is_counted(client, workers, monkeypatch) -> None:
    monkeypatch.setattr(
        "fbo_cabinet.health.MigrationExecutor.migration_plan", lambda *_: [object(), object()]
    )

    response = client.get("/readyz")

    assert (response.status_code, response.json()["parts"]["migrations"]) == (503, "2 not applied")


def test_beats_are_kept_by_queue() -> None:
    with time_machine.travel(NOON, tick=False):
        beat(queue="push")

    assert last_beats() == {"push": NOON}


def test_metrics_are_for_this_machine(client) -> None:
    response = client.get("/metrics")

    assert response.status_code == 200
    assert b"django_http_requests" in response.content


@pytest.mark.parametrize(
    "request_meta",
    [
        {"REMOTE_ADDR": "203.0.113.7"},
        {"REMOTE_ADDR": ""},
        {"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "203.0.113.7"},
        {"REMOTE_ADDR": "127.0.0.1", "HTTP_FORWARDED": "for=203.0.113.7"},
    ],
)
def test_metrics_are_hidden_from_others(client, request_meta) -> None:
    assert client.get("/metrics", **request_meta).status_code == 404


def test_metrics_ask_for_the_token_once_there_is_one(client, settings) -> None:
    settings.METRICS_TOKEN = "s3cret"

    assert client.get("/metrics").status_code == 404
    assert client.get("/metrics", headers={"authorization": "Bearer wrong"}).status_code == 404
    assert client.get("/metrics", headers={"authorization": "Bearer s3cret"}).status_code == 200
