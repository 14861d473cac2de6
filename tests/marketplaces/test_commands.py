"""The commands of operators: what they do, say and exit with."""

from __future__ import annotations

import io
import time
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from catalog.models import Product
from marketplaces.contracts.accounts import AccountCheck
from marketplaces.errors import CredentialsRejected, TemporaryError
from marketplaces.models import AccountStatus, MarketplaceAccount, StreamState, SyncRun
from marketplaces.sync import batches
from tests.factories.marketplaces import StreamStateFactory
from tests.marketplaces.fakes import BASE_URL, SECRET, Shop

if TYPE_CHECKING:
    from companies.models import Company, User

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> tuple[str, str]:
    out, err = io.StringIO(), io.StringIO()
    call_command(*arguments, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def refused(*arguments: str) -> CommandError:
    with pytest.raises(CommandError) as caught:
        run(*arguments)
    return caught.value


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The key comes in on standard input."""
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{SECRET}\n"))


def test_sync_runs_everything_and_says_what_came(fake_account: MarketplaceAccount, shop: Shop) -> None:
    shop.things = {"a": "1", "b": "2"}
    StreamStateFactory(account=fake_account, stream="mute")
    out, _err = run("sync", "--company", "lavka")
    assert out.splitlines()[0].startswith("Fake · things: done. 2 new, 0 changed, 0 unchanged, 0 quarantined")
    assert len(out.splitlines()) == 2
    assert set(SyncRun.all_companies.values_list("trigger", flat=True)) == {"command"}


def test_sync_of_one_stream_since_a_day_or_of_one_object(
    fake_account: MarketplaceAccount, shop: Shop
) -> None:
    shop.things = {"a": "1", "b": "2"}
    run("sync", "--company", "lavka", "--stream", "things", "--object", "b")
    assert list(Product.all_companies.values_list("sku", flat=True)) == ["b"]
    run("sync", "--company", "lavka", "--account", str(fake_account.pk), "--since", "2026-11-01")
    since = shop.requests[-1].since
    assert since is not None
    assert since.isoformat() == "2026-10-31T21:00:00+00:00", "the day begins at midnight in Moscow"


def test_sync_dry_run_asks_nobody(fake_account: MarketplaceAccount, shop: Shop) -> None:
    out, _err = run("sync", "--company", "lavka", "--dry-run")
    assert "would be synced" in out
    assert shop.requests == []


@pytest.mark.parametrize(
    "arguments",
    [
        ["--company", "nobody"],
        ["--company", "lavka", "--stream", "nothing"],
        ["--company", "lavka", "--account", "0"],
        ["--company", "lavka", "--account", "999999"],
        ["--company", "lavka", "--since", "yesterday"],
        ["--company", "lavka", "--object", "a"],
    ],
)
def test_sync_refuses_what_makes_no_sense(fake_account: MarketplaceAccount, arguments: list[str]) -> None:
    assert refused("sync", *arguments).returncode == 2


def test_sync_fails_with_what_happened(fake_account: MarketplaceAccount, shop: Shop) -> None:
    def ill(_page: int) -> None:
        raise TemporaryError("500")

    shop.before_page = ill
    assert refused("sync", "--company", "lavka").returncode == 1
    StreamState.all_companies.update(lease_until=timezone.now() + timedelta(minutes=1))
    assert refused("sync", "--company", "lavka").returncode == 1
    MarketplaceAccount.all_companies.update(status=AccountStatus.PAUSED)
    assert refused("sync", "--company", "lavka").returncode == 1


@pytest.mark.django_db(transaction=True)
def test_sync_shows_how_far_it_has_come_when_somebody_is_looking(
    fake_account: MarketplaceAccount, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    screen = Terminal()
    shop.things = {f"a{number}": "1" for number in range(6)}
    monkeypatch.setattr("sys.stderr", screen)
    monkeypatch.setattr(batches.batches, "__kwdefaults__", {"most": 1, "longest": 0.0})
    shop.before_page = lambda _page: time.sleep(0.6)

    run("sync", "--company", "lavka")

    assert "Fake · things: 33 % 2 read, 2 new" in screen.getvalue()
    assert screen.getvalue().endswith("\r\033[K"), "the line is cleared at the end"


CONNECT = ["connect", "--company", "lavka", "--marketplace", "fake", "--base-url", BASE_URL]


@pytest.fixture
def keyed(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Shop:
    """The fake marketplace asks for an id and a secret, as Ozon does."""
    from pydantic import BaseModel, Field, SecretStr

    from tests.marketplaces.fakes import FakeAdapter

    class Credentials(BaseModel):
        client_id: str = Field(min_length=1)
        api_key: SecretStr = Field(min_length=8)

    monkeypatch.setattr(FakeAdapter, "credentials_class", Credentials)
    monkeypatch.setattr(
        FakeAdapter, "external_id", classmethod(lambda _cls, credentials: credentials.client_id)
    )
    monkeypatch.setattr(FakeAdapter, "headers", classmethod(lambda _cls, _credentials: {}))
    return shop


def test_connect_checks_and_connects(keyed: Shop, company: Company, typed: None) -> None:
    keyed.check = lambda: AccountCheck(seller_external_id="77", seller_name="Лавка", missing=("mute",))
    out, _err = run(*CONNECT, "--set", "client_id=77", "--api-key-stdin", "--title", "Основной")
    account = MarketplaceAccount.all_companies.get()
    assert f"Connected “Основной” as the account {account.pk}." in out
    assert "The key has no right to: mute." in out
    assert account.open_credentials() == {"client_id": "77", "api_key": SECRET}
    assert SECRET not in out


def test_connect_dry_run_only_checks(keyed: Shop, company: Company, typed: None) -> None:
    keyed.check = lambda: AccountCheck(
        seller_external_id="77", seller_name="Лавка", expires_at=timezone.now(), missing=("mute",)
    )
    out, _err = run(*CONNECT, "--set", "client_id=77", "--api-key-stdin", "--dry-run")
    assert "The key is good. Seller 77, “Лавка”, expires" in out
    assert "no right to mute" in out
    assert not MarketplaceAccount.all_companies.exists()


def test_connect_says_why_not(keyed: Shop, company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    def attempt(*arguments: str) -> CommandError:
        monkeypatch.setattr("sys.stdin", io.StringIO(f"{SECRET}\n"))
        return refused(*CONNECT, *arguments)

    whole = ["--set", "client_id=77", "--api-key-stdin"]
    assert attempt("--set", "client_id=77").returncode == 2, "no key"
    assert attempt("--api-key-stdin").returncode == 2, "no id"
    assert attempt("--api-key-stdin", "--set", "api_key=told").returncode == 2, "a secret among the arguments"
    assert attempt("--api-key-stdin", "--set", "client_id").returncode == 2, "no value"
    assert attempt(*whole, "--company", "nobody").returncode == 2
    assert attempt(*whole, "--marketplace", "nothing").returncode == 2
    assert attempt(*whole, "--base-url", "http://evil.example").returncode == 2

    def refuse() -> AccountCheck:
        raise CredentialsRejected("no")

    keyed.check = refuse
    error = attempt(*whole)
    assert error.returncode == 1
    assert "не принимает ключ" in str(error)
    keyed.check = lambda: AccountCheck(seller_external_id="77")
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{SECRET}\n"))
    run(*CONNECT, *whole)
    assert attempt(*whole).returncode == 1, "connected already"


def test_check_accounts_notes_and_warns(
    fake_account: MarketplaceAccount, owner: User, shop: Shop, posted: list[Any]
) -> None:
    expires = timezone.now() + timedelta(days=2, hours=1)
    shop.check = lambda: AccountCheck(seller_external_id="77", expires_at=expires)
    out, _err = run("check_accounts", "--dry-run")
    assert "lavka · Fake: the key is good, 2 days left" in out
    assert MarketplaceAccount.all_companies.get().checked_at is None
    assert posted == []

    out, _err = run("check_accounts")
    assert "the owners were told (3 days)" in out
    assert MarketplaceAccount.all_companies.get().key_expires_at == expires
    assert len(posted) == 1


def test_check_accounts_fails_when_a_key_is_not_good(fake_account: MarketplaceAccount, shop: Shop) -> None:
    def refuse() -> AccountCheck:
        raise CredentialsRejected("no")

    shop.check = refuse
    assert refused("check_accounts").returncode == 1
    assert MarketplaceAccount.all_companies.get().status == AccountStatus.REJECTED
