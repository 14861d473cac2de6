"""Bank accounts whose numbers have the right key digits."""

from __future__ import annotations

import factory

from companies.models import BankAccount
from core import crypto
from core.requisites import BadRequisite, correspondent_of, settlement_account
from tests.factories.base import CompanyOwnedFactory
from tests.factories.companies import CompanyFactory

BIC = "044525225"


def account_number(tail: str, *, bic: str = BIC, currency: str = "810") -> str:
    """A settlement account that ends as told, with the key digit that the BIC asks for."""
    for key in range(10):
        number = f"40702{currency}{key}3800{tail.zfill(7)}"
        try:
            return settlement_account(number, bic)
        except BadRequisite:
            continue
    raise AssertionError(tail)


class BankAccountFactory(CompanyOwnedFactory):
    """An account in roubles; `settlement` is sealed as the service does it."""

    class Meta:
        model = BankAccount

    class Params:
        settlement = factory.Sequence(lambda n: account_number(str(2_200 + n)))

    company = factory.SubFactory(CompanyFactory)
    bic = BIC
    bank_name = "Сбербанк"
    last4 = factory.LazyAttribute(lambda row: row.settlement[-4:])
    sealed = factory.LazyAttribute(
        lambda row: crypto.encrypt(
            {"settlement": row.settlement, "correspondent": correspondent_of(row.bic)},
            context=f"companies_bankaccount/sealed/{row.company.pk}",
        )
    )
