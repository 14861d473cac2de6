"""Sales of a period against another: what was ordered, for how much, how much of it was bought, by what."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any, Final

from django.db.models import F, Sum, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from analytics.choices import Basis, Breakdown, Grain
from analytics.formulas import buyout as formulas
from analytics.formulas.classes import Abc, abc
from analytics.models import (
    DailyFact,
    DailyReturns,
    ListingReturns,
    ListingSales,
    PlaceReturns,
    ReasonReturns,
    RegionSales,
)
from analytics.selectors.buckets import Bucket, buckets
from analytics.selectors.known import KnownSince, known_since
from analytics.selectors.scope import on_days
from analytics.spans import Spanned
from catalog.models import Product
from marketplaces.contracts.returns import ReturnKind
from orders.models import OrderTally

if TYPE_CHECKING:
    from collections.abc import Iterable

    from analytics.selectors.scope import ReportScope
    from core.periods import Days

# What came back of orders that count as delivered. A whole refusal is a cancelled order already.
BACK_FROM_BUYERS: Final = (ReturnKind.CLIENT_RETURN, ReturnKind.PARTIAL_REFUSAL)
_SUMS: Final = (
    "ordered_units", "ordered_amount", "cancelled_units", "delivered_units",
)  # fmt: skip
_KEYS: Final[Mapping[Breakdown, Any]] = {
    Breakdown.PRODUCT: F("listing__product_id"),
    Breakdown.CATEGORY: Coalesce("listing__category", Value("")),
    Breakdown.REGION: F("cluster_to"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sold:
    """Units and money ordered in some days, and what became of these orders so far; money at the seller's price."""

    ordered_units: int = 0
    ordered_amount: Decimal = Decimal(0)
    cancelled_units: int = 0
    delivered_units: int = 0
    returned_units: int = 0

    def __add__(self, other: Sold) -> Sold:
        return Sold(**{one.name: getattr(self, one.name) + getattr(other, one.name) for one in fields(self)})

    @property
    def average_price(self) -> Decimal | None:
        """Money a unit ordered, to the kopeck; None without units."""
        if not self.ordered_units:
            return None
        return (self.ordered_amount / self.ordered_units).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)

    @property
    def bought_units(self) -> int:
        """Units that the buyers got and kept so far."""
        return self.delivered_units - self.returned_units

    @property
    def buyout(self) -> Decimal | None:
        """Bought ÷ (bought + cancelled + returned), 0–1; None while no order has come to its end."""
        return formulas.buyout(
            bought=self.bought_units, cancelled=self.cancelled_units, returned=self.returned_units
        )

    @property
    def naive_buyout(self) -> Decimal | None:
        """(ordered − cancelled − returned) ÷ ordered, 0–1."""
        return formulas.naive_buyout(
            ordered=self.ordered_units, cancelled=self.cancelled_units, returned=self.returned_units
        )

    @property
    def on_the_way(self) -> Decimal | None:
        """The share of the ordered units that may still move, 0–1."""
        return formulas.on_the_way(
            ordered=self.ordered_units, delivered=self.delivered_units, cancelled=self.cancelled_units
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SoldIn:
    """A piece of the period; `now` is None before the first known day, `before` where the days compared with are not
    wholly known."""

    bucket: Bucket
    now: Sold | None
    before: Sold | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DynamicsRow:
    """A product, a category or a region; `key` is what the rows are told apart by, empty where nothing is told.
    `product` is None but for products of the assortment. Percentages as they are shown."""

    id: int
    key: str
    name: str
    now: Sold
    before: Sold | None
    place: Abc
    product: Product | None = None

    @property
    def sku(self) -> str:
        """The seller's article, of a product."""
        return self.product.sku if self.product else ""

    @property
    def share(self) -> Decimal | None:
        """Of the money of the period, %."""
        return _percent(self.place.share)

    @property
    def reached(self) -> Decimal | None:
        """Of the money of the period with all rows before it, %."""
        return _percent(self.place.reached)

    @property
    def letter(self) -> str:
        """The class by money."""
        return self.place.letter

    @property
    def buyout(self) -> Decimal | None:
        """Bought of what has come to its end, %."""
        return _percent(self.now.buyout)

    @property
    def on_the_way(self) -> Decimal | None:
        """Of the units ordered, %."""
        return _percent(self.now.on_the_way)

    @property
    def before_amount(self) -> Decimal | None:
        """Money of the days compared with."""
        return self.before.ordered_amount if self.before else None

    @property
    def change(self) -> Decimal | None:
        """By how much the money has changed, %; None where there was none."""
        return _growth(self.now, self.before)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dynamics:
    """The whole report: figures, line and table of one reading.

    `orders` are counted where orders can be: on one marketplace, goods not chosen. `total_before` is None when the
    days compared with are not wholly `known`.
    """

    scope: ReportScope
    grain: Grain
    by: Breakdown
    total: Sold
    total_before: Sold | None
    orders: int | None
    orders_before: int | None
    series: tuple[SoldIn, ...]
    rows: tuple[DynamicsRow, ...]
    known: KnownSince

    @property
    def total_buyout(self) -> Decimal | None:
        """Bought of what has come to its end, %."""
        return _percent(self.total.buyout)

    @property
    def total_change(self) -> Decimal | None:
        """By how much the money has changed, %; None where there was none."""
        return _growth(self.total, self.total_before)


def dynamics(scope: ReportScope, *, grain: Grain, by: Breakdown) -> Dynamics:
    """Read the report: eight queries whatever the size, nine by product; none over orders."""
    known = known_since(scope)
    first, before = known.first, known.compared(scope)
    by_day = _by_day(scope)
    series = tuple(
        SoldIn(
            bucket=piece,
            now=_sum(by_day, piece.days) if first and first < piece.days.after else None,
            before=_sum(by_day, piece.before) if before and piece.before else None,
        )
        for piece in buckets(scope, grain)
    )
    counts = _orders(scope)
    return Dynamics(
        scope=scope,
        grain=grain,
        by=by,
        total=_sum(by_day, scope.days),
        total_before=_sum(by_day, before) if before else None,
        orders=counts[0] if counts else None,
        orders_before=counts[1] if counts and before else None,
        series=series,
        rows=tuple(_rows(scope, by, has_before=before is not None)),
        known=known,
    )


def _percent(share: Decimal | None) -> Decimal | None:
    return None if share is None else (share * 100).quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)


