"""core.counting: a short list is counted whole, a long one no further than the limit for each value."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.counting import Bounded, bounded_counts
from marketplaces.contracts.orders import OrderStatus
from orders.models import Order
from tests.factories.orders import OrderFactory

if TYPE_CHECKING:
    from companies.models import Company
    from marketplaces.models import MarketplaceAccount


def counted(company: Company, *, limit: int, **narrowed: object) -> dict[str, Bounded]:
    rows = Order.objects.for_company(company).filter(**narrowed).order_by("-placed_at")
    return bounded_counts(rows, field="status", values=OrderStatus.values, limit=limit)


def test_a_short_list_is_counted_whole(company: Company, account: MarketplaceAccount) -> None:
    OrderFactory.create_batch(3, account=account, lines=0)
    OrderFactory(account=account, lines=0, status="beamed_up")

    assert counted(company, limit=2) == {"accepted": Bounded(count=3), "beamed_up": Bounded(count=1)}


def test_a_long_list_is_counted_to_the_limit(company: Company, account: MarketplaceAccount) -> None:
    OrderFactory.create_batch(5, account=account, lines=0)
    OrderFactory.create_batch(2, account=account, lines=0, packed=True)

    with CaptureQueriesContext(connection) as seen:
        assert counted(company, limit=2) == {
            "accepted": Bounded(count=2, is_more=True),
            "packed": Bounded(count=2),
        }
    assert len(seen) == 1


def test_nothing_is_counted_where_nothing_can_be(company: Company, account: MarketplaceAccount) -> None:
    OrderFactory(account=account, lines=0, city="100% города")

    assert counted(company, limit=2, city__in=[]) == {}
    assert counted(company, limit=2, city="100%") == {}
    assert counted(company, limit=2, city__startswith="100%") == {"accepted": Bounded(count=1)}
