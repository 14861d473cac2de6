"""Bank accounts of a company, masked, and the marketplace accounts that pay there, or have nowhere to pay to."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.module_loading import import_string

from companies.models import BankAccount, LegalDetails

if TYPE_CHECKING:
    from collections.abc import Sequence

    from companies.models import Company


@dataclass(frozen=True, slots=True, kw_only=True)
class Payer:
    """An account that pays the company, told by a callable of settings.COMPANY_PAYERS.

    `url` is its page, `choose_url` where it is told which bank account to pay to; `currencies` are those in
    which it pays. `is_over` says that it pays no more, and needs no bank account.
    """

    title: str
    marketplace: str
    url: str
    choose_url: str
    currencies: frozenset[str]
    bank_account_id: int | None
    is_over: bool = False

    @property
    def currencies_text(self) -> str:
        """The currencies in one line."""
        return ", ".join(sorted(self.currencies))


@dataclass(frozen=True, slots=True, kw_only=True)
class PaidAccount:
    """A bank account and who pays there."""

    account: BankAccount
    payers: tuple[Payer, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unpaid:
    """A payer with nowhere to pay to. `offer` is the only bank account that would do, where there is one."""

    payer: Payer
    offer: BankAccount | None
    fits: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Payouts:
    """The page of payout details."""

    accounts: tuple[PaidAccount, ...]
    unpaid: tuple[Unpaid, ...]


def bank_accounts(*, company: Company) -> list[BankAccount]:
    """The company's bank accounts, the oldest first."""
    return list(BankAccount.objects.for_company(company).order_by("created_at", "id"))


def payouts(*, company: Company) -> Payouts:
    """Every bank account with its payers, and the payers without one; a query of ours, and those of the payers."""
    accounts = bank_accounts(company=company)
    payers = [payer for path in settings.COMPANY_PAYERS for payer in import_string(path)(company=company)]
    by_account: dict[int | None, list[Payer]] = defaultdict(list)
    for payer in payers:
        by_account[payer.bank_account_id].append(payer)
    return Payouts(
        accounts=tuple(
            PaidAccount(account=account, payers=tuple(by_account[account.pk])) for account in accounts
        ),
        unpaid=tuple(_unpaid(payer, accounts) for payer in by_account[None] if not payer.is_over),
    )


def payee(*, company: Company) -> LegalDetails | None:
    """The company card, of which a bank account takes the payee and the INN; None while there is none."""
    card: LegalDetails | None = LegalDetails.objects.for_company(company).first()
    return card


def _unpaid(payer: Payer, accounts: Sequence[BankAccount]) -> Unpaid:
    fitting = [account for account in accounts if account.currency in payer.currencies]
    return Unpaid(payer=payer, offer=fitting[0] if len(fitting) == 1 else None, fits=len(fitting))
