"""How much comes back: by the day it came back and by the day it was ordered, refusals apart, and why."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import fields, replace
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from django.db.models import F, Q, Sum, Value
from django.db.models.functions import Coalesce, TruncWeek
from django.utils.translation import gettext_lazy as _

from analytics.choices import Basis, ReturnsBy, Span
from analytics.models import ListingReasons, ListingReturns, PlaceReturns, ReasonReturns, RegionSales
from analytics.selectors.known import KnownSince, known_since
from analytics.selectors.levels import RIPE_AFTER, Level, LevelRow, ReasonShare, ReturnLevel, WeekLevel
from catalog.models import Listing, Product
from core.periods import Days
from returns.models import Reason

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from django_stubs_ext import StrOrPromise

    from analytics.selectors.scope import ReportScope

_WEEK: Final = timedelta(days=7)
_SUMS: Final = ("returned", "refused", "refused_in_part", "technical", "amount", "cost")
_OF_COHORT: Final = ("delivered", "returned")
_GOODS: Final[Mapping[ReturnsBy, Any]] = {
    ReturnsBy.PRODUCT: F("listing__product_id"),
    ReturnsBy.CATEGORY: Coalesce("listing__category", Value("")),
}
# What tells of a listing which of these it belongs to.
_NAMED_BY: Final[Mapping[ReturnsBy, str]] = {
    ReturnsBy.PRODUCT: "product_id",
    ReturnsBy.CATEGORY: "category",
}
_PLACES: Final[Mapping[ReturnsBy, Any]] = {
    ReturnsBy.WAREHOUSE: F("warehouse_name"),
    ReturnsBy.CLUSTER: F("cluster_to"),
}
_NAMELESS: Final[Mapping[ReturnsBy, StrOrPromise]] = {
    ReturnsBy.PRODUCT: _("Not known to the catalog"),
    ReturnsBy.CATEGORY: _("Without a category"),
    ReturnsBy.REASON: _("Not told"),
    ReturnsBy.WAREHOUSE: _("Place not told"),
    ReturnsBy.CLUSTER: _("Place not told"),
}


# Of each product, category, reason or place.
Levels = dict[Any, Level]


def return_level(scope: ReportScope, *, by: ReturnsBy) -> ReturnLevel:
    """Read the report (a constant number of queries, none of them over orders or returns)."""
    goods = _GOODS.get(by, _GOODS[ReturnsBy.CATEGORY])
    now = _of_goods(scope, scope.days, goods)
    known = known_since(scope)
    days_before = known.compared(scope)
    before = _of_goods(scope, days_before, goods) if days_before else None
    total, total_before = _total(now), None if before is None else _total(before)
    reasons = Reason.objects.in_bulk()
    if by is ReturnsBy.REASON:
        now = _of_reasons(scope, scope.days, total)
        before = _of_reasons(scope, days_before, total_before) if days_before and total_before else None
    elif by in _PLACES:
        now = _of_places(scope, scope.days, _PLACES[by])
        before = _of_places(scope, days_before, _PLACES[by]) if days_before else None
    return ReturnLevel(
        scope=scope,
        by=by,
        total=total,
        total_before=total_before,
        rows=tuple(_rows(scope, by, now, before, reasons)),
        reasons=_shares(scope, total, reasons),
        weeks=_weeks(scope, scope.days),
        weeks_before=_weeks_before(scope, days_before, known) if days_before else (),
        known=known,
    )


def with_main_reasons(report: ReturnLevel, rows: Sequence[LevelRow]) -> list[LevelRow]:
    """Some rows of products or categories with the reason most given for each (three queries); others as they are."""
    if report.by not in _NAMED_BY or not rows:
        return list(rows)
    given = _given(report, {_key_of(report.by, row) for row in rows})
    reasons = Reason.objects.in_bulk({reason for counts in given.values() for reason in counts})
    return [_with_main(row, given[_key_of(report.by, row)], reasons) for row in rows]


def _with_main(row: LevelRow, given: Mapping[int, int], reasons: Mapping[int, Reason]) -> LevelRow:
    if not given:
        return row
    main, units = min(given.items(), key=lambda item: (-item[1], item[0]))
    return replace(row, main_reason=reasons[main], main_units=units)


def _key_of(by: ReturnsBy, row: LevelRow) -> Any:
    """What a row of products or categories is found by; None for the one of all that has no such name."""
    if by is ReturnsBy.CATEGORY:
        return row.name if row.id else None
    return row.product.pk if row.product else None


def _given(report: ReturnLevel, keys: Collection[Any]) -> Mapping[Any, Counter[int]]:
    """How many units came back for each reason, of each key (two queries)."""
    name, scope = _NAMED_BY[report.by], report.scope
    listings = Listing.objects.for_company(scope.company).filter(**scope.filters, **scope.listing_filters(""))
    named = Q(**{f"{name}__in": keys})
    if None in keys and report.by is ReturnsBy.CATEGORY:
        named |= Q(category="")
    of = dict(listings.filter(named).values_list("pk", name))
    # The listings by number, not by a join: so the index of the facts finds theirs among those of all goods.
    asked = Q(listing__in=of)
    if None in keys and not scope.is_of_some_listings:
        asked |= Q(listing=None)
    facts = (
        ListingReasons.objects.for_company(scope.company).within(scope.days).filter(asked, **scope.filters)
    )
    facts = facts.filter(basis=Basis.EVENT, reason__isnull=False, returned__gt=0).order_by()
    given: dict[Any, Counter[int]] = defaultdict(Counter)
    for listing, reason, units in facts.values_list("listing_id", "reason_id").annotate(Sum("returned")):
        given[of.get(listing) or None][reason] += units
    return given


def _narrowed(model: Any, scope: ReportScope) -> Any:
    return model.objects.for_company(scope.company).filter(**scope.filters, **scope.listing_filters())


def _of_goods(scope: ReportScope, days: Days, key: Any) -> Levels:
    """Of each product or category (one query)."""
    return _levels(_narrowed(ListingReturns, scope), days, key)


def _of_places(scope: ReportScope, days: Days, key: Any) -> Levels:
    """Of each warehouse or cluster (one query). Places know no goods: with goods chosen there are no rows."""
    if scope.is_of_some_listings:
        return {}
    return _levels(_narrowed(PlaceReturns, scope), days, key)


def _levels(facts: Any, days: Days, key: Any, *, names: Sequence[str] = ("delivered", *_SUMS)) -> Levels:
    """What some facts tell of the days, by event and by order (one query)."""
    told: dict[Any, dict[str, Any]] = defaultdict(dict)
    rows = facts.within(days).annotate(key=key).order_by().values_list("key", "basis")
    for one, basis, *sums in rows.annotate(**{f"all_{name}": Sum(name) for name in names}):
        level = dict(zip(names, sums, strict=True))
        if basis == Basis.EVENT:
            told[one] |= level
        else:
            told[one] |= {f"cohort_{name}": level[name] for name in _OF_COHORT if name in level}
    return {one: Level(**level) for one, level in told.items()}


def _of_reasons(scope: ReportScope, days: Days, whole: Level) -> Levels:
    """Of each reason, measured against everything delivered, so that reasons do not compete (one query)."""
    facts = _narrowed(ListingReasons if scope.is_of_some_listings else ReasonReturns, scope)
    return {
        one: replace(level, delivered=whole.delivered, cohort_delivered=whole.cohort_delivered)
        for one, level in _levels(facts, days, F("reason_id"), names=_SUMS).items()
    }


def _total(levels: Levels) -> Level:
    sums: dict[str, Any] = {
        one.name: sum(getattr(level, one.name) for level in levels.values()) or one.default
        for one in fields(Level)
    }
    return Level(**sums)


def _rows(
    scope: ReportScope,
    by: ReturnsBy,
    now: Levels,
    before: Levels | None,
    reasons: Mapping[int, Reason],
) -> Iterable[LevelRow]:
    """The rows; what the assortment does not know, and what nothing is told of, are one whose id is 0."""
    products: Mapping[int, Product] = {}
    if by is ReturnsBy.PRODUCT:
        products = Product.objects.for_company(scope.company).in_bulk([key for key in now if key])
    known = products if by is ReturnsBy.PRODUCT else reasons if by is ReturnsBy.REASON else None
    for key, (ident, name) in _named(by, now, known).items():
        yield LevelRow(
            id=ident,
            name=name,
            now=now[key],
            before=None if before is None else before.get(key, Level()),
            product=products.get(key),
            reason=reasons.get(key) if by is ReturnsBy.REASON else None,
        )


def _named(
    by: ReturnsBy, found: Collection[Any], known: Mapping[int, Product] | Mapping[int, Reason] | None
) -> dict[Any, tuple[int, str]]:
    """The id and the name of each key; `known` are those that have a row of their own."""
    nameless = str(_NAMELESS[by])
    if known is None:
        named = enumerate(sorted(key for key in found if key), start=1)
        return {key: (place, key) for place, key in named} | {key: (0, nameless) for key in found if not key}
    return {key: (key or 0, known[key].name if key in known else nameless) for key in found}


def _shares(scope: ReportScope, total: Level, reasons: Mapping[int, Reason]) -> tuple[ReasonShare, ...]:
    """The reasons of buyers' returns, the most given first (one query)."""
    rows = _narrowed(ListingReasons if scope.is_of_some_listings else ReasonReturns, scope)
    rows = rows.within(scope.days).filter(basis=Basis.EVENT, returned__gt=0).order_by()
    counts = dict(rows.values_list("reason_id").annotate(Sum("returned")))
    return tuple(
        ReasonShare(
            reason=reasons.get(key),
            units=units,
            share=Decimal(units) / total.delivered if total.delivered else None,
        )
        for key, units in sorted(counts.items(), key=lambda item: (-item[1], item[0] or 0))
    )


