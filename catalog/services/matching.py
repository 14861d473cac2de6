"""One assortment: giving every listing its product by article, size and barcode."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from catalog.choices import LinkSource, PairState
from catalog.models import CostPrice, DoubtfulPair, Listing, ListingMove, Product
from catalog.services.grouping import Grouping, Key
from core.locks import lock_until_commit

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from catalog.services.grouping import Doubt, Group

_AT_ONCE = 2000
# bulk_update spells a CASE for every row: minutes for a whole assortment.
_POINT = """
    UPDATE catalog_listing held SET product_id = moved.product_id, link = moved.link
    FROM unnest(%(listings)s::bigint[], %(products)s::bigint[], %(links)s::text[]) moved (id, product_id, link)
    WHERE held.id = moved.id AND held.company_id = %(company)s
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Matched:
    """What a pass over the assortment changed."""

    listings: int
    moved: int
    products: int
    doubtful: int


@transaction.atomic(savepoint=False)
def match_assortment(*, company_id: int) -> Matched:
    """Give every listing of the company its product; the same listings always get the same products.

    What a person linked stays. Pairs in doubt are opened, those no longer in doubt are closed, and a product that is
    left without a listing goes unless something of the seller's hangs on it.
    """
    lock_until_commit("catalog", company_id)
    listings = list(
        Listing.objects.for_company(company_id)
        .exclude(link=LinkSource.MANUAL)
        .order_by("pk")
        .only(
            "pk",
            "account_id",
            "external_id",
            "seller_sku",
            "size",
            "barcodes",
            "product_id",
            "link",
            "name",
            "photo_url",
        )
    )
    grouping = Grouping(
        (key_of(listing) for listing in listings), apart=_called_different(company_id, listings)
    )
    products = _products_of(company_id, grouping, {listing.pk: listing for listing in listings})
    moved = _move(company_id, listings, grouping, products)
    doubtful = _open_doubts(company_id, grouping.doubts(), products)
    _forget_empty(company_id)
    return Matched(
        listings=len(listings), moved=moved, products=len(set(products.values())), doubtful=doubtful
    )


def key_of(listing: Listing) -> Key:
    """What matching knows of a listing."""
    return Key(
        listing_id=listing.pk,
        account_id=listing.account_id,
        external_id=listing.external_id,
        article=listing.seller_sku.strip(),
        size=listing.size,
        barcodes=tuple(listing.barcodes),
    )


def _called_different(company_id: int, listings: Iterable[Listing]) -> list[tuple[int, int]]:
    """Pairs of listings that a person called different goods: one that was in doubt, and each of the other product."""
    members: dict[int, list[int]] = defaultdict(list)
    for listing in listings:
        members[listing.product_id].append(listing.pk)
    declined = DoubtfulPair.objects.for_company(company_id).filter(state=PairState.DECLINED)
    return [
        (listing, other)
        for listing, product in declined.values_list("listing_id", "product_id")
        for other in members[product]
        if other != listing
    ]


def _products_of(company_id: int, grouping: Grouping, listings: Mapping[int, Listing]) -> dict[str, int]:
    """The product of each group by the group's name; made, or renamed with its history where it stood alone."""
    names = {group.sku: group for group in grouping.groups}
    known = dict(Product.objects.for_company(company_id).filter(sku__in=names).values_list("sku", "pk"))
    free = _free_products(company_id, grouping, listings, taken=set(known.values()))
    renamed, made = [], []
    for sku, group in names.items():
        if sku in known:
            continue
        lead = listings[group.lead.listing_id]
        if group.sku in free:
            renamed.append(Product(pk=free[sku], company_id=company_id, sku=sku))
            known[sku] = free[sku]
        else:
            made.append(
                Product(company_id=company_id, sku=sku, name=lead.name[:500], photo_url=lead.photo_url)
            )
    Product.all_companies.bulk_update(renamed, ["sku"], batch_size=_AT_ONCE)
    for product in Product.all_companies.bulk_create(made, batch_size=_AT_ONCE):
        known[product.sku] = product.pk
    _name(company_id, {known[sku]: listings[group.lead.listing_id] for sku, group in names.items()})
    return known


def _free_products(
    company_id: int, grouping: Grouping, listings: Mapping[int, Listing], *, taken: set[int]
) -> dict[str, int]:
    """For groups without a product of their name: the one that all their listings share and that nobody else needs.

    That is a seller who renamed his article: the product goes along, with its costs and its history.
    """
    holders: dict[int, set[str]] = defaultdict(set)
    for group in grouping.groups:
        for key in group.members:
            holders[listings[key.listing_id].product_id].add(group.sku)
    by_hand = set(
        Listing.objects.for_company(company_id)
        .filter(link=LinkSource.MANUAL, product_id__in=holders)
        .values_list("product_id", flat=True)
    )
    found: dict[str, int] = {}
    for product_id, skus in sorted(holders.items()):
        if len(skus) == 1 and product_id not in taken and product_id not in by_hand:
            found.setdefault(next(iter(skus)), product_id)
    return found


