"""Payout details changed from two sides at once: one of the two gives way, in words."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection

from companies import services
from companies.models import BankAccount
from companies.services import AlreadyListed, BankDetails, StillPaidTo
from marketplaces.models import MarketplaceAccount
from marketplaces.services import set_payout_account
from tests.factories.companies import CompanyFactory
from tests.factories.marketplaces import AccountFactory
from tests.factories.payouts import BIC, BankAccountFactory, account_number

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """Run the calls at the same moment; what each gave or raised."""
    start, results = threading.Barrier(len(calls)), [None] * len(calls)

    def run(place: int, call: Callable[[], Any]) -> None:
        try:
            start.wait(timeout=10)
            results[place] = call()
        except Exception as exc:  # noqa: BLE001 - handed to the test
            results[place] = exc
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    return results


def test_two_at_once_add_one_account() -> None:
    company = CompanyFactory()
    details = BankDetails(bic=BIC, bank_name="Сбербанк", settlement=account_number("123456"))

    results = at_once(*[lambda: services.add_bank_account(company=company, details=details)] * 2)

    assert sorted(type(result).__name__ for result in results) == ["AlreadyListed", "BankAccount"]
    assert any(isinstance(result, AlreadyListed) for result in results)
    assert BankAccount.objects.for_company(company).count() == 1


def test_an_account_is_either_chosen_or_removed() -> None:
    company = CompanyFactory()
    bank_account = BankAccountFactory(company=company)
    account = AccountFactory(company=company)

    chosen, removed = at_once(
        lambda: set_payout_account(account=account, bank_account=bank_account),
        lambda: services.remove_bank_account(account=bank_account),
    )

    is_kept = BankAccount.objects.for_company(company).filter(pk=bank_account.pk).exists()
    paid_to = MarketplaceAccount.objects.for_company(company).get(pk=account.pk).payout_account_id
    if is_kept:
        assert isinstance(removed, StillPaidTo)
        assert paid_to == bank_account.pk
    else:
        assert isinstance(chosen, BankAccount.DoesNotExist)
        assert paid_to is None
