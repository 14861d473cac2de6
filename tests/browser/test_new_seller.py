"""A new seller sets up his company without a manual, and nothing he typed in secret is found anywhere afterwards."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Any

import pytest
import redis
from django.apps import apps
from django.conf import settings as django_settings
from django.core import mail
from django.db import connection

from companies.choices import AuditSubject, Role
from companies.models import AuditEntry, BankAccount, Company, LegalDetails, Membership
from marketplaces.models import MarketplaceAccount
from tests.browser.conftest import KEY, confirm_identity, sync

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page, Response
    from pytest_django.live_server_helper import LiveServer

# Not the person of the first day: a letter of confirmation is sent once in three minutes.
SELLER, MANAGER = "vera@lavka.example", "boris@lavka.example"
PASSWORD, OTHER_PASSWORD = "planted-linen-password-1", "planted-linen-password-2"
SETTLEMENT = "40702810538000123456"
SECRETS = (PASSWORD, OTHER_PASSWORD, SETTLEMENT, KEY["api_key"])
CARD = {
    "full_name": "Общество с ограниченной ответственностью «Льняная лавка»",
    "short_name": "ООО «Льняная лавка»",
    "inn": "7707083893",
    "kpp": "770701001",
    "ogrn": "1027700132195",
    "legal_address": "119019, Москва, Арбат, 1",
    "postal_address": "119019, Москва, Арбат, 1",
    "signatory_name": "Воронина Анна Сергеевна",
    "signatory_position": "Генеральный директор",
    "email": SELLER,
    "phone": "+7 903 123-45-67",
}
SUBMIT = "main form:not([action*=logout]) button[type=submit]"


@pytest.mark.django_db(transaction=True)
def test_a_seller_sets_up_his_company_and_no_secret_is_left_anywhere(
    live_server: LiveServer, open_page: Callable[..., Page], in_the_sandbox: str, said: io.StringIO,
    settings: Any,
) -> None:  # fmt: skip
    settings.PUBLIC_URL = live_server.url
    page = open_page()
    seen = _watch(page)
    _sign_up(page, live_server.url)
    company = _create_company(page)
    _fill_the_card(page, live_server.url)
    _add_where_money_goes(page, live_server.url)
    _invite(page, live_server.url)
    _accept(open_page(), company)
    account = _connect(page, live_server.url)
    sync(account)
    page.goto(f"{live_server.url}/lavka/")
    _look_at_the_trail(page, live_server.url, company)

    assert len(seen) > 15
    assert _found("pages", "\n".join(seen)) == []
    assert _found("logs", said.getvalue()) == []
    assert _found("letters", "\n".join(_bodies(message) for message in mail.outbox)) == []
    assert _found("database", _dump()) == []
    assert _found("Valkey", _valkey()) == []
    assert _found("repr", _reprs(company)) == []


def _watch(page: Page) -> list[str]:
    """Every page and block that the server sends to the browser."""
    bodies: list[str] = []

    def keep(response: Response) -> None:
        if response.ok and "text/html" in (response.header_value("content-type") or ""):
            bodies.append(response.text())

    page.on("response", keep)
    return bodies


def _sign_up(page: Page, base: str) -> None:
    page.goto(f"{base}/accounts/signup/")
    page.locator("input[name=email]").fill(SELLER)
    page.locator("input[name=password1]").fill(PASSWORD)
    page.locator("input[name=password2]").fill(PASSWORD)
    page.locator(SUBMIT).first.click()
    page.wait_for_url("**/accounts/confirm-email/**")
    page.goto(_link(mail.outbox[-1].body, "/accounts/confirm-email/"))
    page.locator(SUBMIT).first.click()
    page.wait_for_url("**/companies/new/")


def _create_company(page: Page) -> Company:
    page.locator("input[name=name]").fill("Льняная лавка")
    page.locator("input[name=slug]").fill("lavka")
    page.locator(SUBMIT).first.click()
    page.wait_for_url("**/lavka/**")
    return Company.objects.get()


def _fill_the_card(page: Page, base: str) -> None:
    page.goto(f"{base}/lavka/")
    page.get_by_role("link", name="Настройки").first.click()
    page.wait_for_url("**/lavka/settings/company/")
    for name, value in {**CARD, "inn": "7707083892"}.items():
        page.locator(f"input[name={name}]").fill(value)
    page.locator(SUBMIT).first.click()
    assert "контрольн" in page.locator(".field--error").first.inner_text().lower()
    # What was right is still there.
    assert page.locator("input[name=kpp]").input_value() == CARD["kpp"]
    page.locator("input[name=inn]").fill(CARD["inn"])
    page.locator(SUBMIT).first.click()
    page.wait_for_url("**/lavka/settings/company/")
    assert LegalDetails.all_companies.get().inn == CARD["inn"]
    page.goto(f"{base}/lavka/settings/company/taxes/new/")
    page.locator("input[name=regime][value=simplified_income]").check()
    page.locator("input[name=starts_on]").fill("2026-01-01")
    page.locator("select[name=vat_percent]").select_option("5")
    page.locator(SUBMIT).first.click()
    if page.locator("input[name=confirmed]").count():
        page.locator("input[name=confirmed]").check()
        page.locator(SUBMIT).first.click()
    page.wait_for_url("**/lavka/settings/company/**")


def _add_where_money_goes(page: Page, base: str) -> None:
    page.goto(f"{base}/lavka/settings/payouts/new/")
    confirm_identity(page, PASSWORD)
    page.locator("input[name=bic]").fill("044525225")
    page.locator("input[name=bank_name]").fill("ПАО Сбербанк")
    page.locator("input[name=settlement]").fill(f"{SETTLEMENT[:5]} {SETTLEMENT[5:8]} {SETTLEMENT[8:]}")
    page.locator(SUBMIT).first.click()
    page.wait_for_url("**/lavka/settings/payouts/")
    assert "3456" in page.locator("main").inner_text()
    assert BankAccount.all_companies.get().open_numbers()["settlement"] == SETTLEMENT
    assert any(SELLER in message.to and "3456" in message.body for message in mail.outbox)


def _invite(page: Page, base: str) -> None:
    page.goto(f"{base}/lavka/settings/people/")
    page.goto(f"{base}/lavka/settings/people/invite/")
    page.locator("input[name=email]").fill(MANAGER)
    role = page.locator("select[name=role]")
    if role.count():
        role.select_option(Role.MANAGER)
    else:
        page.locator(f"input[name=role][value={Role.MANAGER}]").check()
    page.locator(SUBMIT).first.click()
    page.wait_for_url("**/lavka/settings/people/")
    assert MANAGER in page.locator("main").inner_text()


def _accept(page: Page, company: Company) -> None:
    letter = next(message for message in mail.outbox if MANAGER in message.to)
    page.goto(_link(letter.body, "/companies/invitations/"))
    assert "Льняная лавка" in page.locator("main").inner_text()
    page.locator("a[href*=signup]").first.click()
    page.locator("input[name=name]").fill("Борис Льнов")
    page.locator("input[name=password1]").fill(OTHER_PASSWORD)
    page.locator("input[name=password2]").fill(OTHER_PASSWORD)
    page.locator(SUBMIT).first.click()
    page.get_by_role("button", name="Принять приглашение").click()
    page.wait_for_url("**/lavka/**")
    assert Membership.objects.for_company(company).get(user__email=MANAGER).role == Role.MANAGER
    # The same page for a manager: the card is there, the money is not.
    base = page.url.split("/lavka/")[0]
    assert page.goto(f"{base}/lavka/settings/company/").status == 200
    assert page.request.get(f"{base}/lavka/settings/payouts/").status == 403


def _connect(page: Page, base: str) -> MarketplaceAccount:
    page.goto(f"{base}/lavka/marketplaces/connect/")
    page.locator("input[name=client_id]").fill(KEY["client_id"])
    page.locator("input[name=api_key]").fill(KEY["api_key"])
    page.locator(SUBMIT).first.click()
    page.wait_for_url(re.compile(r"/lavka/(marketplaces/)?$"))
    return MarketplaceAccount.all_companies.get()


def _look_at_the_trail(page: Page, base: str, company: Company) -> None:
    page.goto(f"{base}/lavka/settings/audit/")
    told = page.locator("main").inner_text()
    assert "3456" in told
    assert CARD["short_name"] in told
    written = set(AuditEntry.objects.for_company(company).values_list("subject", flat=True))
    assert written >= {
        AuditSubject.COMPANY, AuditSubject.LEGAL, AuditSubject.TAX, AuditSubject.BANK_ACCOUNT,
        AuditSubject.MEMBER, AuditSubject.INVITATION, AuditSubject.ACCOUNT,
    }  # fmt: skip
    by_hand = AuditEntry.objects.for_company(company).exclude(source="web").values_list("subject", "source")
    assert list(by_hand) == []


def _link(body: str, path: str) -> str:
    found = re.search(rf"https?://\S+{path}\S+", body)
    assert found is not None, body
    return found.group()


def _found(where: str, text: str) -> list[str]:
    """Which secrets the text holds, in clear or spaced; never the secret itself in the report."""
    assert text, f"nothing was looked at: {where}"
    close = re.sub(r"(?<=\d)[\s\u00a0.-](?=\d)", "", text)
    return [
        f"secret {number} in {where}"
        for number, secret in enumerate(SECRETS)
        if secret in text or secret in close
    ]


def _bodies(message: Any) -> str:
    return "\n".join([message.subject, message.body, *(str(part[0]) for part in message.alternatives)])


def _dump() -> str:
    """Every row of every table, as text."""
    parts = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            with cursor.copy(f'COPY "{table}" TO STDOUT') as copy:
                parts += [bytes(block).decode(errors="replace") for block in copy]
    return "".join(parts)


def _valkey() -> str:
    """Every key and value, the caches, the sessions in them, and what waits for a worker."""
    server = redis.Redis.from_url(django_settings.REDIS_URL)
    readers = {
        b"string": server.get,
        b"list": lambda key: server.lrange(key, 0, -1),
        b"hash": server.hgetall,
        b"set": server.smembers,
        b"zset": lambda key: server.zrange(key, 0, -1, withscores=True),
    }
    return "\n".join(
        f"{key!r} {reader(key)!r}"
        for key in server.scan_iter()
        if (reader := readers.get(server.type(key))) is not None
    )


def _reprs(company: Company) -> str:
    """What a traceback or a careless log line would show of every row."""
    ours = [
        model
        for model in apps.get_models()
        if model.__module__.split(".")[0] in ("companies", "marketplaces")
    ]
    return "\n".join(
        f"{row!r} {row} {vars(row)}" for model in ours for row in model._default_manager.all()[:200]
    )
