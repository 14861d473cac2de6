"""Every page in both themes and both widths: no serious finding of axe, nothing wider than the screen."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone

from catalog.choices import PairState
from catalog.models import DoubtfulPair, Listing, Product
from catalog.services.prices import Recipe, Step, draft_prices
from companies.choices import Role
from marketplaces.contracts.supplies import SupplyStatus
from marketplaces.models import MarketplaceAccount, QuarantinedRecord
from orders.models import Order
from returns.models import Return
from supplies.models import Supply
from tests.browser.conftest import sign_in, sign_in_and_confirm
from tests.factories.agreements import AgreementFactory, AgreementFileFactory
from tests.factories.companies import (
    InvitationFactory,
    LegalDetailsFactory,
    MembershipFactory,
    TaxPeriodFactory,
)
from tests.factories.payouts import BankAccountFactory
from tests.factories.supplies import SupplyBoxFactory, SupplyFactory, SupplyLineFactory
from tests.factories.warehouses import OwnWarehouseFactory

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page
    from pytest_django.live_server_helper import LiveServer

    from companies.models import Company, User

LOOKS = [(1440, "light"), (1440, "dark"), (390, "light"), (390, "dark")]
# Axe reads each width and each theme once: what it finds hangs on one of them, hardly ever on both together.
READ_BY_AXE = [(1440, "light"), (390, "dark")]
# What a page asks for once it is open.
ON_THE_WAY = ".htmx-request, .htmx-swapping, .htmx-settling"
PUBLIC = ["/", "/accounts/login/", "/accounts/signup/", "/accounts/password/reset/", "/styleguide/"]
PERSON = [
    "/accounts/profile/",
    "/accounts/email/",
    "/accounts/password/change/",
    "/accounts/2fa/",
    "/accounts/2fa/totp/activate/",
    "/accounts/sessions/",
    "/accounts/sign-ins/",
    "/companies/new/",
    "/companies/confirmed/",
]
SETTINGS = [
    "settings/company/",
    "settings/company/taxes/new/",
    "settings/payouts/",
    "settings/payouts/new/",
    "settings/agreements/",
    "settings/agreements/new/",
    "settings/warehouses/",
    "settings/warehouses/new/",
    "settings/people/",
    "settings/people/invite/",
    "settings/audit/",
    "marketplaces/connect/",
    "marketplaces/connect/?marketplace=wildberries",
    "marketplaces/connect/?marketplace=yandex_market",
    "marketplaces/abilities/",
    "catalog/costs/files/new/",
]
EMPTY = [
    "",
    "orders/",
    "catalog/",
    "catalog/prices/",
    "catalog/prices/changes/",
    "catalog/costs/",
    "catalog/tariffs/",
    "catalog/matching/",
    "stock/",
    "supplies/",
    "supplies/calendar/",
    "supplies/plan/",
    "supplies/box-numbers/",
    "returns/",
    "returns/reasons/",
    "returns/pick-up/",
    "returns/unmatched/",
    "analytics/sales/",
    "analytics/turnover/",
    "analytics/returns/",
    "analytics/processing/",
    "analytics/balance/",
    "marketplaces/",
    "marketplaces/runs/",
    "marketplaces/quarantine/",
]


def filled(account: MarketplaceAccount) -> list[str]:
    """The company's pages that show something."""
    record = QuarantinedRecord.all_companies.create(
        company=account.company,
        account=account,
        stream="orders",
        external_id="48217735-0193-1",
        fingerprint="0" * 64,
        reason="wrong_type",
        detail="products.0.quantity",
        payload={"posting_number": "48217735-0193-1"},
    )
    company = account.company
    order = Order.objects.for_company(company).order_by("-placed_at").first()
    product = Product.objects.for_company(company).first()
    assert order is not None
    assert product is not None
    listing = product.listings.first()
    assert listing is not None
    batch = draft_prices(
        company=company,
        listings=Listing.objects.for_company(company),
        recipe=Recipe(step=Step.PERCENT, value=Decimal(-7)),
        actor=None,
    )
    return [
        *EMPTY,
        # Forms look the same when nothing is filled in yet: there the other test has seen them.
        *(path for path in SETTINGS if path.startswith("settings/") and "/new/" not in path),
        *of_the_company(account),
        *of_the_circle(account),
        "orders/?status=cancelled",
        "orders/?q=nothing-like-it",
        f"orders/{order.pk}/",
        f"catalog/{product.pk}/",
        *(f"catalog/{product.pk}/{part}/" for part in ("costs", "tariffs", "measure", "merge")),
        f"catalog/listings/{listing.pk}/link/",
        f"catalog/prices/change/?selected={listing.pk}",
        f"catalog/prices/changes/{batch.pk}/",
        f"?account={account.pk}",
        f"marketplaces/accounts/{account.pk}/",
        f"marketplaces/accounts/{account.pk}/key/",
        f"marketplaces/accounts/{account.pk}/payout/",
        f"marketplaces/accounts/{account.pk}/disconnect/",
        f"marketplaces/quarantine/{record.pk}/",
        "?period=7",
    ]


