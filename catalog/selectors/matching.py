"""Pairs in doubt side by side, products to link to, and what people moved."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.db.models import Count, Prefetch, Q
from django.utils.translation import gettext as _

from catalog.choices import PairState
from catalog.models import DoubtfulPair, Listing, ListingMove, Product
from core import formats

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from django_stubs_ext import StrOrPromise

    from companies.models import Company

PAIRS_ON_PAGE: Final = 20
_MOST_FOUND: Final = 20
_MOVES_SHOWN: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One property on both sides; `is_same` is None where one side does not know it."""

    label: StrOrPromise
    left: str
    right: str
    is_same: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PairCard:
    """A pair in doubt as a person sees it: the product at the left, the listing in question at the right."""

    pair: DoubtfulPair
    product: Product
    known: Sequence[Listing]
    listing: Listing
    facts: Sequence[Fact]

    @property
    def is_open(self) -> bool:
        """Whether it waits for a decision."""
        return bool(self.pair.state == PairState.OPEN)


@dataclass(frozen=True, slots=True, kw_only=True)
class PairCounts:
    """How many pairs wait and how many are decided."""

    waiting: int
    linked: int
    declined: int


def pair_cards(company: Company, *, after: int | None = None) -> list[PairCard]:
    """A page of the pairs that wait, the surest first; `after` is the pair behind which it begins, decided or not."""
    pairs = _pairs(company).filter(state=PairState.OPEN).order_by("-score", "pk")
    last = None if after is None else DoubtfulPair.objects.for_company(company).filter(pk=after).first()
    if last is not None:
        pairs = pairs.filter(Q(score__lt=last.score) | Q(score=last.score, pk__gt=last.pk))
    return [_card(pair) for pair in pairs[:PAIRS_ON_PAGE]]


def pair_card(company: Company, pk: int) -> PairCard:
    """One pair. Raises DoubtfulPair.DoesNotExist, also for another company's."""
    return _card(_pairs(company).get(pk=pk))


def pair_counts(company: Company) -> PairCounts:
    """How many pairs stand in each state."""
    rows = DoubtfulPair.objects.for_company(company).values_list("state").annotate(count=Count("pk"))
    counts = {str(state): int(count) for state, count in rows.order_by()}
    return PairCounts(
        waiting=counts.get(PairState.OPEN, 0),
        linked=counts.get(PairState.LINKED, 0),
        declined=counts.get(PairState.DECLINED, 0),
    )


def products_to_link(company: Company, text: str, *, besides: int) -> list[Product]:
    """Products by article, name or barcode, with their listings; nothing without a text."""
    if not text:
        return []
    found = Product.objects.for_company(company).filter(
        Q(sku__istartswith=text)
        | Q(name__icontains=text)
        | Q(listings__barcodes__contains=[text])
        | Q(listings__seller_sku__istartswith=text)
    )
    return list(
        found.exclude(pk=besides)
        .distinct()
        .prefetch_related(_with_listings(company))
        .order_by("sku", "pk")[:_MOST_FOUND]
    )


def moves_of(company: Company, product: Product) -> list[ListingMove]:
    """What people did with the listings of a product, the latest first."""
    return list(
        ListingMove.objects.for_company(company)
        .filter(Q(from_product=product) | Q(to_product=product))
        .select_related("listing__account", "from_product", "to_product", "made_by", "undone_by")
        .order_by("-made_at", "-pk")[:_MOVES_SHOWN]
    )


def siblings_of(company: Company, listings: Sequence[Listing]) -> list[Listing]:
    """The other sizes of the cards that the listings are sizes of."""
    places = {(one.account_id, one.card_id) for one in listings if one.card_id and one.size}
    if not places:
        return []
    wanted = Q()
    for account_id, card_id in places:
        wanted |= Q(account_id=account_id, card_id=card_id)
    rows = Listing.objects.for_company(company).filter(wanted).exclude(pk__in=[one.pk for one in listings])
    return list(rows.select_related("account").order_by("card_id", "size", "pk")[:100])


def _pairs(company: Company) -> Any:
    return (
        DoubtfulPair.objects.for_company(company)
        .select_related("listing__account", "listing__product", "product")
        .prefetch_related(_with_listings(company, prefix="product__"))
    )


def _with_listings(company: Company, prefix: str = "") -> Prefetch[Any]:
    rows = Listing.objects.for_company(company).select_related("account").order_by("account_id", "pk")
    return Prefetch(f"{prefix}listings", queryset=rows, to_attr="known")


def _card(pair: DoubtfulPair) -> PairCard:
    known: list[Listing] = pair.product.known  # type: ignore[attr-defined]  # prefetched
    first = known[0] if known else None
    return PairCard(
        pair=pair,
        product=pair.product,
        known=known,
        listing=pair.listing,
        facts=_facts(known, first, pair.listing),
    )


def _facts(known: Sequence[Listing], first: Listing | None, asked: Listing) -> list[Fact]:
    mine = {barcode for one in known for barcode in one.barcodes}
    theirs = set(asked.barcodes)
    return [
        _fact(_("Article"), first.seller_sku if first else "", asked.seller_sku),
        Fact(
            label=_("Barcodes"),
            left=", ".join(sorted(mine)) or formats.UNKNOWN,
            right=", ".join(sorted(theirs)) or formats.UNKNOWN,
            is_same=bool(mine & theirs) if mine and theirs else None,
        ),
        _fact(_("Size"), first.size if first else "", asked.size),
        _fact(_("Dimensions"), sides_text(first), sides_text(asked)),
        _fact(_("Price"), _money(first.price if first else None), _money(asked.price)),
    ]


def _fact(label: StrOrPromise, left: str, right: str) -> Fact:
    is_known = left not in ("", formats.UNKNOWN) and right not in ("", formats.UNKNOWN)
    return Fact(
        label=label,
        left=left or formats.UNKNOWN,
        right=right or formats.UNKNOWN,
        is_same=left == right if is_known else None,
    )


def sides_text(thing: Listing | Product | None) -> str:
    """«30 × 20 × 10 см, 1,2 кг» of a listing or of our own measure; empty when it is not known."""
    if thing is None or not (thing.length_mm and thing.width_mm and thing.height_mm):
        return ""
    sides = " × ".join(
        formats.number(side / 10, digits=0 if side % 10 == 0 else 1)
        for side in (thing.length_mm, thing.width_mm, thing.height_mm)
    )
    if not thing.weight_g:
        return _("%(sides)s cm") % {"sides": sides}
    return _("%(sides)s cm, %(weight)s kg") % {
        "sides": sides,
        "weight": formats.number(thing.weight_g / 1000, digits=2),
    }


def _money(price: Decimal | None) -> str:
    return formats.UNKNOWN if price is None else formats.money(price)
