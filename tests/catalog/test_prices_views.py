"""The pages of prices: from the list over the draft to the outcome."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from catalog.choices import BatchState, ChangeState
from catalog.models import Listing, PriceBatch, PriceChange
from catalog.services.erase import Prices
from catalog.services.prices import Recipe, Step, confirm_batch, draft_prices, record_prices
from companies.choices import Role
from marketplaces.contracts.prices import PriceSnapshot
from tests.catalog import price_fakes
from tests.factories.catalog import ListingFactory
from tests.factories.marketplaces import AccountFactory

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

    from companies.models import Company
    from marketplaces.models import MarketplaceAccount

pytestmark = pytest.mark.django_db

FORM = {"step": "percent", "value": "10", "rounding": "1", "old": "keep", "least": "keep"}


@pytest.fixture
def alpha(company: Company, settings: Any, monkeypatch: pytest.MonkeyPatch) -> MarketplaceAccount:
    """An account on a marketplace that takes prices; nothing is sent by itself."""
    settings.MARKETPLACES = {"alpha": "tests.catalog.price_fakes.Alpha"}
    settings.MARKETPLACE_BASE_URLS = {"alpha": "http://fake.test"}
    price_fakes.open_markets()
    monkeypatch.setattr("catalog.tasks.send_prices.apply_async", lambda **_values: None)
    return AccountFactory(
        company=company,
        marketplace="alpha",
        base_url="http://fake.test",
        credentials={"shop": "77", "key": "k" * 20},
    )


def url(company: Company, name: str, *args: Any) -> str:
    return reverse(f"catalog:{name}", args=[company.slug, *args])


def draft(company: Company) -> PriceBatch:
    return draft_prices(
        company=company,
        listings=Listing.objects.for_company(company),
        recipe=Recipe(step=Step.PERCENT, value=Decimal(10)),
        actor=None,
    )


def queries(client: Client, address: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as caught:
        assert client.get(address).status_code == 200
    return len(caught)


def test_from_the_list_to_the_confirmed_change(
    owner_client: Client, company: Company, alpha: MarketplaceAccount, django_capture_on_commit_callbacks: Any
) -> None:
    listings = ListingFactory.create_batch(3, account=alpha)
    page = owner_client.get(url(company, "price-list"))
    assert [row.pk for row in page.context["found"].rows] == [
        one.pk for one in sorted(listings, key=lambda one: one.name)
    ]

    address = f"{url(company, 'price-change')}?selected={listings[0].pk}&selected={listings[1].pk}"
    assert owner_client.get(address).context["count"] == 2
    answer = owner_client.post(address, FORM)
    batch = PriceBatch.all_companies.get()
    assert answer["Location"] == url(company, "price-batch", batch.pk)

    preview = owner_client.get(answer["Location"])
    assert preview.context["page"].ready == 2
    assert [row.price for row in preview.context["found"].rows] == [Decimal(2739)] * 2
    with django_capture_on_commit_callbacks(execute=True):
        owner_client.post(url(company, "price-confirm", batch.pk))
    batch.refresh_from_db()
    assert batch.state == BatchState.CONFIRMED
    assert set(PriceChange.all_companies.values_list("state", flat=True)) == {ChangeState.QUEUED}

    again = owner_client.post(url(company, "price-confirm", batch.pk), follow=True)
    assert again.status_code == 200
    assert PriceChange.all_companies.count() == 2


def test_a_change_is_closed_when_its_account_is_erased(company: Company, alpha: MarketplaceAccount) -> None:
    ListingFactory(account=alpha)
    batch = draft(company)
    confirm_batch(company=company, batch_id=batch.pk)

    assert Prices().erase(account_id=alpha.pk, company_id=company.pk, most=100) == 1

    batch.refresh_from_db()
    assert (batch.state, batch.changes.count()) == (BatchState.DONE, 0)


def test_all_that_the_filter_leaves(
    owner_client: Client, company: Company, alpha: MarketplaceAccount
) -> None:
    ListingFactory(account=alpha, seller_sku="AAA-1")
    ListingFactory(account=alpha, seller_sku="AAA-2")
    other = ListingFactory(account=alpha, seller_sku="BBB-1")
    change = url(company, "price-change")

    assert owner_client.get(f"{change}?all=1&q=AAA").context["count"] == 2
    assert owner_client.get(f"{change}?all=1").context["count"] == 3
    assert owner_client.get(f"{change}?product={other.product_id}").context["count"] == 1
    assert owner_client.get(change).context["count"] == 0


@pytest.mark.parametrize(
    "selected",
    ["x", "9" * 30, "-1", "٣", "%00", "1%202"],
    ids=["word", "long", "minus", "arab", "nul", "space"],
)
def test_a_strange_choice_is_nobody(
    owner_client: Client, company: Company, alpha: MarketplaceAccount, selected: str
) -> None:
    answer = owner_client.post(f"{url(company, 'price-change')}?selected={selected}", FORM)

    assert answer.status_code == 200
    assert answer.context["form"].non_field_errors()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"value": ""}, "value"),
        ({"value": "0"}, "value"),
        ({"value": "-100"}, "value"),
        ({"value": "1e9"}, "value"),
        ({"value": "NaN"}, "value"),
        ({"value": "9" * 10_000}, "value"),
        ({"value": "1\x00"}, "value"),
        ({"step": "set", "value": "-5"}, "value"),
        ({"step": "guess"}, "step"),
        ({"step": "keep"}, "step"),
        ({"rounding": "7"}, "rounding"),
        ({"old": "set"}, "old_value"),
        ({"old": "above", "old_value": "1001"}, "old_value"),
        ({"least": "above", "min_value": "100"}, "min_value"),
    ],
)
def test_a_recipe_that_makes_no_sense(
    owner_client: Client, company: Company, alpha: MarketplaceAccount, changes: dict[str, str], field: str
) -> None:
    listing = ListingFactory(account=alpha)

    answer = owner_client.post(f"{url(company, 'price-change')}?selected={listing.pk}", {**FORM, **changes})

    assert answer.status_code == 200
    assert field in answer.context["form"].errors
    assert not PriceBatch.all_companies.exists()


def test_a_comma_is_a_point(owner_client: Client, company: Company, alpha: MarketplaceAccount) -> None:
    listing = ListingFactory(account=alpha, price=Decimal(100), old_price=None)

    owner_client.post(
        f"{url(company, 'price-change')}?selected={listing.pk}", {**FORM, "value": "-7,5", "rounding": ""}
    )

    assert PriceChange.all_companies.get().price == Decimal("92.50")


def test_a_draft_is_discarded(owner_client: Client, company: Company, alpha: MarketplaceAccount) -> None:
    ListingFactory(account=alpha)
    batch = draft(company)

    owner_client.post(url(company, "price-discard", batch.pk))

    batch.refresh_from_db()
    assert batch.state == BatchState.DISCARDED
    assert owner_client.post(url(company, "price-discard", batch.pk)).status_code == 302


def test_those_who_only_look_change_nothing(
    client_of: Callable[..., Client],
    member: Callable[[Role], Any],
    company: Company,
    alpha: MarketplaceAccount,
) -> None:
    ListingFactory(account=alpha)
    batch = draft(company)
    client = client_of(member(Role.VIEWER))

    assert not client.get(url(company, "price-list")).context["can_edit"]
    assert client.get(url(company, "price-batch", batch.pk)).status_code == 200
    assert client.post(url(company, "price-confirm", batch.pk)).status_code == 403


def test_the_outcome_is_live(owner_client: Client, company: Company, alpha: MarketplaceAccount) -> None:
    ListingFactory(account=alpha)
    batch = draft(company)
    PriceBatch.all_companies.filter(pk=batch.pk).update(state=BatchState.CONFIRMED)
    address = url(company, "price-batch", batch.pk)
    page = owner_client.get(address)
    seen = page.context["seen"]

    quiet = owner_client.get(address, {"seen": seen}, headers={"HX-Request": "true"})
    news = owner_client.get(address, {"seen": "1"}, headers={"HX-Request": "true"})

    assert quiet.status_code == 204
    assert news.status_code == 200
    assert "<html" not in news.content.decode()


def test_the_lists_ask_as_much_for_one_row_as_for_three(
    owner_client: Client, company: Company, alpha: MarketplaceAccount
) -> None:
    ListingFactory(account=alpha)
    batch = draft(company)
    names = [("price-list", ()), ("price-batches", ()), ("price-batch", (batch.pk,))]
    for name, args in names:
        owner_client.get(url(company, name, *args))
    one = [queries(owner_client, url(company, name, *args)) for name, args in names]

    PriceBatch.all_companies.all().delete()
    ListingFactory.create_batch(2, account=alpha)
    batch = draft(company)
    draft(company)
    draft(company)
    names[2] = ("price-batch", (batch.pk,))
    three = [queries(owner_client, url(company, name, *args)) for name, args in names]

    assert one == three


def test_the_prices_go_to_a_file(owner_client: Client, company: Company, alpha: MarketplaceAccount) -> None:
    ListingFactory(account=alpha, held_price=Decimal(5), hold_reason="низкая")

    answer = owner_client.get(url(company, "price-export", "csv"))

    body = b"".join(answer).decode()
    assert "2490" in body
    assert "низкая" in body


def test_empty_pages_say_what_to_do(owner_client: Client, company: Company) -> None:
    for name in ("price-list", "price-batches", "price-change"):
        assert owner_client.get(url(company, name)).status_code == 200


def test_the_product_tells_its_last_prices(
    owner_client: Client, company: Company, alpha: MarketplaceAccount
) -> None:
    listing = ListingFactory(account=alpha)
    for price in (100, 120):
        record_prices(
            account=alpha,
            snapshots=[PriceSnapshot(external_id=listing.external_id, price=Decimal(price))],
            observed_at=timezone.now(),
        )
    address = url(company, "product-prices", listing.product_id)

    block = owner_client.get(address, headers={"HX-Request": "true"})

    assert [row.price for row in block.context["rows"]] == [Decimal(120), Decimal(100)]
    assert f"?product={listing.product_id}" in block.content.decode()
    assert owner_client.get(address)["Location"].startswith(url(company, "price-list"))
