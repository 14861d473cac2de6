"""One assortment: listings come to their products, people decide, everything can be put back."""

from __future__ import annotations

from itertools import permutations
from typing import TYPE_CHECKING

import pytest
from django.core.management import CommandError, call_command

from catalog.choices import LinkSource, MoveKind, PairState
from catalog.models import CostPrice, DoubtfulPair, Listing, ListingMove, Product
from catalog.services.grouping import own_sku
from catalog.services.matching import match_assortment
from catalog.services.moves import (
    CannotMove,
    decide_pair,
    link_listing,
    merge_products,
    reopen_pair,
    split_listing,
    undo_moves,
)
from companies.models import AuditEntry
from tests.factories.catalog import ListingFactory, ProductFactory
from tests.factories.goods import CostPriceFactory
from tests.factories.marketplaces import AccountFactory

if TYPE_CHECKING:
    from companies.models import Company, User
    from marketplaces.models import MarketplaceAccount

pytestmark = pytest.mark.django_db


@pytest.fixture
def shops(company: Company) -> list[MarketplaceAccount]:
    return [
        AccountFactory(company=company, marketplace=code) for code in ("ozon", "wildberries", "yandex_market")
    ]


def lists(account: MarketplaceAccount, article: str, *barcodes: str, **changes: object) -> Listing:
    """A listing as a sync first records it: with the product of its own SKU."""
    sku = own_sku(article, str(changes.get("size", "")))
    product = Product.objects.for_company(account.company).filter(sku=sku).first()
    return ListingFactory(
        account=account,
        seller_sku=article,
        barcodes=list(barcodes),
        product=product or ProductFactory(company=account.company, sku=sku),
        **changes,
    )


def goods(company: Company) -> dict[str, set[str]]:
    """The products by SKU, and the articles that are listed of each."""
    found: dict[str, set[str]] = {}
    for listing in Listing.objects.for_company(company).select_related("product", "account"):
        found.setdefault(listing.product.sku, set()).add(
            f"{listing.account.marketplace}:{listing.seller_sku}"
        )
    return found


def pair(company: Company) -> DoubtfulPair:
    return DoubtfulPair.objects.for_company(company).get()


def test_one_product_is_sold_on_three_marketplaces(company: Company, shops: list[MarketplaceAccount]) -> None:
    ozon, wildberries, yandex = shops
    lists(ozon, "LN-PLD-130-OAT", "4670")
    lists(wildberries, "LN-PLD-OAT", "4670", size="130")
    lists(yandex, "LN-PLD-130-OAT")

    found = match_assortment(company_id=company.pk)

    assert goods(company) == {
        "LN-PLD-130-OAT": {"ozon:LN-PLD-130-OAT", "wildberries:LN-PLD-OAT", "yandex_market:LN-PLD-130-OAT"}
    }
    assert (found.listings, found.products, found.doubtful) == (3, 1, 0)
    assert Product.objects.for_company(company).count() == 1, "products that nobody lists are gone"
    links = Listing.objects.for_company(company).order_by("pk").values_list("link", flat=True)
    assert list(links) == ["article", "barcode", "article"]


@pytest.mark.parametrize("turn", list(permutations(range(3))))
def test_whichever_account_comes_first_the_products_are_the_same(
    company: Company, shops: list[MarketplaceAccount], turn: tuple[int, ...]
) -> None:
    rows = {
        0: [("A-1", "1"), ("B-2", "2")],
        1: [("card", "1"), ("b_2",)],
        2: [("A-1", "2"), ("C", "3")],
    }
    for number in turn:
        for article, *barcodes in rows[number]:
            lists(shops[number], article, *barcodes)
        match_assortment(company_id=company.pk)

    assert goods(company) == {
        "A-1": {"ozon:A-1", "wildberries:card", "yandex_market:A-1"},
        "B-2": {"ozon:B-2"},
        "b_2": {"wildberries:b_2"},
        "C": {"yandex_market:C"},
    }
    open_pairs = DoubtfulPair.objects.for_company(company).filter(state=PairState.OPEN)
    assert {(one.listing.seller_sku, one.product.sku, one.reason) for one in open_pairs} == {
        ("A-1", "B-2", "conflict"),
        ("b_2", "B-2", "article"),
    }
    again = match_assortment(company_id=company.pk)
    assert (again.moved, again.doubtful) == (0, 2)


