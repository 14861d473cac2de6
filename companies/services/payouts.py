"""Every change to the bank accounts that marketplaces pay to; the numbers are sealed and opened here only."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import structlog
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from companies.choices import AuditAction, AuditSubject
from companies.models import AuditEntry, BankAccount, Company, Membership
from companies.services.audit import note
from core import crypto, letters, requisites

if TYPE_CHECKING:
    from collections.abc import Sequence

log = structlog.get_logger(__name__)


class AlreadyListed(Exception):
    """The company has a bank account with this number already. The text holds no number."""

    def __init__(self, account: BankAccount) -> None:
        super().__init__(f"bank account {account.pk} has this number already")
        self.account = account


class StillPaidTo(Exception):
    """Marketplace accounts pay there; `titles` names them."""

    def __init__(self, titles: Sequence[str]) -> None:
        super().__init__(f"paid to by {len(titles)} marketplace accounts")
        self.titles = list(titles)


@dataclass(frozen=True, slots=True, kw_only=True)
class BankDetails:
    """What a person fills in about a bank account.

    An empty `correspondent` is the usual one of the BIC. When an account is changed, empty numbers stay what
    they are, as far as they fit the BIC.
    """

    bic: str
    bank_name: str
    purpose: str = ""
    settlement: str = field(default="", repr=False)
    correspondent: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """The numbers in clear."""

    settlement: str = field(repr=False)
    correspondent: str = field(repr=False)

    @property
    def currency(self) -> str:
        """The currency in which the account is kept. Raises BadRequisite for one that we do not know."""
        return account_currency(self.settlement)


@transaction.atomic
def add_bank_account(*, company: Company, details: BankDetails) -> BankAccount:
    """Keep a bank account of the company and tell its owners.

    Raises BadRequisite (core.requisites) for numbers that cannot be right, and AlreadyListed.
    """
    _hold(company.pk)
    account = BankAccount(company=company)
    numbers = _numbers(details)
    _refuse_second(account, numbers)
    _fill(account, details, numbers)
    _seal(account, numbers)
    account.save()
    tell_owners(company_id=company.pk, subject=AuditSubject.BANK_ACCOUNT, subject_id=account.pk)
    log.info("bank_account_added", bank_account=account.pk, company=company.pk)
    return account


@transaction.atomic
def change_bank_account(*, account: BankAccount, details: BankDetails) -> BankAccount:
    """Change a bank account and tell the owners; saving what is there already does neither.

    Raises BadRequisite, AlreadyListed, and StillPaidTo when the new number is of another currency while
    marketplace accounts pay to the old one.
    """
    held = _locked(account)
    before = _state(held)
    old = _opened(held)
    numbers = _numbers(details, old=old, old_bic=held.bic)
    _refuse_second(held, numbers)
    if numbers.currency != held.currency:
        _refuse_while_paid_to(held)
    _fill(held, details, numbers)
    if numbers == old and before == _state(held):
        return held
    if numbers != old:
        _seal(held, numbers)
    held.save()
    tell_owners(company_id=held.company_id, subject=AuditSubject.BANK_ACCOUNT, subject_id=held.pk)
    log.info("bank_account_changed", bank_account=held.pk, company=held.company_id)
    return held


@transaction.atomic
def remove_bank_account(*, account: BankAccount) -> None:
    """Forget a bank account and tell the owners. Raises StillPaidTo."""
    held = _locked(account)
    _refuse_while_paid_to(held)
    pk = held.pk
    held.delete()
    tell_owners(company_id=account.company_id, subject=AuditSubject.BANK_ACCOUNT, subject_id=pk)
    log.info("bank_account_removed", bank_account=pk, company=account.company_id)


@transaction.atomic
def show_numbers(*, account: BankAccount) -> Numbers:
    """The numbers in clear, for a person who has just proved who he is; the trail keeps that they were shown.

    Raises core.crypto.CannotDecrypt.
    """
    numbers = Numbers(**account.open_numbers())
    note(
        company=account.company_id,
        subject=AuditSubject.BANK_ACCOUNT,
        subject_id=account.pk,
        subject_name=account.bank_name,
        action=AuditAction.SHOWN,
        note=f"…{account.last4}",
    )
    log.info("bank_account_shown", bank_account=account.pk, company=account.company_id)
    return numbers


def account_currency(number: str) -> str:
    """The currency in which the account is kept. Raises BadRequisite for one that we do not know."""
    currency = requisites.currency_of_account(number)
    if currency is None:
        raise requisites.BadRequisite(
            _("Digits 6 to 8 name the currency, and we know none with the code %(code)s.")
            % {"code": number[5:8]},
            code="currency",
        )
    return currency


def tell_owners(*, company_id: int, subject: AuditSubject, subject_id: int) -> None:
    """Post to every owner the letter about the change of payout details that was just written to the trail.

    Called inside the transaction of the change, after it.
    """
    entries = AuditEntry.objects.for_company(company_id).filter(subject=subject, subject_id=subject_id)
    entry_id = entries.order_by("-at", "-id").values_list("pk", flat=True)[0]
    owners = Membership.objects.for_company(company_id).owners()
    for user_id in owners.order_by("pk").values_list("user_id", flat=True):
        letters.post("payout_changed", entry_id=entry_id, user_id=user_id)


def _hold(company_id: int) -> None:
    """Two changes of one company's accounts come one after another: numbers are compared without an index."""
    Company.objects.select_for_update(no_key=True).get(pk=company_id)


