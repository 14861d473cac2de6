"""The cast of every test: an owner, a teammate who may only look, and a stranger from another company."""

from __future__ import annotations

import io
import logging
import time
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone, translation

from companies.choices import Role
from tests.factories.companies import CompanyFactory, MembershipFactory, UserFactory
from tests.factories.marketplaces import AccountFactory

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from companies.models import Company, User
    from marketplaces.models import MarketplaceAccount

_BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def confirm_identity(client: Client, user: User) -> None:
    """As if the person had just given the password again in this browser."""
    session = client.session
    session["account_authentication_methods"] = [
        {"method": "password", "at": time.time(), "reauthenticated": True}
    ]
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """Tests with real transactions empty every table after themselves; the audit trail would not let them."""
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE companies_auditentry DISABLE TRIGGER never_emptied")


@pytest.fixture(autouse=True)
def _clean_slate() -> Generator[None]:
    """No test inherits another's language or zone."""
    translation.activate("ru")
    yield
    translation.activate("ru")
    timezone.deactivate()


@pytest.fixture
def said() -> Generator[io.StringIO]:
    """Everything that is logged meanwhile, from DEBUG on, as the handlers of the cabinet write it."""
    heard = io.StringIO()
    handler = logging.StreamHandler(heard)
    root = logging.getLogger()
    handler.setFormatter(next(one.formatter for one in root.handlers if one.formatter))
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield heard
    root.removeHandler(handler)
    root.setLevel(level)


@pytest.fixture
def company(db: None) -> Company:
    """The company that the test is about."""
    return CompanyFactory(name="Льняная лавка", slug="lavka")


@pytest.fixture
def owner(company: Company) -> User:
    """May do everything in `company`."""
    return MembershipFactory(company=company, user__email="owner@example.com", role=Role.OWNER).user


@pytest.fixture
def teammate(company: Company) -> User:
    """Sees `company` and may change nothing there."""
    return MembershipFactory(company=company, user__email="teammate@example.com", role=Role.VIEWER).user


@pytest.fixture
def other_company(db: None) -> Company:
    """Somebody else's company."""
    return CompanyFactory(name="Чужая лавка", slug="chuzhaya")


@pytest.fixture
def stranger(other_company: Company) -> User:
    """Owns `other_company` and must learn nothing of `company`."""
    return MembershipFactory(company=other_company, user__email="stranger@example.com", role=Role.OWNER).user


@pytest.fixture
def staff(db: None) -> User:
    """A person of ours, who sees the admin."""
    return UserFactory(email="staff@example.com", staff=True)


@pytest.fixture
def member(company: Company) -> Callable[[Role], User]:
    """Make one more member of `company` with the role."""
    return lambda role: MembershipFactory(company=company, role=role).user


@pytest.fixture
def client_of() -> Callable[..., Client]:
    """A browser in which the user has signed in; `confirmed=True`: and has just given the password again."""

    def signed_in(user: User, *, confirmed: bool = False) -> Client:
        client = Client()
        client.force_login(user, backend=_BACKEND)
        if confirmed:
            confirm_identity(client, user)
        return client

    return signed_in


@pytest.fixture
def owner_client(owner: User, client_of: Callable[..., Client]) -> Client:
    """The owner's browser."""
    return client_of(owner)


@pytest.fixture
def account(company: Company) -> MarketplaceAccount:
    """An Ozon account of `company`."""
    return AccountFactory(company=company, title="Ozon основной")