def test_costs_go_along_with_what_they_are_of(company: Company, shops: list[MarketplaceAccount]) -> None:
    lists(shops[0], "A", "1")
    other = lists(shops[1], "card")
    match_assortment(company_id=company.pk)
    other.refresh_from_db()
    CostPriceFactory(product=other.product, cost=520)
    Product.all_companies.filter(pk=other.product_id).update(length_mm=300, width_mm=200, height_mm=100)

    Listing.objects.for_company(company).filter(pk=other.pk).update(barcodes=["1"])
    match_assortment(company_id=company.pk)

    kept = CostPrice.objects.for_company(company).get().product
    assert kept.sku == "A"
    assert (kept.length_mm, kept.width_mm, kept.height_mm) == (300, 200, 100)


def test_what_a_person_links_stays_and_can_be_put_back(
    company: Company, shops: list[MarketplaceAccount], owner: User
) -> None:
    lists(shops[0], "A")
    stray = lists(shops[1], "X")
    match_assortment(company_id=company.pk)
    target = Product.objects.for_company(company).get(sku="A")
    stray = Listing.objects.for_company(company).get(pk=stray.pk)

    token = link_listing(listing=stray, product=target, actor=owner)
    match_assortment(company_id=company.pk)

    assert goods(company) == {"A": {"ozon:A", "wildberries:X"}}
    assert Listing.objects.for_company(company).get(pk=stray.pk).link == LinkSource.MANUAL
    assert AuditEntry.objects.for_company(company).filter(subject="listing_move").count() == 1

    assert undo_moves(company=company, token=token, actor=owner) == 1
    match_assortment(company_id=company.pk)
    assert goods(company) == {"A": {"ozon:A"}, "X": {"wildberries:X"}}
    assert undo_moves(company=company, token=token, actor=owner) == 0, "once"


def test_a_listing_is_split_off(company: Company, shops: list[MarketplaceAccount], owner: User) -> None:
    lists(shops[0], "A")
    lists(shops[1], "A")
    match_assortment(company_id=company.pk)
    second = Listing.objects.for_company(company).get(account=shops[1])

    token = split_listing(listing=second, actor=owner)
    match_assortment(company_id=company.pk)

    assert goods(company) == {"A": {"ozon:A"}, "A (2)": {"wildberries:A"}}
    second.refresh_from_db()
    with pytest.raises(CannotMove):
        split_listing(listing=second, actor=owner)
    undo_moves(company=company, token=token, actor=owner)
    match_assortment(company_id=company.pk)
    assert goods(company) == {"A": {"ozon:A", "wildberries:A"}}


def test_products_are_merged_and_taken_apart(
    company: Company, shops: list[MarketplaceAccount], owner: User
) -> None:
    lists(shops[0], "A")
    lists(shops[1], "B")
    lists(shops[2], "B")
    match_assortment(company_id=company.pk)
    one, other = (Product.objects.for_company(company).get(sku=sku) for sku in "AB")
    CostPriceFactory(product=other, cost=300)

    token = merge_products(product=other, into=one, actor=owner)
    match_assortment(company_id=company.pk)

    assert goods(company) == {"A": {"ozon:A", "wildberries:B", "yandex_market:B"}}
    assert ListingMove.objects.for_company(company).filter(kind=MoveKind.MERGE).count() == 2
    assert Product.objects.for_company(company).filter(pk=other.pk).exists(), "it waits for an undo"
    with pytest.raises(CannotMove):
        merge_products(product=other, into=one, actor=owner)

    undo_moves(company=company, token=token, actor=owner)
    match_assortment(company_id=company.pk)
    assert goods(company)["B"] == {"wildberries:B", "yandex_market:B"}
    assert CostPrice.objects.for_company(company).get().product_id == other.pk


