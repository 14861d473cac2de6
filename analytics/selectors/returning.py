"""How much comes back: by the day it came back and by the day it was ordered, refusals apart, and why."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from django.db.models import Sum
from django.db.models.functions import TruncWeek

from analytics.choices import ReturnsBy
from analytics.models import DailyReturns, Deliveries, ListingSales, PlaceDeliveries, RegionSales
from catalog.models import Listing, Product
from core.periods import Days
from marketplaces.contracts.returns import ReturnKind
from returns.models import Reason

if TYPE_CHECKING:
    from collections.abc import Iterable

    from analytics.selectors.scope import ReportScope

# A buyer may bring goods back for about a month: the orders of younger weeks go on ripening.
RIPE_AFTER: Final = timedelta(days=30)
_WEEK: Final = timedelta(days=7)
_REFUSALS: Final = (ReturnKind.REFUSAL, ReturnKind.PARTIAL_REFUSAL)
_UNKNOWN: Final = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """What came back of what was delivered, in units. `returned` and `delivered` by the day it happened;
    `cohort_*` of the orders placed in the days, whenever it happened. Only buyers' returns are returns; `refused`
    and `technical` stand apart, by the day they happened. Money at the seller's price; `cost` is storage and disposal.
    """

    delivered: int = 0
    returned: int = 0
    cohort_delivered: int = 0
    cohort_returned: int = 0
    refused: int = 0
    refused_in_part: int = 0
    technical: int = 0
    amount: Decimal = Decimal(0)
    cost: Decimal = Decimal(0)

    @property
    def event_rate(self) -> Decimal | None:
        """Returned ÷ delivered in the days; None: nothing was delivered."""
        return Decimal(self.returned) / self.delivered if self.delivered else None

    @property
    def cohort_rate(self) -> Decimal | None:
        """Of the orders placed in the days: returned ÷ delivered; None: nothing was delivered."""
        return Decimal(self.cohort_returned) / self.cohort_delivered if self.cohort_delivered else None

    @property
    def all_refused(self) -> int:
        """Units refused at hand-over, wholly and in part."""
        return self.refused + self.refused_in_part


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelRow:
    """A product, a category, a reason or a place; `main_reason` is the one most given, with its units."""

    id: int
    name: str
    now: Level
    before: Level | None
    product: Product | None = None
    reason: Reason | None = None
    main_reason: Reason | None = None
    main_units: int = 0

    @property
    def sku(self) -> str:
        """The product's article."""
        return self.product.sku if self.product else ""

    @property
    def rate(self) -> Decimal | None:
        """The rate by cohort: of the two the one that does not move with the volume of sales."""
        return self.now.cohort_rate

    @property
    def rate_before(self) -> Decimal | None:
        """The same in the days compared with."""
        return self.before.cohort_rate if self.before else None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasonShare:
    """A reason of buyers' returns by the day they came back; `share` is of the delivered, so reasons do not compete."""

    reason: Reason | None
    units: int
    share: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekLevel:
    """The orders placed in a week (`first` is its Monday): of the delivered, how much came back."""

    first: date
    delivered: int
    returned: int
    is_ripe: bool

    @property
    def rate(self) -> Decimal | None:
        """The rate by cohort."""
        return Decimal(self.returned) / self.delivered if self.delivered else None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnLevel:
    """The report. `weeks_before` are laid on `weeks`, place on place."""

    scope: ReportScope
    by: ReturnsBy
    total: Level
    total_before: Level | None
    rows: tuple[LevelRow, ...]
    reasons: tuple[ReasonShare, ...]
    weeks: tuple[WeekLevel, ...]
    weeks_before: tuple[WeekLevel, ...]

    @property
    def highest_rate(self) -> Decimal:
        """The highest rate of a row, the one over everything at least."""
        rates = [self.total.cohort_rate, *(row.rate for row in self.rows)]
        return max((rate for rate in rates if rate is not None), default=Decimal(0))

    @property
    def is_ripe(self) -> bool:
        """Whether the orders of all the days have had their month."""
        return self.scope.today - self.scope.days.last > RIPE_AFTER


def return_level(scope: ReportScope, *, by: ReturnsBy) -> ReturnLevel:
    """Read the report (a constant number of queries, none of them over orders or returns)."""
    reasons = Reason.objects.in_bulk()
    now = _units(scope, scope.days)
    before = _units(scope, scope.before) if scope.before else None
    return ReturnLevel(
        scope=scope,
        by=by,
        total=now.total(),
        total_before=before.total() if before else None,
        rows=tuple(_rows(scope, by, now, before, reasons)),
        reasons=_shares(now, reasons),
        weeks=_weeks(scope, scope.days),
        weeks_before=_weeks(scope, scope.before) if scope.before else (),
    )


