"""The isolation table: every company address, asked by a guest, a stranger, and a member without the right.

A new address without a line here fails `test_the_table_knows_every_address`. Addresses of one object are also
asked for another company's object under one's own company: the object exists, so that there is something to leak.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from catalog.models import PriceBatch, PriceChange
from companies.choices import RIGHTS, Permission, Role
from companies.models import Company
from supplies.models import PlanImport
from tests.factories.agreements import AgreementFileFactory
from tests.factories.catalog import (
    CostImportFactory,
    CostPriceFactory,
    ListingFactory,
    ProductFactory,
    StockLevelFactory,
    TariffFactory,
)
from tests.factories.companies import (
    CompanyFactory,
    InvitationFactory,
    LegalDetailsFactory,
    MembershipFactory,
    TaxPeriodFactory,
)
from tests.factories.goods import DoubtfulPairFactory
from tests.factories.marketplaces import (
    AccountFactory,
    QuarantinedRecordFactory,
    StreamStateFactory,
    SyncRunFactory,
)
from tests.factories.orders import OrderEventFactory, OrderFactory, OrderLineFactory
from tests.factories.payouts import BankAccountFactory
from tests.factories.returns import ReturnFactory
from tests.factories.supplies import SupplyBoxFactory, SupplyDocumentFactory, SupplyFactory
from tests.factories.warehouses import OwnWarehouseFactory


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """How an address is asked for: its methods, the right that looking and that changing needs, its object, other
    parts of the path."""

    needs: Permission = Permission.VIEW
    to_change: Permission | None = None
    methods: tuple[str, ...] = ("get",)
    makes: Callable[[Company], Any] | None = None
    parts: dict[str, Any] = field(default_factory=dict)
    data: dict[str, Any] = field(default_factory=dict)


def account(company: Company) -> Any:
    return AccountFactory(company=company)


def record(company: Company) -> Any:
    return QuarantinedRecordFactory(account=AccountFactory(company=company))


def order(company: Company) -> Any:
    return OrderFactory(account=AccountFactory(company=company))


def returned(company: Company) -> Any:
    return ReturnFactory(account=AccountFactory(company=company))


def supply(company: Company) -> Any:
    return SupplyFactory(account=AccountFactory(company=company))


def plan(company: Company) -> Any:
    return SupplyFactory(account=AccountFactory(company=company), plan=True)


def plan_box(company: Company) -> Any:
    return SupplyBoxFactory(supply=plan(company))


def plan_paper(company: Company) -> Any:
    return SupplyDocumentFactory(supply=plan(company))


def plan_import(company: Company) -> Any:
    supply = plan(company)
    return PlanImport.all_companies.create(company=company, supply=supply)


def product(company: Company) -> Any:
    return ListingFactory(account=AccountFactory(company=company)).product


def listing_of(company: Company) -> Any:
    return ListingFactory(account=AccountFactory(company=company))


def doubtful_pair(company: Company) -> Any:
    return DoubtfulPairFactory(listing=listing_of(company))


def price_batch(company: Company) -> Any:
    listing = ListingFactory(account=AccountFactory(company=company))
    return price_change(listing)


def price_change(listing: Any) -> Any:
    batch = PriceBatch.all_companies.create(company=listing.company, about=listing.name, rows_count=1)
    PriceChange.all_companies.create(
        company=listing.company, batch=batch, account=listing.account, listing=listing, price=1
    )
    return batch


def cost_price(company: Company) -> Any:
    return CostPriceFactory(product__company=company)


def cost_import(company: Company) -> Any:
    return CostImportFactory(company=company)


def membership(company: Company) -> Any:
    return MembershipFactory(company=company, role=Role.MANAGER)


def invitation(company: Company) -> Any:
    return InvitationFactory(company=company)


def bank_account(company: Company) -> Any:
    return BankAccountFactory(company=company)


def tax_period(company: Company) -> Any:
    return TaxPeriodFactory(company=company)


def agreement(company: Company) -> Any:
    return AgreementFileFactory(agreement__company=company).agreement


def own_warehouse(company: Company) -> Any:
    return OwnWarehouseFactory(company=company)


POST = ("post",)
BOTH = ("get", "post")
MANAGE, SYNC, EXPORT = Permission.MANAGE_ACCOUNTS, Permission.SYNC, Permission.EXPORT
CATALOG = Permission.EDIT_CATALOG
# A token that no move has.
NOBODYS_MOVE = UUID(int=7)
PEOPLE = Permission.MANAGE_PEOPLE
CARD = Permission.MANAGE_COMPANY
WAREHOUSES = Permission.MANAGE_WAREHOUSES
AGREEMENTS = Permission.MANAGE_AGREEMENTS
COSTS = Permission.EDIT_COSTS
PAYOUTS = Permission.MANAGE_PAYOUTS
PRICES = Permission.EDIT_PRICES
PLANS = Permission.EDIT_SUPPLIES
CSV = {"form": "csv"}

TABLE: dict[str, Address] = {
    "analytics:dashboard": Address(),
    "analytics:processing": Address(),
    "analytics:processing-export": Address(needs=EXPORT, parts=CSV),
    "analytics:reports": Address(),
    "analytics:returns": Address(),
    "analytics:returns-export": Address(needs=EXPORT, parts=CSV),
    "analytics:sales": Address(),
    "analytics:sales-export": Address(needs=EXPORT, parts=CSV),
    "analytics:conservation": Address(),
    "analytics:conservation-export": Address(needs=EXPORT, parts=CSV),
    "analytics:turnover": Address(),
    "analytics:turnover-export": Address(needs=EXPORT, parts=CSV),
    "orders:order-list": Address(),
    "orders:order-export": Address(needs=EXPORT, parts=CSV),
    "orders:order-detail": Address(makes=order),
    "orders:order-refresh": Address(needs=SYNC, methods=POST, makes=order),
    "orders:product-orders": Address(makes=product),
    "returns:return-list": Address(),
    "returns:return-export": Address(needs=EXPORT, parts=CSV),
    "returns:return-reasons": Address(),
    "returns:return-pick-up": Address(),
    "returns:return-unmatched": Address(),
    "returns:return-detail": Address(makes=returned),
    "returns:product-returns": Address(makes=product),
    "returns:order-returns": Address(makes=order),
    "supplies:supply-list": Address(),
    "supplies:supply-export": Address(needs=EXPORT, parts=CSV),
    "supplies:supply-calendar": Address(),
    "supplies:supply-detail": Address(makes=supply),
    "supplies:supply-refresh": Address(needs=SYNC, methods=POST, makes=supply),
    "supplies:product-supplies": Address(makes=product),
    "supplies:inbound": Address(),
    "supplies:supply-plan": Address(needs=PLANS, methods=BOTH),
    "supplies:supply-edit": Address(needs=PLANS, makes=plan),
    "supplies:plan-target": Address(needs=PLANS, methods=BOTH, makes=plan),
    "supplies:plan-goods": Address(needs=PLANS, methods=POST, makes=plan),
    "supplies:plan-list": Address(needs=PLANS, methods=BOTH, makes=plan),
    "supplies:plan-step": Address(needs=PLANS, methods=POST, makes=plan),
    "supplies:paper-add": Address(needs=PLANS, methods=POST, makes=plan, data={"kind": "УПД"}),
    "supplies:paper-remove": Address(needs=PLANS, methods=POST, makes=plan_paper),
    "supplies:plan-import": Address(needs=PLANS, makes=plan_import),
    "supplies:plan-apply": Address(needs=PLANS, methods=POST, makes=plan_import),
    "supplies:supply-boxes": Address(needs=PLANS, methods=BOTH, makes=plan),
    "supplies:box-add": Address(needs=PLANS, methods=POST, makes=plan),
    "supplies:boxes-number": Address(needs=PLANS, methods=POST, makes=plan),
    "supplies:box-edit": Address(needs=PLANS, methods=BOTH, makes=plan_box),
    "supplies:box-remove": Address(needs=PLANS, methods=POST, makes=plan_box),
    "supplies:sscc": Address(needs=PLANS, methods=BOTH),
    "supplies:labels": Address(needs=PLANS, makes=plan),
    "supplies:labels-print": Address(needs=PLANS, methods=POST, makes=plan),
    "supplies:packing-list": Address(needs=PLANS, makes=plan, parts={"form": "xlsx"}),
    "supplies:tie-choose": Address(needs=PLANS, methods=BOTH, makes=supply),
    "supplies:supply-separate": Address(needs=PLANS, methods=POST, makes=plan),
    "catalog:listing-list": Address(),
    "catalog:listing-export": Address(needs=EXPORT, parts=CSV),
    "catalog:product-detail": Address(makes=product),
    "catalog:product-measure": Address(needs=CATALOG, methods=BOTH, makes=product),
    "catalog:product-merge": Address(needs=CATALOG, methods=BOTH, makes=product),
    "catalog:listing-link": Address(needs=CATALOG, methods=BOTH, makes=listing_of),
    "catalog:listing-split": Address(needs=CATALOG, methods=POST, makes=listing_of),
    "catalog:moves-undo": Address(needs=CATALOG, methods=POST, parts={"token": NOBODYS_MOVE}),
    "catalog:pair-list": Address(),
    "catalog:pair-decide": Address(needs=CATALOG, methods=POST, makes=doubtful_pair),
    "catalog:pair-reopen": Address(needs=CATALOG, methods=POST, makes=doubtful_pair),
    "catalog:product-prices": Address(makes=product),
    "catalog:price-list": Address(),
    "catalog:price-export": Address(needs=EXPORT, parts=CSV),
    "catalog:price-change": Address(needs=PRICES, methods=BOTH),
    "catalog:price-batches": Address(),
    "catalog:price-batch": Address(makes=price_batch),
    "catalog:price-confirm": Address(needs=PRICES, methods=POST, makes=price_batch),
    "catalog:price-discard": Address(needs=PRICES, methods=POST, makes=price_batch),
    "catalog:tariff-list": Address(),
    "catalog:tariff-export": Address(needs=EXPORT, parts=CSV),
    "catalog:product-tariffs": Address(makes=product),
    "catalog:cost-list": Address(),
    "catalog:cost-export": Address(needs=EXPORT, parts=CSV),
    "catalog:product-costs": Address(to_change=COSTS, methods=BOTH, makes=product),
    "catalog:cost-delete": Address(needs=COSTS, methods=POST, makes=cost_price),
    "catalog:cost-template": Address(needs=COSTS),
    "catalog:cost-upload": Address(needs=COSTS, methods=BOTH),
    "catalog:cost-import": Address(needs=COSTS, makes=cost_import),
    "catalog:cost-apply": Address(needs=COSTS, methods=POST, makes=cost_import),
    "catalog:cost-discard": Address(needs=COSTS, methods=POST, makes=cost_import),
    "catalog:cost-errors": Address(needs=COSTS, makes=cost_import),
    "catalog:stock-list": Address(),
    "catalog:stock-export": Address(needs=EXPORT, parts=CSV),
    "marketplaces:sync": Address(),
    "marketplaces:refresh": Address(needs=SYNC, methods=POST),
    "marketplaces:account-create": Address(needs=MANAGE, methods=BOTH),
    "marketplaces:account-detail": Address(makes=account),
    "marketplaces:account-rename": Address(
        needs=MANAGE, methods=POST, makes=account, data={"title": "Новое"}
    ),
    "marketplaces:account-key": Address(needs=MANAGE, methods=BOTH, makes=account),
    "marketplaces:account-pause": Address(needs=MANAGE, methods=POST, makes=account),
    "marketplaces:account-resume": Address(needs=MANAGE, methods=POST, makes=account),
    "marketplaces:account-check": Address(needs=MANAGE, methods=POST, makes=account),
    "marketplaces:account-disconnect": Address(
        needs=Permission.DISCONNECT_ACCOUNTS, methods=BOTH, makes=account
    ),
    "marketplaces:abilities": Address(),
    "marketplaces:run-list": Address(),
    "marketplaces:run-export": Address(needs=EXPORT, parts=CSV),
    "marketplaces:quarantine-list": Address(),
    "marketplaces:quarantine-export": Address(needs=EXPORT, parts=CSV),
    "marketplaces:quarantine-detail": Address(makes=record),
    "marketplaces:quarantine-retry": Address(needs=SYNC, methods=POST, makes=record),
    "marketplaces:quarantine-ignore": Address(needs=SYNC, methods=POST, makes=record),
    "marketplaces:agreement-list": Address(),
    "marketplaces:agreement-create": Address(needs=AGREEMENTS, methods=BOTH),
    "marketplaces:agreement-edit": Address(needs=AGREEMENTS, methods=BOTH, makes=agreement),
    "marketplaces:agreement-delete": Address(needs=AGREEMENTS, methods=POST, makes=agreement),
    "marketplaces:agreement-file": Address(makes=agreement),
    "marketplaces:agreement-file-delete": Address(needs=AGREEMENTS, methods=POST, makes=agreement),
    "settings:home": Address(),
    "settings:company": Address(to_change=CARD, methods=BOTH),
    "settings:company-fill": Address(needs=CARD, methods=POST),
    "settings:tax-create": Address(needs=CARD, methods=BOTH),
    "settings:tax-edit": Address(needs=CARD, methods=BOTH, makes=tax_period),
    "settings:tax-delete": Address(needs=CARD, methods=POST, makes=tax_period),
    "marketplaces:account-payout": Address(needs=PAYOUTS, methods=BOTH, makes=account),
    "settings:payout-list": Address(needs=Permission.VIEW_PAYOUTS),
    "settings:payout-create": Address(needs=PAYOUTS, methods=BOTH),
    "settings:payout-edit": Address(needs=PAYOUTS, methods=BOTH, makes=bank_account),
    "settings:payout-delete": Address(needs=PAYOUTS, methods=POST, makes=bank_account),
    "settings:payout-number": Address(needs=PAYOUTS, methods=POST, makes=bank_account),
    "settings:member-list": Address(),
    "settings:member-leave": Address(methods=POST),
    "settings:member-role": Address(needs=PEOPLE, methods=BOTH, makes=membership, data={"role": "viewer"}),
    "settings:member-remove": Address(needs=PEOPLE, methods=POST, makes=membership),
    "settings:second-factor": Address(needs=PEOPLE, methods=POST, data={"is_required": "yes"}),
    "settings:invitation-create": Address(
        needs=PEOPLE, methods=BOTH, data={"email": "novy@example.com", "role": "viewer"}
    ),
    "settings:invitation-resend": Address(needs=PEOPLE, methods=POST, makes=invitation),
    "settings:invitation-withdraw": Address(needs=PEOPLE, methods=POST, makes=invitation),
    "settings:warehouse-list": Address(),
    "settings:warehouse-create": Address(needs=WAREHOUSES, methods=BOTH),
    "settings:warehouse-edit": Address(needs=WAREHOUSES, methods=BOTH, makes=own_warehouse),
    "settings:warehouse-archive": Address(needs=WAREHOUSES, methods=POST, makes=own_warehouse),
    "settings:warehouse-restore": Address(needs=WAREHOUSES, methods=POST, makes=own_warehouse),
    "settings:audit": Address(needs=Permission.VIEW_AUDIT),
    "settings:audit-export": Address(needs=Permission.VIEW_AUDIT, parts=CSV),
}

every_address = pytest.mark.parametrize(
    ("name", "method"),
    [(name, method) for name, address in TABLE.items() for method in address.methods],
    ids=str,
)
object_addresses = pytest.mark.parametrize(
    ("name", "method"),
    [(name, method) for name, address in TABLE.items() if address.makes for method in address.methods],
    ids=str,
)
pages = pytest.mark.parametrize("name", [name for name, address in TABLE.items() if "get" in address.methods])
each_name = pytest.mark.parametrize("name", TABLE)
# Words that only the other company's rows hold.
SECRETS = (
    "sekret-priglashenie@example.com",
    "СЕКРЕТ-ЧЕЛОВЕК",
    "СЕКРЕТ-АРТИКУЛ",
    "СЕКРЕТ-ЗАКАЗ",
    "СЕКРЕТ-КАБИНЕТ",
    "СЕКРЕТ-ЗАПИСЬ",
    "СЕКРЕТ-ТОВАР",
    "СЕКРЕТ-СКЛАД",
    "СЕКРЕТ-ДОГОВОР",
    "СЕКРЕТ-КАРТОЧКА",
    "Секретная лавка",
    "СЕКРЕТ-БАНК",
)


@pytest.fixture
def secrets() -> Company:
    """Another company with a row of everything."""
    company = CompanyFactory(name="Секретная лавка", slug="sekret")
    shop = AccountFactory(company=company, title="СЕКРЕТ-КАБИНЕТ")
    BankAccountFactory(company=company, bank_name="СЕКРЕТ-БАНК")
    StreamStateFactory(account=shop, fresh=True)
    SyncRunFactory(account=shop)
    QuarantinedRecordFactory(account=shop, external_id="СЕКРЕТ-ЗАПИСЬ")
    LegalDetailsFactory(company=company, full_name="СЕКРЕТ-КАРТОЧКА")
    TaxPeriodFactory(company=company)
    goods = ProductFactory(company=company, sku="СЕКРЕТ-АРТИКУЛ", name="СЕКРЕТ-ТОВАР")
    listing = ListingFactory(account=shop, product=goods, seller_sku="СЕКРЕТ-АРТИКУЛ", name="СЕКРЕТ-ТОВАР")
    StockLevelFactory(listing=listing)
    TariffFactory(listing=listing)
    CostPriceFactory(product=goods)
    price_change(listing)
    sold = OrderFactory(account=shop, external_id="СЕКРЕТ-ЗАКАЗ", title="СЕКРЕТ-ТОВАР", lines=0)
    OrderLineFactory(order=sold, listing=listing)
    OrderEventFactory(order=sold)
    OwnWarehouseFactory(company=company, name="СЕКРЕТ-СКЛАД")
    AgreementFileFactory(agreement__company=company, agreement__number="СЕКРЕТ-ДОГОВОР")
    InvitationFactory(company=company, email="sekret-priglashenie@example.com")
    MembershipFactory(company=company, user__name="СЕКРЕТ-ЧЕЛОВЕК")
    return company


def test_the_table_knows_every_address() -> None:
    assert set(_company_addresses(get_resolver())) == set(TABLE)


@every_address
def test_guests_are_sent_to_sign_in(client, company, name: str, method: str) -> None:
    response = _ask(client, name, method, _url(name, company))

    assert response.status_code == 302
    assert response.headers["Location"].startswith("/accounts/login/?next=")


@every_address
def test_strangers_get_404(client_of, stranger, company, name: str, method: str) -> None:
    assert _ask(client_of(stranger), name, method, _url(name, company)).status_code == 404


@every_address
def test_a_company_that_is_not_there_looks_like_a_strangers(
    client_of, stranger, company, name: str, method: str
) -> None:
    url = _url(name, company).replace(f"/{company.slug}/", "/net-takoy/", 1)

    assert _ask(client_of(stranger), name, method, url).status_code == 404


@object_addresses
def test_anothers_object_under_ones_own_company_is_404(
    client_of, owner, company, secrets, name: str, method: str
) -> None:
    theirs = TABLE[name].makes(secrets)

    response = _ask(client_of(owner, confirmed=True), name, method, _path(name, company, pk=theirs.pk))

    assert response.status_code == 404


@pages
def test_no_page_shows_a_word_of_another_company(client_of, owner, company, secrets, name: str) -> None:
    response = _ask(client_of(owner, confirmed=True), name, "get", _url(name, company))

    body = b"".join(response) if response.streaming else response.content
    assert [secret for secret in SECRETS if secret in body.decode(errors="ignore")] == []


@every_address
@pytest.mark.parametrize("role", Role)
def test_the_right_decides(client_of, member, company, name: str, method: str, role: Role) -> None:
    response = _ask(client_of(member(role), confirmed=True), name, method, _url(name, company))

    is_allowed = _needed(name, method) in RIGHTS[role]
    assert (response.status_code != 403) == is_allowed
    assert response.status_code < 500


@each_name
def test_the_view_asks_for_the_rights_of_the_table(name: str) -> None:
    view = _company_addresses(get_resolver())[name].callback
    while not hasattr(view, "permission"):
        view = view.__wrapped__

    asked = {"get": view.permission, "post": view.permission_to_change}
    assert {method: asked[method] for method in TABLE[name].methods} == {
        method: _needed(name, method) for method in TABLE[name].methods
    }


@each_name
def test_no_other_method_is_answered(owner_client, company, name: str) -> None:
    response = owner_client.generic("PROPFIND", _url(name, company))

    assert response.status_code == 405
    allowed = {method.strip().lower() for method in response.headers["Allow"].split(",")}
    assert allowed - {"head"} == set(TABLE[name].methods)


@object_addresses
def test_an_object_is_found_under_its_own_company_only(
    client_of, owner, company, name: str, method: str
) -> None:
    second = CompanyFactory(slug="vtoraya")
    MembershipFactory(company=second, user=owner)
    ours = TABLE[name].makes(company)

    response = _ask(client_of(owner, confirmed=True), name, method, _path(name, second, pk=ours.pk))

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


def _needed(name: str, method: str) -> Permission:
    """The right that the method needs."""
    address = TABLE[name]
    return address.needs if method == "get" else address.to_change or address.needs


def _ask(client: Client, name: str, method: str, url: str) -> Any:
    return getattr(client, method)(url, TABLE[name].data)
