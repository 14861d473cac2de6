"""Shared limits: never more than allowed in any second, however many ask."""

from __future__ import annotations

import threading
import time
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from marketplaces import ratelimit
from marketplaces.errors import RateLimited, TemporaryError, TurnIsFar
from marketplaces.ratelimit import Limit, Limiter, limit_states


@pytest.fixture
def owner() -> str:
    """A seller whom no other test knows."""
    return f"fake:{uuid.uuid4()}"


def test_a_burst_passes_and_the_rest_is_spread_evenly(owner: str) -> None:
    waits: list[float] = []
    limiter = Limiter(owner=owner, limits={"": Limit(requests=20, seconds=1, burst=3)}, sleep=waits.append)
    for _turn in range(6):
        limiter.acquire()
    assert len(waits) == 3, "three at once, then one every 50 ms"
    assert waits == pytest.approx([0.05, 0.10, 0.15], abs=0.03)


def test_many_workers_together_stay_under_the_limit_in_any_second(owner: str) -> None:
    limit = Limit(requests=40, seconds=1, burst=4)
    stamps: list[float] = []
    lock = threading.Lock()
    until = time.monotonic() + 1.6

    def work() -> None:
        limiter = Limiter(owner=owner, limits={"": limit})
        while time.monotonic() < until:
            limiter.acquire()
            with lock:
                stamps.append(time.monotonic())

    workers = [threading.Thread(target=work) for _worker in range(6)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    stamps.sort()
    # Threads may write down their turn a little late: a window of 0.95 s holds what 1 s allows.
    worst = max(sum(1 for other in stamps if start <= other < start + 0.95) for start in stamps)
    assert worst <= 40 + 4 - 1
    assert len(stamps) > 50, "and nobody stands idle"


def test_a_turn_too_far_is_not_taken(owner: str) -> None:
    limiter = Limiter(owner=owner, limits={"": Limit(requests=100), "slow": Limit(requests=1, seconds=60)})
    limiter.acquire("slow")
    with pytest.raises(RateLimited) as caught:
        limiter.acquire("slow")
    assert timedelta(seconds=55) < caught.value.retry_after <= timedelta(seconds=60)
    with pytest.raises(RateLimited) as again:
        limiter.acquire("slow")
    assert again.value.retry_after <= caught.value.retry_after, "asking in vain costs nothing"
    limiter.acquire()


def test_a_request_counts_as_many_times_as_it_says(owner: str) -> None:
    limits = {"": Limit(requests=100, burst=10), "items": Limit(requests=100, seconds=60, burst=100)}
    limiter = Limiter(owner=owner, limits=limits)
    limiter.acquire("items", cost=60)
    with pytest.raises(TurnIsFar) as caught:
        limiter.acquire("items", cost=60)
    assert timedelta(seconds=10) < caught.value.retry_after <= timedelta(seconds=12), "20 items at 0.6 s each"
    limiter.acquire("items", cost=40)
    limiter.acquire()


def test_a_request_larger_than_the_bucket_waits_for_all_of_itself(owner: str) -> None:
    limiter = Limiter(owner=owner, limits={"": Limit(requests=100), "items": Limit(requests=1, burst=2)})
    with pytest.raises(TurnIsFar) as caught:
        limiter.acquire("items", cost=10)
    assert timedelta(seconds=7) < caught.value.retry_after <= timedelta(seconds=8)


def test_no_more_requests_run_at_once_than_the_marketplace_allows(owner: str) -> None:
    running: list[int] = []
    most: list[int] = []
    lock = threading.Lock()

    def work() -> None:
        limiter = Limiter(owner=owner, limits={}, parallel=3)
        with limiter.place():
            with lock:
                running.append(1)
                most.append(len(running))
            time.sleep(0.1)
            with lock:
                running.pop()

    workers = [threading.Thread(target=work) for _worker in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert max(most) == 3
    assert len(most) == 8


def test_who_finds_no_place_comes_again_and_a_place_left_is_free(owner: str) -> None:
    waits: list[float] = []
    first = Limiter(owner=owner, limits={}, parallel=1)
    second = Limiter(owner=owner, limits={}, parallel=1, sleep=waits.append)
    with first.place(), pytest.raises(TurnIsFar), second.place():
        pass
    assert sum(waits) >= 2
    with second.place():
        pass


def test_after_an_answer_429_nobody_asks_until_allowed(owner: str) -> None:
    limits = {"": Limit(requests=100, burst=10), "own": Limit(requests=100)}
    one, other = Limiter(owner=owner, limits=limits), Limiter(owner=owner, limits=limits)
    one.block("", retry_after=timedelta(seconds=30))
    with pytest.raises(RateLimited) as caught:
        other.acquire("own")
    assert timedelta(seconds=28) < caught.value.retry_after <= timedelta(seconds=30)

    one.block("", retry_after=timedelta(seconds=1))
    with pytest.raises(RateLimited) as caught:
        other.acquire()
    assert caught.value.retry_after > timedelta(seconds=25), "a shorter pause does not shorten a longer one"


def test_an_unknown_group_is_the_group_of_all(owner: str) -> None:
    limiter = Limiter(owner=owner, limits={"": Limit(requests=1, seconds=60)})
    limiter.acquire("nowhere")
    with pytest.raises(RateLimited):
        limiter.acquire()


def test_sellers_do_not_share_limits(owner: str) -> None:
    limits = {"": Limit(requests=1, seconds=60)}
    Limiter(owner=owner, limits=limits).acquire()
    Limiter(owner=f"{owner}-2", limits=limits).acquire()


def test_the_page_reads_when_the_next_request_is_allowed(owner: str) -> None:
    limits = {"": Limit(requests=100), "slow": Limit(requests=1, seconds=60)}
    Limiter(owner=owner, limits=limits).acquire("slow")
    found = limit_states({owner: limits, f"{owner}-2": limits})

    slow = next(state for state in found[owner] if state.group == "slow")
    assert slow.next_allowed_at is not None
    assert timedelta(seconds=55) < slow.next_allowed_at - timezone.now() <= timedelta(seconds=60)
    assert all(state.next_allowed_at is None for state in found[f"{owner}-2"])
    assert limit_states({}) == {}


def test_without_redis_nothing_is_sent_and_the_page_still_shows(settings: Any, owner: str) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    limits = {"": Limit(requests=1)}
    with pytest.raises(TemporaryError):
        Limiter(owner=owner, limits=limits).acquire()
    assert limit_states({owner: limits})[owner][0].next_allowed_at is None


@pytest.mark.parametrize(
    "values", [{"requests": 0}, {"requests": 1, "seconds": 0}, {"requests": 1, "burst": 0}]
)
def test_an_impossible_limit_is_refused(values: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="not a limit"):
        Limit(**values)


def test_keys_do_not_outlive_their_use(owner: str, settings: Any) -> None:
    Limiter(owner=owner, limits={"": Limit(requests=10)}).acquire()
    redis = ratelimit._redis(settings.REDIS_URL)
    left = redis.pttl(f"{settings.REDIS_PREFIX}:limit:{owner}:all")
    assert 0 < left <= 1200
