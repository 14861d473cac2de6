"""Facts summed by week and month: any range of days is told by few rows, every day once."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db.models import Sum
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from analytics import facts
from analytics.choices import Basis, Span
from analytics.facts.orders import BY_LISTING
from analytics.models import DailyReturns, Deliveries, ListingReturns, ListingSales
from analytics.spans import span_around, spans_of
from catalog.models import TouchedDay
from core.periods import Days
from tests.factories.catalog import ListingFactory

FIRST = date(2026, 1, 30)


@st.composite
def ranges(draw):
    first = draw(st.dates(date(2024, 1, 1), date(2027, 12, 31)))
    return Days(first=first, after=first + timedelta(days=draw(st.integers(0, 800))))


@given(days=ranges(), longest=st.sampled_from(Span))
@example(days=Days(first=date(2026, 2, 1), after=date(2026, 3, 1)), longest=Span.MONTH)
@example(days=Days(first=date(2026, 6, 1), after=date(2026, 6, 1)), longest=Span.MONTH)
def test_the_spans_of_a_range_are_its_days_once_each(days, longest):
    told = list(spans_of(days, longest=longest))

    covered = [day for _span, part in told for day in part]
    assert sorted(covered) == list(days)
    for span, part in told:
        assert span_around(span, part.first).first == part.first
        assert span_around(span, part.after).first == part.after
    assert longest is Span.MONTH or Span.MONTH not in {span for span, _part in told}


@given(days=ranges())
def test_a_range_is_few_rows(days):
    rows = 0
    for span, part in spans_of(days):
        rows += len({span_around(span, day).first for day in part})

    # At each end less than a month: four weeks and the days before the first and after the last of them.
    assert rows <= len(days) // 28 + 2 * (4 + 12)


@pytest.fixture
def sold_every_day(account):
    """A company that sold one unit more every day of eight months."""
    days = list(Days(first=FIRST, after=FIRST + timedelta(days=241)))
    ListingSales.all_companies.bulk_create(
        ListingSales(company=account.company, account=account, day=day, ordered_units=(day - FIRST).days + 1)
        for day in days
    )
    BY_LISTING.lengthen(account.company, days)
    return account.company


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=st.integers(0, 120), length=st.integers(0, 120))
def test_sums_over_a_range_are_those_of_its_days(sold_every_day, first, length):
    days = Days(first=FIRST + timedelta(days=first), after=FIRST + timedelta(days=first + length))
    rows = ListingSales.objects.for_company(sold_every_day)

    told = rows.within(days).aggregate(Sum("ordered_units"))["ordered_units__sum"] or 0

    assert told == sum((day - FIRST).days + 1 for day in days)


def test_to_build_a_day_leaves_the_other_weeks_alone(sold_every_day):
    """The 1st of June 2026 is a Monday: a week begins where the month does."""
    week = Days(first=date(2026, 6, 1), after=date(2026, 6, 8))
    rows = ListingSales.objects.for_company(sold_every_day).within(week)
    before = list(rows.values_list("span", "ordered_units"))

    BY_LISTING.lengthen(sold_every_day, [date(2026, 6, 20)])

    assert list(rows.values_list("span", "ordered_units")) == before == [(Span.WEEK, before[0][1])]


@pytest.mark.django_db
def test_what_moves_to_another_day_is_summed_on_both(account):
    """The order of a day was delivered on another day than is held, and its return is of another order."""
    listing = ListingFactory(account=account)
    owned = {"company": account.company, "account": account, "listing": listing}
    held = Deliveries.all_companies.create(**owned, day=FIRST, delivered_day=date(2026, 3, 2), units=2)
    back = DailyReturns.all_companies.create(
        **owned, day=FIRST, placed_day=date(2025, 12, 30), kind="client_return", units=1, amount=100
    )
    facts.sum_up(account.company, {FIRST, held.delivered_day, back.placed_day})
    assert levels(listing) == {
        (Basis.EVENT, Span.DAY, date(2026, 3, 2)): (2, 0),
        (Basis.EVENT, Span.DAY, FIRST): (0, 1),
        (Basis.COHORT, Span.DAY, date(2025, 12, 30)): (0, 1),
    } | lengthened({
        Basis.EVENT: {date(2026, 3, 2): (2, 0), FIRST: (0, 1)}, Basis.COHORT: {date(2025, 12, 30): (0, 1)},
    })  # fmt: skip

    # Neither has an order or a return behind it: built again, the day is empty, and so are those that it had moved.
    TouchedDay.all_companies.create(company=account.company, day=FIRST)
    facts.build_days(account.company, [FIRST])

    assert levels(listing) == {}


def levels(listing):
    rows = ListingReturns.objects.for_company(listing.company).filter(listing=listing)
    return {(row.basis, row.span, row.day): (row.delivered, row.returned) for row in rows}


def lengthened(days):
    return {
        (basis, span, span_around(span, day).first): units
        for basis, told in days.items()
        for day, units in told.items()
        for span in (Span.WEEK, Span.MONTH)
    }