def _name(company_id: int, leads: Mapping[int, Listing]) -> None:
    """Call each product as its first listing is called, and show that one's photo."""
    held = Product.objects.for_company(company_id).filter(pk__in=leads).only("pk", "name", "photo_url")
    changed = []
    for product in held:
        lead = leads[product.pk]
        if (product.name, product.photo_url) != (lead.name[:500], lead.photo_url):
            product.name, product.photo_url = lead.name[:500], lead.photo_url
            changed.append(product)
    Product.all_companies.bulk_update(changed, ["name", "photo_url"], batch_size=_AT_ONCE)


def _move(
    company_id: int, listings: Sequence[Listing], grouping: Grouping, products: Mapping[str, int]
) -> int:
    """Point the listings to their products; the costs of a product that merges go along where the other has none."""
    moved, merged = [], {}
    for listing in listings:
        group: Group = grouping.group_of[listing.pk]
        target = products[group.sku]
        link = LinkSource.BARCODE if listing.pk in group.by_barcode else LinkSource.ARTICLE
        if (listing.product_id, listing.link) != (target, link):
            if listing.product_id != target:
                merged[listing.product_id] = target
            listing.product_id, listing.link = target, link
            moved.append(listing)
    with connection.cursor() as cursor:
        cursor.execute(
            _POINT,
            {
                "company": company_id,
                "listings": [listing.pk for listing in moved],
                "products": [listing.product_id for listing in moved],
                "links": [str(listing.link) for listing in moved],
            },
        )
    _carry_costs(company_id, merged)
    _carry_measures(company_id, merged)
    return len(moved)


def _carry_costs(company_id: int, merged: Mapping[int, int]) -> None:
    """Costs of products that no listing is left of go to the product that their listings joined."""
    if not merged:
        return
    costs = list(
        CostPrice.objects.for_company(company_id).filter(product_id__in=merged, product__listings=None)
    )
    if not costs:
        return
    lock_until_commit("costs", company_id)
    known = set(
        CostPrice.objects.for_company(company_id)
        .filter(product_id__in=merged.values())
        .values_list("product_id", "valid_from")
    )
    for cost in costs:
        target = merged[cost.product_id]
        if (target, cost.valid_from) not in known:
            known.add((target, cost.valid_from))
            CostPrice.objects.for_company(company_id).filter(pk=cost.pk).update(product_id=target)


def _carry_measures(company_id: int, merged: Mapping[int, int]) -> None:
    """What the seller measured of products that no listing is left of goes to those that he has not measured."""
    left = Product.objects.for_company(company_id).filter(pk__in=merged, listings=None)
    fields = ("length_mm", "width_mm", "height_mm", "weight_g")
    for measured in left.exclude(length_mm=None, weight_g=None).order_by("pk").values("pk", *fields):
        target = merged[measured.pop("pk")]
        unmeasured = Product.objects.for_company(company_id).filter(length_mm=None, weight_g=None)
        unmeasured.filter(pk=target).update(**measured)


def _open_doubts(company_id: int, doubts: Iterable[Doubt], products: Mapping[str, int]) -> int:
    """Open the pairs in doubt, close those that are none any more; decided ones stay. How many are open."""
    wanted = {(doubt.listing_id, products[doubt.sku]): doubt for doubt in doubts}
    pairs = DoubtfulPair.objects.for_company(company_id)
    held = {
        (listing, product): (pk, state)
        for pk, listing, product, state in pairs.values_list("pk", "listing_id", "product_id", "state")
    }
    pairs.filter(
        pk__in=[pk for place, (pk, state) in held.items() if state == PairState.OPEN and place not in wanted]
    ).update(state=PairState.GONE, decided_at=timezone.now())
    again = [pk for place, (pk, state) in held.items() if state == PairState.GONE and place in wanted]
    pairs.filter(pk__in=again).update(state=PairState.OPEN, decided_at=None)
    DoubtfulPair.all_companies.bulk_create(
        [
            DoubtfulPair(
                company_id=company_id,
                listing_id=listing,
                product_id=product,
                reason=doubt.reason,
                score=doubt.score,
                evidence={"barcodes": list(doubt.barcodes)},
            )
            for (listing, product), doubt in sorted(wanted.items())
            if (listing, product) not in held
        ],
        batch_size=_AT_ONCE,
    )
    return int(pairs.filter(state=PairState.OPEN).count())


def _forget_empty(company_id: int) -> None:
    """Delete products without a listing, unless the seller's own doing hangs on them."""
    moved = ListingMove.objects.for_company(company_id).filter(undone_at=None)
    Product.objects.for_company(company_id).filter(listings=None, costs=None).exclude(
        Q(pk__in=moved.values("from_product_id")) | Q(pk__in=moved.values("to_product_id"))
    ).delete()