class _Back(NamedTuple):
    """What came back of a listing for a reason (0: unknown)."""

    listing: int | None
    kind: str
    reason: int
    units: int
    amount: Decimal
    cost: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class _Units:
    """All counts of some days by listing."""

    delivered: Mapping[int | None, int]
    cohort_delivered: Mapping[int | None, int]
    back: tuple[_Back, ...]
    cohort_back: tuple[_Back, ...]

    def total(self) -> Level:
        """Everything together."""
        return _level(
            sum(self.delivered.values()), sum(self.cohort_delivered.values()), self.back, self.cohort_back
        )

    def levels(self, group_of: Any) -> dict[Any, Level]:
        """By group of listings; `group_of(listing id)` names it."""
        groups: dict[Any, tuple[list[int], list[_Back], list[_Back]]] = defaultdict(lambda: ([0, 0], [], []))
        for place, counts in enumerate((self.delivered, self.cohort_delivered)):
            for listing, units in counts.items():
                groups[group_of(listing)][0][place] += units
        for one in self.back:
            groups[group_of(one.listing)][1].append(one)
        for one in self.cohort_back:
            groups[group_of(one.listing)][2].append(one)
        return {
            key: _level(counts[0], counts[1], back, cohort) for key, (counts, back, cohort) in groups.items()
        }


def _level(delivered: int, cohort_delivered: int, back: Iterable[_Back], cohort: Iterable[_Back]) -> Level:
    units: Counter[str] = Counter()
    amount, cost = Decimal(0), Decimal(0)
    for one in back:
        units[one.kind] += one.units
        if one.kind == ReturnKind.CLIENT_RETURN:
            amount += one.amount
        cost += one.cost
    return Level(
        delivered=delivered,
        returned=units[ReturnKind.CLIENT_RETURN],
        cohort_delivered=cohort_delivered,
        cohort_returned=sum(one.units for one in cohort if one.kind == ReturnKind.CLIENT_RETURN),
        refused=units[ReturnKind.REFUSAL],
        refused_in_part=units[ReturnKind.PARTIAL_REFUSAL],
        technical=units[ReturnKind.TECHNICAL],
        amount=amount,
        cost=cost,
    )


def _units(scope: ReportScope, days: Days) -> _Units:
    return _Units(
        delivered=_by_listing(_narrowed(Deliveries, scope), "units", delivered_day=days),
        cohort_delivered=_by_listing(_narrowed(ListingSales, scope), "delivered_units", day=days),
        back=_back(scope, day=days),
        cohort_back=_back(scope, placed_day=days),
    )


def _narrowed(model: Any, scope: ReportScope) -> Any:
    return model.objects.for_company(scope.company).filter(**scope.filters, **scope.listing_filters())


def _within(**fields: Days) -> dict[str, date]:
    ((name, days),) = fields.items()
    return {f"{name}__gte": days.first, f"{name}__lt": days.after}


def _by_listing(rows: Any, column: str, **days: Days) -> dict[int | None, int]:
    return dict(rows.filter(**_within(**days)).values_list("listing_id").annotate(found=Sum(column)))


def _back(scope: ReportScope, **days: Days) -> tuple[_Back, ...]:
    rows = (
        _narrowed(DailyReturns, scope)
        .filter(**_within(**days))
        .values_list("listing_id", "kind", "reason_id")
        .annotate(found=Sum("units"), money=Sum("amount"), costs=Sum("cost"))
    )
    return tuple(
        _Back(listing, kind, reason or _UNKNOWN, *sums) for listing, kind, reason, *sums in rows.iterator()
    )


def _rows(
    scope: ReportScope, by: ReturnsBy, now: _Units, before: _Units | None, reasons: Mapping[int, Reason]
) -> Iterable[LevelRow]:
    if by is ReturnsBy.REASON:
        return _reason_rows(now, before, reasons)
    if by in (ReturnsBy.WAREHOUSE, ReturnsBy.CLUSTER):
        return _place_rows(scope, by)
    return _goods_rows(scope, by, now, before, reasons)


def _goods_rows(
    scope: ReportScope, by: ReturnsBy, now: _Units, before: _Units | None, reasons: Mapping[int, Reason]
) -> Iterable[LevelRow]:
    """By product, or by category; what the assortment does not know is one row without a name."""
    listings = {
        pk: (product, category)
        for pk, product, category in Listing.objects.for_company(scope.company)
        .filter(**scope.filters, **scope.listing_filters(""))
        .values_list("pk", "product_id", "category")
    }
    is_product = by is ReturnsBy.PRODUCT

    def group_of(listing: int | None) -> Any:
        product, category = listings.get(listing or 0, (0, ""))
        return product if is_product else category

    levels, levels_before = now.levels(group_of), before.levels(group_of) if before else None
    products = Product.objects.for_company(scope.company).in_bulk(levels) if is_product else {}
    given: dict[Any, Counter[int]] = defaultdict(Counter)
    for one in now.back:
        if one.kind == ReturnKind.CLIENT_RETURN and one.reason:
            given[group_of(one.listing)][one.reason] += one.units
    for place, (key, level) in enumerate(levels.items()):
        main, units = min(given[key].items(), key=lambda item: (-item[1], item[0]), default=(0, 0))
        product = products.get(key) if is_product else None
        yield LevelRow(
            id=product.pk if product else place,
            name=product.name if product else "" if is_product else key,
            now=level,
            before=None if levels_before is None else levels_before.get(key, Level()),
            product=product,
            main_reason=reasons.get(main),
            main_units=units,
        )


