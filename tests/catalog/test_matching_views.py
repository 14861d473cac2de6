"""The pages on which people match goods: by buttons and by htmx, with rights and without."""

from __future__ import annotations

import pytest
from django.urls import reverse

from catalog.choices import LinkSource, PairState
from catalog.models import DoubtfulPair, Listing, ListingMove, Product
from companies.choices import Role
from tests.factories.catalog import ListingFactory, ProductFactory
from tests.factories.companies import MembershipFactory
from tests.factories.goods import DoubtfulPairFactory
from tests.factories.marketplaces import AccountFactory

pytestmark = pytest.mark.django_db

# Session, person, company, membership; pairs, their listings, counts; what every page of the cabinet shows.
PAIR_QUERIES = 14


@pytest.fixture
def owner_client(owner, client_of):
    return client_of(owner)


@pytest.fixture
def pair(company):
    known = ListingFactory(account=AccountFactory(company=company), seller_sku="A-1", barcodes=["1"])
    asked = ListingFactory(
        account=AccountFactory(company=company, marketplace="wildberries"), seller_sku="a_1", barcodes=["2"]
    )
    return DoubtfulPairFactory(listing=asked, product=known.product)


def at(name, company, *parts):
    return reverse(f"catalog:{name}", args=[company.slug, *parts])


def reread(pair):
    return DoubtfulPair.all_companies.get(pk=pair.pk)


def test_a_pair_stands_side_by_side(owner_client, company, pair) -> None:
    page = owner_client.get(at("pair-list", company))

    (card,) = page.context["cards"]
    facts = {index: (fact.left, fact.right, fact.is_same) for index, fact in enumerate(card.facts)}
    assert facts[0] == ("A-1", "a_1", False)
    assert facts[1] == ("1", "2", False)
    assert page.context["counts"].waiting == 1
    assert 'value="same"' in page.content.decode()


@pytest.mark.parametrize(("verdict", "state"), [("same", "linked"), ("different", "declined")])
def test_a_decision_by_a_button(owner_client, company, pair, verdict, state) -> None:
    response = owner_client.post(at("pair-decide", company, pair.pk), {"verdict": verdict})

    assert response.headers["Location"] == at("pair-list", company)
    assert reread(pair).state == state
    is_linked = Listing.all_companies.get(pk=pair.listing_id).product_id == pair.product_id
    assert is_linked == (verdict == "same")


def test_a_decision_by_htmx_answers_with_the_card(owner_client, company, pair) -> None:
    response = owner_client.post(
        at("pair-decide", company, pair.pk), {"verdict": "same"}, headers={"HX-Request": "true"}
    )

    text = response.content.decode()
    assert response.status_code == 200
    assert f'id="pair-{pair.pk}"' in text
    assert 'data-key="u"' in text
    assert 'id="pairs-counted"' in text
    assert "<html" not in text

    owner_client.post(at("pair-reopen", company, pair.pk), headers={"HX-Request": "true"})
    assert reread(pair).state == PairState.OPEN
    assert Listing.all_companies.get(pk=pair.listing_id).link == LinkSource.ARTICLE


@pytest.mark.parametrize("verdict", ["", "nonsense", "\x00" * 10_000])
def test_a_wrong_verdict_decides_nothing(owner_client, company, pair, verdict) -> None:
    owner_client.post(at("pair-decide", company, pair.pk), {"verdict": verdict})
    assert reread(pair).state == PairState.OPEN


def test_a_viewer_sees_and_decides_nothing(company, pair, client_of) -> None:
    viewer = client_of(MembershipFactory(company=company, role=Role.VIEWER).user)

    assert 'value="same"' not in viewer.get(at("pair-list", company)).content.decode()
    assert viewer.post(at("pair-decide", company, pair.pk), {"verdict": "same"}).status_code == 403


def test_nothing_in_doubt_is_said(owner_client, company) -> None:
    assert owner_client.get(at("pair-list", company)).context["has_listings"] is False
    ListingFactory(account=AccountFactory(company=company))
    page = owner_client.get(at("pair-list", company))
    assert page.context["has_listings"] is True
    assert page.context["cards"] == []


@pytest.mark.parametrize("count", [1, 3])
def test_the_pairs_ask_the_same_number_of_queries(
    owner_client, company, count, django_assert_num_queries
) -> None:
    account, other = (
        AccountFactory(company=company),
        AccountFactory(company=company, marketplace="wildberries"),
    )
    for _number in range(count):
        known = ListingFactory(account=account)
        DoubtfulPairFactory(listing=ListingFactory(account=other), product=known.product)
    owner_client.get(at("pair-list", company))
    with django_assert_num_queries(PAIR_QUERIES):
        owner_client.get(at("pair-list", company))


