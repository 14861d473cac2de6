"""Each filter of the list of returns: a row that stays and a row that goes (R29)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
import time_machine
from django.test import RequestFactory

from core.listing import Listing, listing
from marketplaces.contracts.returns import ReturnKind, ReturnStatus
from returns.choices import ReasonGroup, Unmatched
from returns.filters import ReturnFilter
from returns.models import Return
from returns.selectors.lists import return_list
from returns.tables import ReturnTable
from tests.factories.catalog import ClusterFactory, ListingFactory, ProductFactory
from tests.factories.marketplaces import AccountFactory
from tests.factories.orders import OrderFactory
from tests.factories.returns import ReasonFactory, ReturnFactory

if TYPE_CHECKING:
    from companies.models import Company
    from marketplaces.models import MarketplaceAccount

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
pytestmark = pytest.mark.usefixtures("_frozen")


@pytest.fixture
def _frozen() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def see(company: Company, **query: Any) -> Listing:
    request: Any = RequestFactory().get("/", query)
    request.company = company
    return listing(request, return_list(company), table=ReturnTable, filterset=ReturnFilter)


def found(company: Company, **query: Any) -> set[Return]:
    page = see(company, **query)
    assert (page.errors, page.warnings) == ((), ())
    return set(page.rows)


def test_status_takes_any_of_several(company: Company, account: MarketplaceAccount) -> None:
    here = [ReturnFactory(account=account, status=status) for status in ("received", "checked")]
    ReturnFactory(account=account)

    assert found(company, status=["received", "checked"]) == set(here)


def test_kinds_are_apart(company: Company, account: MarketplaceAccount) -> None:
    rows = {kind: ReturnFactory(account=account, kind=kind) for kind in ReturnKind}

    for kind, row in rows.items():
        assert found(company, kind=kind.value) == {row}


def test_account_and_marketplace(company: Company, account: MarketplaceAccount) -> None:
    mine = ReturnFactory(account=account)
    ReturnFactory(account=AccountFactory(company=company, marketplace="elsewhere"))

    assert found(company, account=account.pk) == {mine}
    assert found(company, marketplace="ozon") == {mine}


@pytest.mark.parametrize(
    "query",
    [
        {"period": "7d"},
        {"period_from": "2026-11-20"},
        {"period_from": "2026-11-20", "period_to": "2026-11-24"},
    ],
)
def test_period_is_of_the_day_on_which_it_began(
    company: Company, account: MarketplaceAccount, query: dict[str, str]
) -> None:
    new = ReturnFactory(account=account, registered_at=datetime(2026, 11, 19, 21, 30, tzinfo=UTC))
    ReturnFactory(account=account, registered_at=datetime(2026, 10, 19, 20, 30, tzinfo=UTC))
    assert new.registered_date == date(2026, 11, 20)

    assert found(company, **query) == {new}


def test_reason_and_who_can_act(company: Company, account: MarketplaceAccount) -> None:
    size, defect = ReasonFactory(group=ReasonGroup.SIZE), ReasonFactory(group=ReasonGroup.PRODUCT)
    small, torn = ReturnFactory(account=account, reason=size), ReturnFactory(account=account, reason=defect)
    silent = ReturnFactory(account=account)

    assert found(company, reason=size.pk) == {small}
    assert found(company, reason="none") == {silent}
    assert found(company, group="product") == {torn}
    assert found(company, group="unknown") == {silent}


def test_product(company: Company, account: MarketplaceAccount) -> None:
    product = ProductFactory(company=company)
    mine = ReturnFactory(account=account, listing=ListingFactory(account=account, product=product))
    ReturnFactory(account=account)

    assert found(company, product=product.pk) == {mine}


def test_search_finds_order_number_article_and_barcode(company: Company, account: MarketplaceAccount) -> None:
    listing_of = ListingFactory(account=account, seller_sku="LN-9", barcodes=["4601234567893"])
    mine = ReturnFactory(
        account=account,
        listing=listing_of,
        order_external_id="48217735-0193-1",
        number="R-812",
    )
    ReturnFactory(account=account)

    for text in ("48217735-01", "r-81", "R-812", "LN-9", "4601234567893"):
        assert found(company, q=text) == {mine}, text


def test_search_finds_what_no_listing_knows_by_what_was_said_of_it(
    company: Company, account: MarketplaceAccount
) -> None:
    said = {"seller_sku": "LN-77", "barcode": "4601234567893", "marketplace_sku": "1482000991"}
    mine = ReturnFactory(account=account, listing=None, **said)
    ReturnFactory(account=account, listing=None)
    # Of a listing, its own article counts, not what was once said.
    ReturnFactory(account=account, **said)

    for text in ("LN-77", "ln-7", "4601234567893", "1482000991"):
        assert found(company, q=text) == {mine}, text
    for part in ("460123", "14820009"):
        assert found(company, q=part) == set(), part


def test_one_order(company: Company, account: MarketplaceAccount) -> None:
    order, other = (OrderFactory(account=account, external_id=f"48217735-0193-{end}") for end in (1, 12))
    mine = ReturnFactory(account=account, order=order, order_external_id=order.external_id)
    ReturnFactory(account=account, order=other, order_external_id=other.external_id)

    assert found(company, order=order.pk) == {mine}
    assert ("Заказ", order.external_id) in see(company, order=order.pk).selection.filterset.summary()


def test_a_place_to_the_letter(company: Company, account: MarketplaceAccount) -> None:
    named = ReturnFactory(account=account, place_name="ПВЗ 7", place_address="Казань")
    alike = ReturnFactory(account=account, place_name="ПВЗ 7", place_address="Москва")
    lower = ReturnFactory(account=account, place_name="пвз 7", place_address="Казань")
    longer = ReturnFactory(account=account, place_name="ПВЗ 77", place_address="Казань, 2")
    nameless = ReturnFactory(account=account, place_name="", place_address="Казань")
    silent = ReturnFactory(account=account, place_name="", place_address="")

    assert found(company, at="ПВЗ 7") == {named, alike}
    assert found(company, at="ПВЗ 7", address="Казань") == {named}
    assert found(company, address="Казань") == {named, lower, nameless}
    assert found(company, at="none", address="Казань") == {nameless}
    assert found(company, at="none") == {nameless, silent}
    assert found(company, at="none", address="none") == {silent}
    assert found(company, at="ПВЗ 77") == {longer}


def test_place_and_cluster(company: Company, account: MarketplaceAccount) -> None:
    ClusterFactory(company=company, name="Казань")
    mine = ReturnFactory(account=account, place_name="ПВЗ Хоругвино", cluster_to="Казань")
    ReturnFactory(account=account, place_name="Софьино", cluster_to="Урал")

    assert found(company, place="пвз хор") == {mine}
    assert found(company, cluster_to="Казань") == {mine}


def test_what_waits(company: Company, account: MarketplaceAccount) -> None:
    today = date(2026, 11, 24)
    waiting = {"account": account, "status": ReturnStatus.WAITING_PICKUP}
    soon = ReturnFactory(**waiting, pick_up_until=today + timedelta(days=7))
    ReturnFactory(**waiting, pick_up_until=today + timedelta(days=8))
    ReturnFactory(account=account, pick_up_until=today, status=ReturnStatus.HANDED_OVER)
    doomed = ReturnFactory(account=account, status=ReturnStatus.DEFECTIVE, disposal_on=today)
    old = ReturnFactory(account=account, registered_at=NOW - timedelta(days=31))
    untold = {"kind": ReturnKind.REFUSAL, "external_status": "", "registered_at": NOW - timedelta(days=31)}
    ReturnFactory(account=account, **untold)
    lost = ReturnFactory(account=account, unmatched=Unmatched.ORDER_UNKNOWN)
    ReturnFactory(account=account, kind=ReturnKind.TECHNICAL, unmatched=Unmatched.NO_ORDER_NAMED)

    assert found(company, waits="pick_up") == {soon}
    assert found(company, waits="disposal") == {doomed}
    assert found(company, waits="long") == {old}
    assert found(company, waits="unmatched") == {lost}


def test_where_a_marketplace_tells_no_more_nothing_is_open_for_too_long(company: Company) -> None:
    """Wildberries never tells that a good unit is on sale again: received is its last word."""
    held = {
        (marketplace, status): ReturnFactory(
            account=AccountFactory(company=company, marketplace=marketplace),
            registered_at=NOW - timedelta(days=31),
            status=status,
        )
        for marketplace in ("wildberries", "ozon")
        for status in (ReturnStatus.RECEIVED, ReturnStatus.IN_TRANSIT)
    }
    del held["wildberries", ReturnStatus.RECEIVED]

    assert found(company, waits="long") == set(held.values())


def test_a_refusal_of_which_the_feed_told_its_last_word_is_not_open_for_too_long(company: Company) -> None:
    """Wildberries tells of a refused unit that its order was cancelled, and no more."""
    wildberries, ozon = (
        AccountFactory(company=company, marketplace=marketplace) for marketplace in ("wildberries", "ozon")
    )
    refused = {"kind": ReturnKind.REFUSAL, "registered_at": NOW - timedelta(days=31)}
    ReturnFactory(account=wildberries, external_status="cancel", **refused)
    waits = ReturnFactory(account=wildberries, status=ReturnStatus.WAITING_PICKUP, **refused)
    told = ReturnFactory(account=ozon, external_status="MovingToOzon", **refused)

    assert found(company, waits="long") == {waits, told}


def test_cause_of_being_without_an_order(company: Company, account: MarketplaceAccount) -> None:
    unknown = ReturnFactory(account=account, unmatched=Unmatched.ORDER_UNKNOWN)
    many = ReturnFactory(account=account, unmatched=Unmatched.TOO_MANY)
    ReturnFactory(account=account)

    assert found(company, unmatched="any") == {unknown, many}
    assert found(company, unmatched="too_many") == {many}


@pytest.mark.parametrize(
    "query",
    [
        {"status": "flying"}, {"kind": "gift"}, {"reason": "0"}, {"reason": "abc"}, {"group": "weather"},
        {"period": "1000d"}, {"period_from": "yesterday"}, {"account": "9" * 30}, {"product": "x"}, {"waits": "no"},
        {"unmatched": "matched"}, {"q": "x" * 101}, {"place": "x" * 10_000}, {"q": "\x00"}, {"place": "\x00"},
        {"order": "x"}, {"order": "9" * 30}, {"at": "\x00"}, {"address": "x" * 501},
    ],
)  # fmt: skip
def test_what_cannot_be_understood_shows_nothing_and_says_so(
    company: Company, account: MarketplaceAccount, query: dict[str, str]
) -> None:
    ReturnFactory(account=account)

    page = see(company, **query)

    assert len({label for label, _error in page.errors}) == 1
    assert list(page.rows) == []


def test_unknown_parameters_are_warned_of(company: Company) -> None:
    assert see(company, colour="red").warnings


def test_foreign_choices_are_unknown(company: Company, other_company: Company) -> None:
    foreign = AccountFactory(company=other_company)
    ReturnFactory(account=foreign, order_external_id="48217735")

    assert see(company, account=foreign.pk).errors
    assert see(company, product=ProductFactory(company=other_company).pk).errors
    assert see(company, order=OrderFactory(account=foreign).pk).errors
    assert found(company, q="48217735") == set()
