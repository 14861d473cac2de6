"""Why goods come back: reasons by count and money, by product, by week."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from django.db.models import Count, F, Q, Sum, Window
from django.utils.translation import gettext as _

from catalog.models import Product
from marketplaces.contracts.returns import ReturnStatus
from returns.choices import ReasonGroup
from returns.models import Reason

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from companies.models import Company
    from core.periods import Days
    from returns.models import ReturnQuerySet

# A claim that is not granted, or not yet, leaves the goods with the buyer: facts leave these out, too.
_WITH_THE_BUYER: Final = (ReturnStatus.CLAIMED, ReturnStatus.REJECTED)
CAME_BACK: Final = tuple(status for status in ReturnStatus if status not in _WITH_THE_BUYER)
_ROWS: Final = 30
_WEEKS: Final = 12


@dataclass(slots=True, kw_only=True)
class Sums:
    """Units and their amount at the seller's price."""

    units: int = 0
    amount: Decimal = Decimal(0)

    def add(self, units: int, amount: Decimal) -> None:
        """Count some more."""
        self.units += units
        self.amount += amount


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasonRow:
    """A reason with what it cost; `reason` None: the marketplace told none, or no rule knows its words."""

    reason: Reason | None
    sums: Sums
    share: float

    @property
    def name(self) -> str:
        """What people call it."""
        return self.reason.name if self.reason else _("No reason of ours")


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupRow:
    """Who can act, and on how much."""

    group: ReasonGroup
    sums: Sums
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductRow:
    """A product with its returns and the reason that most of them tell; None: no return of it tells any.

    `product` None: what the assortment does not know.
    """

    product: Product | None
    sums: Sums
    main: Reason | None
    main_units: int
    share: float

    @property
    def main_share(self) -> float:
        """How much of the product's returns its main reason makes."""
        return self.main_units / self.sums.units if self.sums.units else 0.0

    @property
    def main_name(self) -> str:
        """The main reason in words."""
        return self.main.name if self.main else _("No reason of ours")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasonsPage:
    """All that the page of reasons shows, of the returns given that came back.

    `before` are those of the period before. `cells` are units by (product, reason), None for an unknown one; `weeks`
    units by the Monday of the week in which they began.
    """

    total: Sums
    before: Sums
    reasons: Sequence[ReasonRow]
    groups: Sequence[GroupRow]
    products: Sequence[ProductRow]
    products_count: int
    cells: Mapping[tuple[int | None, int | None], int]
    weeks: Sequence[tuple[date, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Products:
    """The products with the most returns, in order, with the units of each reason; `count` is of all products."""

    sums: Mapping[int | None, Sums]
    cells: Mapping[tuple[int | None, int | None], int]
    count: int


def reasons_page(company: Company, returns: ReturnQuerySet, *, period: Days) -> ReasonsPage:
    """The page over those of the returns given that came back (filters other than the period are in them already)."""
    returns = returns.exclude(status__in=_WITH_THE_BUYER)
    now = _within(returns, period)
    by_reason = _by_reason(now)
    products = _by_product(now)
    total = Sums()
    for sums in by_reason.values():
        total.add(sums.units, sums.amount)
    reasons = {reason.pk: reason for reason in Reason.objects.filter(pk__in=[pk for pk in by_reason if pk])}
    rows = _reason_rows(by_reason, reasons, total)
    return ReasonsPage(
        total=total,
        before=_sums(_within(returns, period.before())),
        reasons=rows,
        groups=_group_rows(rows, total),
        products=_product_rows(company, products, reasons, total),
        products_count=products.count,
        cells=products.cells,
        weeks=_weeks(returns, period),
    )


def _within(returns: ReturnQuerySet, period: Days) -> ReturnQuerySet:
    found: ReturnQuerySet = returns.filter(
        registered_date__gte=period.first, registered_date__lt=period.after
    ).order_by()
    return found


def _by_reason(returns: ReturnQuerySet) -> dict[int | None, Sums]:
    rows = returns.values_list("reason_id").annotate(units=Sum("quantity"), sum=Sum("amount"))
    return {pk: Sums(units=units, amount=amount) for pk, units, amount in rows}


def _by_product(returns: ReturnQuerySet) -> _Products:
    """However many products there are, those that are shown are read: ties by id."""
    product = F("listing__product_id")
    ranked = (
        returns.values(product=product)
        .annotate(units=Sum("quantity"), sum=Sum("amount"), all=Window(Count("*")))
        .order_by("-units", F("product").asc(nulls_first=True))[:_ROWS]
    )
    found = list(ranked.values_list("product", "units", "sum", "all"))
    meant = Q(listing__product_id__in=[pk for pk, *_sums in found if pk])
    if any(pk is None for pk, *_sums in found):
        meant |= Q(listing__product_id=None)
    cells = returns.filter(meant).values_list(product, "reason_id").annotate(units=Sum("quantity"))
    return _Products(
        sums={pk: Sums(units=units, amount=amount) for pk, units, amount, _all in found},
        cells={(pk, reason): units for pk, reason, units in cells},
        count=found[0][3] if found else 0,
    )


def _sums(returns: ReturnQuerySet) -> Sums:
    found = returns.aggregate(units=Sum("quantity", default=0), amount=Sum("amount", default=Decimal(0)))
    return Sums(units=found["units"], amount=found["amount"])


def _reason_rows(
    by_reason: Mapping[int | None, Sums], reasons: Mapping[int, Reason], total: Sums
) -> list[ReasonRow]:
    rows = [
        ReasonRow(reason=reasons.get(pk or 0), sums=sums, share=_share(sums.units, total.units))
        for pk, sums in by_reason.items()
    ]
    return sorted(rows, key=lambda row: (-row.sums.units, row.name))


def _group_rows(rows: Sequence[ReasonRow], total: Sums) -> list[GroupRow]:
    sums: dict[str, Sums] = defaultdict(Sums)
    for row in rows:
        group = row.reason.group if row.reason else ReasonGroup.UNKNOWN.value
        sums[group].add(row.sums.units, row.sums.amount)
    return [
        GroupRow(group=group, sums=sums[group.value], share=_share(sums[group.value].units, total.units))
        for group in sorted(ReasonGroup, key=lambda group: -sums[group.value].units)
        if sums[group.value].units
    ]


def _product_rows(
    company: Company, products: _Products, reasons: Mapping[int, Reason], total: Sums
) -> list[ProductRow]:
    held = Product.objects.for_company(company).in_bulk([pk for pk in products.sums if pk])
    told: dict[int | None, dict[int | None, int]] = {pk: {} for pk in products.sums}
    for (product, reason), units in products.cells.items():
        told[product][reason] = units
    rows = []
    for pk, of in told.items():
        main = max(of, key=lambda reason: (reason is not None, of[reason], -(reason or 0)))
        rows.append(
            ProductRow(
                product=held.get(pk or 0),
                sums=products.sums[pk],
                main=reasons.get(main or 0),
                main_units=of[main],
                share=_share(products.sums[pk].units, total.units),
            )
        )
    return rows


def _weeks(returns: ReturnQuerySet, period: Days) -> list[tuple[date, int]]:
    """Units by the week in which they began, at least the last twelve; weeks start on Monday."""
    first = min(period.first, period.after - timedelta(weeks=_WEEKS))
    first -= timedelta(days=first.weekday())
    units: dict[date, int] = defaultdict(int)
    by_day = returns.filter(registered_date__gte=first, registered_date__lt=period.after).order_by()
    for day, count in by_day.values_list("registered_date").annotate(units=Sum("quantity")):
        units[day - timedelta(days=day.weekday())] += count
    days = [first + timedelta(weeks=number) for number in range(((period.after - first).days + 6) // 7)]
    return [(day, units[day]) for day in days]


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0
