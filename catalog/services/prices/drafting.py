"""Drafting a change of prices: every row with what the rules say against it, nothing sent yet."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, Final

from django.db import transaction
from django.db.models import Q

from catalog.choices import ChangeState
from catalog.models import Listing, PriceBatch, PriceChange
from catalog.services.prices.recipes import CannotMake
from catalog.services.prices.wishes import refusal, setter_of, wish_of
from marketplaces.models import AccountStatus

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from django.db.models import QuerySet

    from catalog.services.prices.recipes import NewPrices, Recipe
    from companies.models import Company, User

# More than any marketplace takes in a quarter of an hour; a person who wants more makes two changes.
MOST_AT_ONCE: Final = 20_000
_ROWS_AT_ONCE: Final = 2_000
ON_ITS_WAY: Final = (ChangeState.QUEUED, ChangeState.SENT)


class NothingToChange(Exception):
    """No listing was chosen."""


class TooMany(Exception):
    """More listings than MOST_AT_ONCE."""


@transaction.atomic
def draft_prices(
    *, company: Company, listings: QuerySet[Listing], recipe: Recipe, actor: User | None
) -> PriceBatch:
    """A draft of new prices for the listings, as the recipe makes them of those that stand.

    Where sizes of a card share a price, the card's other sizes are taken in. Rows that cannot be sent are REFUSED
    with the reason. Raises NothingToChange, TooMany.
    """
    chosen = _chosen(company, listings)
    in_flight = _in_flight(company, chosen)
    changes = [_change(company, one, recipe, is_on_its_way=one.pk in in_flight) for one in chosen]
    _refuse_torn_cards(changes)
    batch: PriceBatch = PriceBatch.objects.for_company(company).create(
        company=company, about=recipe.words(), rows_count=len(changes), made_by=actor
    )
    for change in changes:
        change.batch = batch
    PriceChange.objects.for_company(company).bulk_create(changes, batch_size=_ROWS_AT_ONCE)
    return batch


def _chosen(company: Company, listings: QuerySet[Listing]) -> list[Listing]:
    """The listings, and the sizes that share their price."""
    wanted = list(
        Listing.objects.for_company(company)
        .filter(pk__in=listings.order_by().values("pk"))
        .select_related("account")
        .order_by("account_id", "card_id", "pk")[: MOST_AT_ONCE + 1]
    )
    if not wanted:
        raise NothingToChange
    cards: dict[int, set[str]] = defaultdict(set)
    for one in wanted:
        if one.card_id and _prices_cards(one):
            cards[one.account_id].add(one.card_id)
    if cards:
        sisters = Q()
        for account_id, card_ids in cards.items():
            sisters |= Q(account_id=account_id, card_id__in=card_ids)
        known = {one.pk for one in wanted}
        more = (
            Listing.objects.for_company(company)
            .filter(sisters)
            .exclude(pk__in=known)
            .select_related("account")
        )
        wanted = sorted(
            [*wanted, *more[: MOST_AT_ONCE + 1]], key=lambda one: (one.account_id, one.card_id, one.pk)
        )
    if len(wanted) > MOST_AT_ONCE:
        raise TooMany
    return wanted


def _prices_cards(listing: Listing) -> bool:
    setter = setter_of(listing.account.marketplace)
    return setter is not None and setter.prices_cards


def _in_flight(company: Company, chosen: Sequence[Listing]) -> set[int]:
    rows = PriceChange.objects.for_company(company).filter(state__in=ON_ITS_WAY, listing__in=chosen)
    return set(rows.values_list("listing_id", flat=True))


def _change(company: Company, listing: Listing, recipe: Recipe, *, is_on_its_way: bool) -> PriceChange:
    change = PriceChange(
        company=company,
        account=listing.account,
        listing=listing,
        price=listing.price or 0,
        old_price=listing.old_price,
        min_price=listing.min_price,
        was_price=listing.price,
        was_old_price=listing.old_price,
        was_min_price=listing.min_price,
        currency=listing.currency,
        state=ChangeState.DRAFT,
    )
    try:
        made = recipe.of(listing)
    except CannotMake as exc:
        return _refuse(change, [refusal(exc.code)])
    change.price, change.old_price, change.min_price = made.price, made.old_price, made.min_price
    code = _obstacle(listing, made, is_on_its_way=is_on_its_way)
    if code:
        return _refuse(change, [refusal(code)])
    return _judged(change, listing)


def _obstacle(listing: Listing, made: NewPrices, *, is_on_its_way: bool) -> str:
    """Why the cabinet itself does not send the price; empty when nothing stands in the way."""
    if setter_of(listing.account.marketplace) is None:
        return "cannot_set"
    if listing.account.status != AccountStatus.ACTIVE:
        return "account_off"
    if listing.is_archived:
        return "archived"
    if (made.price, made.old_price, made.min_price) == (listing.price, listing.old_price, listing.min_price):
        return "unchanged"
    return "on_its_way" if is_on_its_way else ""


def _judged(change: PriceChange, listing: Listing) -> PriceChange:
    """The row with what the marketplace's own rules say."""
    setter = setter_of(listing.account.marketplace)
    told = setter.price_problems(wish_of(change, listing)) if setter else ()
    problems = [{"code": one.code, "text": str(one.text), "is_fatal": one.is_fatal} for one in told]
    change.problems = problems
    if any(one["is_fatal"] for one in problems):
        _refuse(change, problems)
    return change


def _refuse_torn_cards(changes: Iterable[PriceChange]) -> None:
    """Sizes that share a price cannot get two of them, nor one of them without the others."""
    cards: dict[tuple[int, str], list[PriceChange]] = defaultdict(list)
    for change in changes:
        if change.listing.card_id and _prices_cards(change.listing):
            cards[change.account_id, change.listing.card_id].append(change)
    for rows in cards.values():
        code = _torn(rows)
        for one in rows if code else ():
            if one.state == ChangeState.DRAFT:
                _refuse(one, [*one.problems, refusal(code)])


def _torn(rows: Sequence[PriceChange]) -> str:
    """Why the sizes of a card cannot get their prices together; empty when they can."""
    if len({(one.price, one.old_price) for one in rows}) > 1:
        return "sizes_differ"
    codes = {problem["code"] for one in rows for problem in one.problems}
    return "on_its_way" if "on_its_way" in codes else ""


def _refuse(change: PriceChange, problems: list[dict[str, Any]]) -> PriceChange:
    change.state = ChangeState.REFUSED
    change.problems = problems
    return change
