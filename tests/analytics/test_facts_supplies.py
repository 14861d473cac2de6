"""Units of a month that supplies brought and took: whatever changes them, a refresh makes the facts right again."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from analytics import facts
from analytics.facts.months import MONTHLY
from analytics.models import FactsState, MonthlyUnits
from analytics.services import refresh_facts
from analytics.tasks import refresh_facts_of_touched_companies
from catalog.models import TouchedDay
from companies.models import Company
from core.periods import MOSCOW
from marketplaces.contracts.supplies import SupplyKind, SupplyStatus
from supplies.models import Supply
from supplies.services.lines import link_lines
from supplies.services.record import record_supplies
from supplies.services.tie import separate, tie
from tests.factories.catalog import ListingFactory
from tests.factories.supplies import SupplyFactory, SupplyLineFactory
from tests.supplies.snapshots import HOUR, SEEN, line, supply

pytestmark = pytest.mark.django_db

OCTOBER, NOVEMBER = date(2026, 10, 1), date(2026, 11, 1)
LATE_IN_OCTOBER = datetime(2026, 10, 31, 23, 30, tzinfo=MOSCOW)


@pytest.fixture
def listing(account):
    return ListingFactory(account=account, marketplace_sku="1")


def record(account, *snapshots, at=SEEN):
    record_supplies(account=account, snapshots=snapshots, observed_at=at, source="poll")


def counted(account):
    """What the months say after a refresh: of each accepted, withdrawn, disposed, first accepted; never wrong."""
    refresh_facts(account.company)
    first, last = facts.known_days(account.company)
    days = [first + timedelta(days=day) for day in range((last - first).days + 1)]
    assert MONTHLY.differences(account.company, days) == []
    rows = MonthlyUnits.objects.for_company(account.company).order_by("day")
    return [
        (one.day, one.accepted, one.withdrawn, one.disposed, one.first_accepted_on)
        for one in rows
        if one.accepted or one.withdrawn or one.disposed
    ]


def test_a_supply_counts_from_the_day_it_was_accepted_in_the_zone_of_the_company(account, listing):
    taken = supply(SupplyStatus.ACCEPTED, accepted_at=LATE_IN_OCTOBER, lines=(line("1", accepted=97),))
    record(account, taken)

    assert counted(account) == [(OCTOBER, 97, 0, 0, date(2026, 10, 31))]


def test_a_supply_whose_day_moves_leaves_its_old_month(account, listing):
    record(
        account, supply(SupplyStatus.ACCEPTING, arrived_at=LATE_IN_OCTOBER, lines=(line("1", accepted=40),))
    )
    before = counted(account)

    later = LATE_IN_OCTOBER + timedelta(hours=2)
    taken = supply(
        SupplyStatus.ACCEPTED, arrived_at=LATE_IN_OCTOBER, accepted_at=later, lines=(line("1", accepted=97),)
    )
    record(account, taken, at=SEEN + HOUR)

    assert before == [(OCTOBER, 40, 0, 0, date(2026, 10, 31))]
    assert counted(account) == [(NOVEMBER, 97, 0, 0, date(2026, 10, 31))]


def test_a_line_counts_once_its_listing_is_known(account):
    taken = supply(SupplyStatus.ACCEPTED, accepted_at=LATE_IN_OCTOBER, lines=(line("1", accepted=97),))
    record(account, taken)
    assert counted(account) == []
    ListingFactory(account=account, marketplace_sku="1")

    link_lines(account=account)

    assert counted(account) == [(OCTOBER, 97, 0, 0, date(2026, 10, 31))]


def test_a_supply_that_others_were_split_from_counts_no_more(account, listing):
    taken = {"accepted_at": LATE_IN_OCTOBER, "lines": (line("1", accepted=10),)}
    record(account, supply(SupplyStatus.ACCEPTED, external_id="whole", **taken))
    assert counted(account)[0][1] == 10

    part = supply(SupplyStatus.ACCEPTED, external_id="part", parent_external_id="whole", **taken)
    record(account, part, at=SEEN + HOUR)

    assert counted(account) == [(OCTOBER, 10, 0, 0, date(2026, 10, 31))]


@pytest.mark.parametrize(
    ("kind", "units"), [(SupplyKind.WITHDRAWAL, (0, 6, 0)), (SupplyKind.DISPOSAL, (0, 0, 6))]
)
def test_what_left_is_counted_apart_once_it_is_done(account, listing, kind, units):
    leaving = {"kind": kind, "lines": (line("1", declared=7, shipped=6),)}
    record(account, supply(SupplyStatus.SHIPPED, **leaving))
    assert counted(account) == []

    moment = LATE_IN_OCTOBER - timedelta(days=2)
    record(account, supply(SupplyStatus.ACCEPTED, accepted_at=moment, **leaving), at=SEEN + HOUR)

    assert counted(account) == [(OCTOBER, *units, None)]


def test_tied_to_a_plan_and_separated_again_the_units_stay(account, listing, owner):
    plan = SupplyFactory(account=account, plan=True, lines=0)
    SupplyLineFactory(supply=plan, listing=listing, planned=97, declared=None)
    taken = supply(SupplyStatus.ACCEPTED, accepted_at=LATE_IN_OCTOBER, lines=(line("1", accepted=97),))
    record(account, taken)
    told = Supply.objects.for_company(account.company).get(is_planned_here=False)
    expected = [(OCTOBER, 97, 0, 0, date(2026, 10, 31))]

    tied = tie(plan=plan, told=told, actor=owner)
    assert counted(account) == expected
    separate(supply=tied, actor=owner)
    assert counted(account) == expected


def test_an_answer_that_counts_nothing_asks_for_no_day(account, listing):
    record(account, supply(SupplyStatus.SHIPPED, lines=(line("1", declared=5),)))

    assert not TouchedDay.all_companies.exists()


def test_units_are_there_since_the_supply_arrived_though_it_was_accepted_later(account, listing):
    arrived = datetime(2026, 10, 31, 12, tzinfo=MOSCOW)
    told = {"arrived_at": arrived, "accepted_at": arrived + timedelta(days=4)}
    record(account, supply(SupplyStatus.ACCEPTED, lines=(line("1", accepted=97),), **told))

    assert counted(account) == [(NOVEMBER, 97, 0, 0, date(2026, 10, 31))]


@pytest.mark.parametrize("earlier", [{}, {"arrived_at": LATE_IN_OCTOBER}], ids=["status", "arrived"])
def test_a_moment_that_is_not_told_dates_no_units(account, listing, earlier):
    changed_at = LATE_IN_OCTOBER + timedelta(days=2)
    told = {"changed_at": changed_at, "lines": (line("1", accepted=97),)}
    record(account, supply(SupplyStatus.ACCEPTED, **told, **earlier))

    ((_month, *_units, first_on),) = counted(account)

    assert first_on == (date(2026, 10, 31) if earlier else date(2026, 11, 2))


# 23:30 in Moscow, and in Vladivostok the first day of the next month.
ON_THE_BORDER = datetime(2026, 3, 31, 20, 30, tzinfo=UTC)
MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)


def move_away(company):
    Company.objects.filter(pk=company.pk).update(time_zone="Asia/Vladivostok")


@pytest.mark.parametrize("touches", [True, False])
def test_in_another_zone_a_supply_leaves_its_old_month(account, listing, touches):
    record(
        account, supply(SupplyStatus.ACCEPTED, accepted_at=ON_THE_BORDER, lines=(line("1", accepted=100),))
    )
    before = counted(account)
    move_away(account.company)
    if touches:
        TouchedDay.all_companies.create(company=account.company, day=APRIL + timedelta(days=9))

    refresh_facts_of_touched_companies()

    assert before == [(MARCH, 100, 0, 0, date(2026, 3, 31))]
    assert counted(account) == [(APRIL, 100, 0, 0, APRIL)]
    assert not TouchedDay.all_companies.exists()


def test_whoever_read_the_company_before_it_moved_builds_in_its_new_zone(account, listing):
    record(
        account, supply(SupplyStatus.ACCEPTED, accepted_at=ON_THE_BORDER, lines=(line("1", accepted=100),))
    )
    refresh_facts(account.company)
    move_away(account.company)
    assert account.company.time_zone == "Europe/Moscow"

    assert counted(account) == [(APRIL, 100, 0, 0, APRIL)]
    assert refresh_facts(account.company) == 0, "it moved once"


def test_facts_that_nobody_noted_the_zone_of_are_taken_for_those_of_the_company(account, listing):
    record(
        account, supply(SupplyStatus.ACCEPTED, accepted_at=ON_THE_BORDER, lines=(line("1", accepted=100),))
    )
    refresh_facts(account.company)
    FactsState.all_companies.update(time_zone="")

    assert refresh_facts(account.company) == 0
    TouchedDay.all_companies.create(company=account.company, day=MARCH)
    assert refresh_facts(account.company) == 1
    assert FactsState.all_companies.get().time_zone == "Europe/Moscow"
