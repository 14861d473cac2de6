"""Whose numbers a page shows, and of a report also for which days and against which."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

from django.db.models import Q

from analytics.choices import Comparison
from catalog.models import Listing, Product
from core.periods import Days
from marketplaces.models import AccountStatus, MarketplaceAccount

if TYPE_CHECKING:
    from collections.abc import Mapping

    from companies.models import Company

_ONE_DAY: Final = timedelta(days=1)


class UnknownAccount(Exception):
    """The company has no such account, or none on that marketplace."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """A company and the accounts chosen; `is_narrowed` when they are not all."""

    company: Company
    accounts: tuple[MarketplaceAccount, ...]
    is_narrowed: bool = False

    @property
    def is_mixed(self) -> bool:
        """Whether several marketplaces are summed: an order is not the same on each, a unit is."""
        return len({account.marketplace for account in self.accounts}) > 1

    @property
    def filters(self) -> dict[str, Any]:
        """What narrows a query by account."""
        return {"account_id__in": [account.pk for account in self.accounts]} if self.is_narrowed else {}

    def listing_filters(self, path: str = "listing__") -> dict[str, Any]:
        """What narrows a query by goods: nothing, they cannot be chosen here."""
        return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportScope(Scope):
    """The scope bar of a report. `before` are the days it is compared with, if with any; both are whole business
    days of the company, and `today` is the one that is not over."""

    days: Days
    before: Days | None
    comparison: Comparison
    today: date
    category: str = ""
    product: Product | None = None

    @property
    def is_of_some_listings(self) -> bool:
        """Whether goods are chosen: what is counted by order, not by position, cannot follow."""
        return bool(self.category or self.product)

    @property
    def is_open(self) -> bool:
        """Whether the last day is not over."""
        return self.today in self.days

    def listing_filters(self, path: str = "listing__") -> dict[str, Any]:
        """What narrows a query by goods; `path` leads from the row to its listing, empty from the listing itself."""
        filters: dict[str, Any] = {}
        if self.category:
            filters[f"{path}category"] = self.category
        if self.product:
            filters[f"{path}product"] = self.product
        return filters


def on_days(days: Days | None, field: str = "day") -> Q:
    """The rows of these days, and none where there are no days."""
    if days is None:
        return Q(pk__in=[])
    return Q(**{f"{field}__gte": days.first, f"{field}__lt": days.after})


def shifted(days: Days, comparison: Comparison) -> Days | None:
    """The days to compare with: as many just before, or the same dates a year earlier."""
    if comparison is Comparison.NONE:
        return None
    if comparison is Comparison.PREVIOUS:
        return days.before()
    return year_before(days)


def year_before(days: Days) -> Days:
    """The same dates a year earlier. The 29th of February has none: a period that begins or ends with it loses it, and
    one that ends with the 28th does not get it."""
    return Days(
        first=_a_year_ago(days.first, leap_day=(3, 1)),
        after=_a_year_ago(days.last, leap_day=(2, 28)) + _ONE_DAY,
    )


def _a_year_ago(day: date, *, leap_day: tuple[int, int]) -> date:
    if (day.month, day.day) == (2, 29):
        return date(day.year - 1, *leap_day)
    return day.replace(year=day.year - 1)


def report_scope(company: Company, asked: Mapping[str, Any], *, today: date) -> ReportScope:
    """The scope that the cleaned values of a ReportFilter name (one query; one more for a product)."""
    scope = _chosen(company, account=asked["account"], marketplace=asked["marketplace"])
    comparison = Comparison(asked["compare"] or Comparison.PREVIOUS)
    product = asked["product"] or None
    return ReportScope(
        company=company,
        accounts=scope.accounts,
        is_narrowed=scope.is_narrowed,
        days=asked["period"],
        before=shifted(asked["period"], comparison),
        comparison=comparison,
        today=today,
        category=asked["category"] or "",
        product=Product.objects.for_company(company).get(pk=product) if product else None,
    )


def other_money(scope: Scope) -> tuple[str, ...]:
    """`Shop (KZT)` of every account in the scope whose goods are priced in another currency than roubles (one query):
    sums over accounts take all money as it is."""
    rows = Listing.objects.for_company(scope.company).filter(**scope.filters).exclude(currency="RUB")
    told = rows.order_by("account__title", "currency").values_list("account__title", "currency").distinct()
    return tuple(f"{title} ({currency})" for title, currency in told)


def category_choices(company: Company) -> list[tuple[str, str]]:
    """The categories of the company's listings."""
    rows = Listing.objects.for_company(company).exclude(category="").order_by("category")
    return [(name, name) for name in rows.values_list("category", flat=True).distinct()]


def scope_of(company: Company, *, account: str = "", marketplace: str = "") -> Scope:
    """The accounts of the company, narrowed to one or to a marketplace. Raises UnknownAccount."""
    found = _chosen(company, account=account, marketplace=marketplace)
    if (account or marketplace) and not found.accounts:
        raise UnknownAccount
    return found


def _chosen(company: Company, *, account: str, marketplace: str) -> Scope:
    """The accounts chosen of those that are not being erased."""
    rows = MarketplaceAccount.objects.for_company(company).order_by("marketplace", "title", "pk")
    held = tuple(rows)
    kept = tuple(one for one in held if one.status != AccountStatus.ERASING)
    chosen = tuple(
        one
        for one in kept
        if (not account or str(one.pk) == account) and (not marketplace or one.marketplace == marketplace)
    )
    return Scope(company=company, accounts=chosen, is_narrowed=len(chosen) < len(held))
