"""Listings for lists, and the page of a product."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlencode

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from catalog.models import IDLE_STATES, Listing, ListingMove, Product, StockLevel
from catalog.selectors.matching import moves_of, siblings_of, sides_text
from catalog.selectors.variants import ROUNDING_G
from core import formats
from core.components import Fact

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from companies.models import Company
    from marketplaces.models import MarketplaceAccount

# States that are summed; `available` without what new orders hold is `sellable`.
STATES = (
    "reserved", "preparing", "requested", "in_transit", "waiting_docs", "expiring", "excess", "defect",
    "from_customers", "to_seller", "other",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class StockSum:
    """Units by state over some places; `ads` is what they sell a day together."""

    name: str
    places: int
    sellable: int
    states: dict[str, int]
    ads: Decimal | None

    @property
    def not_for_sale(self) -> int:
        """Units that lie there and cannot be sold as they are."""
        return sum(self.states[state] for state in IDLE_STATES)

    @property
    def days_of_cover(self) -> Decimal | None:
        """Days that the sellable units last; None without sales."""
        return None if not self.ads else (Decimal(self.sellable) / self.ads).quantize(Decimal("0.1"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """The size of one unit as somebody says it: the seller himself (no `listing`) or a marketplace. `is_other` where a
    marketplace believes another than the seller measured."""

    listing: Listing | None
    text: str
    litres: Decimal | None
    is_other: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductPage:
    """A product with its listings and their stock, by warehouse and by cluster."""

    product: Product
    listings: Sequence[Listing]
    levels: Sequence[StockLevel]
    clusters: Sequence[StockSum]
    total: StockSum
    facts: Sequence[Fact]
    measures: Sequence[Measure]
    siblings: Sequence[Listing]
    moves: Sequence[ListingMove]

    @property
    def stock_query(self) -> str:
        """The query of the stock list that shows only this product."""
        return f"?{urlencode({'q': self.product.sku})}"


def listing_list(company: Company) -> Any:
    """The listings of a company with their accounts."""
    return Listing.objects.for_company(company).select_related("account")


def matching(listings: Any, text: str) -> Any:
    """Listings by a part of the name, the beginning of the article or SKU, or a whole barcode."""
    return listings.filter(
        Q(name__icontains=text)
        | Q(seller_sku__istartswith=text)
        | Q(marketplace_sku__startswith=text)
        | Q(barcodes__contains=[text])
    )


def status_counts(listings: Any) -> dict[str, int]:
    """How many listings stand in each status."""
    rows = listings.order_by().values_list("status").annotate(count=Count("pk"))
    return {str(status): count for status, count in rows}


def product_page(company: Company, pk: int) -> ProductPage:
    """The page of a product. Raises Product.DoesNotExist, also for another company's product."""
    product: Product = Product.objects.for_company(company).get(pk=pk)
    listings = listing_list(company).filter(product=product).order_by("is_archived", "pk")
    levels = list(
        StockLevel.objects.for_company(company)
        .filter(listing__product=product)
        .select_related("warehouse__cluster", "account", "listing")
        .order_by("-available", "warehouse__name", "pk")
    )
    by_cluster: dict[str, list[StockLevel]] = defaultdict(list)
    for level in levels:
        by_cluster[level.warehouse.cluster.name if level.warehouse.cluster else ""].append(level)
    clusters = [summed(name, group, rate="cluster_ads") for name, group in by_cluster.items()]
    listed = list(listings)
    return ProductPage(
        product=product,
        listings=listed,
        levels=levels,
        clusters=sorted(clusters, key=lambda one: (-one.sellable, one.name)),
        total=summed("", levels, rate="ads"),
        facts=_facts(product, listed),
        measures=measures_of(product, listed),
        siblings=siblings_of(company, listed),
        moves=moves_of(company, product),
    )


def measures_of(product: Product, listed: Sequence[Listing]) -> list[Measure]:
    """What the seller measured and what each marketplace believes; nothing when nobody knows."""
    own = _sides(product)
    rows = [Measure(listing=None, text=sides_text(product), litres=_litres(own))] if own else []
    rows += [
        Measure(
            listing=one,
            text=sides_text(one),
            litres=_litres(_sides(one)),
            is_other=bool(own and _sides(one) and sorted(_sides(one)) != sorted(own))
            or bool(product.weight_g and one.weight_g and abs(product.weight_g - one.weight_g) >= ROUNDING_G),
        )
        for one in listed
        if _sides(one)
    ]
    return rows


def _sides(thing: Listing | Product) -> tuple[int, ...]:
    sides = (thing.length_mm, thing.width_mm, thing.height_mm)
    return tuple(side for side in sides if side) if all(sides) else ()


def _litres(sides: tuple[int, ...]) -> Decimal | None:
    return Decimal(sides[0] * sides[1] * sides[2]) / 1_000_000 if sides else None


def summed(name: str, levels: Iterable[StockLevel], *, rate: Literal["ads", "cluster_ads"]) -> StockSum:
    """The sum of some levels of one cluster (`cluster_ads`), or of all (`ads`).

    Every place of a listing repeats the rate of the whole, so it counts once for each listing.
    """
    held = list(levels)
    sold = {level.listing_id: getattr(level, rate) for level in held if getattr(level, rate) is not None}
    return StockSum(
        name=name,
        places=len(held),
        sellable=sum(level.sellable for level in held),
        states={state: sum(getattr(level, state) for level in held) for state in STATES},
        ads=sum(sold.values(), Decimal(0)) if sold else None,
    )


def _facts(product: Product, listed: Sequence[Listing]) -> list[Fact]:
    barcodes = dict.fromkeys(code for one in listed for code in one.barcodes)
    sized = next((one for one in listed if one.length_mm and one.width_mm and one.height_mm), None)
    weighed = next((one for one in listed if one.weight_g), None)
    rows = [
        (_("Article"), product.sku),
        (_("Barcodes"), ", ".join(barcodes)),
        (_("Category"), next((one.category for one in listed if one.category), "")),
        (_("Dimensions"), _size(sized) if sized else formats.UNKNOWN),
        (_("Weight"), _weight(weighed.weight_g) if weighed and weighed.weight_g else formats.UNKNOWN),
        (_("First seen"), formats.day(product.created_at)),
    ]
    return [Fact(label=label, value=value) for label, value in rows if value]


def _size(listing: Listing) -> str:
    sides = [Decimal(side or 0) / 10 for side in (listing.length_mm, listing.width_mm, listing.height_mm)]
    litres = formats.number(sides[0] * sides[1] * sides[2] / 1000, digits=1)
    text = " × ".join(formats.number(side, digits=0 if side == side.to_integral() else 1) for side in sides)
    return _("%(sides)s cm, %(litres)s l") % {"sides": text, "litres": litres}


def _weight(grams: int) -> str:
    if grams < 1000:
        return _("%(count)s g") % {"count": formats.number(grams)}
    return _("%(count)s kg") % {"count": formats.number(Decimal(grams) / 1000, digits=1)}


def skus_by_barcode(account: MarketplaceAccount) -> dict[str, str]:
    """The marketplace SKU of each barcode of the account's assortment."""
    rows = Listing.objects.for_company(account.company_id).filter(account=account).order_by("pk")
    return {
        barcode: sku
        for sku, barcodes in rows.values_list("marketplace_sku", "barcodes").iterator(chunk_size=5000)
        for barcode in barcodes
    }
