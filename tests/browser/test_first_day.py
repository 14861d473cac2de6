"""A new seller, from sign-up to his orders."""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING

import pytest
from django.core import mail

from companies.models import Company
from marketplaces.models import MarketplaceAccount
from orders.models import Order
from tests.browser.conftest import KEY, confirm_identity, sync

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page
    from pytest_django.live_server_helper import LiveServer

PASSWORD = "a-long-walk-with-linen"


@pytest.mark.django_db(transaction=True)
def test_new_seller_comes_from_sign_up_to_his_orders(
    live_server: LiveServer, open_page: Callable[..., Page], in_the_sandbox: str
) -> None:
    page = open_page()
    _sign_up(page, live_server.url)
    _create_company(page)
    account = _connect(page)
    sync(account)

    page.goto(f"{live_server.url}/lnyanaya-lavka/orders/")
    rows = page.locator("main table tbody tr")
    assert rows.count() == 50
    _open_first_order(page)
    page.go_back()
    _export_equals_what_is_filtered(page, live_server.url)


def _sign_up(page: Page, base: str) -> None:
    page.goto(base)
    page.get_by_role("link", name="Завести кабинет").first.click()
    page.locator("input[name=email]").fill("anna@lavka.example")
    page.locator("input[name=password1]").fill(PASSWORD)
    page.locator("input[name=password2]").fill(PASSWORD)
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url("**/accounts/confirm-email/**")
    link = re.search(r"https?://\S+/accounts/confirm-email/\S+", mail.outbox[0].body)
    assert link is not None, mail.outbox[0].body
    page.goto(link.group())
    page.locator("main form button[type=submit]").first.click()


def _create_company(page: Page) -> None:
    page.wait_for_url("**/companies/new/")
    page.locator("input[name=name]").fill("Льняная лавка")
    page.locator("input[name=slug]").fill("lnyanaya-lavka")
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url("**/lnyanaya-lavka/**")
    assert Company.objects.get().name == "Льняная лавка"


def _connect(page: Page) -> MarketplaceAccount:
    page.goto(page.url.split("/lnyanaya-lavka")[0] + "/lnyanaya-lavka/marketplaces/connect/")
    confirm_identity(page, PASSWORD)
    page.locator("input[name=client_id]").fill(KEY["client_id"])
    page.locator("input[name=api_key]").fill("wrong-key")
    page.locator("main form button[type=submit]").first.click()
    page.locator(".field--error, [aria-invalid=true]").first.wait_for()
    assert page.locator("input[name=api_key]").input_value() == ""
    page.locator("input[name=api_key]").fill(KEY["api_key"])
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url(re.compile(r"/lnyanaya-lavka/(marketplaces/)?$"))
    account: MarketplaceAccount = MarketplaceAccount.all_companies.get()
    assert KEY["api_key"] not in page.content()
    return account


def _open_first_order(page: Page) -> None:
    number = page.locator("main table tbody tr a").first.inner_text().strip()
    page.locator("main table tbody tr a").first.click()
    page.wait_for_url(re.compile(r"/orders/\d+/"))
    assert number in page.locator("h1").inner_text()
    steps = page.locator(".steps").first.inner_text()
    assert "Принят" in steps


def _export_equals_what_is_filtered(page: Page, base: str) -> None:
    page.goto(f"{base}/lnyanaya-lavka/orders/?status=cancelled")
    answer = page.request.get(f"{base}/lnyanaya-lavka/orders/export.csv?status=cancelled")
    assert answer.status == 200
    lines = list(csv.reader(io.StringIO(answer.body().decode("utf-8-sig")), delimiter=";"))
    numbers = {cell for line in lines for cell in line}
    cancelled = set(Order.all_companies.filter(status="cancelled").values_list("external_id", flat=True))
    others = set(Order.all_companies.exclude(status="cancelled").values_list("external_id", flat=True))
    assert cancelled <= numbers
    assert not others & numbers
