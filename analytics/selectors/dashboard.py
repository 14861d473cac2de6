"""Everything the first page of a company shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from analytics.selectors.decisions import Decisions, decisions
from analytics.selectors.happenings import Happenings, happenings
from analytics.selectors.health import Health, health
from analytics.selectors.sales import Sales, sales
from analytics.selectors.stock import StockOuts, stock_outs
from analytics.selectors.windows import window_of
from analytics.selectors.yesterday import Yesterday, yesterday

if TYPE_CHECKING:
    from analytics.choices import Period
    from analytics.selectors.scope import Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class Dashboard:
    """What waits, what happened, what ends, how the accounts are: of a scope, for a period, at a moment."""

    scope: Scope
    now: datetime
    decisions: Decisions
    yesterday: Yesterday
    sales: Sales
    stock: StockOuts
    happened: Happenings
    health: Health


def dashboard(scope: Scope, *, period: Period, now: datetime) -> Dashboard:
    """Read the dashboard: a constant number of queries, none of them over orders but those that are open."""
    window = window_of(period, now=now, zone=scope.company.zone)
    sold = sales(scope, window)
    waiting = decisions(scope, now=now)
    return Dashboard(
        scope=scope,
        now=now,
        decisions=waiting,
        yesterday=yesterday(scope, today=window.today, known_from=sold.known.whole),
        sales=sold,
        stock=stock_outs(scope, waiting.forecast, today=window.today),
        happened=happenings(scope, now=now),
        health=health(scope, now=now),
    )
