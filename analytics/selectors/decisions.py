"""What needs a decision: how many roubles are at stake, and until when."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Final, NamedTuple

from django.core.cache import cache
from django.db.models import F, Q, Sum
from django.db.models.functions import Coalesce

from analytics.choices import Comparison
from analytics.formulas.turnover import DEMAND_DAYS
from analytics.selectors.conservation import UNCOUNTED, conservation
from analytics.selectors.scope import ReportScope
from analytics.selectors.stock import Forecast, forecast
from analytics.selectors.stuck import StuckOrders, stuck_orders
from analytics.selectors.turnover import turnover
from catalog.choices import PairState
from catalog.models import DoubtfulPair, Listing, StockLevel
from core.periods import Days, day_start
from marketplaces.contracts.supplies import SupplyStatus
from returns.selectors.attention import Waiting as ReturnsWaiting
from returns.selectors.attention import attention as returns_attention
from supplies.models import Supply, SupplyLine
from supplies.selectors.attention import Waiting as SupplyWaiting
from supplies.selectors.attention import attention as supplies_attention
from supplies.selectors.attention import needs_attention

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from analytics.selectors.scope import Scope
    from analytics.selectors.turnover import TurnoverRow

# Goods that are not on their way by now are not on sale sooner than in two weeks.
HORIZON: Final = timedelta(days=14)
# Forecast and balance read every listing, so they are counted anew no more often than this; the page asks every 10 s.
_KEPT_FOR: Final = timedelta(minutes=5)
_MOST_SUPPLIES: Final = 100
_SHOWN_SUPPLIES: Final = 4
_COMING: Final = (
    SupplyStatus.BOOKED,
    SupplyStatus.READY,
    SupplyStatus.SHIPPED,
    SupplyStatus.ARRIVED,
    SupplyStatus.ACCEPTING,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Listings of a marketplace that have nothing to sell on some day of HORIZON, `ended` of them already.

    `lost` is units a day × price × days without stock, what is on its way counted as if it were there; None: no
    price is known. `ends_on` is the first day on which one more of them runs out; None: all have.
    """

    marketplace: str
    listings: int
    ended: int
    lost: Decimal | None
    ends_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """Units that should lie in the warehouses and do not; `amount` is what they cost, None without a cost price."""

    listings: int
    units: int
    amount: Decimal | None


class _Shelves(NamedTuple):
    """What the forecast says over all listings."""

    gaps: tuple[Gap, ...]
    forecast: Forecast


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplyDecision:
    """A supply that waits for somebody; `amount` is what its missing units cost, otherwise the goods that wait at
    the seller's price, None: no price is known."""

    waiting: SupplyWaiting
    amount: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decisions:
    """What waits for somebody, by where it comes from. `forecast` is what `gaps` are seen in; `supplies` are the most
    pressing ones, `more_supplies` the number of the others (`are_all_valued` when less is at stake in each of them), and
    `pairs` the goods of which nobody said whether they are the same, of the whole company as their list is."""

    gaps: tuple[Gap, ...]
    forecast: Forecast
    missing: Missing
    supplies: tuple[SupplyDecision, ...]
    more_supplies: int
    are_all_valued: bool
    returns: tuple[ReturnsWaiting, ...]
    stuck: StuckOrders
    held_prices: int
    pairs: int


def decisions(scope: Scope, *, now: datetime) -> Decisions:
    """Read what waits (a constant number of queries, none of them over orders that have ended)."""
    today = now.astimezone(scope.company.zone).date()
    shelves = _shelves(scope, today=today)
    accounts = [account.pk for account in scope.accounts] if scope.is_narrowed else None
    waiting = supplies_attention(scope.company, now=now, limit=_MOST_SUPPLIES, accounts=accounts).rows
    supplies = _worth(scope, waiting)
    return Decisions(
        gaps=shelves.gaps,
        forecast=shelves.forecast,
        missing=_missing(scope, today=today),
        supplies=supplies[:_SHOWN_SUPPLIES],
        more_supplies=max(
            _waiting(scope, accounts=accounts, now=now, known=len(waiting)) - _SHOWN_SUPPLIES, 0
        ),
        are_all_valued=len(waiting) < _MOST_SUPPLIES,
        returns=returns_attention(scope.company, accounts=accounts),
        stuck=stuck_orders(scope, now=now, limit=0),
        held_prices=Listing.objects.for_company(scope.company)
        .filter(held_price__isnull=False, **scope.filters)
        .count(),
        pairs=DoubtfulPair.objects.for_company(scope.company).filter(state=PairState.OPEN).count(),
    )


def _waiting(scope: Scope, *, accounts: Collection[int] | None, now: datetime, known: int) -> int:
    """How many supplies wait; `known` are those that were read, and where that is the most, they are counted."""
    if known < _MOST_SUPPLIES:
        return known
    rows = (
        Supply.objects.for_company(scope.company).shipments().filter(needs_attention(scope.company, now=now))
    )
    return rows.filter(account_id__in=accounts).count() if accounts is not None else rows.count()


