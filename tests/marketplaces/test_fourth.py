"""A fourth marketplace takes one folder and one line of the settings: nothing else of the cabinet is touched."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from django.core.checks import run_checks
from django.utils import timezone

from catalog.models import Listing, StockLevel
from fbo_cabinet.management.commands.statuses import document
from marketplaces.http import use_transport
from marketplaces.models import MarketplaceAccount, RunOutcome
from marketplaces.sync.engine import run_stream
from marketplaces.sync.schedule import Trigger
from orders.models import Order
from tests.marketplaces.fourth.adapter import Adapter

if TYPE_CHECKING:
    from collections.abc import Generator

pytestmark = pytest.mark.django_db

PASSWORD = "a-long-password"


def answer(request: httpx.Request) -> httpx.Response:
    """The whole marketplace."""
    if request.headers.get("password") != PASSWORD:
        return httpx.Response(401, json={"error": "who are you?"})
    now = timezone.now()
    if request.url.path == "/goods":
        return httpx.Response(
            200, json={"goods": [{"id": 41, "article": "LN-PLD-130", "name": "Плед 130×170", "left": 7}]}
        )
    rows = [("NEW", 1), ("GOT", 5), ("BACK", 9), ("LOST_IN_SPACE", 2)]
    return httpx.Response(
        200,
        json={
            "orders": [
                {
                    "id": number,
                    "state": state,
                    "at": (now - timedelta(days=age)).isoformat(),
                    "good": 41,
                    "price": 990,
                }
                for number, (state, age) in enumerate(rows)
            ]
        },
    )


@pytest.fixture
def fourth(settings: Any) -> Generator[None]:
    """The line in the settings, and the marketplace behind its address."""
    settings.MARKETPLACES = {**settings.MARKETPLACES, "fourth": "tests.marketplaces.fourth.adapter.Adapter"}
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    with use_transport(Adapter.base_url, httpx.MockTransport(answer)):
        yield


@pytest.fixture
def account(fourth: None, owner: Any, client_of: Any, company: Any) -> MarketplaceAccount:
    """Connected by the form that comes from its credentials."""
    client = client_of(owner, confirmed=True)
    response = client.post(
        f"/{company.slug}/marketplaces/connect/", {"marketplace": "fourth", "password": PASSWORD}
    )
    assert response.status_code == 302
    return MarketplaceAccount.objects.for_company(company).get(marketplace="fourth")


def pull(account: MarketplaceAccount) -> None:
    for stream in ("products", "stock", "orders"):
        run = run_stream(account_id=account.pk, stream=stream, trigger=Trigger.COMMAND)
        assert run.outcome == RunOutcome.DONE, run.message


def test_the_checks_and_the_documents_know_it(fourth: None) -> None:
    assert run_checks(tags=["marketplaces"]) == []
    assert "## Четвёртый" in document()
    assert "| `BACK` | `returned` |" in document()


def test_it_is_connected_by_its_own_form_and_synced_by_the_same_engine(account: MarketplaceAccount) -> None:
    pull(account)
    pull(account)

    company = account.company_id
    assert account.title == "Лавка на четвёртом"
    assert Listing.objects.for_company(company).get().seller_sku == "LN-PLD-130"
    assert StockLevel.objects.for_company(company).get().available == 7
    orders = Order.objects.for_company(company).order_by("external_id")
    assert [(str(one.status), one.external_status, one.amount) for one in orders] == [
        ("accepted", "NEW", Decimal(990)),
        ("delivered", "GOT", Decimal(990)),
        ("returned", "BACK", Decimal(990)),
        ("unknown", "LOST_IN_SPACE", Decimal(990)),
    ]
    assert orders[0].title == "Плед 130×170"


@pytest.mark.parametrize(
    "page", ["", "orders/", "catalog/", "stock/", "marketplaces/", "marketplaces/abilities/"]
)
def test_every_page_shows_it(account: MarketplaceAccount, owner: Any, client_of: Any, page: str) -> None:
    pull(account)
    response = client_of(owner).get(f"/{account.company.slug}/{page}?marketplace=fourth")

    assert response.status_code == 200
    assert "Лавка на четвёртом" in response.content.decode()


def test_a_wrong_password_is_told_at_its_field(
    fourth: None, owner: Any, client_of: Any, company: Any
) -> None:
    client = client_of(owner, confirmed=True)
    response = client.post(
        f"/{company.slug}/marketplaces/connect/", {"marketplace": "fourth", "password": "not-the-password"}
    )

    assert response.status_code == 422
    assert "password" in response.context["form"].errors
