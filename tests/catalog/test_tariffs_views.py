"""The pages of the tariffs and of the cost prices as a browser sees them."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from catalog.models import CostImport, CostPrice, TariffDay
from catalog.selectors import tariffs
from core.periods import business_day
from marketplaces.contracts.tariffs import ChargeKind, TariffSubject
from tests.catalog.test_costs import sheet
from tests.factories.catalog import CostPriceFactory, ListingFactory, ProductFactory, TariffFactory

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

    from companies.models import Company, User
    from marketplaces.models import MarketplaceAccount

TARIFFS, COSTS = "/lavka/catalog/tariffs/", "/lavka/catalog/costs/"
HTMX = {"HX-Request": "true"}


@pytest.mark.parametrize("url", [TARIFFS, COSTS])
def test_lists_take_the_same_queries_for_one_row_and_three(
    owner_client: Client, account: MarketplaceAccount, url: str, django_assert_max_num_queries: Any
) -> None:
    def asked(count: int) -> int:
        for listing in ListingFactory.create_batch(count, account=account):
            TariffFactory(listing=listing)
            CostPriceFactory(product=listing.product)
        owner_client.get(url)
        with django_assert_max_num_queries(25) as queries:
            owner_client.get(url)
        return len(queries)

    assert asked(1) == asked(2)


@pytest.mark.parametrize("part", ["tariffs", "costs"])
def test_blocks_of_a_product_take_the_same_queries(
    owner_client: Client, account: MarketplaceAccount, part: str, django_assert_max_num_queries: Any
) -> None:
    product = ProductFactory(company=account.company)

    def asked(count: int) -> int:
        for number, listing in enumerate(
            ListingFactory.create_batch(count, account=account, product=product)
        ):
            TariffFactory(listing=listing)
            CostPriceFactory(product=product, valid_from=date(2026, count, number + 1))
        url = f"/lavka/catalog/{product.pk}/{part}/"
        owner_client.get(url, headers=HTMX)
        with django_assert_max_num_queries(25) as queries:
            assert b"<html" not in owner_client.get(url, headers=HTMX).content
        return len(queries)

    assert asked(1) == asked(2)


def test_a_change_is_shown_with_what_stood_before(owner_client: Client, account: MarketplaceAccount) -> None:
    listing = ListingFactory(account=account)
    TariffFactory(listing=listing, valid_to=date(2026, 11, 9))
    TariffFactory(listing=listing, value=Decimal(19), valid_from=date(2026, 11, 10))

    rows = owner_client.get(TARIFFS).context["rows"]

    assert [(row["tariff"].value, row["tariff"].before) for row in rows] == [
        (Decimal(19), Decimal("17.5")),
        (Decimal("17.5"), None),
    ]
    assert (rows[0]["change"].direction, rows[0]["change"].text, rows[0]["change"].is_good) == (
        "up",
        "1,5",
        False,
    )
    page = owner_client.get(f"/lavka/catalog/{listing.product_id}/tariffs/").content.decode()
    assert "19" in page


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("state=now", 2),
        ("state=ended", 1),
        ("day=2026-11-05", 2),
        ("day=2026-10-05", 0),
        ("moved=up", 1),
        ("moved=down", 0),
        ("kind=commission", 2),
        ("kind=storage", 1),
        ("subject=warehouse", 1),
        ("q=Коледино", 1),
        ("marketplace=ozon", 3),
        ("marketplace=wildberries", 0),
    ],
)
def test_each_filter_keeps_and_drops(
    owner_client: Client, account: MarketplaceAccount, query: str, count: int
) -> None:
    listing = ListingFactory(account=account)
    TariffFactory(listing=listing, valid_to=date(2026, 11, 9))
    TariffFactory(listing=listing, value=Decimal(19), valid_from=date(2026, 11, 10))
    TariffFactory(
        account=account,
        listing=None,
        subject=TariffSubject.WAREHOUSE,
        subject_id="Коледино",
        subject_name="Коледино",
        kind=ChargeKind.STORAGE,
        raw_name="boxStorageBase",
    )

    assert len(owner_client.get(f"{TARIFFS}?{query}").context["found"].rows) == count


@pytest.mark.parametrize(
    "query", ["day=x", "day=0001-01-01", "changed=0", "q=" + "x" * 10_000, "q=%00", "sort=y"]
)
@pytest.mark.parametrize("url", [TARIFFS, COSTS])
def test_bad_filters_are_told_in_words(owner_client: Client, url: str, query: str) -> None:
    assert owner_client.get(f"{url}?{query}").status_code == 200


def test_changed_lately_needs_a_value_before(owner_client: Client, account: MarketplaceAccount) -> None:
    today = business_day(timezone.now(), account.company.zone)
    listing = ListingFactory(account=account)
    TariffFactory(listing=listing, valid_from=today - timedelta(days=9), valid_to=today - timedelta(days=3))
    changed = TariffFactory(listing=listing, value=Decimal(1), valid_from=today - timedelta(days=2))
    TariffFactory(listing=ListingFactory(account=account), valid_from=today)

    found = owner_client.get(f"{TARIFFS}?changed=7").context["found"].rows

    assert [row.pk for row in found] == [changed.pk]


def test_tariffs_of_the_category_stand_beside_those_of_the_listing(account: MarketplaceAccount) -> None:
    listing = ListingFactory(account=account, category_id="77")
    own = TariffFactory(listing=listing)
    shared = {"account": account, "listing": None, "subject": TariffSubject.CATEGORY}
    of_category = TariffFactory(**shared, subject_id="77", subject_name="Пледы")
    TariffFactory(**shared, subject_id="78", subject_name="Иное")

    (group,) = tariffs.tariffs_of_product(account.company, listing.product)

    assert {one.pk for one in group.tariffs} == {own.pk, of_category.pk}


def test_days_that_were_not_asked_are_named(company: Company, account: MarketplaceAccount) -> None:
    today = business_day(timezone.now(), company.zone)
    for back in (5, 4, 1):
        TariffDay.objects.for_company(company).create(
            company=company, account=account, day=today - timedelta(days=back)
        )

    (missed,) = tariffs.missed_days(company)

    assert missed.days == (today - timedelta(days=3), today - timedelta(days=2))


@pytest.mark.parametrize(("url", "cells"), [(TARIFFS, 16), (COSTS, 4)])
def test_exports_hold_every_column(
    owner_client: Client, account: MarketplaceAccount, url: str, cells: int
) -> None:
    TariffFactory(listing=ListingFactory(account=account, seller_sku="LN-77"))

    response = owner_client.get(f"{url}export.csv")

    lines = b"".join(response.streaming_content).decode().split("\r\n")
    assert [line.count(";") + 1 for line in lines[:2]] == [cells, cells]
    assert "LN-77" in lines[1]
    assert owner_client.get(f"{url}export.xlsx").status_code == 200


# ---- cost prices ------------------------------------------------------------------------------------------
def test_products_without_a_cost_are_counted_and_found(owner_client: Client, company: Company) -> None:
    CostPriceFactory(product__company=company)
    CostPriceFactory(product__company=company, valid_from=date(2099, 1, 1))

    page = owner_client.get(COSTS)

    assert (page.context["missing"], len(page.context["found"].rows)) == (1, 2)
    assert len(owner_client.get(f"{COSTS}?known=false").context["found"].rows) == 1
    assert len(owner_client.get(f"{COSTS}?known=true").context["found"].rows) == 1


def test_a_cost_is_written_and_deleted_on_the_page_of_the_product(
    owner_client: Client, company: Company
) -> None:
    url = f"/lavka/catalog/{ProductFactory(company=company).pk}/costs/"

    assert owner_client.post(url, {"valid_from": "2026-11-01", "cost": "740,50"}).status_code == 302
    (cost,) = CostPrice.objects.for_company(company)
    assert cost.cost == Decimal("740.50")
    assert "740,50" in owner_client.get(url).content.decode()
    assert owner_client.post(f"{COSTS}{cost.pk}/delete/").status_code == 302
    assert not CostPrice.objects.for_company(company).exists()


@pytest.mark.parametrize(
    ("day", "cost"),
    [
        ("2026-11-01", "0"),
        ("2026-11-01", "-1"),
        ("2026-11-01", "1.234"),
        ("2026-11-01", "NaN"),
        ("2026-11-01", "9" * 10_000),
        ("2026-11-01", "\x00"),
        ("2099-01-01", "1"),
        ("1999-01-01", "1"),
        ("вчера", "1"),
        ("", ""),
    ],
)
def test_costs_that_cannot_be_are_refused_in_words(
    owner_client: Client, company: Company, day: str, cost: str
) -> None:
    url = f"/lavka/catalog/{ProductFactory(company=company).pk}/costs/"

    response = owner_client.post(url, {"valid_from": day, "cost": cost})

    assert (response.status_code, bool(response.context["form"].errors)) == (200, True)
    assert not CostPrice.objects.for_company(company).exists()


def test_a_file_goes_from_upload_over_preview_to_the_rows(owner_client: Client, company: Company) -> None:
    ProductFactory(company=company, sku="A")
    content = sheet(["A", "", 5, None], ["<b>нет</b>", "", 6, None])

    def sent() -> Any:
        upload = SimpleUploadedFile("../<i>costs</i>.xlsx", content)
        return owner_client.post(f"{COSTS}files/new/", {"file": upload}, follow=True)

    page = sent()
    file = CostImport.objects.for_company(company).get()
    assert not CostPrice.objects.for_company(company).exists()
    assert "<b>нет</b>" not in page.content.decode()
    assert "<i>costs" not in page.content.decode()
    assert owner_client.get(f"{COSTS}files/{file.pk}/errors/").content.startswith(b"PK")

    owner_client.post(f"{COSTS}files/{file.pk}/apply/")
    assert CostPrice.objects.for_company(company).get().cost == 5
    assert owner_client.post(f"{COSTS}files/{file.pk}/apply/").status_code == 302
    assert sent().context["same"].pk == file.pk


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7", b"PK\x03\x04junk", b"x" * (5 * 1024 * 1024 + 1)])
def test_what_is_no_table_is_refused_in_words(owner_client: Client, company: Company, content: bytes) -> None:
    response = owner_client.post(f"{COSTS}files/new/", {"file": SimpleUploadedFile("a.xlsx", content)})

    assert (response.status_code, bool(response.context["form"].errors)) == (200, True)
    assert not CostImport.objects.for_company(company).exists()


def test_the_template_can_be_downloaded(owner_client: Client, company: Company) -> None:
    CostPriceFactory(product__company=company)

    assert owner_client.get(f"{COSTS}template/").content.startswith(b"PK")


def test_who_may_only_look_sees_no_form(
    client_of: Callable[..., Client], teammate: User, company: Company
) -> None:
    url = f"/lavka/catalog/{ProductFactory(company=company).pk}/costs/"

    assert "<form" not in client_of(teammate).get(url, headers=HTMX).content.decode()
