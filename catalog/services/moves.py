"""What people decide of the assortment: listings linked, split and merged by hand, and pairs in doubt."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from catalog.choices import LinkSource, MoveKind, PairState
from catalog.models import DoubtfulPair, Listing, ListingMove, Product
from catalog.services.matching import key_of
from core.locks import lock_until_commit

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from companies.models import Company, User


class CannotMove(Exception):
    """What was asked makes no sense: the listing is there already, or the product has one listing only."""


@transaction.atomic
def link_listing(*, listing: Listing, product: Product, actor: User | None) -> uuid.UUID:
    """Say that the listing is this product, whatever article and barcode say. Raises CannotMove."""
    return _move_by_hand(
        company_id=listing.company_id, listings=[listing.pk], target=product, kind=MoveKind.LINK, actor=actor
    )


@transaction.atomic
def split_listing(*, listing: Listing, actor: User | None) -> uuid.UUID:
    """Give the listing a product of its own. Raises CannotMove when it is alone already."""
    company_id = listing.company_id
    lock_until_commit("catalog", company_id)
    others = (
        Listing.objects.for_company(company_id).filter(product_id=listing.product_id).exclude(pk=listing.pk)
    )
    if not others.exists():
        raise CannotMove("the product has no other listing")
    target = Product.all_companies.create(
        company_id=company_id,
        sku=_free_sku(company_id, key_of(listing).own_sku),
        name=listing.name,
        photo_url=listing.photo_url,
    )
    return _move_by_hand(
        company_id=company_id, listings=[listing.pk], target=target, kind=MoveKind.SPLIT, actor=actor
    )


@transaction.atomic
def merge_products(*, product: Product, into: Product, actor: User | None) -> uuid.UUID:
    """Move every listing of a product to another one; the emptied product waits for an undo. Raises CannotMove."""
    lock_until_commit("catalog", product.company_id)
    rows = Listing.objects.for_company(product.company_id).filter(product=product).order_by("pk")
    listings = list(rows.values_list("pk", flat=True))
    if product.pk == into.pk or not listings:
        raise CannotMove("there is nothing to merge")
    return _move_by_hand(
        company_id=product.company_id, listings=listings, target=into, kind=MoveKind.MERGE, actor=actor
    )


@transaction.atomic
def undo_moves(*, company: Company, token: uuid.UUID, actor: User | None) -> int:
    """Put back what was moved together, as far as nobody has moved it on since; how many listings went back."""
    lock_until_commit("catalog", company.pk)
    moves = list(
        ListingMove.objects.for_company(company)
        .filter(token=token, undone_at=None)
        .select_related("listing")
        .order_by("pk")
    )
    back = [move for move in moves if move.listing.product_id == move.to_product_id]
    for move in back:
        move.listing.product_id = move.from_product_id
        move.listing.link = move.old_link or LinkSource.ARTICLE
    Listing.all_companies.bulk_update([move.listing for move in back], ["product_id", "link"])
    ListingMove.objects.for_company(company).filter(pk__in=[move.pk for move in moves]).update(
        undone_at=timezone.now(), undone_by=actor
    )
    pairs = DoubtfulPair.objects.for_company(company).filter(
        listing_id__in=[move.listing_id for move in back],
        product_id__in={move.to_product_id for move in back},
        state=PairState.LINKED,
    )
    pairs.update(state=PairState.OPEN, decided_at=None, decided_by=None)
    return len(back)


@transaction.atomic
def decide_pair(*, pair: DoubtfulPair, is_same: bool, actor: User | None) -> uuid.UUID | None:
    """Decide a pair in doubt: the same goods are linked by hand, different ones stay apart for good.

    Gives the token to undo a link by, None when there is nothing to undo. A pair that is decided already stays as it
    was decided.
    """
    lock_until_commit("catalog", pair.company_id)
    held = (
        DoubtfulPair.objects.for_company(pair.company_id)
        .select_for_update(of=("self",))
        .select_related("listing", "product")
        .get(pk=pair.pk)
    )
    if held.state != PairState.OPEN:
        return None
    token = None
    if is_same and held.listing.product_id != held.product_id:
        token = link_listing(listing=held.listing, product=held.product, actor=actor)
    held.state = PairState.LINKED if is_same else PairState.DECLINED
    held.decided_at, held.decided_by = timezone.now(), actor
    held.save(update_fields=["state", "decided_at", "decided_by"])
    return token


@transaction.atomic
def reopen_pair(*, pair: DoubtfulPair, actor: User | None) -> None:
    """Take a decision back: a link is undone, and the pair waits again."""
    moves = ListingMove.objects.for_company(pair.company_id).filter(
        listing_id=pair.listing_id, to_product_id=pair.product_id, undone_at=None
    )
    token = moves.order_by("-pk").values_list("token", flat=True).first()
    if pair.state == PairState.LINKED and token is not None:
        undo_moves(company=pair.company, token=token, actor=actor)
    DoubtfulPair.objects.for_company(pair.company_id).filter(
        pk=pair.pk, state__in=[PairState.LINKED, PairState.DECLINED]
    ).update(state=PairState.OPEN, decided_at=None, decided_by=None)


def _move_by_hand(
    *, company_id: int, listings: Collection[int], target: Product, kind: MoveKind, actor: User | None
) -> uuid.UUID:
    lock_until_commit("catalog", company_id)
    rows = list(
        Listing.objects.for_company(company_id)
        .select_for_update(of=("self",))
        .filter(pk__in=listings)
        .exclude(product_id=target.pk)
        .order_by("pk")
    )
    if target.company_id != company_id or not rows:
        raise CannotMove("the listing is of this product already")
    token = uuid.uuid4()
    ListingMove.all_companies.bulk_create(
        ListingMove(
            company_id=company_id,
            token=token,
            kind=kind,
            listing=listing,
            from_product_id=listing.product_id,
            to_product_id=target.pk,
            old_link=listing.link,
            made_by=actor,
        )
        for listing in rows
    )
    for listing in rows:
        listing.product_id, listing.link = target.pk, LinkSource.MANUAL
    Listing.all_companies.bulk_update(rows, ["product_id", "link"])
    _close_pairs(company_id, rows, target=target)
    return token


def _close_pairs(company_id: int, listings: Sequence[Listing], *, target: Product) -> None:
    """What is linked by hand is in doubt no more."""
    pairs: Any = DoubtfulPair.objects.for_company(company_id).filter(
        listing__in=listings, state=PairState.OPEN
    )
    pairs.filter(product=target).update(state=PairState.LINKED, decided_at=timezone.now())
    pairs.exclude(product=target).update(state=PairState.GONE, decided_at=timezone.now())


def _free_sku(company_id: int, sku: str) -> str:
    """The SKU, with a number when another product has it."""
    taken = set(
        Product.objects.for_company(company_id).filter(sku__startswith=sku).values_list("sku", flat=True)
    )
    number, free = 1, sku
    while free in taken:
        number += 1
        free = f"{sku} ({number})"
    return free