def of_the_circle(account: MarketplaceAccount) -> list[str]:
    """The pages of supplies and returns that show one of them, a plan among them."""
    company = account.company
    goods = Listing.objects.for_company(company).filter(account=account).order_by("pk")[:12]
    plan = SupplyFactory(account=account, plan=True, lines=0)
    for listing in goods:
        SupplyLineFactory(
            supply=plan,
            listing=listing,
            name=listing.name,
            barcode=listing.barcode,
            planned=12,
            declared=None,
        )
    box = SupplyBoxFactory(supply=plan)
    told = Supply.objects.for_company(company).filter(account=account).exclude(external_id="")
    supply = told.filter(status=SupplyStatus.ACCEPTED).first()
    assert supply is not None
    back = Return.objects.for_company(company).exclude(order=None).first()
    assert back is not None
    return [
        "supplies/calendar/?view=week",
        "supplies/?status=accepted",
        f"supplies/{supply.pk}/",
        f"supplies/{plan.pk}/plan/",
        f"supplies/{plan.pk}/plan/target/",
        f"supplies/{plan.pk}/plan/list/",
        f"supplies/{plan.pk}/boxes/",
        f"supplies/boxes/{box.pk}/",
        f"supplies/{plan.pk}/labels/",
        f"returns/{back.pk}/",
        "returns/?kind=client_return",
        "analytics/returns/?by=reason",
        "analytics/sales/?by=region",
    ]


def of_the_company(account: MarketplaceAccount) -> list[str]:
    """The pages of what a company has filled in about itself."""
    company = account.company
    LegalDetailsFactory(company=company)
    period = TaxPeriodFactory(company=company)
    bank = BankAccountFactory(company=company)
    agreement = AgreementFactory(company=company, marketplace=account.marketplace)
    AgreementFileFactory(agreement=agreement)
    warehouse = OwnWarehouseFactory(company=company)
    member = MembershipFactory(company=company, role=Role.ACCOUNTANT)
    InvitationFactory(company=company)
    return [
        f"settings/company/taxes/{period.pk}/",
        f"settings/payouts/{bank.pk}/",
        f"settings/agreements/{agreement.pk}/",
        f"settings/warehouses/{warehouse.pk}/",
        f"settings/people/{member.pk}/role/",
        "settings/audit/?subject=bank_account",
    ]


def findings(page: Page) -> list[dict[str, Any]]:
    """What axe finds that is serious or critical."""
    # Without "preload", which adds styles to the page that our policy rightly refuses.
    answer = Axe().run(page, options={"resultTypes": ["violations"], "preload": False})
    return [
        {"id": one["id"], "nodes": [node["html"][:160] for node in one["nodes"][:3]]}
        for one in answer.response["violations"]
        if one["impact"] in ("serious", "critical")
    ]


