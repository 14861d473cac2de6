"""The tally: how many orders of a day stand in which status, kept with the orders themselves (ADR 3)."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from catalog.services.days import touch_days
from core.merge import MergeRule, merge
from orders.models import OrderTally

if TYPE_CHECKING:
    from collections.abc import Iterable

    from marketplaces.models import MarketplaceAccount
    from orders.services.rows import Written

_TALLY: Final = MergeRule(
    model=OrderTally,
    columns=("company_id", "account_id", "day", "status", "orders", "units", "amount"),
    key=("company_id", "day", "account_id", "status"),
    update={name: f"t.{name} + EXCLUDED.{name}" for name in ("orders", "units", "amount")},
)


def keep_tally(*, account: MarketplaceAccount, written: Iterable[Written]) -> None:
    """Move orders that were written from where they were counted to where they stand; touch their days."""
    sums: dict[tuple[Any, str], list[Any]] = defaultdict(lambda: [0, 0, Decimal(0)])
    for row in written:
        _add(sums[row.day, row.status], 1, row.units, row.amount)
        if row.old_status is not None:
            _add(sums[row.old_day, row.old_status], -1, -(row.old_units or 0), -row.old_amount)
    merge(
        _TALLY,
        [
            (account.company_id, account.pk, day, status, *totals)
            for (day, status), totals in sorted(sums.items())
            if any(totals)
        ],
    )
    touch_days(company_id=account.company_id, days={day for day, _status in sums})


def _add(totals: list[Any], orders: int, units: int, amount: Decimal) -> None:
    totals[0] += orders
    totals[1] += units
    totals[2] += amount
