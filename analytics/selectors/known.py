"""Since when the accounts are known: days before are not days without orders, nobody knows them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.db.models import Min, OuterRef, Subquery

from analytics.models import ClosingStock
from catalog.models import Listing
from marketplaces.models import MarketplaceAccount
from orders.models import OrderTally

if TYPE_CHECKING:
    from collections.abc import Mapping

    from analytics.selectors.scope import ReportScope, Scope
    from core.periods import Days


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownSince:
    """The first day with any orders of each account of a scope that has some."""

    by_account: Mapping[int, date]

    @property
    def first(self) -> date | None:
        """The first day of which anything is known."""
        return min(self.by_account.values(), default=None)

    @property
    def whole(self) -> date | None:
        """The day from which all these accounts are known: sums of days before leave some of them out."""
        return max(self.by_account.values(), default=None)

    def compared(self, scope: ReportScope) -> Days | None:
        """The days that the scope is compared with, if they are wholly known."""
        before, whole = scope.before, self.whole
        return before if before is not None and whole is not None and whole <= before.first else None


def known_since(scope: Scope) -> KnownSince:
    """Since when orders are known (one query; of each account its first day only is looked at)."""
    accounts = MarketplaceAccount.objects.for_company(scope.company)
    if scope.is_narrowed:
        accounts = accounts.filter(pk__in=[account.pk for account in scope.accounts])
    days = OrderTally.objects.for_company(scope.company).filter(account=OuterRef("pk"), orders__gt=0)
    found = accounts.annotate(first=Subquery(days.order_by("day").values("day")[:1])).order_by()
    return KnownSince(by_account=dict(found.exclude(first=None).values_list("pk", "first")))


def stock_known_since(scope: Scope, *, before: date) -> dict[int, date]:
    """The first day of each account of which its orders or its stock are known, where its orders begin later than
    `before` or nowhere: all the others are known by then (one query, one more where there are such accounts)."""
    first = dict(known_since(scope).by_account)
    late = [account.pk for account in scope.accounts if account.pk not in first or first[account.pk] > before]
    closed = ClosingStock.objects.for_company(scope.company).filter(listing=OuterRef("pk"))
    listings = Listing.objects.for_company(scope.company).filter(account__in=late)
    listings = listings.annotate(first=Subquery(closed.order_by("day").values("day")[:1])).order_by()
    for account, day in listings.values_list("account_id").annotate(Min("first")):
        if day is not None:
            first[account] = min(day, first.get(account, day))
    return first
