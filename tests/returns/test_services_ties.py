"""returns.services.ties: to the order, the line and the listing, at once or when they come."""

from __future__ import annotations

import threading
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from catalog.models import TouchedDay
from marketplaces.contracts.returns import ReturnStatus
from orders.models import OrderLine
from orders.services.record import record_orders
from returns.choices import Unmatched
from returns.models import Return
from returns.services import ties
from returns.services.ties import tie_again
from tests.factories.catalog import ListingFactory
from tests.factories.orders import OrderFactory, OrderLineFactory
from tests.orders.snapshots import line
from tests.orders.snapshots import order as ordered
from tests.returns.snapshots import HOUR, SEEN, told
from tests.returns.test_services_record import record, said, the_return

if TYPE_CHECKING:
    from marketplaces.models import MarketplaceAccount
    from orders.models import Order

NUMBER = "48217735-0193-1"


def place(account: MarketplaceAccount, *skus: str, number: str = NUMBER, quantity: int = 1) -> Order:
    """An order with a line for each SKU at 890 ₽."""
    order: Order = OrderFactory(account=account, external_id=number, lines=0)
    for position, sku in enumerate(skus, start=1):
        OrderLineFactory(
            order=order,
            position=position,
            listing__marketplace_sku=sku,
            quantity=quantity,
            price=Decimal("890.00"),
        )
    return order


def cause(account: MarketplaceAccount) -> str:
    return the_return(account).unmatched


def test_a_return_is_tied_to_its_order_line_and_listing(account: MarketplaceAccount) -> None:
    order = place(account, "1482000001", "1482000002")

    record(account, told())

    held, line = the_return(account), OrderLine.all_companies.get(order=order, position=1)
    assert (held.order, held.line, held.listing) == (order, line, line.listing)
    assert (held.unmatched, held.placed_date, held.cluster_to) == ("", order.placed_date, "Урал")


def test_what_the_marketplace_does_not_tell_is_lent_by_the_line(account: MarketplaceAccount) -> None:
    order = place(account, "1482000001")

    record(account, told(price=None, name="", quantity=1))

    held, line = the_return(account), order.lines.get()
    assert (held.price, held.amount) == (line.price, line.price)
    assert (held.name, held.seller_sku) == (line.name, line.seller_sku)


def test_the_causes_of_a_return_without_its_order(account: MarketplaceAccount) -> None:
    place(account, "7", "8")
    record(account, told(external_id="a", order_external_id=""))
    record(account, told(external_id="b", order_external_id="nobody"))
    record(account, told(external_id="c"))

    causes = dict(Return.all_companies.values_list("external_id", "unmatched"))
    assert causes == {
        "a": Unmatched.NO_ORDER_NAMED,
        "b": Unmatched.ORDER_UNKNOWN,
        "c": Unmatched.LINE_UNKNOWN,
    }


def test_more_units_than_were_ordered(account: MarketplaceAccount) -> None:
    place(account, "1482000001", quantity=2)
    record(account, told(external_id="a"), told(external_id="b"))
    record(account, told(external_id="c"), told(ReturnStatus.REJECTED, external_id="d"))

    causes = dict(Return.all_companies.values_list("external_id", "unmatched"))
    assert causes == {"a": "", "b": "", "c": Unmatched.TOO_MANY, "d": ""}


def test_too_many_is_the_same_whichever_comes_first(account: MarketplaceAccount) -> None:
    place(account, "1482000001")
    record(account, told(external_id="b"))
    assert Return.all_companies.get().unmatched == ""

    record(account, told(external_id="a"), at=SEEN + timedelta(hours=1))

    causes = dict(Return.all_companies.values_list("external_id", "unmatched"))
    assert causes == {"a": "", "b": Unmatched.TOO_MANY}


def test_the_order_comes_later(account: MarketplaceAccount) -> None:
    record(account, told(price=None))
    assert cause(account) == Unmatched.ORDER_UNKNOWN
    TouchedDay.all_companies.all().delete()
    order = place(account, "1482000001")

    assert tie_again(account=account, changed_since=None) == 1

    held = the_return(account)
    assert (held.order, held.unmatched, held.amount) == (order, "", Decimal("890.00"))
    assert TouchedDay.all_companies.get().day == held.registered_date
    assert tie_again(account=account, changed_since=None) == 0, "there is nothing left"


def test_the_end_is_the_same_whether_the_order_or_the_return_comes_first(account: MarketplaceAccount) -> None:
    record(account, told())
    place(account, "1482000001")
    tie_again(account=account, changed_since=None)
    later = said(account)
    Return.all_companies.all().delete()

    record(account, told())

    assert said(account) == later


def test_a_purchase_named_by_its_number(account: MarketplaceAccount) -> None:
    place(account, "7")
    second = place(account, "1482000001", number="48217735-0193-2")

    record(account, told(order_external_id="", order_number="48217735-0193"))

    assert the_return(account).order == second


def test_a_listing_is_found_by_barcode_and_by_article(account: MarketplaceAccount) -> None:
    listing = ListingFactory(account=account, barcodes=["4601234567893"], seller_sku="LN-1")
    record(account, told(external_id="a", marketplace_sku="", barcode="4601234567893"))
    record(account, told(external_id="b", marketplace_sku="", seller_sku="LN-1"))

    assert set(Return.all_companies.values_list("listing_id", flat=True)) == {listing.pk}


def test_a_listing_that_the_assortment_learns_of_later(account: MarketplaceAccount) -> None:
    record(account, told())
    listing = ListingFactory(account=account, marketplace_sku="1482000001")

    tie_again(account=account, changed_since=None)

    assert the_return(account).listing == listing