def _locked(account: BankAccount) -> BankAccount:
    _hold(account.company_id)
    held: BankAccount = (
        BankAccount.objects.for_company(account.company_id).select_for_update().get(pk=account.pk)
    )
    return held


def _numbers(details: BankDetails, *, old: Numbers | None = None, old_bic: str = "") -> Numbers:
    kept = old.correspondent if old is not None and details.bic == old_bic else ""
    correspondent = details.correspondent or kept or requisites.correspondent_of(details.bic)
    return Numbers(
        settlement=requisites.settlement_account(
            details.settlement or (old.settlement if old is not None else ""), details.bic
        ),
        correspondent=requisites.correspondent_account(correspondent, details.bic),
    )


def _fill(account: BankAccount, details: BankDetails, numbers: Numbers) -> None:
    account.bic = requisites.bic(details.bic)
    account.bank_name = details.bank_name
    account.purpose = details.purpose
    account.last4 = numbers.settlement[-4:]
    account.currency = numbers.currency


def _seal(account: BankAccount, numbers: Numbers) -> None:
    account.sealed = crypto.encrypt(
        {"settlement": numbers.settlement, "correspondent": numbers.correspondent},
        context=account.secret_context,
    )
    account.numbers_set_at = timezone.now()


def _state(account: BankAccount) -> tuple[str, ...]:
    return account.bic, account.bank_name, account.purpose, account.last4, account.currency


def _opened(account: BankAccount) -> Numbers | None:
    """None where no key of ours opens the numbers any more: they have to be given anew."""
    try:
        return Numbers(**account.open_numbers())
    except crypto.CannotDecrypt:
        log.warning("bank_account_unreadable", bank_account=account.pk, company=account.company_id)
        return None


def _refuse_second(account: BankAccount, numbers: Numbers) -> None:
    others = BankAccount.objects.for_company(account.company_id).exclude(pk=account.pk)
    for other in others.filter(last4=numbers.settlement[-4:]):
        known = _opened(other)
        if known is not None and known.settlement == numbers.settlement:
            raise AlreadyListed(other)


def _refuse_while_paid_to(account: BankAccount) -> None:
    titles = list(account.marketplace_accounts.order_by("title", "pk").values_list("title", flat=True))
    if titles:
        raise StillPaidTo(titles)
