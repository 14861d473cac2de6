"""The demo company: people, a company and its accounts on the sandbox, made once and mended when it is repeated."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from allauth.account.models import EmailAddress
from django.apps import apps
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from companies.actors import Actor, acting
from companies.choices import Role
from companies.models import AuditEntry, Company, Membership, User
from companies.scoping import CompanyOwned
from companies.services import create_company
from fbo_cabinet.demo_seller import COLLEAGUES, furnish
from marketplaces import registry, services
from marketplaces.errors import MarketplaceError, TemporaryError
from marketplaces.http import check_base_url
from marketplaces.models import AccountStatus, MarketplaceAccount, StreamState

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from marketplaces.contracts.accounts import AccountCheck

SLUG: Final = "demo"
NAME: Final = "Льняная лавка"
SELLER_EMAIL: Final = "demo@example.com"
STAFF_EMAIL: Final = "staff@example.com"
PASSWORD: Final = "demo-cabinet"  # noqa: S105 - printed in the README; made only where DEMO_ALLOWED is on

# The sandbox may still be starting.
PATIENCE: Final = timedelta(seconds=30)
_PAUSE: Final = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """The demo seller on one marketplace: how the account is called, where below the sandbox, and its key."""

    marketplace: str
    title: str
    path: str
    credentials: Mapping[str, str]

    def address(self, sandbox_url: str) -> str:
        """Where the marketplace is, when the sandbox is at `sandbox_url`."""
        return sandbox_url.rstrip("/") + self.path


# The same as in sandbox/accounts.py: the sandbox is a program of its own.
SHOPS: Final = (
    Shop(
        marketplace="ozon",
        title="Ozon",
        path="",
        credentials={"client_id": "1284417", "api_key": "demo-ozon-key"},
    ),
    Shop(
        marketplace="wildberries",
        title="Wildberries",
        path="/wildberries/{host}",
        credentials={
            "token": (
                "eyJhbGciOiJFUzI1NiIsImtpZCI6IjIwMjYwODAxdjEiLCJ0eXAiOiJKV1QifQ.eyJhY2MiOjMsImZvciI6InNlb"
                "GYiLCJlbnQiOjEsImV4cCI6MTkwNjUwMjQwMCwiaWQiOiIwMTlhZDNjNC01YjFlLTdjOWEtOGY0ZS02ZDJiMWEwY"
                "zllODgiLCJpaWQiOjQ4MjExOTA1LCJvaWQiOjM5MTgyNzQsInMiOjE1NTk4LCJzaWQiOiIwZjZmMmIxZS03YzFkL"
                "TVjN2UtOWQ1My0xYTJiM2M0ZDVlNmYiLCJ0IjpmYWxzZSwidWlkIjo0ODIxMTkwNX0.KWX6MTUCDGPT4YRrpATMx"
                "77QN2YDua2bq9h_wqpsXojj-bomW4Vy3m0wM8D2bozolQP6Jxsj8UDkvtS0qrbstA"
            )
        },
    ),
    Shop(
        marketplace="yandex_market",
        title="Яндекс Маркет",
        path="/yandex_market",
        credentials={"api_key": "ACMA:demo:yandex-market-key:fbo", "campaign_id": "22123456"},
    ),
)


def shops() -> list[Shop]:
    """The demo seller's shops on those marketplaces that are installed, in the order of the setting."""
    order = list(registry.adapters())
    return sorted(
        (shop for shop in SHOPS if shop.marketplace in order), key=lambda shop: order.index(shop.marketplace)
    )


class DemoRefused(Exception):
    """The demo may not be made here; the text says why."""


class ShopFailed(Exception):
    """A marketplace of the sandbox does not answer, or refuses the key; `error` says which of it."""

    def __init__(self, shop: Shop, error: MarketplaceError) -> None:
        super().__init__(f"{shop.title}: {error}")
        self.shop = shop
        self.error = error


@dataclass(frozen=True, slots=True, kw_only=True)
class Demo:
    """What stands after the demo was made, and which of it is new: accounts with whether they were connected now."""

    company: Company
    is_new_company: bool
    accounts: tuple[tuple[MarketplaceAccount, bool], ...]


def make_demo(sandbox_url: str, *, is_reset: bool, say: Callable[[str], None]) -> Demo:
    """Make the demo people, company and accounts, or mend what is there; the streams are due at once.

    Raises DemoRefused, ForbiddenHost and ShopFailed; before the sandbox has answered nothing is made.
    """
    refuse_outside_demo(sandbox_url)
    check_sandbox(sandbox_url, say=say)
    with acting(Actor(source="command demo")):
        return _make(sandbox_url, is_reset=is_reset, say=say)


def _make(sandbox_url: str, *, is_reset: bool, say: Callable[[str], None]) -> Demo:
    with transaction.atomic():
        if is_reset and forget_demo():
            say("The demo company and all its data are deleted.")
        seller = _person(SELLER_EMAIL, "Анна Льнова")
        company, is_new_company = _company(seller)
        colleagues = {email: _person(email, name) for email, name, _role in COLLEAGUES}
        _person(STAFF_EMAIL, "Сотрудник кабинета", is_staff=True, is_superuser=True)
    accounts = tuple(_account(company, shop, sandbox_url) for shop in shops())
    with transaction.atomic():
        furnish(
            company=company,
            owner=seller,
            colleagues=colleagues,
            accounts=[account for account, _is_new in accounts],
        )
    return Demo(company=company, is_new_company=is_new_company, accounts=accounts)


