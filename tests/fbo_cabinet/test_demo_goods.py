"""What the demo seller knows of his goods: written once the products are read, and never over a person's own."""

from __future__ import annotations

from decimal import Decimal

from catalog.models import CostPrice, Listing, Product
from companies.models import Company
from marketplaces.models import AccountStatus, MarketplaceAccount, StreamState
from sandbox.app import App
from tests.fbo_cabinet.test_demo import _no_waiting, pytestmark, run, sandbox

__all__ = ["_no_waiting", "pytestmark", "sandbox"]


def own_sizes(company: Company) -> dict[int, tuple[int | None, ...]]:
    found = Product.objects.for_company(company).filter(length_mm__isnull=False)
    return {one.pk: (one.length_mm, one.width_mm, one.height_mm, one.weight_g) for one in found}


def test_most_products_have_a_cost_that_is_a_share_of_their_price(sandbox: App) -> None:
    run()

    company = Company.objects.get(slug="demo")
    prices = dict(Listing.objects.for_company(company).values_list("product_id", "price"))
    costs = list(CostPrice.objects.for_company(company).order_by("product_id", "valid_from"))
    last = {one.product_id: one.cost for one in costs}
    assert len(prices) / 2 < len(last) <= len(prices)
    assert all(Decimal("0.25") < cost / prices[pk] < Decimal("0.6") for pk, cost in last.items())
    assert len(costs) > len(last)


def test_some_products_are_measured_and_a_few_differ(sandbox: App) -> None:
    run()

    company = Company.objects.get(slug="demo")
    theirs = {
        one.product_id: (one.length_mm, one.width_mm, one.height_mm, one.weight_g)
        for one in Listing.objects.for_company(company)
    }
    own = own_sizes(company)
    assert 0 < len(own) < len(theirs)
    assert 0 < sum(theirs[pk] != sizes for pk, sizes in own.items()) < len(own)


def test_what_a_person_changed_stays(sandbox: App) -> None:
    run()
    company = Company.objects.get(slug="demo")
    first = CostPrice.objects.for_company(company).earliest("pk")
    CostPrice.objects.for_company(company).filter(pk=first.pk).update(cost=Decimal("1.23"))
    CostPrice.objects.for_company(company).exclude(pk=first.pk).delete()
    Product.objects.for_company(company).filter(length_mm__isnull=False).update(length_mm=77)
    measured = own_sizes(company)

    run()

    assert [one.cost for one in CostPrice.objects.for_company(company)] == [Decimal("1.23")]
    assert own_sizes(company) == measured


def test_goods_that_were_not_read_are_furnished_on_repetition(sandbox: App) -> None:
    run()
    company = Company.objects.get(slug="demo")
    CostPrice.objects.for_company(company).delete()
    StreamState.all_companies.filter(stream="products").update(succeeded_at=None)

    told = run()

    assert CostPrice.objects.for_company(company).exists()
    assert "in place" in told


def test_a_paused_account_is_not_read(sandbox: App) -> None:
    run()
    company = Company.objects.get(slug="demo")
    CostPrice.objects.for_company(company).delete()
    StreamState.all_companies.filter(stream="products").update(succeeded_at=None)
    MarketplaceAccount.all_companies.update(status=AccountStatus.PAUSED)

    told = run()

    assert not CostPrice.objects.for_company(company).exists()
    assert "repeat the command" in told
