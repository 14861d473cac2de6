"""What the report on returns shows: how much came back of what was delivered, refusals apart."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from analytics.choices import ReturnsBy
    from analytics.selectors.known import KnownSince
    from analytics.selectors.scope import ReportScope
    from catalog.models import Product
    from returns.models import Reason

# A buyer may bring goods back for about a month: the orders of younger weeks go on ripening.
RIPE_AFTER: Final = timedelta(days=30)


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
    """The report. `weeks_before` are laid on `weeks`, place on place: whole weeks earlier. There is no before when the days compared with are
    not wholly `known`."""

    scope: ReportScope
    by: ReturnsBy
    total: Level
    total_before: Level | None
    rows: tuple[LevelRow, ...]
    reasons: tuple[ReasonShare, ...]
    weeks: tuple[WeekLevel, ...]
    weeks_before: tuple[WeekLevel, ...]
    known: KnownSince

    @property
    def highest_rate(self) -> Decimal:
        """The highest rate of a row, the one over everything at least."""
        rates = [self.total.cohort_rate, *(row.rate for row in self.rows)]
        return max((rate for rate in rates if rate is not None), default=Decimal(0))

    @property
    def is_ripe(self) -> bool:
        """Whether the orders of all the days have had their month."""
        return self.scope.today - self.scope.days.last > RIPE_AFTER