def test_an_order_that_says_something_else_by_now(account: MarketplaceAccount) -> None:
    order = place(account, "1482000001")
    record(account, told())
    began = timezone.now()
    order.lines.all().delete()
    OrderLineFactory(order=order, listing__marketplace_sku="1482000001")
    order.cluster_to, order.changed_at = "Казань", timezone.now()
    order.save()
    assert the_return(account).line is None

    tie_again(account=account, changed_since=began)

    held = the_return(account)
    assert (held.cluster_to, held.line) == ("Казань", order.lines.get())


def test_another_account_s_order_of_the_same_number_is_not_its(account: MarketplaceAccount) -> None:
    place(OrderFactory(account__company=account.company).account, "1482000001")

    record(account, told())

    assert cause(account) == Unmatched.ORDER_UNKNOWN


def test_a_page_asks_as_much_for_many_as_for_one(account: MarketplaceAccount) -> None:
    def asked(count: int, start: int) -> int:
        for number in range(start, start + count):
            place(account, f"sku{number}", number=f"n{number}")
        with CaptureQueriesContext(connection) as queries:
            record(
                account,
                *(
                    told(external_id=f"r{n}", order_external_id=f"n{n}", marketplace_sku=f"sku{n}")
                    for n in range(start, start + count)
                ),
            )
        return len(queries)

    assert asked(1, 0) == asked(3, 10)


def test_a_return_that_names_no_product_is_of_the_only_line(account: MarketplaceAccount) -> None:
    order = place(account, "7")
    record(account, told(marketplace_sku=""))

    assert the_return(account).line == order.lines.get()


def test_a_line_is_found_by_its_listing_or_its_article(account: MarketplaceAccount) -> None:
    order = place(account, "7", "8")
    first, second = order.lines.order_by("position")
    first.listing.barcodes = ["4601234567893"]
    first.listing.save()
    second.listing = None
    second.save()

    record(account, told(external_id="a", marketplace_sku="", barcode="4601234567893"))
    record(account, told(external_id="b", marketplace_sku="", seller_sku=second.seller_sku))

    lines = dict(Return.all_companies.values_list("external_id", "line_id"))
    assert lines == {"a": first.pk, "b": second.pk}


def test_nothing_to_tie_is_no_work(account: MarketplaceAccount) -> None:
    assert tie_again(account=account, changed_since=timezone.now()) == 0
    assert record(account).seen == 0


def test_an_order_that_comes_later_is_found_by_the_number_of_its_purchase(
    account: MarketplaceAccount,
) -> None:
    record(account, told(order_external_id="", order_number="48217735-0193"))
    assert cause(account) == Unmatched.ORDER_UNKNOWN
    place(account, "1482000001", number="48217735-01930-1")
    order = place(account, "1482000002", "1482000001")
    type(order).objects.for_company(account.company_id).filter(pk=order.pk).update(number="48217735-0193")

    assert tie_again(account=account, changed_since=None) == 1
    assert (the_return(account).order, cause(account)) == (order, "")
    assert tie_again(account=account, changed_since=None) == 0


@pytest.mark.parametrize("named", [{"barcode": "4601234567893"}, {"seller_sku": "LN-5"}])
def test_a_listing_that_comes_later_is_found_by_its_barcode_or_article(
    account: MarketplaceAccount, named: dict[str, str]
) -> None:
    record(account, told(marketplace_sku="", order_external_id="", name="", **named))
    ListingFactory(account=account, seller_sku="LN-6", barcodes=["4601234567800"])
    assert tie_again(account=account, changed_since=None) == 0

    listing = ListingFactory(account=account, seller_sku="LN-5", barcodes=["4601234567893"])

    assert tie_again(account=account, changed_since=None) == 1
    assert the_return(account).listing == listing


def test_a_line_that_learns_of_its_listing_later_lends_it(account: MarketplaceAccount) -> None:
    order = place(account, "1482000001")
    lines = OrderLine.all_companies.filter(order=order)
    listing = lines[0].listing
    lines.update(listing=None, seller_sku="LN-5", marketplace_sku="of-old")
    record(account, told(marketplace_sku="", seller_sku="LN-5"))
    assert (the_return(account).order, the_return(account).listing) == (order, None)

    lines.update(listing=listing)

    assert tie_again(account=account, changed_since=None) == 1
    assert the_return(account).listing == listing


@pytest.mark.django_db(transaction=True)
def test_an_order_that_is_rewritten_while_its_return_is_tied_takes_its_line_away(
    account: MarketplaceAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    record_orders(account=account, snapshots=[ordered()], observed_at=SEEN, source="poll")
    record(account, told(order_external_id=""))
    Return.all_companies.update(order_external_id=NUMBER)
    rewritten = [ordered(lines=(line(quantity=3),))]

    def elsewhere() -> None:
        try:
            record_orders(account=account, snapshots=rewritten, observed_at=SEEN + HOUR, source="poll")
        finally:
            connection.close()

    mark = ties._mark_too_many
    tries: list[int] = []

    def late(found: Any) -> None:
        """The lines are read, and nothing is written yet."""
        tries.append(len(found))
        if len(tries) == 1:
            orders = threading.Thread(target=elsewhere)
            orders.start()
            orders.join(timeout=20)
        mark(found)

    monkeypatch.setattr(ties, "_mark_too_many", late)
    assert tie_again(account=account, changed_since=None) == 1

    held = the_return(account)
    assert (held.line, held.line.quantity, len(tries)) == (OrderLine.all_companies.get(), 3, 2)