def overflow(page: Page) -> int:
    """How many pixels the page is wider than the screen."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def look_at(page: Page, addresses: list[str]) -> dict[str, Any]:
    """Visit each address and look at it in every width and theme; what is wrong by address."""
    wrong: dict[str, Any] = {}
    for address in addresses:
        answer = page.goto(address)
        assert answer is not None
        page.evaluate("document.fonts.ready.then(() => null)")
        page.wait_for_selector(ON_THE_WAY, state="detached")
        if answer.status != 200 or page.url != address:
            wrong[address] = f"{answer.status} at {page.url}"
            continue
        for width, theme in LOOKS:
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(color_scheme=theme, reduced_motion="reduce")
            too_wide = overflow(page)
            troubles = findings(page) if (width, theme) in READ_BY_AXE else []
            if troubles or too_wide > 0:
                wrong[f"{address} at {width} px, {theme}"] = troubles or f"{too_wide} px too wide"
    return wrong


@pytest.mark.timeout(600)
@pytest.mark.django_db(transaction=True)
def test_pages_of_guests_and_persons(
    live_server: LiveServer, open_page: Callable[..., Page], company: Company, owner: User
) -> None:
    page = open_page()
    assert look_at(page, [live_server.url + path for path in PUBLIC]) == {}

    sign_in_and_confirm(page, live_server.url, owner)

    assert look_at(page, [live_server.url + path for path in PERSON]) == {}
    empty = [f"{live_server.url}/{company.slug}/{path}" for path in (*EMPTY, *SETTINGS)]
    assert look_at(page, empty) == {}


@pytest.mark.timeout(600)
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("half", [0, 1])
def test_pages_of_a_company_at_work(
    half: int,
    live_server: LiveServer,
    open_page: Callable[..., Page],
    synced_everywhere: list[MarketplaceAccount],
    owner: User,
) -> None:
    account = synced_everywhere[0]
    addresses = [f"{live_server.url}/{account.company.slug}/{path}" for path in filled(account)[half::2]]
    page = open_page()
    sign_in_and_confirm(page, live_server.url, owner)

    assert look_at(page, addresses) == {}


@pytest.mark.django_db(transaction=True)
def test_new_order_appears_while_one_watches(
    live_server: LiveServer, open_page: Callable[..., Page], synced: MarketplaceAccount, owner: User
) -> None:
    page = open_page()
    sign_in(page, live_server.url, owner)
    page.goto(f"{live_server.url}/{synced.company.slug}/orders/")
    newest = Order.objects.for_company(synced.company).order_by("-placed_at").first()
    assert newest is not None
    newest.pk, newest.external_id = None, "99999999-0001-1"
    newest.placed_at = newest.changed_at = newest.observed_at = timezone.now()
    newest.save(force_insert=True)

    page.get_by_text("99999999-0001-1").wait_for(timeout=15_000)


@pytest.mark.django_db(transaction=True)
def test_doubtful_pairs_are_decided_by_keyboard(
    live_server: LiveServer,
    open_page: Callable[..., Page],
    synced_everywhere: list[MarketplaceAccount],
    owner: User,
) -> None:
    company = synced_everywhere[0].company
    pairs = DoubtfulPair.objects.for_company(company)
    assert pairs.filter(state=PairState.OPEN).count() >= 2
    page = open_page()
    sign_in(page, live_server.url, owner)
    page.goto(f"{live_server.url}/{company.slug}/catalog/matching/")
    first, second = (page.locator("[data-pair]").nth(number).get_attribute("id") for number in (0, 1))

    def in_hand() -> str:
        return str(page.evaluate("document.activeElement.id"))

    def state_of(pair: str | None) -> str:
        return str(pairs.get(pk=int(str(pair).removeprefix("pair-"))).state)

    page.keyboard.press("j")
    assert in_hand() == first
    page.keyboard.press("j")
    assert in_hand() == second
    page.keyboard.press("k")
    page.keyboard.press("n")
    page.locator(f"#{second}:focus").wait_for()
    assert (state_of(first), state_of(second)) == (PairState.DECLINED, PairState.OPEN)

    page.keyboard.press("y")
    page.locator(f"#{second}.pair--decided").wait_for()
    assert state_of(second) == PairState.LINKED

    page.locator(f"#{second}").focus()
    page.keyboard.press("u")
    page.locator(f"#{second}:not(.pair--decided)").wait_for()
    assert state_of(second) == PairState.OPEN