def _reason_rows(now: _Units, before: _Units | None, reasons: Mapping[int, Reason]) -> Iterable[LevelRow]:
    """By reason; each is measured against everything delivered, so that reasons do not compete."""

    def levels(units: _Units) -> dict[int, Level]:
        whole = units.total()
        groups: dict[int, tuple[list[_Back], list[_Back]]] = defaultdict(lambda: ([], []))
        for place, rows in enumerate((units.back, units.cohort_back)):
            for one in rows:
                groups[one.reason][place].append(one)
        return {
            key: _level(whole.delivered, whole.cohort_delivered, back, cohort)
            for key, (back, cohort) in groups.items()
        }

    found, found_before = levels(now), levels(before) if before else None
    for key, level in found.items():
        reason = reasons.get(key)
        yield LevelRow(
            id=key,
            name=reason.name if reason else "",
            now=level,
            before=None if found_before is None else found_before.get(key, Level()),
            reason=reason,
        )


def _place_rows(scope: ReportScope, by: ReturnsBy) -> Iterable[LevelRow]:
    """By warehouse or cluster of the orders placed in the days. Deliveries of places know no goods: with goods chosen
    there are no rows."""
    if scope.is_of_some_listings:
        return
    column = "warehouse_name" if by is ReturnsBy.WAREHOUSE else "cluster_to"
    now = _places(scope, column, scope.days)
    before = _places(scope, column, scope.before) if scope.before else None
    for place, (name, level) in enumerate(sorted(now.items())):
        yield LevelRow(
            id=place, name=name, now=level, before=None if before is None else before.get(name, Level())
        )


def _places(scope: ReportScope, column: str, days: Days) -> dict[str, Level]:
    delivered = dict(
        PlaceDeliveries.objects.for_company(scope.company)
        .filter(**scope.filters, **_within(day=days))
        .values_list(column)
        .annotate(Sum("units"))
    )
    back: dict[str, list[_Back]] = defaultdict(list)
    rows = (
        DailyReturns.objects.for_company(scope.company)
        .filter(**scope.filters, **_within(placed_day=days))
        .values_list(column, "kind")
        .annotate(found=Sum("units"), money=Sum("amount"), costs=Sum("cost"))
    )
    for name, kind, *sums in rows:
        back[name].append(_Back(None, kind, _UNKNOWN, *sums))
    return {name: _level(0, delivered.get(name, 0), back[name], back[name]) for name in {*delivered, *back}}


def _shares(units: _Units, reasons: Mapping[int, Reason]) -> tuple[ReasonShare, ...]:
    delivered = sum(units.delivered.values())
    counts: Counter[int] = Counter()
    for one in units.back:
        if one.kind == ReturnKind.CLIENT_RETURN:
            counts[one.reason] += one.units
    return tuple(
        ReasonShare(
            reason=reasons.get(key), units=count, share=Decimal(count) / delivered if delivered else None
        )
        for key, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    )


def _weeks(scope: ReportScope, days: Days) -> tuple[WeekLevel, ...]:
    """The weeks that the days are in, as far as the days go."""
    sales = ListingSales if scope.is_of_some_listings else RegionSales
    delivered = dict(
        _narrowed(sales, scope)
        .filter(**_within(day=days))
        .annotate(week=TruncWeek("day"))
        .values_list("week")
        .annotate(Sum("delivered_units"))
    )
    returned = dict(
        _narrowed(DailyReturns, scope)
        .filter(**_within(placed_day=days), kind=ReturnKind.CLIENT_RETURN)
        .annotate(week=TruncWeek("placed_day"))
        .values_list("week")
        .annotate(Sum("units"))
    )
    first = days.first - timedelta(days=days.first.weekday())
    mondays = [first + _WEEK * place for place in range((days.last - first).days // _WEEK.days + 1)]
    return tuple(
        WeekLevel(
            first=monday,
            delivered=delivered.get(monday, 0),
            returned=returned.get(monday, 0),
            is_ripe=scope.today - (monday + _WEEK) > RIPE_AFTER,
        )
        for monday in mondays
    )