def test_the_next_page_begins_behind_the_last_pair_whatever_was_decided(
    owner_client, company, monkeypatch
) -> None:
    monkeypatch.setattr("catalog.selectors.matching.PAIRS_ON_PAGE", 2)
    account = AccountFactory(company=company)
    made = [
        DoubtfulPairFactory(
            listing=ListingFactory(account=account), product=ProductFactory(company=company), score=score
        )
        for score in (50, 90, 50, 70, 50)
    ]
    expected = [made[1].pk, made[3].pk, made[0].pk, made[2].pk, made[4].pk]

    first = owner_client.get(at("pair-list", company))
    assert [card.pair.pk for card in first.context["cards"]] == expected[:2]
    owner_client.post(at("pair-decide", company, expected[1]), {"verdict": "different"})
    second = owner_client.get(at("pair-list", company), {"after": first.context["next_after"]})
    assert [card.pair.pk for card in second.context["cards"]] == expected[2:4]
    third = owner_client.get(at("pair-list", company), {"after": second.context["next_after"]})
    assert [card.pair.pk for card in third.context["cards"]] == expected[4:]
    assert third.context["next_after"] is None
    past = owner_client.get(at("pair-list", company), {"after": expected[4]})
    assert (past.status_code, past.context["cards"], past.context["counts"].waiting) == (200, [], 4)


@pytest.mark.parametrize("after", ["", "-1", "x", "9" * 40, "\x00"])
def test_a_place_that_is_none_is_the_first_page(owner_client, company, pair, after) -> None:
    page = owner_client.get(at("pair-list", company), {"after": after})
    assert [card.pair.pk for card in page.context["cards"]] == [pair.pk]


def test_a_listing_is_linked_by_hand(owner, owner_client, company, pair) -> None:
    address = at("listing-link", company, pair.listing_id)
    found = owner_client.get(address, {"q": "A-1"}).context["found"]
    assert [product.pk for product in found] == [pair.product_id]

    response = owner_client.post(address, {"product": pair.product_id})

    assert response.headers["Location"] == at("product-detail", company, pair.product_id)
    move = ListingMove.all_companies.get()
    assert (move.to_product_id, move.made_by.email) == (pair.product_id, owner.email)
    assert reread(pair).state == PairState.LINKED

    owner_client.post(at("moves-undo", company, move.token), {"product": pair.product_id})
    assert Listing.all_companies.get(pk=pair.listing_id).product_id == move.from_product_id


def test_a_listing_is_split_off_and_a_product_merged(owner_client, company) -> None:
    product = ProductFactory(company=company, sku="A")
    first, second = (
        ListingFactory(account=AccountFactory(company=company), product=product, seller_sku="A")
        for _account in range(2)
    )
    owner_client.post(at("listing-split", company, second.pk))
    split = Listing.all_companies.get(pk=second.pk).product
    assert split != product

    owner_client.post(at("product-merge", company, split.pk), {"product": product.pk})
    assert Listing.all_companies.get(pk=second.pk).product == product
    assert Listing.all_companies.get(pk=first.pk).product == product


@pytest.mark.parametrize("text", ["", "  ", "\x00", "x" * 10_000, "<script>", "\u202e"])
def test_whatever_is_looked_for_is_no_trouble(owner_client, company, pair, text) -> None:
    address = at("listing-link", company, pair.listing_id)
    assert owner_client.get(address, {"q": text}).status_code == 200


@pytest.mark.parametrize("chosen", ["", "0", "-1", "9" * 30, "abc"])
def test_a_choice_that_is_none_asks_again(owner_client, company, pair, chosen) -> None:
    response = owner_client.post(at("listing-link", company, pair.listing_id), {"product": chosen})
    assert response.status_code == 200
    assert not ListingMove.all_companies.exists()


def test_another_companys_product_is_not_there(owner_client, company, other_company, pair) -> None:
    theirs = ProductFactory(company=other_company)
    response = owner_client.post(at("listing-link", company, pair.listing_id), {"product": theirs.pk})
    assert response.status_code == 404


def test_the_sellers_measure_stands_against_the_marketplaces(owner_client, company) -> None:
    listing = ListingFactory(
        account=AccountFactory(company=company), length_mm=300, width_mm=200, height_mm=100, weight_g=1000
    )
    address = at("product-measure", company, listing.product_id)
    given = {"length": "30", "width": "20", "height": "10.5", "weight": "1.2"}

    assert owner_client.post(address, given).status_code == 302
    product = Product.all_companies.get(pk=listing.product_id)
    assert (product.length_mm, product.width_mm, product.height_mm, product.weight_g) == (300, 200, 105, 1200)

    page = owner_client.get(at("product-detail", company, product.pk)).context["page"]
    assert [(one.listing is None, one.is_other) for one in page.measures] == [(True, False), (False, True)]


@pytest.mark.parametrize(
    "given",
    [
        {"length": "30"},
        {"length": "0", "width": "1", "height": "1"},
        {"length": "501", "width": "1", "height": "1"},
        {"length": "1e9", "width": "1", "height": "1"},
        {"length": "x" * 10_000, "width": "1", "height": "1"},
        {"weight": "-1"},
    ],
)
def test_a_measure_that_cannot_be_is_told_at_its_field(owner_client, company, given) -> None:
    product = ProductFactory(company=company)
    response = owner_client.post(at("product-measure", company, product.pk), given)

    assert response.status_code == 422
    assert response.context["form"].errors
