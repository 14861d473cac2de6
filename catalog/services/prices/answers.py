"""What a marketplace says of sent prices, written down."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, Final

from django.utils import timezone

from catalog.choices import ChangeState
from catalog.models import Listing, PriceChange
from catalog.services.prices.finishing import decide
from catalog.services.prices.reading import write_prices
from core.locks import lock_until_commit
from marketplaces.contracts.prices import PriceOutcome, PriceSnapshot

if TYPE_CHECKING:
    from collections.abc import Iterable

    from marketplaces.contracts.prices import PriceAnswer
    from marketplaces.models import MarketplaceAccount

_STATES: Final = {
    PriceOutcome.CONFIRMED: ChangeState.CONFIRMED,
    PriceOutcome.REJECTED: ChangeState.REJECTED,
    PriceOutcome.HELD: ChangeState.HELD,
}
_HOLD_REASON: Final = 300


def write_answers(*, account: MarketplaceAccount, rows: Any, answers: Iterable[PriceAnswer]) -> int:
    """Decide those of the SENT rows that the answers decide; how many. Inside a transaction.

    A confirmed price stands on the listing at once, a held one beside the old price. An answer for a row that
    is decided already, or for an item that was not sent, changes nothing.
    """
    lock_until_commit("prices", account.company_id)
    told = {one.external_id: one for one in answers if one.outcome in _STATES}
    if not told:
        return 0
    sent = list(rows.filter(listing__external_id__in=told).select_related("listing"))
    groups: dict[tuple[ChangeState, str, str], list[PriceChange]] = defaultdict(list)
    for row in sent:
        answer = told[row.listing.external_id]
        groups[_STATES[answer.outcome], answer.code, answer.reason].append(row)
    decided = 0
    for (state, code, reason), members in groups.items():
        decided += decide(
            rows.filter(pk__in=[one.pk for one in members]), state=state, code=code, reason=reason
        )
        if state == ChangeState.CONFIRMED:
            _stand(account, members)
        elif state == ChangeState.HELD:
            _hold(account, members, reason)
    return decided


def _stand(account: MarketplaceAccount, confirmed: list[PriceChange]) -> None:
    told = [
        (
            one.listing_id,
            PriceSnapshot(
                external_id=one.listing.external_id,
                price=one.price,
                old_price=one.old_price,
                min_price=one.min_price,
                currency=one.currency,
            ),
        )
        for one in confirmed
    ]
    write_prices(company_id=account.company_id, told=told, at=timezone.now())


def _hold(account: MarketplaceAccount, held: list[PriceChange], reason: str) -> None:
    listings = []
    for one in held:
        one.listing.held_price, one.listing.hold_reason = one.price, reason[:_HOLD_REASON]
        listings.append(one.listing)
    Listing.objects.for_company(account.company_id).bulk_update(
        listings, ["held_price", "hold_reason"], batch_size=500
    )
