"""Where marketplace accounts pay to, and to which bank accounts they could."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from companies.choices import Permission
from companies.selectors import Payer
from marketplaces import registry
from marketplaces.models import AccountStatus, Agreement, MarketplaceAccount

if TYPE_CHECKING:
    from companies.models import BankAccount, Company, Membership

# Marketplaces pay in roubles where no agreement says otherwise.
USUAL_CURRENCY: Final = "RUB"


@dataclass(frozen=True, slots=True, kw_only=True)
class PayoutPanel:
    """Where an account pays to, for its page."""

    bank_account: BankAccount | None
    is_over: bool
    can_manage: bool


def payers(*, company: Company) -> list[Payer]:
    """The company's marketplace accounts as its payout page shows them; those being erased apart; two queries."""
    accounts = MarketplaceAccount.objects.for_company(company).exclude(status=AccountStatus.ERASING)
    currencies = _agreed(company)
    return [
        Payer(
            title=account.title,
            marketplace=account.marketplace,
            url=reverse("marketplaces:account-detail", args=[company.slug, account.pk]),
            choose_url=reverse("marketplaces:account-payout", args=[company.slug, account.pk]),
            currencies=currencies.get(account.marketplace, frozenset({USUAL_CURRENCY})),
            bank_account_id=account.payout_account_id,
            is_over=account.status == AccountStatus.DISCONNECTED,
        )
        for account in accounts.order_by("title", "pk")
    ]


def payout_currencies(account: MarketplaceAccount) -> frozenset[str]:
    """The currencies in which the account's marketplace pays the company, by the agreements in force."""
    return _agreed(account.company).get(account.marketplace, frozenset({USUAL_CURRENCY}))


def payout_panel(*, account: MarketplaceAccount, membership: Membership) -> PayoutPanel | None:
    """Where the account pays to; None for members who may not see it."""
    if not membership.can(Permission.VIEW_PAYOUTS):
        return None
    return PayoutPanel(
        bank_account=account.payout_account,
        is_over=account.status in (AccountStatus.DISCONNECTED, AccountStatus.ERASING),
        can_manage=membership.can(Permission.MANAGE_PAYOUTS) and account.status != AccountStatus.ERASING,
    )


def marketplace_title(account: MarketplaceAccount) -> str:
    """What the marketplace of the account is called."""
    return registry.adapters().title(account.marketplace)


def _agreed(company: Company) -> Mapping[str, frozenset[str]]:
    today = timezone.now().astimezone(company.zone).date()
    found: dict[str, set[str]] = defaultdict(set)
    agreements = Agreement.objects.for_company(company).filter(Q(ends_on=None) | Q(ends_on__gte=today))
    for marketplace, currency in agreements.values_list("marketplace", "currency"):
        found[marketplace].add(currency)
    return {marketplace: frozenset(currencies) for marketplace, currencies in found.items()}
