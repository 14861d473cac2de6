"""What listings sold in some days, beside what stood in stock, and on how many of these days that counts."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final, NamedTuple

from django.db.models import Sum

from analytics.formulas.turnover import Lost, lost_sales, turnover_of_sums
from analytics.models import ListingFlow

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from analytics.selectors.scope import ReportScope
    from catalog.models import Listing
    from core.periods import Days

_NOTHING_KNOWN: Final = Lost(units=Decimal(0), in_stock_rate=None, availability=None)
# The columns of a ListingFlow in the order of a Flow.
_FLOW: Final = ("known_days", "closing", "days_in_stock", "sold", "sold_on_known_days")


class Flow(NamedTuple):
    """What a listing sold in a period, and what stood in stock on the days of which that is known."""

    known_days: int = 0
    closing_sum: int = 0
    days_in_stock: int = 0
    units: int = 0
    units_on_known_days: int = 0

    @property
    def days_without_stock(self) -> int:
        """Days that closed with nothing to sell."""
        return self.known_days - self.days_in_stock

    @property
    def average_stock(self) -> Decimal | None:
        """Units at the end of a day on average; None: the stock of no day is known."""
        return Decimal(self.closing_sum) / self.known_days if self.known_days else None

    @property
    def turnover(self) -> Decimal | None:
        """Turnover in days; None: nothing sold, or no stock known."""
        return turnover_of_sums(self.closing_sum, self.units_on_known_days) if self.known_days else None

    def began_within(self, account_days: int) -> bool:
        """Whether the listing is new: its account's stock is known for so many days, its own for fewer, and before its
        first stock nobody bought it."""
        return 0 < self.known_days < account_days and self.units == self.units_on_known_days

    def lost(self, days: int) -> Lost:
        """What the days without stock cost, of so many since the account is known: among these, days of which the
        stock is not known count as days in stock."""
        if not days:
            return _NOTHING_KNOWN
        return lost_sales(
            max(self.units, 0), days_in_stock=days - min(self.days_without_stock, days), days=days
        )


class Period:
    """What the listings sold in some days, and how many of these days count for each."""

    def __init__(
        self, scope: ReportScope, days: Days, *, first: Mapping[int, date], accounts: Mapping[int, int]
    ) -> None:
        self.flows = flows_of(scope, days)
        self._days, self._first = days, first
        # The stock of an account is known on as many days as that of the listing it knows longest.
        self._closed: dict[int, int] = {}
        for listing, flow in self.flows.items():
            account = accounts.get(listing)
            if account is not None:
                self._closed[account] = max(self._closed.get(account, 0), flow.known_days)

    def is_after(self, other: Period) -> bool:
        """Whether the stock of every account that is known in these days is known on all days of the others."""
        whole = len(other._days)
        return all(other._closed.get(account, 0) == whole for account, days in self._closed.items() if days)

    def flow(self, listing: Listing) -> Flow:
        """What it sold, and its stock."""
        return self.flows.get(listing.pk, Flow())

    def account_days(self, account: int) -> int:
        """The days since anything is known of the account; all of them where nothing is known yet."""
        first = max(self._first.get(account, self._days.first), self._days.first)
        return max((self._days.after - first).days, 0)

    def listing_days(self, listing: Listing) -> int:
        """The same, of a new listing since its first stock."""
        flow = self.flow(listing)
        is_new = flow.began_within(self._closed.get(listing.account_id, 0))
        return flow.known_days if is_new else self.account_days(listing.account_id)


def flows_of(scope: ReportScope, days: Days) -> dict[int, Flow]:
    """Of every listing of the company: to narrow them costs more than to leave some out afterwards."""
    rows = ListingFlow.objects.for_company(scope.company).within(days).order_by()
    sums = {f"all_{name}": Sum(name) for name in _FLOW}
    return {pk: Flow(*counts) for pk, *counts in rows.values_list("listing_id").annotate(**sums)}
