"""Pulls of returns over the sandbox: all of the world's, resumable at every page, also when pages lie."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from core.periods import MOSCOW
from marketplaces import errors
from marketplaces.contracts.returns import ReturnKind, ReturnSnapshot, ReturnsQuery, ReturnStatus
from marketplaces.ozon import returns as pulls
from sandbox.ozon import words
from sandbox.ozon.returns import return_id, told_of, told_status
from sandbox.world.moments import DAY, instant, moment
from tests.marketplaces.ozon.conftest import NOW
from tests.marketplaces.ozon.payloads_supplies import returned, status

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from marketplaces.contracts.pages import Page
    from marketplaces.ozon.adapter import Adapter
    from sandbox.app import App
    from sandbox.world import World
    from sandbox.world.returns import Return

AT = instant(NOW)
ALL = ReturnsQuery(since=NOW - timedelta(days=60), until=NOW)
LYING = ("duplicate_page", "shifting_page", "out_of_order", "empty_page")
Seen = dict[str, tuple[Any, ...]]


def merged(pages: Iterable[Page[ReturnSnapshot]]) -> dict[str, ReturnSnapshot]:
    """The snapshots as a merge by key leaves them."""
    return {one.external_id: one for page in pages for one in page.snapshots}


def seen(returns: dict[str, ReturnSnapshot]) -> Seen:
    return {
        one.external_id: (
            one.kind.value,
            one.status.value,
            one.order_external_id,
            one.marketplace_sku,
            (one.quantity, one.price),
            one.reason,
            one.registered_at,
            one.changed_at,
            (one.storage_cost, one.disposal_on),
        )
        for one in returns.values()
    }


def truth(world: World, at: int = AT) -> Seen:
    """What the world knows, as far as Ozon tells it."""
    found = world.return_book.between(0, at + 1)
    return {str(return_id(one.serial)): _told(world, one, at) for one in found}


def _told(world: World, one: Return, at: int) -> tuple[Any, ...]:
    told = told_of(one, at)
    waits = told.word == "ArrivedAtReturnPlace" or "WAITING" in {
        step.name for step, when in zip(one.path, one.times, strict=True) if when <= at
    }
    storage = Decimal(one.stored_days(at) * one.storage_a_day if waits else 0).scaleb(-2)
    disposal = moment(one.disposal_at).astimezone(MOSCOW).date() if waits and one.disposal_at else None
    return (
        one.kind,
        told_status(one, at),
        one.order.number,
        str(world.assortment[one.product].sku),
        (one.quantity, Decimal(one.price).scaleb(-2)),
        words.WHY[one.why],
        moment(one.registered),
        moment(max(told.since, told.final or 0, told.compensated or 0)),
        (storage, disposal),
    )


def test_returns_equal_the_truth(adapter: Adapter, world: World) -> None:
    pages = list(adapter.fetch_returns(ALL, cursor={}))

    returns = merged(pages)

    assert len(returns) > 150
    assert seen(returns) == truth(world)
    assert [page.rejected for page in pages if page.rejected] == []
    assert [page.is_last for page in pages] == [False] * (len(pages) - 1) + [True]
    assert pages[-1].cursor == {"watermark": NOW.isoformat()}
    assert {one.kind for one in returns.values()} == set(ReturnKind) - {ReturnKind.UNKNOWN}
    assert {one.status for one in returns.values()} >= {
        ReturnStatus.IN_TRANSIT,
        ReturnStatus.RECEIVED,
        ReturnStatus.WAITING_PICKUP,
        ReturnStatus.BACK_ON_SALE,
    }


def test_every_return_names_a_posting_that_is_delivered_or_cancelled(adapter: Adapter, world: World) -> None:
    for one in merged(adapter.fetch_returns(ALL, cursor={})).values():
        order = world.order(one.order_external_id, at=NOW)
        assert order is not None
        is_of_an_order = one.kind in (ReturnKind.CLIENT_RETURN, ReturnKind.PARTIAL_REFUSAL)
        assert order.stage == ("delivered" if is_of_an_order else "cancelled")
        assert one.marketplace_sku in {str(line.sku) for line in order.lines}


def test_what_waits_is_dated(adapter: Adapter) -> None:
    waiting = [
        one
        for one in merged(adapter.fetch_returns(ALL, cursor={})).values()
        if one.status is ReturnStatus.WAITING_PICKUP
    ]

    assert waiting
    for one in waiting:
        assert one.disposal_on is not None
        assert one.pick_up_until == one.disposal_on - timedelta(days=1)
        assert one.storage_from is not None
        assert one.received_at is not None
        assert one.place_name


def test_progress_never_falls_and_ends_whole(adapter: Adapter) -> None:
    pages = list(adapter.fetch_returns(ALL, cursor={}))

    assert [page.done for page in pages] == sorted(page.done for page in pages)
    assert pages[-1].done == pages[-1].total
    assert all(page.total is not None and page.total >= page.done for page in pages)


@pytest.mark.parametrize("size", [40, 500])
@pytest.mark.parametrize("killed_after", [1, 2, 3])
def test_returns_go_on_where_a_killed_run_stopped(
    adapter: Adapter, world: World, killed_after: int, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("marketplaces.ozon.client.RETURNS_A_PAGE", size)
    query = ReturnsQuery(since=ALL.since, until=NOW, open_external_ids=("1",))
    committed: list[Page[Any]] = []
    for page in adapter.fetch_returns(query, cursor={}):
        committed.append(page)
        if len(committed) == killed_after:
            break

    later = ReturnsQuery(since=ALL.since, until=NOW + timedelta(hours=1), open_external_ids=("1",))
    rest = list(adapter.fetch_returns(later, cursor=committed[-1].cursor))

    assert seen(merged([*committed, *rest])) == truth(world)
    assert rest[-1].cursor == {"watermark": NOW.isoformat()}


@pytest.mark.parametrize("seed", range(8))
def test_returns_are_whole_under_lying_pages(
    spoiled: Callable[..., App],
    adapter_over: Callable[..., Adapter],
    world: World,
    seed: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("marketplaces.ozon.client.RETURNS_A_PAGE", 50)
    adapter = adapter_over(spoiled(0.25, LYING, seed=seed))

    returns = merged(adapter.fetch_returns(ALL, cursor={}))

    assert seen(returns) == truth(world)


def test_an_unknown_status_is_kept(spoiled: Callable[..., App], adapter_over: Callable[..., Adapter]) -> None:
    adapter = adapter_over(spoiled(1.0, ("unknown_status",)))

    returns = merged(adapter.fetch_returns(ALL, cursor={})).values()

    odd = [one for one in returns if one.status is ReturnStatus.UNKNOWN]
    assert {one.external_status for one in odd} == {"Teleporting"}
    assert all(one.marketplace_sku for one in odd)


def test_stale_answers_are_never_newer(
    spoiled: Callable[..., App], adapter_over: Callable[..., Adapter], adapter: Adapter
) -> None:
    true = merged(adapter.fetch_returns(ALL, cursor={}))
    stale = merged(adapter_over(spoiled(1.0, ("stale",))).fetch_returns(ALL, cursor={}))

    assert stale.keys() == true.keys()
    for id_, one in stale.items():
        told = true[id_].changed_at
        assert one.changed_at is not None
        assert told is not None
        assert one.changed_at <= told


def test_time_goes_by(app: App, adapter_over: Callable[..., Adapter], world: World) -> None:
    """Each pull reads the changes and, while something is open, what moves without a change of its status."""
    adapter = adapter_over(app)
    held = merged(adapter.fetch_returns(ALL, cursor={}))
    for step in range(1, 6):
        app.clock.advance(timedelta(days=3))
        now = NOW + timedelta(days=3 * step)
        left = tuple(sorted(id_ for id_, one in held.items() if not one.status.is_final))
        query = ReturnsQuery(since=ALL.since, until=now, open_external_ids=left)
        cursor = {"watermark": (now - timedelta(days=3)).isoformat()}
        held |= merged(adapter.fetch_returns(query, cursor=cursor))

    assert seen(held) == truth(world, instant(app.clock.now()))


def test_the_next_pull_begins_a_little_before_the_watermark(adapter: Adapter, world: World) -> None:
    pages = adapter.fetch_returns(ALL, cursor={"watermark": NOW.isoformat()})

    since = AT - pulls.OVERLAP // timedelta(microseconds=1)
    assert since == AT - 3 * DAY
    expected = {
        str(return_id(one.serial))
        for one in world.return_book.between(0, AT + 1)
        if told_of(one, AT).since >= since
    }
    assert set(merged(pages)) == expected


# ---- answers that no document shows -----------------------------------------------------------------------
def test_rows_of_the_other_scheme_are_left_out(canned: Callable[..., Adapter]) -> None:
    bodies: list[dict[str, Any]] = []

    def answer(_path: str, body: dict[str, Any]) -> Any:
        bodies.append(body)
        rows = [returned(id=5), returned(id=6, schema="Fbs"), returned(id=7, product={"quantity": "x"})]
        return {"returns": rows, "has_next": False}

    pages = list(
        canned(answer).fetch_returns(ReturnsQuery(since=NOW - timedelta(days=5), until=NOW), cursor={})
    )

    assert set(merged(pages)) == {"5"}
    assert [(one.external_id, one.reason) for page in pages for one in page.rejected] == [("7", "wrong_type")]
    assert [body["filter"]["return_schema"] for body in bodies] == ["FBO"]
    assert [body["limit"] for body in bodies] == [500]
    assert len([key for key in bodies[0]["filter"] if key != "return_schema"]) == 1


def test_a_list_that_does_not_move_on_ends(canned: Callable[..., Adapter]) -> None:
    asked: list[int] = []

    def answer(_path: str, body: dict[str, Any]) -> Any:
        asked.append(body["last_id"])
        return {"returns": [returned(id=9), returned(id="Я")], "has_next": True}

    pages = list(
        canned(answer).fetch_returns(ReturnsQuery(since=NOW - timedelta(days=5), until=NOW), cursor={})
    )

    assert set(merged(pages)) == {"9"}
    assert asked == [0, 9]


def test_ids_of_nineteen_digits_are_places_too(canned: Callable[..., Adapter]) -> None:
    first = 9_000_000_000_000_000_001

    def answer(_path: str, body: dict[str, Any]) -> Any:
        is_first = body["last_id"] < first
        return {"returns": [returned(id=first if is_first else first + 1)], "has_next": is_first}

    pages = canned(answer).fetch_returns(ReturnsQuery(since=NOW - timedelta(days=5), until=NOW), cursor={})

    assert set(merged(pages)) == {str(first), str(first + 1)}


def test_a_list_that_has_more_and_names_no_place_is_no_end(canned: Callable[..., Adapter]) -> None:
    adapter = canned(lambda _path, _body: {"returns": [returned(id="Я")], "has_next": True})
    pages = adapter.fetch_returns(ReturnsQuery(since=NOW - timedelta(days=5), until=NOW), cursor={})

    assert [one.external_id for one in next(pages).rejected] == ["Я"]
    with pytest.raises(errors.UnexpectedResponse):
        next(pages)


def test_a_named_buyer_is_kept_nowhere(canned: Callable[..., Adapter]) -> None:
    row = returned(id="x", customer_name="Иванов", comment="мой телефон 8 900", visual=status("Rejected", ""))
    adapter = canned(lambda _path, _body: {"returns": [row, returned()], "has_next": False})

    pages = list(adapter.fetch_returns(ReturnsQuery(since=NOW - timedelta(days=5), until=NOW), cursor={}))

    assert "Иванов" not in str(pages)
    assert "8 900" not in str(pages)
    assert [one.external_id for page in pages for one in page.rejected] == ["x"]


@pytest.mark.parametrize(
    "body", [b"{}", b"[]", b"<html></html>", b'{"returns": 5}', b'{"returns": {"a": 1}}']
)
def test_answers_of_another_shape_are_no_empty_lists(canned: Callable[..., Adapter], body: bytes) -> None:
    adapter = canned(lambda _path, _body: body)

    with pytest.raises((errors.TemporaryError, errors.UnexpectedResponse)):
        list(adapter.fetch_returns(ALL, cursor={}))
