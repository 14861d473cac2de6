"""The isolation table: every company address, asked by a guest, a stranger, and a member without the right.

A new address without a line here fails `test_the_table_knows_every_address`. Addresses of one object are also
asked for another company's object under one's own company: the object exists, so that there is something to leak.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from companies.choices import RIGHTS, Permission, Role
from companies.models import Company
from tests.factories.catalog import ListingFactory, ProductFactory, StockLevelFactory
from tests.factories.companies import CompanyFactory, MembershipFactory
from tests.factories.marketplaces import (
    AccountFactory,
    QuarantinedRecordFactory,
    StreamStateFactory,
    SyncRunFactory,
)
from tests.factories.orders import OrderEventFactory, OrderFactory, OrderLineFactory


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """How an address is asked for: the right it needs, the method, its object, other parts of the path."""

    needs: Permission = Permission.VIEW
    method: str = "get"
    makes: Callable[[Company], Any] | None = None
    parts: dict[str, Any] = field(default_factory=dict)
    data: dict[str, Any] = field(default_factory=dict)


def account(company: Company) -> Any:
    return AccountFactory(company=company)


def record(company: Company) -> Any:
    return QuarantinedRecordFactory(account=AccountFactory(company=company))


def order(company: Company) -> Any:
    return OrderFactory(account=AccountFactory(company=company))


def product(company: Company) -> Any:
    return ListingFactory(account=AccountFactory(company=company)).product


MANAGE, SYNC, EXPORT = Permission.MANAGE_ACCOUNTS, Permission.SYNC, Permission.EXPORT
CSV = {"form": "csv"}

TABLE: dict[str, Address] = {
    "analytics:dashboard": Address(),
    "orders:order-list": Address(),
    "orders:order-export": Address(needs=EXPORT, parts=CSV),
    "orders:order-detail": Address(makes=order),
    "orders:order-refresh": Address(needs=SYNC, method="post", makes=order),
    "orders:product-orders": Address(makes=product),
    "catalog:listing-list": Address(),
    "catalog:listing-export": Address(needs=EXPORT, parts=CSV),
    "catalog:product-detail": Address(makes=product),
    "catalog:stock-list": Address(),
    "catalog:stock-export": Address(needs=EXPORT, parts=CSV),
    "marketplaces:sync": Address(),
    "marketplaces:refresh": Address(needs=SYNC, method="post"),
    "marketplaces:account-create": Address(needs=MANAGE),
    "marketplaces:account-detail": Address(makes=account),
    "marketplaces:account-rename": Address(
        needs=MANAGE, method="post", makes=account, data={"title": "Новое"}
    ),
    "marketplaces:account-key": Address(needs=MANAGE, makes=account),
    "marketplaces:account-pause": Address(needs=MANAGE, method="post", makes=account),
    "marketplaces:account-resume": Address(needs=MANAGE, method="post", makes=account),
    "marketplaces:account-check": Address(needs=MANAGE, method="post", makes=account),
    "marketplaces:run-list": Address(),
    "marketplaces:run-export": Address(needs=EXPORT, parts=CSV),
    "marketplaces:quarantine-list": Address(),
    "marketplaces:quarantine-export": Address(needs=EXPORT, parts=CSV),
    "marketplaces:quarantine-detail": Address(makes=record),
    "marketplaces:quarantine-retry": Address(needs=SYNC, method="post", makes=record),
    "marketplaces:quarantine-ignore": Address(needs=SYNC, method="post", makes=record),
}

every_address = pytest.mark.parametrize("name", TABLE)
object_addresses = pytest.mark.parametrize("name", [name for name, address in TABLE.items() if address.makes])
pages = pytest.mark.parametrize("name", [name for name, address in TABLE.items() if address.method == "get"])
changes = pytest.mark.parametrize(
    "name", [name for name, address in TABLE.items() if address.method == "post"]
)
# Words that only the other company's rows hold.
SECRETS = (
    "СЕКРЕТ-АРТИКУЛ",
    "СЕКРЕТ-ЗАКАЗ",
    "СЕКРЕТ-КАБИНЕТ",
    "СЕКРЕТ-ЗАПИСЬ",
    "СЕКРЕТ-ТОВАР",
    "Секретная лавка",
)


@pytest.fixture
def secrets() -> Company:
    """Another company with a row of everything."""
    company = CompanyFactory(name="Секретная лавка", slug="sekret")
    shop = AccountFactory(company=company, title="СЕКРЕТ-КАБИНЕТ")
    StreamStateFactory(account=shop, fresh=True)
    SyncRunFactory(account=shop)
    QuarantinedRecordFactory(account=shop, external_id="СЕКРЕТ-ЗАПИСЬ")
    goods = ProductFactory(company=company, sku="СЕКРЕТ-АРТИКУЛ", name="СЕКРЕТ-ТОВАР")
    listing = ListingFactory(account=shop, product=goods, seller_sku="СЕКРЕТ-АРТИКУЛ", name="СЕКРЕТ-ТОВАР")
    StockLevelFactory(listing=listing)
    sold = OrderFactory(account=shop, external_id="СЕКРЕТ-ЗАКАЗ", title="СЕКРЕТ-ТОВАР", lines=0)
    OrderLineFactory(order=sold, listing=listing)
    OrderEventFactory(order=sold)
    return company


def test_the_table_knows_every_address() -> None:
    assert set(_company_addresses(get_resolver())) == set(TABLE)


@every_address
def test_guests_are_sent_to_sign_in(client, company, name: str) -> None:
    url = _url(name, company)

    response = _ask(client, name, url)

    assert response.status_code == 302
    assert response.headers["Location"].startswith("/accounts/login/?next=")


@every_address
def test_strangers_get_404(client_of, stranger, company, name: str) -> None:
    assert _ask(client_of(stranger), name, _url(name, company)).status_code == 404


@every_address
def test_a_company_that_is_not_there_looks_like_a_strangers(client_of, stranger, company, name: str) -> None:
    url = _url(name, company).replace(f"/{company.slug}/", "/net-takoy/", 1)

    assert _ask(client_of(stranger), name, url).status_code == 404


@object_addresses
def test_anothers_object_under_ones_own_company_is_404(owner_client, company, secrets, name: str) -> None:
    theirs = TABLE[name].makes(secrets)

    response = _ask(owner_client, name, _path(name, company, pk=theirs.pk))

    assert response.status_code == 404


@pages
def test_no_page_shows_a_word_of_another_company(owner_client, company, secrets, name: str) -> None:
    response = _ask(owner_client, name, _url(name, company))

    body = b"".join(response) if response.streaming else response.content
    assert [secret for secret in SECRETS if secret in body.decode()] == []


@every_address
@pytest.mark.parametrize("role", Role)
def test_the_right_decides(client_of, member, company, name: str, role: Role) -> None:
    response = _ask(client_of(member(role)), name, _url(name, company))

    is_allowed = TABLE[name].needs in RIGHTS[role]
    assert (response.status_code != 403) == is_allowed
    assert response.status_code < 500


@every_address
def test_the_view_asks_for_the_right_of_the_table(name: str) -> None:
    view = _company_addresses(get_resolver())[name].callback
    while not hasattr(view, "permission"):
        view = view.__wrapped__

    assert view.permission == TABLE[name].needs


@changes
def test_changes_are_not_made_by_a_link(owner_client, company, name: str) -> None:
    assert owner_client.get(_url(name, company)).status_code == 405


@object_addresses
def test_an_object_is_found_under_its_own_company_only(client_of, owner, company, name: str) -> None:
    second = CompanyFactory(slug="vtoraya")
    MembershipFactory(company=second, user=owner)
    ours = TABLE[name].makes(company)

    response = _ask(client_of(owner), name, _path(name, second, pk=ours.pk))

    assert response.status_code == 404


def _company_addresses(resolver: URLResolver) -> dict[str, URLPattern]:
    return dict(_walk(resolver, prefix="", namespace=""))


def _walk(resolver: URLResolver, *, prefix: str, namespace: str) -> Iterator[tuple[str, URLPattern]]:
    for entry in resolver.url_patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            yield from _walk(entry, prefix=route, namespace=inner)
        elif "company_slug" in route:
            yield f"{namespace}{entry.name}", entry


def _path(name: str, company: Company, **parts: Any) -> str:
    return reverse(name, kwargs={"company_slug": company.slug, **TABLE[name].parts, **parts})


def _url(name: str, company: Company) -> str:
    """The address, of an object of the company where it is of one."""
    makes = TABLE[name].makes
    return _path(name, company, pk=makes(company).pk) if makes else _path(name, company)


def _ask(client: Client, name: str, url: str) -> Any:
    address = TABLE[name]
    return getattr(client, address.method)(url, address.data)