def _shelves(scope: Scope, *, today: date) -> _Shelves:
    """The forecast, counted anew when that of a while ago is too old."""
    key = _key("shelves", scope, today=today)
    held: _Shelves | None = cache.get(key)
    if held is None:
        about = _report_scope(scope, today=today)
        rows = _on_the_shelves(about)
        held = _Shelves(gaps=_gaps(about, rows), forecast=forecast(rows))
        cache.set(key, held, timeout=int(_KEPT_FOR.total_seconds()))
    return held


def _missing(scope: Scope, *, today: date) -> Missing:
    """What the balance of units lacks, counted anew when that of a while ago is too old."""
    key = _key("missing", scope, today=today)
    held: Missing | None = cache.get(key)
    if held is None:
        found = conservation(_report_scope(scope, today=today))
        held = Missing(
            listings=sum(1 for row in found.rows if row.missing),
            units=found.missing,
            amount=found.missing_amount,
        )
        # That nothing can be said while the history is counted must not be remembered as nothing missing.
        if not found.is_counted:
            cache.set(key, held, timeout=int(_KEPT_FOR.total_seconds()))
    return held


def _key(name: str, scope: Scope, *, today: date) -> str:
    accounts = "-".join(str(account.pk) for account in scope.accounts)
    # The moment tells a company from one of the same number in a database that was restored or made anew.
    born = scope.company.created_at.timestamp()
    return f"{name}:{scope.company.pk}:{born}:{accounts}:{today}"


def _on_the_shelves(scope: ReportScope) -> list[TurnoverRow]:
    """The listings that may be sold, of the accounts whose stock has been read."""
    levels = StockLevel.objects.for_company(scope.company).filter(**scope.filters)
    read = set(levels.values_list("account_id", flat=True).distinct())
    return [
        row for row in turnover(scope).rows if row.listing.account_id in read and not row.listing.is_archived
    ]


def _report_scope(scope: Scope, *, today: date) -> ReportScope:
    return ReportScope(
        company=scope.company,
        accounts=scope.accounts,
        is_narrowed=scope.is_narrowed,
        days=Days(first=today - timedelta(days=DEMAND_DAYS), after=today),
        before=None,
        comparison=Comparison.NONE,
        today=today,
    )


def _gaps(scope: ReportScope, rows: Iterable[TurnoverRow]) -> tuple[Gap, ...]:
    """What runs out within HORIZON, by marketplace."""
    coming = _coming(scope)
    found: dict[str, list[tuple[TurnoverRow, Decimal]]] = defaultdict(list)
    for row in rows:
        days = _days_without(row, max(row.inbound, coming.get(row.id, 0)))
        if days > 0:
            found[row.listing.account.marketplace].append((row, days))
    return tuple(_gap(marketplace, ending) for marketplace, ending in sorted(found.items()))


def _gap(marketplace: str, rows: Iterable[tuple[TurnoverRow, Decimal]]) -> Gap:
    rows = list(rows)
    lost = [row.demand * days * row.listing.price for row, days in rows if row.listing.price is not None]
    return Gap(
        marketplace=marketplace,
        listings=len(rows),
        ended=sum(1 for row, _days in rows if not row.sellable),
        lost=sum(lost, Decimal(0)) if lost else None,
        ends_on=min((row.ends_on for row, _days in rows if row.ends_on), default=None),
    )


def _days_without(row: TurnoverRow, coming: int) -> Decimal:
    """Days of HORIZON on which there is nothing to sell."""
    if row.demand <= 0:
        return Decimal(0)
    return max(HORIZON.days - (row.sellable + coming) / row.demand, Decimal(0))


def _coming(scope: ReportScope) -> Mapping[int, int]:
    """Units not counted yet of supplies that come within HORIZON, by listing: not every stock says what is on its
    way."""
    until = day_start(scope.today + HORIZON, scope.company.zone)
    supplies = (
        Supply.objects.for_company(scope.company)
        .shipments()
        .filter(Q(slot_from=None) | Q(slot_from__lt=until), status__in=_COMING, **scope.filters)
    )
    rows = (
        SupplyLine.objects.for_company(scope.company)
        .alias(uncounted=UNCOUNTED)
        .filter(supply__in=supplies, listing__isnull=False, uncounted__gt=0)
    )
    return dict(rows.values_list("listing_id").annotate(units=Sum("uncounted")))


def _worth(scope: Scope, rows: tuple[SupplyWaiting, ...]) -> tuple[SupplyDecision, ...]:
    """What is at stake in each supply (one query), the most first."""
    price = F("listing__price")
    sums = {
        pk: (waiting, whole)
        for pk, waiting, whole in SupplyLine.objects.for_company(scope.company)
        .filter(supply_id__in=[row.supply.pk for row in rows])
        .values_list("supply_id")
        .annotate(
            waiting=Sum((F("accepted") - F("on_sale")) * price, filter=~Q(waiting_since=None)),
            whole=Sum(Coalesce("declared", "planned") * price),
        )
    }
    found = [SupplyDecision(waiting=row, amount=_amount(row, sums)) for row in rows]
    return tuple(sorted(found, key=lambda one: one.amount or Decimal(0), reverse=True))


def _amount(row: SupplyWaiting, sums: Mapping[int, tuple[Decimal | None, Decimal | None]]) -> Decimal | None:
    if row.amount is not None or row.supply.missing_units:
        return row.amount
    waiting, whole = sums.get(row.supply.pk, (None, None))
    return waiting if row.since else whole
