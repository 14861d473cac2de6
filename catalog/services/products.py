"""Recording the assortment as a marketplace lists it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from catalog.choices import LinkSource
from catalog.models import Listing, Product
from catalog.services.grouping import own_sku
from core.locks import lock_until_commit
from core.merge import MergeRule, merge
from marketplaces.contracts.products import ProductSnapshot
from marketplaces.streams import PageResult

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from marketplaces.models import MarketplaceAccount

_PRODUCTS = MergeRule(
    model=Product,
    columns=("company_id", "sku", "name", "photo_url", "created_at"),
    key=("company_id", "sku"),
)

_CONTENT = (
    "marketplace_sku",
    "seller_sku",
    "card_id",
    "size",
    "name",
    "barcodes",
    "photo_url",
    "category",
    "category_id",
    "status",
    "external_status",
    "is_archived",
    "length_mm",
    "width_mm",
    "height_mm",
    "weight_g",
)
# Once prices were read apart from the products, what an answer about products says of them changes nothing.
_PRICES = ("price", "old_price", "min_price", "currency")

_LISTINGS = MergeRule(
    model=Listing,
    columns=(
        "company_id",
        "account_id",
        "external_id",
        "product_id",
        *_CONTENT,
        *_PRICES,
        "hold_reason",
        "link",
        "stock_available",
        "observed_at",
        "created_at",
    ),
    key=("company_id", "account_id", "external_id"),
    update={
        **dict.fromkeys(_CONTENT),
        **{
            name: f"CASE WHEN EXCLUDED.price IS NULL OR t.prices_as_of IS NOT NULL THEN t.{name}"
            f" ELSE EXCLUDED.{name} END"
            for name in _PRICES
        },
        "observed_at": None,
    },
    when="EXCLUDED.observed_at >= t.observed_at AND (({held}) IS DISTINCT FROM ({new})"
    " OR (EXCLUDED.price IS NOT NULL AND t.prices_as_of IS NULL AND ({held_prices}) IS DISTINCT FROM ({new_prices})))".format(
        held=", ".join(f"t.{name}" for name in _CONTENT),
        new=", ".join(f"EXCLUDED.{name}" for name in _CONTENT),
        held_prices=", ".join(f"t.{name}" for name in _PRICES),
        new_prices=", ".join(f"EXCLUDED.{name}" for name in _PRICES),
    ),
)


@transaction.atomic(savepoint=False)
def record_products(
    *, account: MarketplaceAccount, snapshots: Sequence[ProductSnapshot], observed_at: datetime
) -> PageResult:
    """Write what the marketplace lists. A new listing comes to the product of its article, made when there is none;
    `catalog.services.matching` decides once the pull is whole.

    Reading the same page twice changes nothing, and a page older than what we hold changes nothing.
    """
    lock_until_commit("catalog", account.company_id)
    latest = list({snapshot.external_id: snapshot for snapshot in snapshots}.values())
    held = dict(
        Listing.objects.for_company(account.company_id)
        .filter(account=account, external_id__in=[one.external_id for one in latest])
        .values_list("external_id", "product_id")
    )
    new = _first_products(account=account, snapshots=[one for one in latest if one.external_id not in held])
    now = timezone.now()
    rows = [
        (
            account.company_id,
            account.pk,
            snapshot.external_id,
            held.get(snapshot.external_id) or new[snapshot.external_id],
            *_content(snapshot),
            *(getattr(snapshot, name) for name in _PRICES),
            "",
            LinkSource.ARTICLE.value,
            0,
            observed_at,
            now,
        )
        for snapshot in latest
    ]
    written = merge(_LISTINGS, rows)
    inserted = sum(1 for _id, is_new in written if is_new)
    return PageResult(
        inserted=inserted, changed=len(written) - inserted, unchanged=len(snapshots) - len(written)
    )


def _content(snapshot: ProductSnapshot) -> tuple[object, ...]:
    return (
        snapshot.marketplace_sku,
        snapshot.seller_sku,
        snapshot.card_id,
        snapshot.size,
        snapshot.name,
        list(snapshot.barcodes),
        snapshot.photo_url,
        snapshot.category,
        snapshot.category_id,
        snapshot.status.value,
        snapshot.external_status,
        snapshot.is_archived,
        snapshot.length_mm,
        snapshot.width_mm,
        snapshot.height_mm,
        snapshot.weight_g,
    )


def _first_products(*, account: MarketplaceAccount, snapshots: Iterable[ProductSnapshot]) -> dict[str, int]:
    """The product of its own SKU for each new listing, made where there is none."""
    skus = {one.external_id: own_sku(one.seller_sku, one.size) for one in snapshots}
    if not skus:
        return {}
    first = {skus[one.external_id]: one for one in snapshots}
    now = timezone.now()
    merge(
        _PRODUCTS,
        [(account.company_id, sku, one.name, one.photo_url, now) for sku, one in first.items()],
    )
    products = dict(
        Product.objects.for_company(account.company_id).filter(sku__in=first).values_list("sku", "pk")
    )
    return {external_id: products[sku] for external_id, sku in skus.items()}
