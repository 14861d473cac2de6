"""Whose numbers a page shows: the company, or some of its accounts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from marketplaces.models import MarketplaceAccount

if TYPE_CHECKING:
    from companies.models import Company


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


def scope_of(company: Company, *, account: str = "", marketplace: str = "") -> Scope:
    """The accounts of the company, narrowed to one or to a marketplace. Raises UnknownAccount."""
    held = tuple(MarketplaceAccount.objects.for_company(company).order_by("marketplace", "title", "pk"))
    chosen = held
    if account:
        chosen = tuple(one for one in chosen if str(one.pk) == account)
    if marketplace:
        chosen = tuple(one for one in chosen if one.marketplace == marketplace)
    if (account or marketplace) and not chosen:
        raise UnknownAccount
    return Scope(company=company, accounts=chosen, is_narrowed=len(chosen) < len(held))
