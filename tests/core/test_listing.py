"""core.listing: every row once in both directions, whatever the order, and honest about what it ignores."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import chain
from typing import TYPE_CHECKING, Any

import django_filters
import pytest
from django.http import QueryDict
from django.test import RequestFactory

from core.filters import ListFilterSet, PeriodField, PeriodFilter
from core.listing import Listing, account_id, link, listing, ready_views
from core.periods import Days
from core.tables import BaseTable, Column, Sort
from orders.models import Order
from tests.factories.orders import OrderFactory

if TYPE_CHECKING:
    from companies.models import Company
    from marketplaces.models import MarketplaceAccount

START = datetime(2026, 11, 1, tzinfo=UTC)


class PlainTable(BaseTable):
    default_sort = "-placed_at"

    external_id = Column("Order")
    placed_at = Column("Placed", kind="moment", sort="placed_at")
    delivered_at = Column("Delivered", kind="moment", sort=Sort(field="delivered_at", is_nullable=True))
    amount = Column("Amount", kind="money", sort="amount")
    title = Column("Contents", sort="title")
    account = Column("Account", source="account__title", sort="account__title")


class PlainFilter(ListFilterSet):
    status = django_filters.CharFilter(field_name="status")
    amount_from = django_filters.NumberFilter(field_name="amount", lookup_expr="gte")
    period = PeriodFilter(field_name="placed_at")


@pytest.fixture
def orders(account: MarketplaceAccount) -> list[Order]:
    """Seven orders with equal moments, equal amounts and unknown deliveries among them."""
    return [
        OrderFactory(
            account=account,
            lines=0,
            placed_at=START + timedelta(hours=index // 3),
            amount=Decimal(100 * (index % 2)),
            title=f"Товар {index % 4}",
            delivered_at=START + timedelta(hours=index) if index % 3 else None,
        )
        for index in range(7)
    ]


def see(company: Company, url: str = "", *, page_size: int = 3) -> Listing:
    request: Any = RequestFactory().get(f"/{url}")
    request.company = company
    rows = Order.objects.for_company(company).select_related("account")
    return listing(request, rows, table=PlainTable, filterset=PlainFilter, page_size=page_size)


def walk(company: Company, url: str, *, way: str, page_size: int = 3) -> list[list[int]]:
    pages = []
    while url is not None:
        found = see(company, url, page_size=page_size)
        pages.append([row.pk for row in found.rows])
        url = getattr(found, way) or None
    return pages


SORTS = ["placed_at", "-placed_at", "amount", "-amount", "title", "-title", "delivered_at", "-delivered_at",
         "account", "-account"]  # fmt: skip


@pytest.mark.parametrize("sort", SORTS)
def test_pages_forward_hold_every_row_once_in_order(company: Company, orders: list[Order], sort: str) -> None:
    whole = see(company, f"?sort={sort}", page_size=50)

    pages = walk(company, f"?sort={sort}", way="older_url")

    assert [len(page) for page in pages] == [3, 3, 1]
    assert list(chain(*pages)) == [row.pk for row in whole.rows]
    assert set(chain(*pages)) == {order.pk for order in orders}


@pytest.mark.parametrize("sort", SORTS)
def test_pages_back_are_the_pages_forward(company: Company, orders: list[Order], sort: str) -> None:
    forward = walk(company, f"?sort={sort}", way="older_url", page_size=2)
    last_url = ""
    url: str | None = f"?sort={sort}"
    while url:
        last_url, url = url, see(company, url, page_size=2).older_url or None

    back = walk(company, last_url, way="newer_url", page_size=2)

    assert [row for page in reversed(back) for row in page] == [row for page in forward for row in page]


def test_unknown_values_come_last_in_both_directions(company: Company, orders: list[Order]) -> None:
    up = [row.delivered_at for row in see(company, "?sort=delivered_at", page_size=50).rows]
    down = [row.delivered_at for row in see(company, "?sort=-delivered_at", page_size=50).rows]

    known = sorted(order.delivered_at for order in orders if order.delivered_at)
    assert up == [*known, None, None, None]
    assert down == [*reversed(known), None, None, None]


def test_rows_that_appear_meanwhile_shift_nothing(
    company: Company, account: MarketplaceAccount, orders: list[Order]
) -> None:
    first = see(company)
    OrderFactory(account=account, lines=0, placed_at=START + timedelta(days=1))

    second = see(company, first.older_url)

    expected = [row.pk for row in see(company, page_size=50).rows][4:7]
    assert [row.pk for row in second.rows] == expected


def test_first_page_has_no_newer_and_last_no_older(company: Company, orders: list[Order]) -> None:
    first = see(company)
    last = see(company, see(company, first.older_url).older_url)

    assert (first.newer_url, first.is_first, bool(first.older_url)) == ("", True, True)
    assert (last.older_url, last.is_first, len(last.rows)) == ("", False, 1)


def test_page_takes_one_query(company: Company, orders: list[Order], django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        see(company)
    older = see(company).older_url
    with django_assert_num_queries(1) as captured:
        see(company, older)
    assert "OFFSET" not in captured.captured_queries[0]["sql"]
    assert "COUNT" not in captured.captured_queries[0]["sql"]


@pytest.mark.parametrize("cursor", ["", "x", "W10:1", "%00", "eyJhIjoxfQ:1tXyz:abc"])
def test_broken_cursor_shows_the_first_page_and_says_so(
    company: Company, orders: list[Order], cursor: str
) -> None:
    found = see(company, f"?after={cursor}")

    assert [row.pk for row in found.rows] == [row.pk for row in see(company).rows]
    assert found.warnings == ("Ссылка на эту страницу списка испорчена, поэтому показана первая.",)


def test_cursor_of_another_order_is_refused(company: Company, orders: list[Order]) -> None:
    older = see(company, "?sort=amount").older_url

    found = see(company, older.replace("sort=amount", "sort=title"))

    assert len(found.warnings) == 1
    assert found.is_first


def test_unknown_parameters_and_sorts_are_told(company: Company, orders: list[Order]) -> None:
    found = see(company, "?colour=red&sort=price")

    assert found.warnings == (
        "Этот список не сортируется по «price», порядок обычный.",
        "В адресе есть параметры, которых этот список не знает: colour. Они ни на что не влияют.",
    )
    assert found.sort == "-placed_at"


def test_filter_that_is_not_understood_shows_nothing_but_the_error(
    company: Company, orders: list[Order]
) -> None:
    found = see(company, "?amount_from=many")

    assert list(found.rows) == []
    assert [label for label, _error in found.errors] == [found.form["amount_from"].label]
    assert not found.selection.is_valid


def test_filter_keeps_its_rows_and_stays_in_the_links(company: Company, orders: list[Order]) -> None:
    found = see(company, "?amount_from=50&sort=placed_at", page_size=2)

    assert {row.amount for row in found.rows} == {Decimal(100)}
    assert found.older_url.startswith("?amount_from=50&sort=placed_at&after=")
    assert found.is_filtered


def test_period_is_cut_at_midnight_of_the_company(company: Company, account: MarketplaceAccount) -> None:
    inside = OrderFactory(account=account, lines=0, placed_at=datetime(2026, 11, 17, 21, 0, tzinfo=UTC))
    OrderFactory(account=account, lines=0, placed_at=datetime(2026, 11, 17, 20, 59, 59, tzinfo=UTC))
    last = OrderFactory(account=account, lines=0, placed_at=datetime(2026, 11, 18, 20, 59, 59, tzinfo=UTC))
    OrderFactory(account=account, lines=0, placed_at=datetime(2026, 11, 18, 21, 0, tzinfo=UTC))

    found = see(company, "?period_from=2026-11-18&period_to=2026-11-18")

    assert [row.pk for row in found.rows] == [last.pk, inside.pk]
    assert found.selection.form.cleaned_data["period"] == Days(
        first=date(2026, 11, 18), after=date(2026, 11, 19)
    )


@pytest.mark.parametrize(
    "query",
    [
        "period=eternity",
        "period_from=18.11",
        "period_from=2026-11-19&period_to=2026-11-18",
        "period_from=1000-01-01",
        "period_to=9999-12-31",
    ],
)
def test_impossible_period_is_an_error(company: Company, query: str) -> None:
    assert see(company, f"?{query}").errors


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["2000-01-01", "2100-01-01"], "1 янв 2000 – 1 янв 2100"),
        (["2100-01-01"], "1 янв 2100"),
        (["1999-12-31"], "1999-12-31"),
        (["2100-01-02"], "2100-01-02"),
        (["0001-01-01"], "0001-01-01"),
        (["9999-12-31"], "9999-12-31"),
        (["2026-11-18", "9999-12-31"], "2026-11-18, 9999-12-31"),
        (["7d", "9999-12-31"], "7 дней, 9999-12-31"),
    ],
)
def test_a_period_is_said_to_the_edges_of_the_calendar(given: list[str], said: str) -> None:
    assert PeriodField().words(given).replace("\xa0", " ") == said


def test_link_changes_parameters_and_forgets_the_page() -> None:
    query = QueryDict("status=packed&status=shipped&q=plaid&after=abc&seen=1")

    assert link(query, status="accepted") == "?q=plaid&status=accepted"
    assert link(query, status=None) == "?q=plaid"


def test_ready_view_is_current_only_when_the_address_asks_the_same() -> None:
    views = [("All", {}), ("Packed", {"status": "packed"})]

    tabs = ready_views(QueryDict("status=packed&account=7"), views)

    assert [(tab.url, tab.is_current) for tab in tabs] == [
        ("?account=7", False),
        ("?account=7&status=packed", True),
    ]


@pytest.mark.parametrize(
    ("text", "expected"), [("7", 7), ("", None), ("x", None), ("9" * 30, None), ("٧", None)]
)
def test_account_of_the_address(text: str, expected: int | None) -> None:
    assert account_id(QueryDict(f"account={text}")) == expected
