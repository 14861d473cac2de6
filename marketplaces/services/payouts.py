"""Which bank account a marketplace account pays to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog
from django.db import transaction

from companies.choices import AuditSubject
from companies.models import BankAccount
from companies.services import tell_owners
from marketplaces.models import AccountStatus, MarketplaceAccount
from marketplaces.selectors.payouts import payout_currencies
from marketplaces.services.accounts import BeingErased

if TYPE_CHECKING:
    from collections.abc import Iterable

log = structlog.get_logger(__name__)


class WrongCurrency(Exception):
    """The marketplace pays in other currencies than that of the bank account."""

    def __init__(self, *, paid_in: Iterable[str], kept_in: str) -> None:
        self.paid_in = sorted(paid_in)
        self.kept_in = kept_in
        super().__init__(f"pays in {', '.join(self.paid_in)}, the bank account is in {kept_in}")


@transaction.atomic
def set_payout_account(
    *, account: MarketplaceAccount, bank_account: BankAccount | None
) -> MarketplaceAccount:
    """Let the marketplace account pay to the company's bank account (None: to none), and tell the owners.

    Choosing what is chosen already changes nothing and tells nobody. Raises WrongCurrency, BeingErased,
    BankAccount.DoesNotExist when it was removed meanwhile or is another company's.
    """
    held: MarketplaceAccount = (
        MarketplaceAccount.objects.for_company(account.company_id)
        .select_for_update(of=("self",))
        .select_related("company")
        .get(pk=account.pk)
    )
    if held.status == AccountStatus.ERASING:
        raise BeingErased(held)
    target = _fitting(held, bank_account) if bank_account is not None else None
    chosen = target.pk if target is not None else None
    if held.payout_account_id == chosen:
        return held
    held.payout_account = target
    held.save(update_fields=["payout_account"])
    tell_owners(company_id=held.company_id, subject=AuditSubject.ACCOUNT, subject_id=held.pk)
    log.info("payout_account_set", account=held.pk, bank_account=chosen, company=held.company_id)
    return held


def _fitting(account: MarketplaceAccount, bank_account: BankAccount) -> BankAccount:
    # Locked: it cannot be removed, nor change its currency, while it is being chosen.
    target: BankAccount = (
        BankAccount.objects.for_company(account.company_id).select_for_update().get(pk=bank_account.pk)
    )
    paid_in = payout_currencies(account)
    if target.currency not in paid_in:
        raise WrongCurrency(paid_in=paid_in, kept_in=target.currency)
    return target
