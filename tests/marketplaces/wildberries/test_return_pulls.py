"""Pulling returns: four sources in as few requests as there may be, cut off anywhere, refused, or a list a turn."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from marketplaces import errors
from marketplaces.wildberries import client as api
from marketplaces.wildberries import feed, report
from marketplaces.wildberries import returns as pull
from tests.marketplaces.wildberries.back import Back, asked_for, claim, item, read, returned
from tests.marketplaces.wildberries.shop import NOW, Shop, some_units

if TYPE_CHECKING:
    from collections.abc import Callable

    from marketplaces.contracts.pages import Cursor
    from marketplaces.wildberries.adapter import Adapter


def test_the_first_pull_reads_a_quarter_and_the_next_ones_the_last_hours(
    adapter_over: Callable[..., Adapter],
) -> None:
    back = Back(Shop(units=some_units(100)))
    _told, pages = read(adapter_over(back))
    assert back.shop.calls == {api.SALES: 1, api.ORDER_FEED: 1}
    windows = [(query["dateFrom"], query["dateTo"]) for path, query in back.asked if path == api.ITEM_RETURNS]
    assert windows[::2] == [
        ("2026-10-25", "2026-11-24"),
        ("2026-09-25", "2026-10-25"),
        ("2026-08-26", "2026-09-25"),
    ]
    assert [query["status"] for path, query in back.asked if path == api.ITEM_RETURNS] == [
        "active",
        "archive",
    ] * 3
    assert [query["is_archive"] for path, query in back.asked if path == api.CLAIMS] == ["false", "true"]
    assert (pages[-1].is_last, pages[-1].cursor) == (True, {"watermark": NOW.isoformat()})

    back.asked.clear()
    back.shop.calls.clear()
    back.shop.now = NOW + timedelta(minutes=30)
    _told, pages = read(adapter_over(back), cursor=pages[-1].cursor, until=back.shop.now)
    assert back.shop.calls == {api.ORDER_FEED: 1}
    assert len(back.asked) == 4


def test_after_a_month_of_rest_everything_is_read_again(adapter_over: Callable[..., Adapter]) -> None:
    back = Back(Shop(units=some_units(10)))
    old = (NOW - timedelta(days=31)).isoformat()
    read(adapter_over(back), cursor={"watermark": old})
    assert back.shop.calls[api.SALES] == 1


def test_long_lists_are_read_to_their_end(
    adapter_over: Callable[..., Adapter], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("ITEM_RETURNS_A_PAGE", "CLAIMS_A_PAGE"):
        monkeypatch.setattr(api, name, 3)
        monkeypatch.setattr(pull, name, 3)
    back = Back(
        Shop(units=[]),
        items=[item(f"i{number}") for number in range(7)],
        done=[item(f"d{number}") for number in range(6)],
        claims=[claim(f"c{number}", status_ex=0) for number in range(4)],
        decided=[claim(f"e{number}") for number in range(9)],
    )
    told, _pages = read(adapter_over(back))
    assert len({one.external_id for one in told}) == 26


@pytest.mark.parametrize("path", [api.ITEM_RETURNS, api.CLAIMS])
@pytest.mark.parametrize("status", [401, 403, 404])
def test_a_source_that_may_not_be_asked_costs_nothing_else(
    adapter_over: Callable[..., Adapter], path: str, status: int
) -> None:
    back = Back(Shop(units=[returned()]), items=[item("i1")], decided=[claim("c1")])
    refusal = httpx.Response(status, json={"title": "unauthorized", "detail": "token scope not allowed"})
    back.spoil = lambda asked, answer: refusal if asked == path else answer
    told, pages = read(adapter_over(back))

    kept = {api.ITEM_RETURNS: {"r1", "c1"}, api.CLAIMS: {"r1", "i1"}}
    assert {one.external_id for one in told} == kept[path]
    assert pages[-1].is_last


def test_a_token_without_analytics_or_statistics_has_no_returns(adapter_over: Callable[..., Adapter]) -> None:
    refusal = httpx.Response(401, json={"title": "unauthorized", "detail": "token scope not allowed"})
    with pytest.raises(errors.RightMissing):
        read(adapter_over(lambda _path, _query, _body: refusal))


def test_base_tokens_read_a_list_a_turn_and_come_to_the_end(adapter_over: Callable[..., Adapter]) -> None:
    """Each method gives one answer in hours: a run keeps what it read, and the next one goes on."""
    back = Back(Shop(units=some_units(20)), items=[item()], claims=[claim("c1")])
    asked: set[str] = set()

    def once(path: str) -> None:
        if path in asked:
            raise errors.TurnIsFar("far", retry_after=timedelta(hours=1))
        asked.add(path)

    back.shop.before = once

    def spoil(path: str, answer: Any) -> Any:
        once(path)
        return answer

    back.spoil = spoil
    cursor: Cursor = {}
    told: set[str] = set()
    runs, is_done = 0, False
    while not is_done:
        runs += 1
        assert runs < 20
        asked.clear()
        try:
            for page in adapter_over(back).fetch_returns(asked_for(), cursor=cursor):
                told |= {one.external_id for one in page.snapshots}
                cursor, is_done = page.cursor, page.is_last
        except errors.TurnIsFar:
            continue
    assert runs == 7
    assert {"r1", "c1"} < told


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(kills=st.lists(st.integers(min_value=0, max_value=40), max_size=6))
def test_killed_anywhere_the_same_is_told(
    adapter_over: Callable[..., Adapter], small: None, kills: list[int]
) -> None:
    def back() -> Back:
        return Back(
            Shop(units=some_units(120), feed_page=25, cut=70),
            items=[item(f"i{number}") for number in range(5)],
            decided=[claim(f"c{number}") for number in range(5)],
        )

    whole = {repr(one) for one in read(adapter_over(back()))[0]}
    told: set[str] = set()
    cursor: Cursor = {}
    for kill in [*kills, 10_000]:
        for number, page in enumerate(adapter_over(back()).fetch_returns(asked_for(), cursor=cursor)):
            if number == kill:
                break
            told |= {repr(one) for one in page.snapshots}
            cursor = page.cursor
            if page.is_last:
                break
    assert told == whole


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reports and lists of a few rows, so that little is enough for many pages."""
    monkeypatch.setattr(report, "WHOLE_BELOW", 70)
    for module in (report, feed):
        monkeypatch.setattr(module, "ROWS_A_PAGE", 20)
    monkeypatch.setattr(feed, "FEED_A_PAGE", 25)