def _growth(now: Sold, before: Sold | None) -> Decimal | None:
    if before is None or not before.ordered_amount:
        return None
    return _percent(now.ordered_amount / before.ordered_amount - 1)


def _facts(scope: ReportScope, by: Breakdown | None = None) -> Any:
    """The smallest table of facts that tells what is asked: a row a listing or a region and span, if one will do."""
    model: type[DailyFact | ListingSales | RegionSales] = RegionSales
    if by in (Breakdown.PRODUCT, Breakdown.CATEGORY):
        model = ListingSales
    elif scope.is_of_some_listings:
        model = DailyFact if by is Breakdown.REGION else ListingSales
    return model.objects.for_company(scope.company).filter(**scope.filters, **scope.listing_filters())


def _returns(scope: ReportScope, by: Breakdown | None = None) -> Any:
    """The same of returns; each tells `back`, the units that came back."""
    if by is Breakdown.REGION and scope.is_of_some_listings:
        rows = DailyReturns.objects.for_company(scope.company).filter(kind__in=BACK_FROM_BUYERS)
        return rows.annotate(back=F("units")).filter(**scope.filters, **scope.listing_filters())
    model: type[ListingReturns | PlaceReturns | ReasonReturns] = ListingReturns
    if by is Breakdown.REGION:
        model = PlaceReturns
    elif by is None and not scope.is_of_some_listings:
        model = ReasonReturns
    rows = model.objects.for_company(scope.company).filter(basis=Basis.COHORT)
    came_back = F("returned") + F("refused_in_part")
    return rows.filter(**scope.filters, **scope.listing_filters()).annotate(back=came_back)


