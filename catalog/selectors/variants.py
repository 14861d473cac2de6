"""A listing beside the others of its product: where else it is sold, how it was matched, who measured otherwise."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, Final

from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Abs, Greatest, Least

from catalog.choices import LinkSource, PairState
from catalog.models import DoubtfulPair, Listing

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from companies.models import Company

_SIDES = ("length_mm", "width_mm", "height_mm")
# Marketplaces that tell kilograms tell two places of them: a smaller difference is rounding.
ROUNDING_G: Final = 10


def in_state(listings: Any, company: Company, state: str) -> Any:
    """Listings that stand `alone` on their marketplace, on `several`, are `doubtful`, or linked by hand (`manual`)."""
    if state == "manual":
        return listings.filter(link=LinkSource.MANUAL)
    if state == "doubtful":
        pairs = DoubtfulPair.objects.for_company(company).filter(listing=OuterRef("pk"), state=PairState.OPEN)
        return listings.filter(Exists(pairs))
    elsewhere = Exists(
        Listing.objects.for_company(company)
        .filter(product=OuterRef("product"))
        .exclude(account__marketplace=OuterRef("account__marketplace"))
    )
    return listings.filter(elsewhere if state == "several" else ~elsewhere)


def measured_otherwise(listings: Any) -> Any:
    """Listings of which the marketplace believes other sides, in whatever order, or another weight than the seller
    measured, by more than rounding; what one of them does not know differs from nothing."""
    known = Q(**{f"{owner}{side}__gt": 0 for owner in ("", "product__") for side in _SIDES})
    other_sides = known & (
        ~Q(_longest=F("_own_longest")) | ~Q(_shortest=F("_own_shortest")) | ~Q(_girth=F("_own_girth"))
    )
    other_weight = Q(weight_g__gt=0, product__weight_g__gt=0) & Q(_weight_gap__gte=ROUNDING_G)
    # The longest, the shortest and the sum of three sides are the three sides.
    return listings.alias(
        _longest=Greatest(*_SIDES),
        _shortest=Least(*_SIDES),
        _weight_gap=Abs(F("weight_g") - F("product__weight_g")),
        _girth=F("length_mm") + F("width_mm") + F("height_mm"),
        _own_longest=Greatest(*(f"product__{side}" for side in _SIDES)),
        _own_shortest=Least(*(f"product__{side}" for side in _SIDES)),
        _own_girth=F("product__length_mm") + F("product__width_mm") + F("product__height_mm"),
    ).filter(other_sides | other_weight)


def unmeasured(listings: Any) -> Any:
    """Listings of products that the seller has not measured."""
    return listings.filter(product__length_mm=None)


def sold_on(company: Company, products: Iterable[int]) -> Mapping[int, list[str]]:
    """The marketplaces that list each of the products, in the order in which the accounts were connected."""
    found: dict[int, dict[str, None]] = defaultdict(dict)
    rows = (
        Listing.objects.for_company(company).filter(product_id__in=set(products)).order_by("account_id", "pk")
    )
    for product, marketplace in rows.values_list("product_id", "account__marketplace"):
        found[product][marketplace] = None
    return {product: list(marketplaces) for product, marketplaces in found.items()}
