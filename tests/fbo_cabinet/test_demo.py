"""The demo: made once, mended when repeated, refused where it would be a hole."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import timedelta
from io import StringIO
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import stamina
from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from companies.choices import TaxRegime
from companies.models import (
    AuditEntry,
    BankAccount,
    Company,
    Invitation,
    LegalDetails,
    Membership,
    OwnWarehouse,
    TaxPeriod,
    User,
)
from companies.selectors import card_of, completeness, tax_history, told_of
from companies.selectors.legal import compare
from fbo_cabinet import demo, proving
from marketplaces.http import use_transport
from marketplaces.models import AccountStatus, Agreement, MarketplaceAccount, StreamState
from marketplaces.ratelimit import Limiter
from marketplaces.sync.engine import run_stream
from marketplaces.sync.schedule import Trigger
from orders.models import Order
from sandbox.__main__ import worlds_of
from sandbox.accounts import DEMO, DEMO_WILDBERRIES, DEMO_YANDEX_MARKET, DEMOS
from sandbox.app import App, make_app
from sandbox.clock import Clock
from sandbox.faults import Faults
from sandbox.world import WorldSettings
from tests.factories.companies import CompanyFactory

if TYPE_CHECKING:
    from collections.abc import Generator

URL = "http://sandbox.test"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> Generator[None]:
    monkeypatch.setattr(demo, "_PAUSE", 0)
    monkeypatch.setattr(demo, "PATIENCE", timedelta(0))
    # Other tests may have emptied the buckets of the same shops.
    monkeypatch.setattr(Limiter, "acquire", lambda *_about, **_more: None)
    stamina.set_testing(True, attempts=1)
    yield
    stamina.set_testing(False)


@pytest.fixture
def sandbox() -> Generator[App]:
    """A small sandbox at URL, with the demo seller on every marketplace."""
    now = timezone.now()
    worlds = worlds_of(DEMOS, WorldSettings(skus=10, days=4, per_day=15).ending(now))
    app = make_app(worlds, accounts=DEMOS, clock=Clock(now), rate=None)
    with ExitStack() as stack:
        # Whose seller is may be asked once a minute at Wildberries, and every test asks.
        stack.enter_context(proving.hurried(10_000))
        for shop in demo.shops():
            stack.enter_context(use_transport(shop.address(URL), httpx.WSGITransport(app=app)))
        yield app


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("demo", "--sandbox-url", URL, *arguments, stdout=out)
    return out.getvalue()


def ozon_account() -> MarketplaceAccount:
    return MarketplaceAccount.all_companies.get(marketplace="ozon")


def refused(*arguments: str) -> CommandError:
    with pytest.raises(CommandError) as caught:
        run(*arguments)
    return caught.value


def test_demo_people_can_sign_in_and_see_the_company(sandbox: App) -> None:
    told = run()

    company = Company.objects.get(slug="demo")
    assert (company.name, company.is_demo) == ("Льняная лавка", True)
    seller = User.objects.get(email="demo@example.com")
    staff = User.objects.get(email="staff@example.com")
    assert seller.check_password("demo-cabinet")
    assert staff.check_password("demo-cabinet")
    assert (seller.is_staff, staff.is_staff) == (False, True)
    assert set(EmailAddress.objects.values_list("email", "verified", "primary")) == {
        (f"{name}@example.com", True, True)
        for name in ("demo", "manager", "warehouse", "accountant", "staff")
    }
    assert {one.user.email: one.role for one in Membership.objects.for_company(company)} == {
        "demo@example.com": "owner",
        "manager@example.com": "manager",
        "warehouse@example.com": "warehouse",
        "accountant@example.com": "accountant",
    }
    client = Client()
    answer = client.post("/accounts/login/", {"login": "demo@example.com", "password": "demo-cabinet"})
    assert answer.status_code == 302
    assert "demo-cabinet" in told


def test_demo_accounts_are_connected_and_due(sandbox: App) -> None:
    run()

    accounts = {one.marketplace: one for one in MarketplaceAccount.all_companies.order_by("pk")}
    assert list(accounts) == [shop.marketplace for shop in demo.shops()] == list(settings.MARKETPLACES)
    for shop in demo.shops():
        account = accounts[shop.marketplace]
        assert (account.title, account.base_url) == (shop.title, f"{URL}{shop.path}")
        assert account.open_credentials() == shop.credentials
        streams = StreamState.objects.for_company(account.company_id).filter(account=account)
        assert {one.stream for one in streams} >= {"products", "stock", "orders"}
        assert all(one.is_on for one in streams)
        # The demo itself has read the products of the first account: their cost prices had to be written.
        waiting = {one.stream for one in streams if one.due_at > timezone.now()}
        assert waiting == ({"products"} if shop.marketplace == "ozon" else set())


def test_the_demo_keys_are_those_that_the_sandbox_knows() -> None:
    ours = {shop.marketplace: set(shop.credentials.values()) for shop in demo.SHOPS}

    assert ours == {
        "ozon": {DEMO.client_id, DEMO.api_key},
        "wildberries": {DEMO_WILDBERRIES.api_key},
        "yandex_market": {DEMO_YANDEX_MARKET.client_id, DEMO_YANDEX_MARKET.api_key},
    }


def test_the_demo_seller_has_filled_everything_in(sandbox: App) -> None:
    run()

    company = Company.objects.get(slug="demo")
    assert completeness(card_of(company)).is_full
    assert [row.last_day is None for row in tax_history(company, today=timezone.localdate())].count(True) == 1
    banks = BankAccount.objects.for_company(company).order_by("pk")
    assert [(one.bank_name, one.currency) for one in banks] == [
        ("ПАО Сбербанк", "RUB"),
        ("АО «Альфа-Банк»", "CNY"),
    ]
    accounts = MarketplaceAccount.objects.for_company(company).select_related("payout_account")
    assert {one.marketplace: one.payout_account for one in accounts} == dict.fromkeys(
        settings.MARKETPLACES, banks[0]
    )
    invited = Invitation.objects.for_company(company).filter(accepted_at=None)
    assert [(one.email, one.role) for one in invited] == [("analyst@example.com", "viewer")]
    assert [one.is_active for one in OwnWarehouse.objects.for_company(company)] == [True, True]
    in_force = [
        (one.marketplace, one.ends_on is None or one.ends_on >= timezone.localdate())
        for one in Agreement.objects.for_company(company).order_by("pk")
    ]
    assert in_force == [("ozon", False), ("ozon", True), ("wildberries", True), ("yandex_market", True)]
    assert {entry.source for entry in AuditEntry.objects.for_company(company)} == {"command demo"}


def test_ozon_knows_another_name_of_the_demo_seller(sandbox: App) -> None:
    run()

    company = Company.objects.get(slug="demo")
    account = ozon_account()
    told = next(told for told in told_of(company) if told.key == str(account.pk))
    found = compare(card_of(company), told, regime=TaxRegime.SIMPLIFIED_PROFIT)
    assert [row.name for row in found.rows if not row.is_same] == ["short_name"]
    assert len(found.rows) == 5


def test_what_the_demo_seller_changed_stays(sandbox: App) -> None:
    run()
    company = Company.objects.get(slug="demo")
    LegalDetails.objects.for_company(company).update(phone="")
    TaxPeriod.objects.for_company(company).filter(starts_on__year=2021).delete()

    run()

    assert card_of(company).phone == ""
    assert TaxPeriod.objects.for_company(company).count() == 3
    assert BankAccount.objects.for_company(company).count() == 2
    assert Membership.objects.for_company(company).count() == 4
    assert Agreement.objects.for_company(company).count() == 4


def test_an_account_without_agreements_is_mended_and_a_payout_let_go_stays_so(sandbox: App) -> None:
    run()
    company = Company.objects.get(slug="demo")
    MarketplaceAccount.all_companies.update(payout_account=None)
    Agreement.objects.for_company(company).filter(marketplace="wildberries").delete()

    run()

    accounts = MarketplaceAccount.objects.for_company(company)
    assert {one.marketplace for one in accounts if one.payout_account_id} == {"wildberries"}
    assert Agreement.objects.for_company(company).count() == 4


def test_demo_twice_is_the_same_demo(sandbox: App) -> None:
    run()
    company = Company.objects.get(slug="demo")
    User.objects.filter(email="demo@example.com").update(name="Переименована")

    told = run()

    assert Company.objects.get(slug="demo").pk == company.pk
    assert MarketplaceAccount.all_companies.count() == len(demo.shops())
    assert User.objects.count() == 5
    assert User.objects.get(email="demo@example.com").name == "Переименована"
    assert "Kept the company" in told


def test_restarted_sandbox_is_subscribed_to_again(sandbox: App, settings: Any) -> None:
    settings.PUBLIC_URL = "http://127.0.0.1:8000"
    run()
    book = sandbox.sellers["1284417"].subscriptions
    for address in book.all():
        book.remove(address.id)

    run()

    account = ozon_account()
    assert [one.url for one in book.all()] == [f"http://127.0.0.1:8000/push/{account.push_token}/"]


def test_sandbox_at_another_address_is_followed(sandbox: App) -> None:
    run()
    MarketplaceAccount.all_companies.update(base_url="http://sandbox.test:9", status=AccountStatus.REJECTED)

    run()

    for shop in demo.shops():
        account = MarketplaceAccount.all_companies.get(marketplace=shop.marketplace)
        assert (account.base_url, account.status) == (f"{URL}{shop.path}", AccountStatus.ACTIVE)


def test_paused_account_stays_paused(sandbox: App) -> None:
    run()
    MarketplaceAccount.all_companies.update(status=AccountStatus.PAUSED)

    run()

    statuses = set(MarketplaceAccount.all_companies.values_list("status", flat=True))
    assert statuses == {AccountStatus.PAUSED}


def test_reset_begins_anew_and_leaves_others_alone(sandbox: App) -> None:
    other = CompanyFactory(slug="other")
    run()
    account = ozon_account()
    for stream in ("products", "stock", "orders"):
        run_stream(account_id=account.pk, stream=stream, trigger=Trigger.COMMAND)
    assert Order.objects.for_company(account.company_id).count() > 20

    told = run("--reset")

    company = Company.objects.get(slug="demo")
    assert company.pk != account.company_id
    assert Order.all_companies.count() == 0
    assert {one.company_id for one in MarketplaceAccount.all_companies.all()} == {company.pk}
    assert Company.objects.filter(pk=other.pk).exists()
    assert "deleted" in told


def test_dry_run_changes_nothing(sandbox: App) -> None:
    told = run("--dry-run", "--reset")

    assert "Льняная лавка" in told
    assert "Nothing was changed" in told
    assert (Company.objects.count(), User.objects.count()) == (0, 0)


def test_demo_is_refused_where_it_is_not_allowed(sandbox: App, settings: Any) -> None:
    settings.DEMO_ALLOWED = False

    assert refused().returncode == 2
    assert User.objects.count() == 0


def test_demo_never_takes_a_real_company(sandbox: App) -> None:
    CompanyFactory(slug="demo", is_demo=False)

    assert refused("--reset").returncode == 2
    assert Company.objects.get().is_demo is False


@pytest.mark.parametrize("url", ["https://api-seller.ozon.ru", "http://elsewhere.example", "not a url"])
def test_demo_stays_on_a_sandbox(url: str) -> None:
    with pytest.raises(CommandError) as caught:
        call_command("demo", "--sandbox-url", url)

    assert caught.value.returncode == 2
    assert User.objects.count() == 0


def test_silent_sandbox_makes_nothing(sandbox: App) -> None:
    sandbox.faults = Faults(1.0, kinds=("500",))

    assert refused().returncode == 1
    assert (Company.objects.count(), User.objects.count()) == (0, 0)
