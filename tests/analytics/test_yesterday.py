"""Yesterday out of facts: against the same weekday before, with what was accepted and what arrived."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from analytics.models import DailyReturns, Deliveries, HourlyOrders
from analytics.selectors.scope import scope_of
from analytics.selectors.yesterday import yesterday
from core.periods import MOSCOW, business_day, day_start
from marketplaces.contracts.returns import ReturnKind, ReturnStatus
from tests.factories.catalog import ListingFactory
from tests.factories.returns import ReturnFactory
from tests.factories.supplies import SupplyFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def today():
    return business_day(timezone.now())


def at(day, hour=12):
    return datetime.combine(day, datetime.min.time(), tzinfo=MOSCOW) + timedelta(hours=hour)


def hours(account, day, **figures):
    HourlyOrders.all_companies.create(company=account.company, account=account, day=day, hour=9, **figures)


def test_yesterday_stands_against_the_same_weekday_before(account, today):
    company, day = account.company, today - timedelta(days=1)
    week_before = day - timedelta(days=7)
    hours(account, day, orders=5, units=6, amount=600, cancelled=1, cancelled_units=2)
    hours(account, week_before, orders=4, units=4, amount=400)
    hours(account, today, orders=9, units=9, amount=900)
    listing = ListingFactory(account=account)
    for delivered_day, units in ((day, 3), (week_before, 2), (today, 7)):
        Deliveries.all_companies.create(
            company=company, account=account, listing=listing, day=week_before, delivered_day=delivered_day,
            units=units, amount=100 * units,
        )  # fmt: skip
    for kind, units in ((ReturnKind.CLIENT_RETURN, 2), (ReturnKind.REFUSAL, 3), (ReturnKind.CANCELLATION, 4)):
        DailyReturns.all_companies.create(
            company=company,
            account=account,
            listing=listing,
            day=day,
            kind=kind,
            units=units,
            amount=100 * units,
        )

    found = yesterday(scope_of(company), today=today, known_from=week_before)

    assert (found.day, found.day_before) == (day, week_before)
    assert (found.now.orders, found.now.units, found.now.amount) == (5, 6, 600)
    assert (found.now.cancelled, found.now.cancelled_units) == (1, 2)
    assert (found.now.delivered_units, found.now.delivered_amount) == (3, 300)
    assert (found.now.returned_units, found.now.returned_amount, found.now.refused_units) == (2, 200, 3)
    assert (found.before.orders, found.before.delivered_units, found.before.returned_units) == (4, 2, 0)


def test_yesterday_is_not_compared_with_a_day_before_the_first_order(account, today):
    first = today - timedelta(days=7)

    assert yesterday(scope_of(account.company), today=today, known_from=first).before is None
    assert yesterday(scope_of(account.company), today=today, known_from=None).before is None


def test_supplies_accepted_and_returns_arrived_yesterday(account, today):
    day = today - timedelta(days=1)
    for moment, accepted in ((at(day), 97), (day_start(day, MOSCOW), 10), (day_start(today, MOSCOW), 1)):
        SupplyFactory(account=account, taken=True, status_at=moment, accepted=accepted)
    SupplyFactory(account=account, taken=True, status_at=at(day), is_split=True)
    for moment, quantity in ((at(day), 2), (at(day, hour=23), 3), (at(today, hour=0), 9)):
        ReturnFactory(
            account=account, status=ReturnStatus.WAITING_PICKUP, status_at=moment, quantity=quantity,
            place_name="Софьино",
        )  # fmt: skip
    ReturnFactory(
        account=account, status=ReturnStatus.BACK_ON_SALE, received_at=at(day), status_at=at(today, hour=0)
    )

    found = yesterday(scope_of(account.company), today=today, known_from=day)

    assert (found.supplies_count, found.accepted_units) == (2, 107)
    assert [supply.accepted for supply in found.supplies] == [97, 10]
    assert found.arrived_units == 6
    assert [(one.place, one.units, one.waiting) for one in found.arrived] == [("Софьино", 5, 5), ("", 1, 0)]


def test_supplies_of_which_nobody_says_what_was_accepted_stand_last(account, today):
    day = today - timedelta(days=1)
    for accepted in (None, 97, 500):
        SupplyFactory(account=account, taken=True, status_at=at(day), accepted_at=at(day), accepted=accepted)

    found = yesterday(scope_of(account.company), today=today, known_from=day)

    assert [supply.accepted for supply in found.supplies] == [500, 97, None]


def test_where_nobody_tells_when_a_supply_was_accepted_its_status_does(account, today):
    day = today - timedelta(days=1)
    told = {"accepted_at": None, "arrived_at": at(day, hour=-30)}
    SupplyFactory(account=account, taken=True, status_at=at(day), accepted=970, **told)
    SupplyFactory(account=account, taken=True, status_at=at(today, hour=0), accepted=5, **told)
    SupplyFactory(account=account, status="accepting", status_at=at(day), accepted=7, **told)
    # A moment that is told is the moment.
    SupplyFactory(account=account, taken=True, status_at=at(day), accepted_at=at(day, hour=-1), accepted=3)

    found = yesterday(scope_of(account.company), today=today, known_from=day)

    assert (found.supplies_count, found.accepted_units) == (1, 970)
