"""Prices of listings, and changes of prices, for lists and pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.db.models import Case, Count, DecimalField, Exists, F, Max, OuterRef, Q, Value, When

from catalog.choices import BatchState, ChangeState
from catalog.models import Listing, ListingPrice, PriceBatch, PriceChange

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from companies.models import Company

ON_ITS_WAY: Final = (ChangeState.QUEUED, ChangeState.SENT)
# Enough of the history for a person; the rest is for analytics.
_LAST_PRICES: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchPage:
    """A change of prices: its rows by state, how many are warned of, and when anything of it last changed."""

    batch: PriceBatch
    states: dict[str, int]
    warned: int
    changed_at: datetime | None

    @property
    def is_draft(self) -> bool:
        """Whether it waits for a person."""
        return bool(self.batch.state == BatchState.DRAFT)

    @property
    def is_moving(self) -> bool:
        """Whether rows are still to be decided by a marketplace."""
        return bool(self.batch.state == BatchState.CONFIRMED)

    @property
    def ready(self) -> int:
        """Rows of the draft that would be sent."""
        return self.states.get(ChangeState.DRAFT, 0)

    @property
    def decided(self) -> int:
        """Rows of which it is known what became of them."""
        return sum(
            count for state, count in self.states.items() if state not in {*ON_ITS_WAY, ChangeState.DRAFT}
        )


def price_list(company: Company) -> Any:
    """The listings with their accounts, and whether a new price is on its way."""
    moving = PriceChange.objects.for_company(company).filter(listing=OuterRef("pk"), state__in=ON_ITS_WAY)
    return Listing.objects.for_company(company).select_related("account").annotate(is_moving=Exists(moving))


def price_counts(listings: Any) -> dict[str, int]:
    """How many listings there are, have no price, are held back, are on their way."""
    counts: dict[str, int] = listings.order_by().aggregate(
        all=Count("pk"),
        priceless=Count("pk", filter=Q(price=None)),
        held=Count("pk", filter=Q(held_price__isnull=False)),
        moving=Count("pk", filter=Q(is_moving=True)),
    )
    return counts


def in_state(listings: Any, state: str) -> Any:
    """Listings in one of the states that the page names."""
    conditions = {
        "priceless": Q(price=None),
        "held": Q(held_price__isnull=False),
        "moving": Q(is_moving=True),
        "discounted": Q(old_price__gt=F("price")),
    }
    return listings.filter(conditions[state])


def batch_list(company: Company) -> Any:
    """The changes of prices, with who made them and how many rows came to which end."""
    ends = {
        "confirmed_rows": [ChangeState.CONFIRMED],
        "failed_rows": [ChangeState.REJECTED, ChangeState.REFUSED],
        "open_rows": [ChangeState.HELD, ChangeState.UNKNOWN],
    }
    return (
        PriceBatch.objects.for_company(company)
        .select_related("made_by")
        .annotate(
            **{name: Count("changes", filter=Q(changes__state__in=states)) for name, states in ends.items()}
        )
    )


def batch_page(company: Company, pk: int) -> BatchPage:
    """A change of prices. Raises PriceBatch.DoesNotExist, also for another company's."""
    batch: PriceBatch = PriceBatch.objects.for_company(company).select_related("made_by").get(pk=pk)
    rows = PriceChange.objects.for_company(company).filter(batch=batch).order_by()
    states = {str(state): count for state, count in rows.values_list("state").annotate(count=Count("pk"))}
    facts = rows.aggregate(
        warned=Count("pk", filter=Q(state=ChangeState.DRAFT) & ~Q(problems=[])),
        sent_at=Max("sent_at"),
        decided_at=Max("decided_at"),
    )
    moments = [
        moment
        for moment in (facts["sent_at"], facts["decided_at"], batch.confirmed_at, batch.settled_at)
        if moment
    ]
    return BatchPage(
        batch=batch, states=states, warned=facts["warned"], changed_at=max(moments, default=None)
    )


def change_list(company: Company, batch: PriceBatch) -> Any:
    """The rows of a change with their listings; `moved` is by how many percent the price moves (None: unknown),
    `size_of_move` the same without its sign."""
    moved = Case(
        When(was_price__gt=0, then=(F("price") - F("was_price")) * Value(100) / F("was_price")),
        output_field=DecimalField(max_digits=14, decimal_places=2, null=True),
    )
    return (
        PriceChange.objects.for_company(company)
        .filter(batch=batch)
        .select_related("listing", "account")
        .annotate(moved=moved)
        .annotate(
            size_of_move=Case(
                When(moved__lt=0, then=-F("moved")),
                default=F("moved"),
                output_field=DecimalField(max_digits=14, decimal_places=2, null=True),
            )
        )
    )


def price_history(company: Company, product_id: int) -> Sequence[ListingPrice]:
    """The last prices of a product on all accounts, the newest first."""
    rows = ListingPrice.objects.for_company(company).filter(listing__product=product_id)
    return list(rows.select_related("listing__account").order_by("-valid_from", "-pk")[:_LAST_PRICES])
