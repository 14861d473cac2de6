"""The scope bar of the reports: which days ready periods mean, and whose accounts are counted."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError

from analytics.filters import REPORT_PERIODS, ReportFilter, ReportPeriodField, report_days
from analytics.selectors.scope import UnknownAccount, report_scope, scope_of
from catalog.models import Listing
from core.periods import Days
from marketplaces.models import AccountStatus
from tests.factories.catalog import ListingFactory
from tests.factories.marketplaces import AccountFactory

TODAY = date(2026, 11, 28)


@pytest.fixture(autouse=True)
def _saturday():
    with time_machine.travel(datetime(2026, 11, 28, 9, tzinfo=UTC), tick=False):
        yield


def asked(*values):
    return ReportPeriodField(required=False).clean(list(values))


# ---- the days ----


@pytest.mark.parametrize(
    ("preset", "first", "last"),
    [
        ("7d", date(2026, 11, 21), date(2026, 11, 27)),
        ("28d", date(2026, 10, 31), date(2026, 11, 27)),
        ("month", date(2026, 11, 1), date(2026, 11, 27)),
        ("last_month", date(2026, 10, 1), date(2026, 10, 31)),
        ("365d", date(2025, 11, 28), date(2026, 11, 27)),
    ],
)
def test_ready_periods_end_with_yesterday(preset, first, last):
    found = asked(preset, "", "")

    assert (found.first, found.last) == (first, last)


def test_on_the_first_of_a_month_this_month_is_that_day():
    assert report_days("month", today=date(2026, 12, 1)) == Days(
        first=date(2026, 12, 1), after=date(2026, 12, 2)
    )
    assert report_days("last_month", today=date(2027, 1, 1)).first == date(2026, 12, 1)


def test_nothing_asked_is_four_weeks():
    assert asked(None, None, None) == asked("28d", "", "") == asked("", "", "")


def test_two_days_win_over_a_ready_period_and_never_reach_into_the_future():
    assert asked("7d", "2026-11-02", "2026-11-05") == Days(first=date(2026, 11, 2), after=date(2026, 11, 6))
    assert asked("", "2026-11-20", "2026-12-31").last == TODAY
    assert asked("", "2026-11-20", "").last == TODAY


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("2026-12-05", "2026-12-06"),
        ("2020-01-01", "2026-01-01"),
        ("", "2026-01-01"),
        ("2026-11-05", "2026-11-01"),
        ("1999-01-01", "1999-02-01"),
        ("yesterday", ""),
    ],
)
def test_days_that_cannot_be_are_refused(first, last):
    with pytest.raises(ValidationError):
        asked("", first, last)


def test_a_chip_says_the_ready_period_or_the_days():
    field = ReportPeriodField(required=False)

    assert field.words(["7d"]) == str(REPORT_PERIODS["7d"])
    assert "21" in field.words(["2026-11-21", "2026-11-24"])


# ---- whose ----


@pytest.mark.django_db
def test_accounts_that_are_being_erased_are_left_out(company):
    kept = AccountFactory(company=company)
    going = AccountFactory(company=company, status=AccountStatus.ERASING)

    found = scope_of(company)

    assert found.accounts == (kept,)
    assert found.filters == {"account_id__in": [kept.pk]}
    with pytest.raises(UnknownAccount):
        scope_of(company, account=str(going.pk))


@pytest.mark.django_db
def test_without_anything_left_out_nothing_narrows(company):
    AccountFactory.create_batch(2, company=company)

    assert scope_of(company).filters == {}


@pytest.mark.django_db
def test_the_scope_knows_what_was_asked(company, rf):
    listing = ListingFactory(account=AccountFactory(company=company), category="Пледы")
    request = rf.get(
        "/", {"product": str(listing.product_id), "category": "Пледы", "compare": "year", "period": "7d"}
    )
    request.company = company
    filters = ReportFilter(request.GET, queryset=Listing.objects.for_company(company), request=request)
    assert filters.is_valid(), filters.form.errors

    scope = report_scope(company, filters.form.cleaned_data, today=TODAY)

    assert (scope.product, scope.category, scope.is_of_some_listings) == (listing.product, "Пледы", True)
    assert scope.before.first == scope.days.first.replace(year=2025)
    assert scope.listing_filters("") == {"category": "Пледы", "product": listing.product}
    assert not scope.is_open
    assert list(filters.qs) == [listing]
    assert scope.days.first == TODAY - timedelta(days=7)
