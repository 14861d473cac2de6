"""supplies.streams: what is asked for, and what is recorded of it; erasing and the admin beside them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast

import pytest
from django.urls import reverse
from django.utils import timezone

from marketplaces import registry
from marketplaces.contracts.pages import Page
from marketplaces.contracts.supplies import BoxSnapshot, DocumentSnapshot, SuppliesQuery, SupplyStatus
from marketplaces.streams import PullRequest
from marketplaces.sync.quarantine import record_isolated
from supplies.models import BoxLine, Supply, SupplyEvent, SupplyLine
from supplies.services.erase import Supplies
from supplies.services.money import value_missing
from supplies.streams import REREAD_FOR, SupplyStream
from tests.factories.catalog import CostPriceFactory, ListingFactory
from tests.factories.marketplaces import AccountFactory
from tests.factories.supplies import (
    SupplyBoxFactory,
    SupplyDocumentFactory,
    SupplyEventFactory,
    SupplyFactory,
    SupplyLineFactory,
)
from tests.supplies.snapshots import SEEN, line, supply

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

    from companies.models import User
    from marketplaces.models import MarketplaceAccount


@dataclass
class Source:
    """An adapter that gives what the test tells it."""

    snapshots: tuple[Any, ...] = ()
    queries: list[tuple[SuppliesQuery, Any]] = field(default_factory=list)

    def fetch_supplies(self, query: SuppliesQuery, *, cursor: Any) -> Iterator[Page[Any]]:
        self.queries.append((query, cursor))
        yield Page(snapshots=self.snapshots, cursor={"page": 1}, observed_at=SEEN, is_last=True)

    def fetch_supply(self, external_id: str) -> Page[Any]:
        return Page(snapshots=(supply(external_id=external_id),), observed_at=SEEN, is_last=True)


def run(account: MarketplaceAccount, source: Source, **extra: Any) -> None:
    stream = SupplyStream()
    request = PullRequest(account=account, now=timezone.now(), **{"cursor": {}, **extra})
    for page in stream.pages(cast("Any", source), request):
        stream.record(page, request)


def test_supplies_are_a_stream_and_a_holding_of_their_own() -> None:
    assert registry.streams()["supplies"] is SupplyStream
    assert registry.holdings()["supplies"] is Supplies


def test_pull_asks_for_what_may_still_move(account: MarketplaceAccount) -> None:
    now = timezone.now()
    SupplyFactory(account=account, external_id="open")
    SupplyFactory(account=account, external_id="settling", status=SupplyStatus.DISCREPANCY)
    SupplyFactory(
        account=account, external_id="recent", taken=True, status_at=now - REREAD_FOR + timedelta(hours=1)
    )
    SupplyFactory(
        account=account, external_id="old", taken=True, status_at=now - REREAD_FOR - timedelta(hours=1)
    )
    SupplyFactory(account=account, external_id="gone", status=SupplyStatus.CANCELLED)
    SupplyFactory(account=account, plan=True)
    SupplyFactory(account=AccountFactory(company=account.company), external_id="of another account")
    ListingFactory(account=account, marketplace_sku="7", barcodes=["777"])
    source = Source(snapshots=(supply(),))

    run(account, source, cursor={"page": 4})

    ((query, cursor),) = source.queries
    assert query.open_external_ids == ("open", "recent", "settling")
    assert query.sku_by_barcode["777"] == "7"
    assert query.until - query.since >= timedelta(days=45)
    assert cursor == {"page": 4}
    assert Supply.objects.for_company(account.company_id).filter(external_id="2000031847").exists()


def test_pull_from_a_day_reads_from_there(account: MarketplaceAccount) -> None:
    source, since = Source(), timezone.now() - timedelta(days=200)

    run(account, source, cursor={"page": 9}, since=since)

    ((query, cursor),) = source.queries
    assert (query.since, cursor) == (since, {})


def test_one_supply_is_read_now(account: MarketplaceAccount) -> None:
    source = Source()

    run(account, source, external_id="2000031999")

    assert source.queries == []
    assert Supply.objects.for_company(account.company_id).get().external_id == "2000031999"
    assert {one.source for one in SupplyEvent.objects.for_company(account.company_id)} == {"poll"}


def test_lines_meet_listings_that_came_later(account: MarketplaceAccount) -> None:
    held = SupplyFactory(account=account, lines=0)
    line = SupplyLineFactory(supply=held, listing=None, marketplace_sku="7", key="7", name="", seller_sku="")
    listing = ListingFactory(account=account, marketplace_sku="7")

    run(account, Source())

    line.refresh_from_db()
    assert (line.listing_id, line.name) == (listing.pk, listing.name)


@pytest.mark.parametrize("text", ["a\x00b", "\ud800", "\u202eназад", "ы" * 10_000])
@pytest.mark.parametrize("place", ["number", "reason", "line", "box", "paper"])
def test_hostile_texts_cost_no_other_supply(account: MarketplaceAccount, text: str, place: str) -> None:
    hostile = {
        "number": {"number": text},
        "reason": {"reason": text},
        "line": {"lines": (line(name=text),)},
        "box": {"boxes": (BoxSnapshot(code=text),)},
        "paper": {"documents": (DocumentSnapshot(kind=text, number=text),)},
    }[place]
    bad = replace(supply(external_id="hostile"), **hostile)  # type: ignore[arg-type]
    page = Page(snapshots=(bad, supply(external_id="sound")), observed_at=SEEN)
    request = PullRequest(account=account, cursor={}, now=timezone.now())

    result = record_isolated(page, lambda part: SupplyStream().record(part, request))

    held = set(Supply.objects.for_company(account.company_id).values_list("external_id", flat=True))
    refused = {one.external_id for one in result.rejected}
    assert "sound" in held
    assert held | refused == {"hostile", "sound"}
    assert not held & refused


def test_missing_units_are_valued_anew_when_a_cost_price_comes(account: MarketplaceAccount) -> None:
    held = SupplyFactory(
        account=account,
        status=SupplyStatus.DISCREPANCY,
        lines=0,
        missing_units=3,
        missing_amount=Decimal(7470),
    )
    listing = ListingFactory(account=account, price=Decimal(2490))
    SupplyLineFactory(supply=held, listing=listing, declared=10, accepted=7, shortage=3)
    run(account, Source())
    held.refresh_from_db()
    before = held.changed_at
    assert held.missing_amount == Decimal(7470)

    CostPriceFactory(product=listing.product, cost=Decimal(310))
    run(account, Source())

    held.refresh_from_db()
    assert held.missing_amount == Decimal(930)
    assert held.changed_at > before


def test_missing_units_are_valued_in_portions(
    account: MarketplaceAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("supplies.services.money._AT_ONCE", 2)
    listing = ListingFactory(account=account, price=Decimal(2490))
    for _supply in range(5):
        short = SupplyFactory(
            account=account,
            status=SupplyStatus.DISCREPANCY,
            lines=0,
            missing_units=3,
            missing_amount=Decimal(1),
        )
        SupplyLineFactory(supply=short, listing=listing, declared=10, accepted=7, shortage=3)

    assert [value_missing(account=account) for _time in range(2)] == [5, 0]
    assert set(Supply.all_companies.values_list("missing_amount", flat=True)) == {Decimal(7470)}


def test_plans_are_not_held_of_the_marketplace(account: MarketplaceAccount) -> None:
    SupplyFactory(account=account, plan=True)
    assert SupplyStream().held(account) == 0

    SupplyFactory(account=account)
    assert SupplyStream().held(account) == 1


def test_erasing_takes_all_that_hangs_on_the_supplies_of_the_account(account: MarketplaceAccount) -> None:
    for _number in range(3):
        held = SupplyFactory(account=account)
        box = SupplyBoxFactory(supply=held)
        BoxLine.all_companies.create(company_id=held.company_id, box=box, line=held.lines.get(), quantity=1)
        SupplyDocumentFactory(supply=held)
        SupplyEventFactory(supply=held)
    kept = SupplyFactory(account=AccountFactory(company=account.company))
    holding = Supplies()
    assert "3" in holding.amount(account, most=5)
    assert "2" in holding.amount(account, most=2)

    erased = [
        holding.erase(account_id=account.pk, company_id=account.company_id, most=2) for _portion in range(3)
    ]

    assert erased == [2, 1, 0]
    assert Supply.all_companies.get() == kept
    assert SupplyLine.all_companies.count() == 1
    assert holding.amount(account, most=5) == ""


def test_staff_look_at_supplies(staff: User, client_of: Callable[..., Client]) -> None:
    held = SupplyFactory(number="2000031847")
    SupplyEventFactory(supply=held)
    client = client_of(staff)

    page = client.get(reverse("admin:supplies_supply_changelist"), {"q": "20000318"})
    one = client.get(reverse("admin:supplies_supply_change", args=[held.pk]))

    assert "2000031847" in page.content.decode()
    assert one.status_code == 200
