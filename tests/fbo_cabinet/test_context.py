"""What every page is given: navigation, companies, accounts, freshness; asked for only when shown."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache
from django.test import RequestFactory

from companies.models import Membership
from fbo_cabinet.context_processors import cabinet
from tests.factories.companies import MembershipFactory
from tests.factories.marketplaces import AccountFactory, QuarantinedRecordFactory, StreamStateFactory

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def _context(user, company=None, path="/lavka/", **query):
    request = RequestFactory().get(path, query)
    request.user = user
    if company is not None:
        request.company = company
        request.membership = Membership.all_companies.get(user=user, company=company)
    return cabinet(request)


def test_guests_are_given_nothing() -> None:
    assert _context(AnonymousUser()) == {}


def test_pages_without_a_company_know_the_persons_companies(
    owner, company, django_assert_num_queries
) -> None:
    with django_assert_num_queries(1):
        assert [row.pk for row in _context(owner)["companies"]()] == [company.pk]


def test_nothing_is_asked_until_it_is_shown(owner, company, account, django_assert_num_queries) -> None:
    context = _context(owner, company)

    with django_assert_num_queries(0):
        assert callable(context["navigation"])


def test_a_whole_page_costs_three_queries_and_one_a_minute(
    owner, company, account, django_assert_num_queries
) -> None:
    cache.delete(f"waiting:supplies:supply-list:{company.pk}")
    _context(owner, company)["navigation"]()
    context = _context(owner, company)

    with django_assert_num_queries(3):
        for _ in range(2):
            [
                context[name]()
                for name in ("companies", "accounts", "selected_account", "navigation", "data_as_of")
            ]


def test_the_section_of_the_page_is_marked(owner, company) -> None:
    def current(path):
        items = _context(owner, company, path=path)["navigation"]()
        return [str(item.label) for item in items if item.is_current]

    assert current("/lavka/") == ["Утро"]
    assert current("/lavka/orders/42/") == ["Заказы"]
    assert current("/lavka/stock/") == ["Остатки"]
    assert current("/lavka/catalog/1/") == ["Каталог"]
    assert current("/lavka/marketplaces/runs/") == ["Синхронизация"]


def test_open_quarantine_is_counted_and_anothers_is_not(
    owner, company, account, stranger, other_company
) -> None:
    QuarantinedRecordFactory(account=account)
    QuarantinedRecordFactory(account=account, ignored=True)
    QuarantinedRecordFactory(account=AccountFactory(company=other_company))

    items = _context(owner, company)["navigation"]()
    item = next(item for item in items if item.label == "Синхронизация")

    assert (item.count, item.count_alert) == (1, True)


def test_the_oldest_orders_of_working_accounts_date_the_page(owner, company) -> None:
    for age, status in ((1, "active"), (2, "active"), (50, "paused")):
        account = AccountFactory(company=company, status=status)
        StreamStateFactory(account=account, stream="orders", data_as_of=NOON - timedelta(hours=age))
        StreamStateFactory(account=account, stream="stock", data_as_of=NOON - timedelta(days=9))

    assert _context(owner, company)["data_as_of"]() == NOON - timedelta(hours=2)


def test_the_account_in_the_address_is_selected(owner, company, account, other_company) -> None:
    theirs = AccountFactory(company=other_company)

    assert _context(owner, company, account=str(account.pk))["selected_account"]().pk == account.pk
    assert _context(owner, company, account=str(theirs.pk))["selected_account"]() is None
    assert _context(owner, company)["selected_account"]() is None


def test_companies_of_others_are_not_offered(owner, company, stranger) -> None:
    second = MembershipFactory(user=owner, company__name="Аптека").company

    assert [row.name for row in _context(owner, company)["companies"]()] == [second.name, company.name]
