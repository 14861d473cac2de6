"""core.exports: the file holds what the screen holds, as numbers and days, and says what it is."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
import time_machine
from django.test import RequestFactory
from django.utils import timezone
from python_calamine import CalamineWorkbook

from core import exports
from core.exports import About, export_menu, export_response
from core.listing import select
from orders.filters import OrderFilter
from orders.models import Order
from orders.tables import OrderTable
from tests.factories.orders import OrderFactory

if TYPE_CHECKING:
    from companies.models import Company
    from core.listing import Selection
    from marketplaces.models import MarketplaceAccount

PLACED = datetime(2026, 11, 20, 21, 30, tzinfo=UTC)


def ask(company: Company, query: str = "") -> Selection:
    request: Any = RequestFactory().get(f"/{query}")
    request.company = company
    return select(request, Order.objects.for_company(company), table=OrderTable, filterset=OrderFilter)


def about(company: Company) -> About:
    return About(
        title="Заказы",
        name="orders",
        company=company.name,
        zone=company.zone,
        as_of=PLACED,
        definition="Один заказ.",
    )


def read(company: Company, query: str = "", *, form: str) -> bytes:
    response = export_response(ask(company, query), form=form, about=about(company))
    timezone.deactivate()
    return b"".join(response.streaming_content)


@pytest.fixture
def order(account: MarketplaceAccount) -> Order:
    return OrderFactory(
        account=account,
        lines=0,
        external_id="48217735-0193-1",
        placed_at=PLACED,
        changed_at=PLACED,
        amount=Decimal("4270.50"),
        units=3,
        title="=HYPERLINK(1)",
        cluster_to="Урал",
    )


def test_csv_is_what_russian_excel_opens(company: Company, order: Order) -> None:
    text = read(company, form="csv").decode()

    head, row, tail = text.removeprefix("\ufeff").split("\r\n")
    cells = dict(zip(head.split(";"), row.split(";"), strict=True))
    assert text.startswith("\ufeff")
    assert tail == ""
    assert cells["Заказ"] == "48217735-0193-1"
    assert cells["Сумма, ₽"] == "4270,50"
    assert cells["Статус"] == "Принят"
    assert cells["Создан"] == "2026-11-21 00:30"
    assert cells["Доставлен"] == ""


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Decimal("0E-30"), "0"), (Decimal("68722.50"), "68722.50"), (Decimal(1) / 3, "0.333333"),
        (Decimal("1E+3"), "1000"), (Decimal(2000) / 7 * 7, "2000"), (12, "12"), (Decimal("-0.10"), "-0.10"),
    ],
)  # fmt: skip
def test_numbers_of_a_csv_have_no_exponent(value: Decimal | int, text: str) -> None:
    assert exports._digits(value) == text


def test_csv_runs_no_formula(company: Company, account: MarketplaceAccount) -> None:
    for start in ("=1+1", "+1", "-1", "@SUM(A1)", "\tx"):
        OrderFactory(account=account, lines=0, title=start, amount=Decimal("-5.00"))

    lines = read(company, form="csv").decode().split("\r\n")[1:-1]

    titles = {line.split(";")[7] for line in lines}
    assert titles == {"'=1+1", "'+1", "'-1", "'@SUM(A1)", "'\tx"}
    assert {line.split(";")[3] for line in lines} == {"-5,00"}


def test_xlsx_holds_numbers_days_and_plain_text(company: Company, order: Order) -> None:
    book = CalamineWorkbook.from_filelike(io.BytesIO(read(company, form="xlsx")))

    head, row = book.get_sheet_by_name("Заказы").to_python()
    cells = dict(zip(head, row, strict=True))
    assert cells["Сумма, ₽"] == 4270.5
    assert cells["Шт."] == 3
    assert cells["Создан"] == datetime(2026, 11, 21, 0, 30)  # noqa: DTZ001 - a cell has no zone
    assert cells["Состав"] == "=HYPERLINK(1)"
    assert cells["Доставлен"] == ""


@time_machine.travel("2026-11-24T09:00:00Z", tick=False)
def test_xlsx_says_what_it_is(company: Company, order: Order) -> None:
    query = "?status=accepted&status=packed&period_from=2026-11-20&period_to=2026-11-22&sort=-amount"

    book = CalamineWorkbook.from_filelike(io.BytesIO(read(company, query, form="xlsx")))

    said = {row[0]: row[1] for row in book.get_sheet_by_name("О выгрузке").to_python()}
    assert said["Что внутри"] == "Заказы"
    assert said["Компания"] == "Льняная лавка"
    assert said["Данные на"] == "21.11.2026 00:30"
    assert said["Строк"] == "1"
    assert said["Порядок"] == "Сумма, сначала большие или новые"
    assert said["Статус"] == "Принят, Укомплектован"
    assert said["Создан"] == "20–22\u00a0ноя"
    assert said["Что такое строка"] == "Один заказ."


def test_export_has_the_rows_and_the_order_of_the_screen(
    company: Company, account: MarketplaceAccount
) -> None:
    for amount in (300, 100, 200):
        OrderFactory(account=account, lines=0, amount=Decimal(amount), cluster_to="Урал")
    OrderFactory(account=account, lines=0, amount=Decimal(50), cluster_to="Урал")
    query = "?amount_from=100&sort=amount"

    lines = read(company, query, form="csv").decode().split("\r\n")[1:-1]

    assert [line.split(";")[3] for line in lines] == ["100,00", "200,00", "300,00"]
    assert [line.split(";")[0] for line in lines] == [row.external_id for row in ask(company, query).queryset]


def test_export_of_nothing_still_has_a_head(company: Company) -> None:
    book = CalamineWorkbook.from_filelike(io.BytesIO(read(company, form="xlsx")))

    assert len(book.get_sheet_by_name("Заказы").to_python()) == 1
    assert len(read(company, form="csv").decode().split("\r\n")) == 2


def test_long_export_goes_on_in_further_sheets(
    company: Company, account: MarketplaceAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "SHEET_ROWS", 2)
    OrderFactory.create_batch(5, account=account, lines=0)

    book = CalamineWorkbook.from_filelike(io.BytesIO(read(company, form="xlsx")))

    assert book.sheet_names == ["Заказы", "Заказы 2", "Заказы 3", "О выгрузке"]
    assert [len(book.get_sheet_by_name(name).to_python()) for name in book.sheet_names[:3]] == [3, 3, 2]


def test_csv_comes_in_chunks(
    company: Company, account: MarketplaceAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "CHUNK", 2)
    OrderFactory.create_batch(5, account=account, lines=0)

    response = export_response(ask(company), form="csv", about=about(company))

    assert [chunk.count(b"\r\n") for chunk in response.streaming_content] == [1, 2, 2, 1]


def test_wrong_filter_is_refused_in_words(company: Company) -> None:
    response = export_response(ask(company, "?status=lost"), form="csv", about=about(company))

    assert response.status_code == 400
    assert "Статус" in response.content.decode()


def test_file_is_named_by_the_list_and_the_moment(company: Company) -> None:
    response = export_response(ask(company), form="csv", about=about(company))

    assert response["Content-Disposition"].startswith('attachment; filename="orders-20')


def test_menu_carries_the_filters() -> None:
    items = export_menu(lambda form: f"/export.{form}", "status=packed")

    assert [item.url for item in items] == ["/export.xlsx?status=packed", "/export.csv?status=packed"]
