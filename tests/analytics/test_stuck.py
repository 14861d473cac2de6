"""Stuck orders are counted no further than a limit."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from analytics.selectors import stuck
from analytics.selectors.scope import scope_of
from marketplaces.contracts.orders import OrderStatus
from tests.factories.orders import OrderFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("limit", "count", "is_more"), [(2, 2, True), (3, 3, False), (4, 3, False)])
def test_counting_ends_at_the_limit(account, monkeypatch, limit, count, is_more):
    monkeypatch.setattr(stuck, "MOST_COUNTED", limit)
    now = timezone.now()
    OrderFactory.create_batch(3, account=account, status_at=now - timedelta(days=60), amount=Decimal(100))

    found = stuck.stuck_orders(scope_of(account.company), now=now)

    assert (found.count, found.is_more, found.amount) == (count, is_more, 100 * count)
    assert found.by_status == {OrderStatus.ACCEPTED: count}
