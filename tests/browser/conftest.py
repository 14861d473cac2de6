"""A Chromium, a sandbox on a real port, and a company whose accounts were synced from it over HTTP."""

from __future__ import annotations

import shutil
import threading
from datetime import date, timedelta
from typing import TYPE_CHECKING
from unittest import mock

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings as django_settings
from django.utils import timezone
from playwright.sync_api import Browser, Page, sync_playwright

from analytics.services import refresh_facts
from catalog.services.matching import match_assortment
from fbo_cabinet.demo import SHOPS, Shop, shops
from marketplaces import http
from marketplaces.models import StreamState
from marketplaces.ratelimit import Limiter
from marketplaces.registry import streams
from marketplaces.services import connect_account
from marketplaces.sync.engine import run_stream
from marketplaces.sync.schedule import Trigger
from returns.models import Reason, ReasonRule
from returns.services.defaults import fill_dictionary
from sandbox.__main__ import worlds_of
from sandbox.accounts import DEMOS
from sandbox.app import make_app
from sandbox.server import Server
from sandbox.world import WorldSettings
from tests.factories.companies import PASSWORD

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from companies.models import Company, User
    from marketplaces.models import MarketplaceAccount

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
KEY = SHOPS[0].credentials
DAYS = 20


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here is a browser test, may open sockets, and is skipped where there is no Chromium."""
    for item in items:
        if "tests/browser" in str(item.path):
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.enable_socket)
            if CHROMIUM is None:
                item.add_marker(pytest.mark.skip(reason="no Chromium: apt-get install chromium"))


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for the run."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def sandbox_url() -> Iterator[str]:
    """Small worlds of the demo seller on a loopback port."""
    first_day: date = (timezone.now() - timedelta(days=DAYS)).date()
    worlds = worlds_of(DEMOS, WorldSettings(skus=40, first_day=first_day, days=DAYS, per_day=30))
    server = Server(make_app(worlds, accounts=DEMOS, rate=None), host="127.0.0.1", port=0)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def in_the_sandbox(settings: object, sandbox_url: str) -> str:
    """Accounts connected in this test talk to the sandbox."""
    django_settings.MARKETPLACE_BASE_URLS = {shop.marketplace: shop.address(sandbox_url) for shop in shops()}
    django_settings.MARKETPLACE_EXTRA_HOSTS = ["127.0.0.1", sandbox_url.removeprefix("http://")]
    django_settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]["img-src"].append(sandbox_url)
    return sandbox_url


def sync(account: MarketplaceAccount) -> None:
    """Pull every stream as a worker would, but without waiting for turns, then build the facts."""
    given = set(StreamState.all_companies.filter(account=account).values_list("stream", flat=True))
    with mock.patch.object(Limiter, "acquire"), mock.patch.object(http, "USUAL_PAUSE", timedelta(0)):
        for stream in filter(given.__contains__, streams()):
            run_stream(account_id=account.pk, stream=stream, trigger=Trigger.MANUAL)
    refresh_facts(account.company)


def connected(company: Company, shop: Shop, sandbox_url: str) -> MarketplaceAccount:
    """A shop of the demo seller as an account of the company, with everything that the sandbox tells of it."""
    # Tests with real transactions empty every table after themselves, the dictionary of reasons too.
    fill_dictionary(Reason, ReasonRule)
    account = connect_account(
        company=company,
        marketplace=shop.marketplace,
        credentials=shop.credentials,
        title=shop.title,
        base_url=shop.address(sandbox_url),
    )
    sync(account)
    return account


@pytest.fixture
def synced(company: Company, in_the_sandbox: str) -> MarketplaceAccount:
    """The company's Ozon account, synced."""
    return connected(company, shops()[0], in_the_sandbox)


@pytest.fixture
def synced_everywhere(company: Company, in_the_sandbox: str) -> list[MarketplaceAccount]:
    """The company's accounts on all marketplaces, synced; their listings are matched."""
    accounts = [connected(company, shop, in_the_sandbox) for shop in shops()]
    match_assortment(company_id=company.pk)
    return accounts


@pytest.fixture
def open_page(chromium: Browser) -> Iterator[Callable[..., Page]]:
    """Open a tab of a width and a theme; what the console complained of fails the test."""
    complaints: list[str] = []
    contexts = []

    def heard(page: Page, text: str) -> None:
        # A form that is answered with what is wrong with it is no fault of the page.
        if "422 (Unprocessable" not in text:
            complaints.append(f"{page.url}: {text}")

    def opened(*, width: int = 1440, theme: str = "light") -> Page:
        context = chromium.new_context(
            viewport={"width": width, "height": 900},
            color_scheme=theme,
            locale="ru-RU",
            accept_downloads=True,
        )
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: heard(page, str(error)))
        page.on("console", lambda message: heard(page, message.text) if message.type == "error" else None)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert sorted(set(complaints)) == []


def sign_in(page: Page, base: str, user: User) -> None:
    """Sign in through the form, as a person whose e-mail is confirmed does."""
    EmailAddress.objects.get_or_create(
        user=user, email=user.email, defaults={"verified": True, "primary": True}
    )
    page.goto(f"{base}/accounts/login/")
    page.locator("input[name=login]").fill(user.email)
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url(lambda url: "/accounts/" not in url)


def confirm_identity(page: Page, password: str) -> None:
    """Give the password again where the cabinet asks for it before money, keys or people."""
    page.wait_for_url("**/reauthenticate/**")
    page.locator("input[name=password]").fill(password)
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url(lambda url: "/accounts/" not in url)


def sign_in_and_confirm(page: Page, base: str, user: User) -> None:
    """Sign in, and give the password once more, so that pages of money, keys and people open."""
    sign_in(page, base, user)
    page.goto(f"{base}/accounts/reauthenticate/?next=/companies/confirmed/")
    confirm_identity(page, PASSWORD)