def _weeks_before(scope: ReportScope, before: Days, known: KnownSince) -> tuple[WeekLevel, ...]:
    """The weeks to lay on those of the scope, from the same weekday on: whole weeks back, as near to the days compared
    with as that goes. None where not all of them are known."""
    back = _WEEK * round((scope.days.first - before.first) / _WEEK)
    days = Days(first=scope.days.first - back, after=scope.days.after - back)
    return _weeks(scope, days) if known.whole is not None and known.whole <= days.first else ()


def _weeks(scope: ReportScope, days: Days) -> tuple[WeekLevel, ...]:
    """The weeks that the days are in, as far as the days go (two queries)."""
    if scope.is_of_some_listings:
        levels = _by_week(_narrowed(ListingReturns, scope).filter(basis=Basis.COHORT), days)
        delivered, returned = levels.annotate(Sum("delivered")), levels.annotate(Sum("returned"))
    else:
        of_company = _narrowed(RegionSales, scope), _narrowed(ReasonReturns, scope).filter(basis=Basis.COHORT)
        delivered = _by_week(of_company[0], days).annotate(Sum("delivered_units"))
        returned = _by_week(of_company[1], days).annotate(Sum("returned"))
    came, back = dict(delivered), dict(returned)
    first = days.first - timedelta(days=days.first.weekday())
    mondays = [first + _WEEK * place for place in range((days.last - first).days // _WEEK.days + 1)]
    return tuple(
        WeekLevel(
            first=monday,
            delivered=came.get(monday, 0),
            returned=back.get(monday, 0),
            is_ripe=scope.today - (monday + _WEEK) > RIPE_AFTER,
        )
        for monday in mondays
    )


def _by_week(rows: Any, days: Days) -> Any:
    return rows.within(days, longest=Span.WEEK).annotate(week=TruncWeek("day")).order_by().values_list("week")
