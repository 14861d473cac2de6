"""Where every unit went: what was accepted, sold, brought back and taken away against what lies there now."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from django.db.models import F, Min, Q, Sum
from django.db.models.functions import Coalesce, Greatest
from django.utils.translation import gettext_lazy as _

from analytics.choices import Basis
from analytics.models import ListingReturns, ListingSales, MonthlyUnits
from analytics.selectors.turnover import costs_of
from catalog.models import Listing, StockLevel, TouchedDay
from core.periods import Days, day_start
from core.statuses import StatusChoices
from marketplaces.contracts.supplies import SupplyKind, SupplyStatus
from marketplaces.models import StreamState
from marketplaces.registry import adapters
from supplies.models import BROUGHT, Supply, SupplyLine

if TYPE_CHECKING:
    from collections.abc import Mapping

    from analytics.selectors.scope import ReportScope
    from marketplaces.models import MarketplaceAccount

# What a balance is drawn from.
_SOURCES: Final = ("orders", "supplies", "returns", "stock")
# Marketplaces seldom change days as old as this.
LONG_PAST: Final = timedelta(days=45)
_IN: Final = (SupplyKind.SUPPLY, SupplyKind.VIRTUAL)
_AT_THE_GATE: Final = (SupplyStatus.ARRIVED, SupplyStatus.ACCEPTING)
# Units of a line that are not counted yet: nought may be told of those, and a part of them.
UNCOUNTED: Final = Greatest(BROUGHT - Coalesce("accepted", 0), 0)
# What was accepted this long ago and is still not on sale is no longer on its way there.
PATIENCE: Final = timedelta(days=21)
# Cancelled and returned units are looked over and put back with a later supply.
CHECKED_WITHIN: Final = timedelta(days=45)


class Verdict(StatusChoices):
    """What a balance says."""

    MISSING = "missing", "danger", "circle-slash", False, _("Missing")
    LATELY = "lately", "info", "clock", False, _("Not seen yet")
    COUNTING = "counting", "progress", "scan-line", False, _("Being counted")
    TOO_MANY = "too_many", "warning", "circle-plus", False, _("Too many")
    EVEN = "even", "success", "check", False, _("Adds up")


@dataclass(frozen=True, slots=True, kw_only=True)
class BalanceRow:
    """A listing over its whole life, in units; `cost` is the cost price of a unit.

    `accepted` came by supplies. `sold` left for buyers: ordered less cancelled. Of refused units `refused_away` are
    not on the shelf again; `returned_back` of the buyers' returns are. `written_off` was taken back by the seller;
    `disposed` units are told beside the sum: most of them had come back before. `available` can be sold now;
    `preparing` is accepted and not on sale yet; `in_check` was cancelled and is being looked over. `counting` units of a
    supply are being counted. Where the marketplace does not say so, `accepted_lately` may not be on sale yet, and
    `unseen` units, cancelled or returned lately, may still be looked over. `first_accepted_on` is when the first supply
    was at the warehouse.
    """

    id: int
    listing: Listing
    accepted: int
    sold: int
    refused_away: int
    returned_back: int
    written_off: int
    disposed: int
    available: int
    preparing: int
    in_check: int
    counting: int
    accepted_lately: int
    unseen: int
    first_accepted_on: date | None
    first_ordered_on: date | None
    cost: Decimal | None

    @property
    def is_whole(self) -> bool:
        """Whether the sum begins at the beginning, with the first supply: one that is accepted, or that is being
        counted while nothing was ordered yet."""
        if self.first_accepted_on is None:
            return self.first_ordered_on is None and self.counting > 0
        return self.first_ordered_on is None or self.first_accepted_on <= self.first_ordered_on

    @property
    def is_sold_before(self) -> bool:
        """Whether orders are older than the first known supply: then nobody knows what the stock began with."""
        return self.first_ordered_on is not None and not self.is_whole

    @property
    def other(self) -> int:
        """What moved besides supplies and sales: back on the shelf less what is refused or taken away."""
        return self.returned_back - self.refused_away - self.written_off

    @property
    def expected(self) -> int:
        """What should lie in the warehouses, by what came and what left."""
        return self.accepted - self.sold + self.other

    @property
    def present(self) -> int:
        """What lies there: for sale, being prepared, being looked over."""
        return self.available + self.preparing + self.in_check

    @property
    def difference(self) -> int:
        """What is missing (more than zero) or too much (less)."""
        return self.expected - self.present

    @property
    def verdict(self) -> Verdict:
        """What the difference is."""
        if self.counting:
            return Verdict.COUNTING
        if not self.difference:
            return Verdict.EVEN
        if self.difference < 0:
            return Verdict.TOO_MANY
        is_lately = self.difference <= self.accepted_lately + self.unseen
        return Verdict.LATELY if is_lately else Verdict.MISSING

    @property
    def missing(self) -> int:
        """Units that are missing, as far as that can be said."""
        return self.difference if self.verdict is Verdict.MISSING else 0

    @property
    def missing_amount(self) -> Decimal | None:
        """What the missing units cost; None without a cost price."""
        return None if self.cost is None else self.cost * self.missing

    @property
    def loss(self) -> tuple[int, Decimal]:
        """What rows are ordered by: by what their missing units cost, then by how many these are where nobody knows
        what they cost, then nothing missing."""
        amount = self.missing_amount
        if not self.missing:
            return 0, Decimal(0)
        return (1, Decimal(self.missing)) if amount is None else (2, amount)


@dataclass(frozen=True, slots=True, kw_only=True)
class Conservation:
    """The page: listings whose whole life is known, and how many are left out because they were sold before it.

    Nothing is said of the accounts `unread`, whose orders, supplies, returns or stock have never been read to their end,
    nor of anything while the history `is_counted` into facts: half of what came and left would be called missing.
    """

    scope: ReportScope
    rows: tuple[BalanceRow, ...]
    unknown: int
    unread: tuple[MarketplaceAccount, ...] = ()
    is_counted: bool = False

    @property
    def waits(self) -> bool:
        """Whether some balances cannot be drawn yet."""
        return bool(self.unread) or self.is_counted

    @property
    def all_accepted(self) -> int:
        """Units accepted over all listings."""
        return sum(row.accepted for row in self.rows)

    @property
    def all_sold(self) -> int:
        """Units sold over all listings."""
        return sum(row.sold for row in self.rows)

    @property
    def all_present(self) -> int:
        """Units that lie there over all listings."""
        return sum(row.present for row in self.rows)

    @property
    def missing(self) -> int:
        """Units missing over all listings; what is too much elsewhere makes up for nothing."""
        return sum(row.missing for row in self.rows)

    @property
    def missing_amount(self) -> Decimal | None:
        """What the missing units cost, where the cost price is known."""
        known = [row.missing_amount for row in self.rows if row.missing_amount is not None]
        return sum(known, Decimal(0)) if known else None

    def by_verdict(self) -> Mapping[Verdict, tuple[int, int]]:
        """Listings of each verdict, and the units by which they differ."""
        listings: Counter[Verdict] = Counter()
        units: Counter[Verdict] = Counter()
        for row in self.rows:
            listings[row.verdict] += 1
            units[row.verdict] += abs(row.difference)
        return {one: (listings[one], units[one]) for one in Verdict}


def conservation(scope: ReportScope) -> Conservation:
    """Read the balance of every listing (a constant number of queries, none of them over orders)."""
    unread = _unread(scope)
    if _is_counted(scope):
        return Conservation(scope=scope, rows=(), unknown=0, unread=unread, is_counted=True)
    moved, coming, levels = _moved(scope), _coming(scope), _levels(scope)
    # Where cancelled units are listed as returns, the list says which of them are still looked over.
    tells_cancelled = {account for account, told in _told_cancelled(scope) if told}
    tells_preparing = set(_tells_preparing(scope))
    costs, unseen = costs_of(scope.company, today=scope.today), _unseen(scope)
    silent = {account.pk for account in unread}
    rows = [
        _row(
            listing,
            moved=moved.get(pk, _Moved()),
            coming=coming.get(pk, _Coming()),
            level=levels.get(pk, _Level()),
            cost=costs.get(listing.product_id),
            tells_cancelled=listing.account_id in tells_cancelled,
            tells_preparing=listing.account_id in tells_preparing,
            unseen=unseen.get(pk, 0),
        )
        for pk, listing in _listings(scope).items()
        if (pk in moved or pk in coming) and listing.account_id not in silent
    ]
    return Conservation(
        scope=scope,
        rows=tuple(row for row in rows if row.is_whole),
        unknown=sum(1 for row in rows if row.is_sold_before),
        unread=unread,
    )


def _unread(scope: ReportScope) -> tuple[MarketplaceAccount, ...]:
    """The accounts of which something that the balance is drawn from has never been read to its end."""
    streams = StreamState.objects.for_company(scope.company).filter(
        stream__in=_SOURCES, succeeded_at=None, **scope.filters
    )
    found = set(streams.values_list("account_id", flat=True))
    return tuple(account for account in scope.accounts if account.pk in found)


def _is_counted(scope: ReportScope) -> bool:
    """Whether days long past wait to be built: a first sync, or a change of what is kept of each day."""
    waiting = TouchedDay.objects.for_company(scope.company)
    return waiting.filter(day__lt=scope.today - LONG_PAST).exists()


class _Moved(NamedTuple):
    ordered: int = 0
    cancelled: int = 0
    refused: int = 0
    refused_back: int = 0
    refused_in_check: int = 0
    returned_back: int = 0
    removed: int = 0
    told_cancelled: int = 0
    cancelled_in_check: int = 0
    first_ordered_on: date | None = None
    accepted: int = 0
    withdrawn: int = 0
    disposed: int = 0
    first_accepted_on: date | None = None


class _Coming(NamedTuple):
    counting: int = 0
    waiting: int = 0
    untold: int = 0


class _Level(NamedTuple):
    available: int = 0
    preparing: int = 0
    other: int = 0
    from_customers: int = 0


def _row(
    listing: Listing,
    *,
    moved: _Moved,
    coming: _Coming,
    level: _Level,
    cost: Decimal | None,
    tells_cancelled: bool,
    tells_preparing: bool,
    unseen: int,
) -> BalanceRow:
    away = moved.refused - moved.refused_back
    if _rests(listing.account.marketplace):
        # Their returns never end on the shelf; the stock tells how many units are on the way back.
        away += level.from_customers
    return BalanceRow(
        id=listing.pk,
        listing=listing,
        accepted=moved.accepted,
        sold=moved.ordered - moved.cancelled,
        refused_away=away,
        returned_back=moved.returned_back,
        written_off=moved.withdrawn + moved.removed,
        disposed=moved.disposed,
        available=level.available,
        preparing=level.preparing or coming.waiting,
        # Refused units that lie in check are away already: only cancelled ones are counted here.
        in_check=moved.cancelled_in_check
        if tells_cancelled
        else max(level.other - moved.refused_in_check, 0),
        counting=coming.counting,
        accepted_lately=0 if tells_preparing else coming.untold,
        unseen=0 if tells_cancelled else unseen,
        first_accepted_on=moved.first_accepted_on,
        first_ordered_on=moved.first_ordered_on,
        cost=cost,
    )


def _rests(marketplace: str) -> bool:
    known = adapters()
    return marketplace in known and bool(known[marketplace].resting_returns)


def _listings(scope: ReportScope) -> dict[int, Listing]:
    rows = (
        Listing.objects.for_company(scope.company)
        .filter(**scope.filters, **scope.listing_filters(""))
        .select_related("account")
        .only(
            "company_id", "product_id", "name", "seller_sku", "marketplace_sku", "photo_url",
            "account__marketplace", "account__title",
        )
    )  # fmt: skip
    return {listing.pk: listing for listing in rows}


def _moved(scope: ReportScope) -> dict[int, _Moved]:
    sums: dict[str, Any] = {
        f"all_{name}": Min(name) if name.startswith("first_") else Sum(name) for name in _Moved._fields
    }
    rows = MonthlyUnits.objects.for_company(scope.company).filter(**scope.filters)
    return {pk: _Moved(*units) for pk, *units in rows.values_list("listing_id").annotate(**sums)}


def _told_cancelled(scope: ReportScope) -> Any:
    rows = MonthlyUnits.objects.for_company(scope.company).filter(**scope.filters)
    return rows.values_list("account_id").annotate(told=Sum("told_cancelled"))


def _tells_preparing(scope: ReportScope) -> Any:
    """Accounts whose stock says what is being put on sale."""
    rows = StockLevel.objects.for_company(scope.company).filter(preparing__gt=0, **scope.filters)
    return rows.values_list("account_id", flat=True).distinct()


def _coming(scope: ReportScope) -> dict[int, _Coming]:
    """Of each listing that is still on its way in: units being counted, accepted and not on sale, and accepted lately
    where nobody says what is on sale. Only the supplies of the last days are looked at (two queries)."""
    came = Q(supply__kind__in=_IN, supply__is_split=False)
    counting = came & Q(uncounted__gt=0, supply__status__in=_AT_THE_GATE)
    since = day_start(scope.today - PATIENCE, scope.company.zone)
    waiting = came & Q(accepted__gt=0, waiting_since__gte=since)
    lately = came & Q(accepted__gt=0, on_sale=None, supply__status_at__gte=since)
    # The supplies it can be are few: told by name, their lines are found by index, and not among those of all years.
    among = Q(status__in=_AT_THE_GATE) | Q(status_at__gte=since)
    supplies = list(Supply.objects.for_company(scope.company).filter(among).values_list("pk", flat=True))
    rows = (
        SupplyLine.objects.for_company(scope.company)
        .filter(
            Q(supply__in=supplies) | Q(waiting_since__gte=since), listing__isnull=False, **_of_account(scope)
        )
        .alias(uncounted=UNCOUNTED)
        .filter(counting | waiting | lately)
        .values_list("listing_id")
        .annotate(
            coming=Coalesce(Sum("uncounted", filter=counting), 0),
            waits=Coalesce(Sum(F("accepted") - F("on_sale"), filter=waiting), 0),
            silent=Coalesce(Sum("accepted", filter=lately), 0),
        )
    )
    return {pk: _Coming(*units) for pk, *units in rows}


def _unseen(scope: ReportScope) -> dict[int, int]:
    """Units of each listing that were cancelled or returned lately."""
    # Where it is tomorrow already an order may be of that day.
    days = Days(first=scope.today - CHECKED_WITHIN, after=scope.today + timedelta(days=2))
    found: Counter[int] = Counter()
    for model, column, more in (
        (ListingSales, "cancelled_units", {}),
        (ListingReturns, "returned", {"basis": Basis.EVENT}),
    ):
        rows = model.objects.for_company(scope.company).within(days)
        rows = rows.filter(listing__isnull=False, **scope.filters, **more).order_by()
        found.update(dict(rows.values_list("listing_id").annotate(Sum(column))))
    return found


def _of_account(scope: ReportScope) -> dict[str, Any]:
    return {f"supply__{name}": value for name, value in scope.filters.items()}


def _levels(scope: ReportScope) -> dict[int, _Level]:
    rows = (
        StockLevel.objects.for_company(scope.company)
        .filter(**scope.filters)
        .values_list("listing_id")
        .annotate(
            free=Sum(F("available") - F("held")),
            coming=Sum("preparing"),
            apart=Sum("other"),
            back=Sum("from_customers"),
        )
    )
    return {pk: _Level(*units) for pk, *units in rows}