def _placed(rows: Any, days: Days) -> Any:
    """The rows of the orders placed in the days."""
    if issubclass(rows.model, Spanned):
        return rows.within(days)
    return rows.filter(on_days(days, "placed_day" if rows.model is DailyReturns else "day"))


def _by_day(scope: ReportScope) -> dict[date, Sold]:
    """What was ordered on each day of the period and of the one before (two queries)."""
    asked = on_days(scope.days) | on_days(scope.before)
    rows = _facts(scope).daily().filter(asked)
    facts = rows.values("day").annotate(**{name: Sum(name) for name in _SUMS}).order_by()
    back = _returns(scope).daily().filter(asked).order_by().values_list("day")
    returned = dict(back.annotate(units=Sum("back")))
    return {
        row["day"]: Sold(**{name: row[name] for name in _SUMS}, returned_units=returned.get(row["day"], 0))
        for row in facts
    }


def _sum(by_day: Mapping[date, Sold], days: Days) -> Sold:
    return sum((sold for day, sold in by_day.items() if day in days), Sold())


def _orders(scope: ReportScope) -> tuple[int, int] | None:
    """Orders placed in the period and in the one before; None where they cannot be counted."""
    if scope.is_mixed or scope.is_of_some_listings:
        return None
    sums = (
        OrderTally.objects.for_company(scope.company)
        .filter(on_days(scope.days) | on_days(scope.before), **scope.filters)
        .aggregate(
            now=Sum("orders", filter=on_days(scope.days)), before=Sum("orders", filter=on_days(scope.before))
        )
    )
    return sums["now"] or 0, sums["before"] or 0


def _rows(scope: ReportScope, by: Breakdown, *, has_before: bool) -> Iterable[DynamicsRow]:
    now = _by_key(scope, by, scope.days)
    before = _by_key(scope, by, scope.before) if has_before and scope.before else None
    names = _named(scope, by, now.keys() | (before or {}).keys())
    classes = abc({ident: _of(now, key).ordered_amount for key, (ident, _name, _product) in names.items()})
    for key, (ident, name, product) in names.items():
        yield DynamicsRow(
            id=ident,
            key=str(key or ""),
            name=name,
            now=_of(now, key),
            before=None if before is None else _of(before, key),
            place=classes[ident],
            product=product,
        )


def _of(found: Mapping[Any, Sold], key: Any) -> Sold:
    return found.get(key) or Sold()


def _by_key(scope: ReportScope, by: Breakdown, days: Days) -> dict[Any, Sold]:
    """What was ordered of each product, category or region (two queries)."""
    facts = _placed(_facts(scope, by), days).annotate(key=_KEYS[by]).order_by()
    back = _placed(_returns(scope, by), days).annotate(key=_KEYS[by]).order_by()
    returned = dict(back.values_list("key").annotate(Sum("back")))
    return {
        row["key"]: Sold(**{name: row[name] for name in _SUMS}, returned_units=returned.get(row["key"], 0))
        for row in facts.values("key").annotate(**{name: Sum(name) for name in _SUMS})
    }


def _named(
    scope: ReportScope, by: Breakdown, found: Collection[Any]
) -> dict[Any, tuple[int, str, Product | None]]:
    """The id, the name and the product of each key."""
    if by is not Breakdown.PRODUCT:
        nameless = _("Without a category") if by is Breakdown.CATEGORY else _("Region not told")
        return {key: (place, key or nameless, None) for place, key in enumerate(sorted(found))}
    products = Product.objects.for_company(scope.company).in_bulk([key for key in found if key is not None])
    nameless = _("Not in the assortment")
    return {
        key: (key or 0, products[key].name if key in products else nameless, products.get(key))
        for key in found
    }
