"""returns.streams: their pages, the refusals that our orders tell, and where the next run goes on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, cast

from django.utils import timezone

from marketplaces.contracts.pages import Page
from marketplaces.contracts.returns import ReturnsQuery, ReturnStatus
from marketplaces.streams import PullRequest
from returns.models import Return
from returns.streams import ReturnStream
from tests.factories.orders import OrderFactory
from tests.returns.snapshots import part, told

if TYPE_CHECKING:
    from marketplaces.models import MarketplaceAccount


@dataclass
class Source:
    """An adapter that gives what the test tells it."""

    snapshots: tuple[Any, ...] = ()
    refusal_reasons: frozenset[str] = frozenset()
    queries: list[tuple[ReturnsQuery, Any]] = field(default_factory=list)

    def fetch_returns(self, query: ReturnsQuery, *, cursor: Any) -> Iterator[Page[Any]]:
        self.queries.append((query, cursor))
        yield Page(snapshots=self.snapshots, cursor={"page": 1}, observed_at=timezone.now(), is_last=True)


def run(account: MarketplaceAccount, source: Source, *, cursor: Any = None, **extra: Any) -> Any:
    """Record every page of a run; give the last cursor."""
    stream, last = ReturnStream(), cursor or {}
    request = PullRequest(account=account, cursor=last, now=timezone.now(), **extra)
    for page in stream.pages(cast("Any", source), request):
        stream.record(page, request)
        last = page.cursor
    return last


def refused(account: MarketplaceAccount, reason: str = "receipt", **extra: Any) -> Any:
    return OrderFactory(
        account=account,
        cancelled=True,
        cancel_reason_id=reason,
        cancel_reason="Отказ при получении",
        **extra,
    )


def test_their_pages_are_recorded_and_their_cursor_is_given_back(account: MarketplaceAccount) -> None:
    source = Source(snapshots=(told(),))

    cursor = run(account, source)
    run(account, source, cursor=cursor)

    assert Return.all_companies.get().external_id == "700000001"
    (first, began), (second, went_on) = source.queries
    assert (began, went_on) == ({}, {"page": 1})
    assert first.open_external_ids == ()
    assert second.open_external_ids == ("700000001",)
    assert first.until - first.since >= timedelta(days=45)


def test_a_pull_from_a_day_reads_from_there(account: MarketplaceAccount) -> None:
    source, since = Source(), timezone.now() - timedelta(days=200)

    run(account, source, cursor={"theirs": {"page": 9}}, since=since)

    query, cursor = source.queries[0]
    assert (query.since, cursor) == (since, {})


def test_refusals_come_from_our_orders_where_the_marketplace_tells_them_there_only(
    account: MarketplaceAccount,
) -> None:
    order = refused(account)
    refused(account, reason="app")
    OrderFactory(account=account, delivered=True)
    source = Source(refusal_reasons=frozenset({"receipt", "expire"}))

    cursor = run(account, source)

    held = Return.all_companies.get()
    assert (held.kind, held.status, held.external_id) == ("refusal", "in_transit", order.external_id)
    assert (held.order, held.line, held.registered_at) == (order, order.lines.get(), order.status_at)
    assert (held.external_reason_id, held.external_reason) == ("receipt", "Отказ при получении")
    assert (held.quantity, held.price) == (1, order.lines.get().price)
    run(account, source, cursor=cursor)
    assert Return.all_companies.count() == 1


def test_a_refusal_of_several_lines_is_a_return_of_each(account: MarketplaceAccount) -> None:
    refused(account, lines=2)

    run(account, Source(refusal_reasons=frozenset({"receipt"})))

    assert Return.all_companies.count() == 2
    assert set(Return.all_companies.values_list("unmatched", flat=True)) == {""}


def test_no_refusals_where_the_marketplace_tells_its_own(account: MarketplaceAccount) -> None:
    refused(account)

    run(account, Source())

    assert not Return.all_companies.exists()


def test_only_orders_that_changed_since_are_looked_at_again(account: MarketplaceAccount) -> None:
    source = Source(refusal_reasons=frozenset({"receipt"}))
    old = refused(account, changed_at=timezone.now() - timedelta(days=3))
    cursor = run(account, source)
    assert Return.all_companies.get().order == old
    Return.all_companies.all().delete()
    new = refused(account, changed_at=timezone.now() - timedelta(minutes=90))

    run(account, source, cursor=cursor)

    assert Return.all_companies.get().order == new


def test_what_another_source_knows_of_a_refusal_moves_it_on(account: MarketplaceAccount) -> None:
    order = refused(account)
    further = part(ReturnStatus.WAITING_PICKUP, external_id=order.external_id, hours=None, place_name="ПВЗ 7")

    run(account, Source(snapshots=(further,), refusal_reasons=frozenset({"receipt"})))

    held = Return.all_companies.get()
    assert (held.kind, held.status, held.place_name) == ("refusal", "waiting_pickup", "ПВЗ 7")


def test_a_killed_run_loses_no_refusal(account: MarketplaceAccount) -> None:
    refused(account)
    source = Source(snapshots=(told(),), refusal_reasons=frozenset({"receipt"}))
    stream, request = ReturnStream(), PullRequest(account=account, cursor={}, now=timezone.now())
    pages = stream.pages(cast("Any", source), request)
    first = next(pages)
    pages.close()  # type: ignore[attr-defined]  # a generator
    assert first.cursor == {}, "the place is kept only once the orders are looked through"

    run(account, source, cursor=first.cursor)

    assert Return.all_companies.count() == 2
