"""Recording the assortment as a marketplace lists it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Count
from django.utils import timezone

from catalog.choices import LinkSource
from catalog.models import Listing, Product
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
    update={"name": None, "photo_url": None},
    when="(t.name, t.photo_url) IS DISTINCT FROM (EXCLUDED.name, EXCLUDED.photo_url)",
)

_CONTENT = (
    "product_id",
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
# Where prices are read apart from the products, an answer about products tells none: what is held stays.
_PRICES = ("price", "old_price", "min_price", "currency")

_LISTINGS = MergeRule(
    model=Listing,
    columns=(
        "company_id",
        "account_id",
        "external_id",
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
            name: f"CASE WHEN EXCLUDED.price IS NULL THEN t.{name} ELSE EXCLUDED.{name} END"
            for name in _PRICES
        },
        "observed_at": None,
    },
    when="EXCLUDED.observed_at >= t.observed_at AND (({held}) IS DISTINCT FROM ({new})"
    " OR (EXCLUDED.price IS NOT NULL AND ({held_prices}) IS DISTINCT FROM ({new_prices})))".format(
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
    """Write what the marketplace lists; a product is made for each article of the seller.

    Reading the same page twice changes nothing, and a page older than what we hold changes nothing.
    """
    lock_until_commit("catalog", account.company_id)
    latest = list({snapshot.external_id: snapshot for snapshot in snapshots}.values())
    _follow_renamed_articles(account=account, snapshots=latest)
    products = _product_ids(account=account, snapshots=latest)
    now = timezone.now()
    rows = [
        (
            account.company_id,
            account.pk,
            snapshot.external_id,
            products[snapshot.seller_sku],
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


def _product_ids(*, account: MarketplaceAccount, snapshots: Iterable[ProductSnapshot]) -> dict[str, int]:
    """The product of each article, made where it is new."""
    by_article = {snapshot.seller_sku: snapshot for snapshot in snapshots}
    now = timezone.now()
    merge(
        _PRODUCTS,
        [(account.company_id, sku, one.name, one.photo_url, now) for sku, one in by_article.items()],
    )
    products = Product.objects.for_company(account.company_id).filter(sku__in=by_article)
    return dict(products.values_list("sku", "pk"))


def _follow_renamed_articles(*, account: MarketplaceAccount, snapshots: Iterable[ProductSnapshot]) -> None:
    """Rename a product whose only listing got another article, so that its history stays with it."""
    articles = {snapshot.external_id: snapshot.seller_sku for snapshot in snapshots}
    held = (
        Listing.objects.for_company(account.company_id)
        .filter(account=account, external_id__in=articles)
        .values_list("external_id", "seller_sku", "product_id")
    )
    renamed = {product: articles[ext] for ext, article, product in held if article != articles[ext]}
    if not renamed:
        return
    company_products = Product.objects.for_company(account.company_id)
    taken = set(company_products.filter(sku__in=renamed.values()).values_list("sku", flat=True))
    alone = company_products.filter(pk__in=renamed).annotate(uses=Count("listings")).filter(uses=1)
    for product in alone:
        if renamed[product.pk] not in taken:
            taken.add(renamed[product.pk])
            Product.objects.for_company(account.company_id).filter(pk=product.pk).update(
                sku=renamed[product.pk]
            )
