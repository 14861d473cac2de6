"""Returns for lists, and how many stand in each status."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING

from django.db.models import Max, Q
from django.utils import timezone

from catalog.models import Listing
from catalog.selectors.choices import listings_meant
from core.counting import bounded_counts
from core.listing import given_id
from marketplaces import registry
from marketplaces.contracts.returns import ReturnKind, ReturnStatus
from orders.models import Order
from returns.choices import COUNT_LIMIT, SOON, TOO_LONG, AttentionKind, Unmatched
from returns.models import OPEN, Reason, Return
from returns.selectors.places import NOT_TOLD

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from companies.models import Company
    from returns.models import ReturnQuerySet

# What a row of a list shows; the rest of a return is wide.
_ROW = (
    "company_id", "marketplace", "external_id", "number", "kind", "status", "external_status", "status_at",
    "registered_at", "order_id", "order_external_id", "listing_id", "seller_sku", "name", "quantity", "amount",
    "currency", "external_reason", "external_reason_id", "reason_id", "unmatched", "place_name", "place_address",
    "pick_up_until", "disposal_on", "storage_cost", "changed_at", "reason__name", "reason__group",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusCount:
    """How many returns stand in a status; `is_more` when not all were counted."""

    returns: int = 0
    is_more: bool = False


def return_list(company: Company) -> ReturnQuerySet:
    """The returns of a company, light enough for a list."""
    rows: ReturnQuerySet = Return.objects.for_company(company).select_related("reason").only(*_ROW)
    return rows


def unmatched_list(company: Company) -> ReturnQuerySet:
    """Those that stand without their order line."""
    return return_list(company).exclude(unmatched=Unmatched.MATCHED)


def matching(returns: ReturnQuerySet, company: Company, text: str) -> ReturnQuerySet:
    """Returns whose order or number begins with the text, or whose article, barcode or SKU it means."""
    meant = Q(order_external_id__istartswith=text) | Q(number__istartswith=text) | _untied(text)
    listings = listings_meant(company, text)
    return returns.filter(meant | Q(listing_id__in=listings) if listings else meant)


def at_place(returns: ReturnQuerySet, company: Company, name: str) -> ReturnQuerySet:
    """Returns at the place of this name, or where no place is called so, at those whose names begin so."""
    if Return.objects.for_company(company).filter(place_name__iexact=name).exists():
        return returns.filter(place_name__iexact=name)
    return returns.filter(place_name__istartswith=name)


def at_name(returns: ReturnQuerySet, asked: str) -> ReturnQuerySet:
    """Returns at the places that are called so to the letter, or at those without a name."""
    name = "" if asked == NOT_TOLD else asked
    # The first is what the index can answer.
    return returns.filter(place_name__iexact=name, place_name=name)


def at_address(returns: ReturnQuerySet, asked: str) -> ReturnQuerySet:
    """Returns at this address to the letter, or at none that is told."""
    return returns.filter(place_address="" if asked == NOT_TOLD else asked)


def with_product(returns: ReturnQuerySet, company: Company, product_id: int) -> ReturnQuerySet:
    """Returns of any listing of a product."""
    listings = Listing.objects.for_company(company).filter(product_id=product_id)
    return returns.filter(listing_id__in=list(listings.values_list("pk", flat=True)))


def waiting(
    returns: ReturnQuerySet, kind: str, *, today: date, now: datetime | None = None
) -> ReturnQuerySet:
    """Returns that wait for somebody, by why (returns.choices.AttentionKind)."""
    return returns.filter(_CONDITIONS[AttentionKind(kind)](today, now or timezone.now()))


def condition(kind: AttentionKind, *, today: date, now: datetime) -> Q:
    """The same as a condition on returns."""
    return _CONDITIONS[kind](today, now)


def last_change(company: Company) -> datetime | None:
    """When a return of the company last changed."""
    moment: datetime | None = Return.objects.for_company(company).aggregate(at=Max("changed_at"))["at"]
    return moment


def status_counts(returns: ReturnQuerySet, *, limit: int = COUNT_LIMIT) -> dict[str, StatusCount]:
    """Returns by status, counted row by row: all of a short list, no further than the limit in each of a long one."""
    found = bounded_counts(returns, field="status", values=ReturnStatus.values, limit=limit)
    return {status: StatusCount(returns=one.count, is_more=one.is_more) for status, one in found.items()}


def total(counts: Mapping[str, StatusCount]) -> StatusCount:
    """All statuses together."""
    return StatusCount(
        returns=sum(count.returns for count in counts.values()),
        is_more=any(count.is_more for count in counts.values()),
    )


def order_choice(company: Company, text: str) -> list[tuple[str, str]]:
    """The one order that the address names, if it is the company's; asks nothing when it names none."""
    asked = given_id(text)
    rows = Order.objects.for_company(company).filter(pk=asked) if asked is not None else ()
    return [(text, order.external_id) for order in rows]


def reason_choices() -> list[tuple[str, str]]:
    """The reasons by name, for filters."""
    return [(str(pk), name) for pk, name in Reason.objects.order_by("name", "pk").values_list("pk", "name")]


def returns_of_product(company: Company, product_id: int, *, limit: int = 10) -> list[Return]:
    """The last returns of a product."""
    found = with_product(return_list(company), company, product_id)
    return list(found.order_by("-registered_at", "-pk")[:limit])


def returns_of_order(company: Company, order_id: int, *, limit: int = 50) -> list[Return]:
    """The returns of an order, the first first."""
    return list(return_list(company).filter(order_id=order_id).order_by("registered_at", "pk")[:limit])


def _untied(text: str) -> Q:
    """Those without a listing, by what the marketplace said of the product: each way has an index of its own."""
    ways = Q(seller_sku__istartswith=text), Q(barcode=text), Q(marketplace_sku=text)
    return reduce(or_, (Q(listing=None) & way for way in ways))


def _pick_up(today: date, _now: datetime) -> Q:
    return Q(status=ReturnStatus.WAITING_PICKUP, pick_up_until__lte=today + SOON)


def _disposal(today: date, _now: datetime) -> Q:
    return Q(status__in=OPEN, disposal_on__lte=today + SOON)


def _long(_today: date, now: datetime) -> Q:
    """Open for too long, those apart of which the marketplace never tells more."""
    told_no_more = Q(kind=ReturnKind.REFUSAL, external_status="")
    for code, adapter in registry.adapters().items():
        if adapter.refusal_reasons:
            # Told by orders only: of the way back nobody tells, whatever the word of the order.
            told_no_more |= Q(marketplace=code, kind=ReturnKind.REFUSAL, status=ReturnStatus.IN_TRANSIT)
        if adapter.resting_returns:
            told_no_more |= Q(marketplace=code, status__in=sorted(adapter.resting_returns))
    return Q(status__in=OPEN, registered_at__lt=now - TOO_LONG) & ~told_no_more


def _without_order(_today: date, _now: datetime) -> Q:
    """Those apart that never had one: the seller's own goods that a marketplace sends back."""
    own = Q(kind=ReturnKind.TECHNICAL, unmatched=Unmatched.NO_ORDER_NAMED)
    return ~Q(unmatched=Unmatched.MATCHED) & ~own


_CONDITIONS = {
    AttentionKind.PICK_UP: _pick_up,
    AttentionKind.DISPOSAL: _disposal,
    AttentionKind.LONG: _long,
    AttentionKind.UNMATCHED: _without_order,
}