def test_a_pair_is_decided_once_and_for_all_or_taken_back(
    company: Company, shops: list[MarketplaceAccount], owner: User
) -> None:
    lists(shops[0], "A-1")
    lists(shops[1], "a_1")
    match_assortment(company_id=company.pk)

    assert decide_pair(pair=pair(company), is_same=False, actor=owner) is None
    match_assortment(company_id=company.pk)
    assert pair(company).state == PairState.DECLINED

    reopen_pair(pair=pair(company), actor=owner)
    token = decide_pair(pair=pair(company), is_same=True, actor=owner)
    match_assortment(company_id=company.pk)
    assert token is not None
    assert goods(company) == {"A-1": {"ozon:A-1", "wildberries:a_1"}}
    assert decide_pair(pair=pair(company), is_same=False, actor=owner) is None, "it is decided"

    reopen_pair(pair=pair(company), actor=owner)
    match_assortment(company_id=company.pk)
    assert goods(company) == {"A-1": {"ozon:A-1"}, "a_1": {"wildberries:a_1"}}
    assert pair(company).state == PairState.OPEN


def test_what_was_called_different_is_never_joined_by_a_later_pass(
    company: Company, shops: list[MarketplaceAccount], owner: User
) -> None:
    ozon, wildberries, _yandex = shops
    lists(ozon, "A", "100")
    rival = lists(ozon, "B", "100")
    lists(wildberries, "C", "100")
    match_assortment(company_id=company.pk)
    asked = DoubtfulPair.objects.for_company(company).get(product__sku="A")
    decide_pair(pair=asked, is_same=False, actor=owner)

    # Nobody contends for the barcode any more: only the decision speaks against it.
    Listing.objects.for_company(company).filter(pk=rival.pk).update(barcodes=[])
    match_assortment(company_id=company.pk)

    assert goods(company) == {"A": {"ozon:A"}, "B": {"ozon:B"}, "C": {"wildberries:C"}}
    reopen_pair(pair=DoubtfulPair.objects.for_company(company).get(pk=asked.pk), actor=owner)
    match_assortment(company_id=company.pk)
    assert goods(company) == {"A": {"ozon:A", "wildberries:C"}, "B": {"ozon:B"}}


def test_a_doubt_that_is_gone_is_closed(company: Company, shops: list[MarketplaceAccount]) -> None:
    lists(shops[0], "A-1")
    second = lists(shops[1], "a_1")
    match_assortment(company_id=company.pk)
    Listing.objects.for_company(company).filter(pk=second.pk).update(seller_sku="A-1")

    found = match_assortment(company_id=company.pk)

    assert found.doubtful == 0
    assert goods(company) == {"A-1": {"ozon:A-1", "wildberries:A-1"}}


def test_another_company_is_not_touched(
    company: Company, other_company: Company, shops: list[MarketplaceAccount], owner: User
) -> None:
    theirs = lists(AccountFactory(company=other_company), "A")
    mine = lists(shops[0], "A")
    match_assortment(company_id=company.pk)

    with pytest.raises(CannotMove):
        link_listing(listing=mine, product=theirs.product, actor=owner)
    assert Product.objects.for_company(other_company).count() == 1


def test_a_renamed_article_takes_its_product_along(company: Company, shops: list[MarketplaceAccount]) -> None:
    listing = lists(shops[0], "A")
    match_assortment(company_id=company.pk)
    product = Product.objects.for_company(company).get()
    Listing.objects.for_company(company).filter(pk=listing.pk).update(seller_sku="A-NEW", name="Новое имя")

    match_assortment(company_id=company.pk)

    product.refresh_from_db()
    assert (product.sku, product.name) == ("A-NEW", "Новое имя")
    assert Product.objects.for_company(company).count() == 1


def test_a_pass_over_nothing_changes_nothing(company: Company) -> None:
    ProductFactory(company=company)
    found = match_assortment(company_id=company.pk)

    assert (found.listings, found.moved, found.doubtful) == (0, 0, 0)


def test_the_command_says_what_it_did(
    company: Company, shops: list[MarketplaceAccount], capsys: pytest.CaptureFixture[str]
) -> None:
    lists(shops[0], "A")
    lists(shops[1], "a")
    call_command("match", company=company.slug)

    assert "2 listings of 2 products, 0 moved, 1 pairs in doubt" in capsys.readouterr().out
    with pytest.raises(CommandError) as caught:
        call_command("match", company="nobody")
    assert caught.value.returncode == 2