def refuse_outside_demo(sandbox_url: str) -> None:
    """Raise DemoRefused where known passwords are a hole, or where `demo` is somebody's real company.

    Raises ForbiddenHost for an address that is no allowed sandbox.
    """
    if not settings.DEMO_ALLOWED:
        raise DemoRefused("The demo has known passwords: it is made only where DEMO_ALLOWED is on.")
    if Company.objects.filter(slug=SLUG, is_demo=False).exists():
        raise DemoRefused(f"The company {SLUG!r} is somebody's own, not a demo.")
    for shop in shops():
        own_url = registry.base_url(shop.marketplace)
        if urlsplit(sandbox_url).netloc == urlsplit(own_url).netloc:
            raise DemoRefused("This is the marketplace itself, not a sandbox.")
        check_base_url(shop.address(sandbox_url), own_url=own_url)


def check_sandbox(sandbox_url: str, *, say: Callable[[str], None]) -> list[AccountCheck]:
    """Wait until the sandbox answers for every demo key. Raises ShopFailed, after PATIENCE when it is silent."""
    return [_check(shop, sandbox_url, say=say) for shop in shops()]


def _check(shop: Shop, sandbox_url: str, *, say: Callable[[str], None]) -> AccountCheck:
    deadline = time.monotonic() + PATIENCE.total_seconds()
    is_told = False
    while True:
        try:
            return services.try_credentials(
                marketplace=shop.marketplace,
                credentials=shop.credentials,
                base_url=shop.address(sandbox_url),
            )
        except MarketplaceError as exc:
            if not isinstance(exc, TemporaryError) or time.monotonic() >= deadline:
                raise ShopFailed(shop, exc) from exc
        if not is_told:
            say("Waiting for the sandbox.")
            is_told = True
        time.sleep(_PAUSE)


def forget_demo() -> bool:
    """Delete the demo company with all that it owns; whether there was one. The people stay.

    Must run inside a transaction: foreign keys are looked at when it ends.
    """
    company = Company.objects.filter(slug=SLUG, is_demo=True).first()
    if company is None:
        return False
    # The audit trail is never deleted: that of the demo stays behind, of a company that is no more.
    owned = [
        model
        for model in apps.get_models()
        if issubclass(model, CompanyOwned) and not issubclass(model, AuditEntry)
    ]
    with connection.cursor() as cursor:
        for model in owned:
            table = connection.ops.quote_name(model._meta.db_table)  # noqa: SLF001 - Django's documented API
            cursor.execute(f"DELETE FROM {table} WHERE company_id = %s", [company.pk])  # noqa: S608 - our table
    company.delete()
    return True


def _person(email: str, name: str, *, is_staff: bool = False, is_superuser: bool = False) -> User:
    """The person, who can sign in with the demo password when he is new."""
    user = User.objects.filter(email=email).first()
    if user is None:
        user = User.objects.create_user(
            email, PASSWORD, name=name, is_staff=is_staff, is_superuser=is_superuser
        )
    EmailAddress.objects.update_or_create(
        user=user, email=email, defaults={"verified": True, "primary": True}
    )
    return user


def _company(owner: User) -> tuple[Company, bool]:
    company = Company.objects.filter(slug=SLUG).first()
    is_new = company is None
    if company is None:
        company = create_company(NAME, slug=SLUG, time_zone=settings.BUSINESS_TIME_ZONE, owner=owner)
        company.is_demo = True
        company.save(update_fields=["is_demo"])
    Membership.all_companies.get_or_create(company=company, user=owner, defaults={"role": Role.OWNER})
    return company, is_new


def _account(company: Company, shop: Shop, sandbox_url: str) -> tuple[MarketplaceAccount, bool]:
    try:
        return _connected(company, shop, sandbox_url)
    except MarketplaceError as exc:
        raise ShopFailed(shop, exc) from exc


def _connected(company: Company, shop: Shop, sandbox_url: str) -> tuple[MarketplaceAccount, bool]:
    """The account of a shop, and whether it is new."""
    try:
        account = services.connect_account(
            company=company,
            marketplace=shop.marketplace,
            credentials=shop.credentials,
            title=shop.title,
            base_url=shop.address(sandbox_url),
        )
    except services.AlreadyConnected as exc:
        return _mend(exc.account, shop, sandbox_url), False
    return account, True


def _mend(account: MarketplaceAccount, shop: Shop, sandbox_url: str) -> MarketplaceAccount:
    """Follow the sandbox to its new address, give back a key that was refused, and be told of news again: a
    sandbox that was started anew has forgotten to whom it sends notices."""
    address = shop.address(sandbox_url)
    if account.base_url != address:
        account.base_url = address
        account.save(update_fields=["base_url"])
    if account.status == AccountStatus.REJECTED:
        account = services.replace_credentials(account=account, credentials=shop.credentials)
    else:
        services.subscribe_push(account=account)
    StreamState.objects.for_company(account.company_id).filter(account=account).update(
        due_at=timezone.now(), failures=0
    )
    return account
