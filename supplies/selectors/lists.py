"""Supplies for lists, and how many stand in each group of statuses."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from django.db.models import Case, Count, Max, OuterRef, Q, Subquery, Sum, When
from django.db.models.functions import Coalesce, Greatest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from catalog.models import Listing
from catalog.selectors.choices import listings_meant
from marketplaces.contracts.supplies import SupplyStatus
from supplies.models import BROUGHT, Supply, SupplyLine
from supplies.selectors.attention import is_claimable, needs_attention

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from django_stubs_ext import StrOrPromise

    from companies.models import Company
    from core.statuses import Tone
    from supplies.models import SupplyQuerySet

# What a row of the list shows and its deadlines need; the rest of a supply is wide.
_ROW = (
    "company_id", "marketplace", "external_id", "number", "kind", "is_split", "status", "external_status",
    "status_at", "warehouse_name", "cluster_name", "drop_off_name", "slot_from", "slot_to", "slot_zone", "fill_until",
    "accepted_at", "planned", "declared", "accepted", "missing_units", "missing_amount", "wished_on", "changed_at",
    "warehouse__time_zone", "warehouse__company_id",
)  # fmt: skip

# The goods have left the seller and are not in the stock that can be sold.
TRAVELLING: Final = (SupplyStatus.SHIPPED, SupplyStatus.ARRIVED, SupplyStatus.ACCEPTING)

# Of a line, units that are not counted yet.
_TO_COME: Final = Greatest(BROUGHT - Coalesce("accepted", 0), 0)

# What people call the stages of a supply: fewer than there are statuses.
GROUPS: Final[tuple[tuple[StrOrPromise, Tone, tuple[SupplyStatus, ...]], ...]] = (
    (_("Drafts"), "neutral", (SupplyStatus.DRAFT,)),
    (_("Slot booked"), "info", (SupplyStatus.BOOKED, SupplyStatus.READY)),
    (_("On the way"), "progress", TRAVELLING),
    (_("Discrepancies"), "warning", (SupplyStatus.DISCREPANCY,)),
    (pgettext_lazy("supplies", "Accepted"), "success", (SupplyStatus.ACCEPTED,)),
    (_("Not arrived"), "neutral", (SupplyStatus.CANCELLED, SupplyStatus.OVERDUE, SupplyStatus.UNKNOWN)),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupCount:
    """How many supplies stand in a group, with how many units (declared, else planned; split ones apart)."""

    supplies: int = 0
    units: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """The strip above a list: a count for each of `GROUPS`, and what waits for somebody, with the money."""

    groups: Sequence[GroupCount]
    waiting: int
    missing_amount: Decimal | None

    @property
    def whole(self) -> GroupCount:
        """All groups together."""
        return GroupCount(
            supplies=sum(one.supplies for one in self.groups), units=sum(one.units for one in self.groups)
        )


def supply_list(company: Company) -> SupplyQuerySet:
    """The supplies of a company, light enough for a list."""
    rows: SupplyQuerySet = Supply.objects.for_company(company).select_related("warehouse").only(*_ROW)
    return rows


def matching(supplies: SupplyQuerySet, company: Company, text: str) -> SupplyQuerySet:
    """Supplies whose number begins with the text, or that hold an article, barcode or SKU that it means."""
    meant = Q(number__istartswith=text) | Q(external_id=text) | Q(pk__in=_holding_unknown(company, text))
    listings = listings_meant(company, text)
    return supplies.filter(meant | Q(pk__in=_holding(company, listings)) if listings else meant)


def with_product(supplies: SupplyQuerySet, company: Company, product_id: int) -> SupplyQuerySet:
    """Supplies that hold any listing of a product."""
    listings = Listing.objects.for_company(company).filter(product_id=product_id).values("pk")
    return supplies.filter(pk__in=_holding(company, listings))


def last_change(company: Company) -> datetime | None:
    """When a supply of the company last changed."""
    moment: datetime | None = Supply.objects.for_company(company).aggregate(at=Max("changed_at"))["at"]
    return moment


def counts(supplies: SupplyQuerySet, company: Company, *, now: datetime) -> Counts:
    """The supplies by group, and those that wait for somebody: two queries. A company has thousands of them at
    most, so they are counted."""
    rows = supplies.order_by().values("status")
    units = Sum(Coalesce("declared", "planned", 0), filter=Q(is_split=False))
    sums = {str(row["status"]): row for row in rows.annotate(count=Count("pk"), sum=units)}
    waiting = supplies.order_by().filter(needs_attention(company, now=now))
    at_stake = Sum("missing_amount", filter=is_claimable(company, now=now))
    told = waiting.aggregate(count=Count("pk"), amount=at_stake)
    return Counts(
        groups=[
            GroupCount(
                supplies=sum(sums[status]["count"] for status in statuses if status in sums),
                units=sum(sums[status]["sum"] or 0 for status in statuses if status in sums),
            )
            for _label, _tone, statuses in GROUPS
        ],
        waiting=told["count"],
        missing_amount=told["amount"],
    )


def supplies_of_product(company: Company, product_id: int, *, limit: int = 10) -> Sequence[SupplyLine]:
    """The last lines that bring a product, with their supplies: shipments only."""
    listings = Listing.objects.for_company(company).filter(product_id=product_id)
    shipments = Supply.objects.for_company(company).shipments()
    lines = SupplyLine.objects.for_company(company).filter(listing__in=listings, supply__in=shipments)
    return list(
        lines.select_related("supply", "supply__warehouse").order_by(
            Coalesce("supply__slot_from", "supply__status_at").desc(), "-pk"
        )[:limit]
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbound:
    """Units on their way by supplies or being counted (None: of no supply told), and in how many supplies."""

    supplies: int
    units: int | None


def inbound_total(company: Company, *, account_id: int | None = None) -> Inbound:
    """What is on its way to the marketplaces' warehouses, apart from the stock that can be sold: the sum of the lines,
    and of supplies whose lines are not told what is told of the whole."""
    rows = Supply.objects.for_company(company).shipments().filter(status__in=TRAVELLING)
    if account_id is not None:
        rows = rows.filter(account_id=account_id)
    lines = SupplyLine.objects.for_company(company).filter(supply=OuterRef("pk")).order_by()
    of_lines = Subquery(lines.values("supply").annotate(units=Sum(_TO_COME)).values("units"))
    # Not told where neither is: the greatest of nothing and nought would be nought.
    of_whole = Case(
        When(
            Q(shipped__isnull=False) | Q(declared__isnull=False),
            then=Greatest(Coalesce("shipped", "declared") - Coalesce("accepted", 0), 0),
        )
    )
    sums = rows.aggregate(supplies=Count("pk"), units=Sum(Coalesce(of_lines, of_whole)))
    return Inbound(supplies=sums["supplies"], units=sums["units"])


def inbound_units(company: Company, listing_ids: Iterable[int]) -> dict[int, int]:
    """Units of each listing that are on their way to a warehouse or being counted there, apart from the stock that
    can be sold."""
    travelling = Supply.objects.for_company(company).shipments().filter(status__in=TRAVELLING)
    lines = SupplyLine.objects.for_company(company).filter(
        listing__in=list(listing_ids), supply__in=travelling
    )
    rows = lines.order_by().values("listing_id").annotate(units=Sum(_TO_COME))
    return {row["listing_id"]: row["units"] for row in rows}


def inbound_of_product(company: Company, product_id: int) -> int:
    """The same of all listings of a product."""
    listings = Listing.objects.for_company(company).filter(product_id=product_id)
    return sum(inbound_units(company, listings.values_list("pk", flat=True)).values())


def _holding(company: Company, listings: object) -> object:
    lines = SupplyLine.objects.for_company(company).filter(listing_id__in=listings)
    return lines.values("supply_id")


def _holding_unknown(company: Company, text: str) -> object:
    """Of lines without a listing (an index of their own), by what the marketplace said of the product."""
    said = Q(seller_sku__istartswith=text) | Q(barcode=text) | Q(marketplace_sku=text)
    return SupplyLine.objects.for_company(company).filter(said, listing=None).values("supply_id")
