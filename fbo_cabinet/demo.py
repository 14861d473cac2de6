"""The demo company: people, a company and an account on the sandbox, made once and mended when it is repeated."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

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
from marketplaces.errors import TemporaryError
from marketplaces.http import check_base_url
from marketplaces.models import AccountStatus, MarketplaceAccount, StreamState

if TYPE_CHECKING:
    from collections.abc import Callable

    from marketplaces.contracts.accounts import AccountCheck

SLUG: Final = "demo"
NAME: Final = "Льняная лавка"
SELLER_EMAIL: Final = "demo@example.com"
STAFF_EMAIL: Final = "staff@example.com"
PASSWORD: Final = "demo-cabinet"  # noqa: S105 - printed in the README; made only where DEMO_ALLOWED is on
MARKETPLACE: Final = "ozon"
CREDENTIALS: Final = {"client_id": "1284417", "api_key": "demo-ozon-key"}
TITLE: Final = "Ozon"
# The sandbox may still be starting.
PATIENCE: Final = timedelta(seconds=30)
_PAUSE: Final = 0.5


class DemoRefused(Exception):
    """The demo may not be made here; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Demo:
    """What stands after the demo was made, and which of it is new."""

    company: Company
    account: MarketplaceAccount
    is_new_company: bool
    is_new_account: bool


def make_demo(sandbox_url: str, *, is_reset: bool, say: Callable[[str], None]) -> Demo:
    """Make the demo people, company and account, or mend what is there; the streams are due at once.

    Raises DemoRefused, ForbiddenHost and MarketplaceError; before the sandbox has answered nothing is made.
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
    account, is_new_account = _account(company, sandbox_url)
    with transaction.atomic():
        furnish(company=company, owner=seller, colleagues=colleagues, account=account)
    return Demo(
        company=company,
        account=account,
        is_new_company=is_new_company,
        is_new_account=is_new_account,
    )


def refuse_outside_demo(sandbox_url: str) -> None:
    """Raise DemoRefused where known passwords are a hole, or where `demo` is somebody's real company.

    Raises ForbiddenHost for an address that is no allowed sandbox.
    """
    if not settings.DEMO_ALLOWED:
        raise DemoRefused("The demo has known passwords: it is made only where DEMO_ALLOWED is on.")
    if Company.objects.filter(slug=SLUG, is_demo=False).exists():
        raise DemoRefused(f"The company {SLUG!r} is somebody's own, not a demo.")
    if sandbox_url.rstrip("/") == registry.base_url(MARKETPLACE):
        raise DemoRefused("This is the marketplace itself, not a sandbox.")
    check_base_url(sandbox_url, own_url=registry.base_url(MARKETPLACE))


def check_sandbox(sandbox_url: str, *, say: Callable[[str], None]) -> AccountCheck:
    """Wait until the sandbox answers for the demo key. Raises MarketplaceError after PATIENCE."""
    deadline = time.monotonic() + PATIENCE.total_seconds()
    is_told = False
    while True:
        try:
            return services.try_credentials(
                marketplace=MARKETPLACE, credentials=CREDENTIALS, base_url=sandbox_url
            )
        except TemporaryError:
            if time.monotonic() >= deadline:
                raise
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


def _account(company: Company, sandbox_url: str) -> tuple[MarketplaceAccount, bool]:
    try:
        account = services.connect_account(
            company=company,
            marketplace=MARKETPLACE,
            credentials=CREDENTIALS,
            title=TITLE,
            base_url=sandbox_url,
        )
    except services.AlreadyConnected as exc:
        return _mend(exc.account, sandbox_url), False
    return account, True


def _mend(account: MarketplaceAccount, sandbox_url: str) -> MarketplaceAccount:
    """Follow the sandbox to its new address, give back a key that was refused, and be told of news again: a
    sandbox that was started anew has forgotten to whom it sends notices."""
    address = sandbox_url.rstrip("/")
    if account.base_url != address:
        account.base_url = address
        account.save(update_fields=["base_url"])
    if account.status == AccountStatus.REJECTED:
        account = services.replace_credentials(account=account, credentials=CREDENTIALS)
    else:
        services.subscribe_push(account=account)
    StreamState.objects.for_company(account.company_id).filter(account=account).update(
        due_at=timezone.now(), failures=0
    )
    return account
