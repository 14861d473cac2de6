"""How far a new company has come with its own details: for the first steps."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Exists

from companies.models import BankAccount, Company, Invitation, Membership
from companies.selectors.legal import Completeness, card_of, completeness


@dataclass(frozen=True, slots=True, kw_only=True)
class Beginnings:
    """The card, whether there is an account to pay to, whether anybody else was asked to join."""

    card: Completeness
    has_payouts: bool
    has_colleagues: bool


def beginnings(company: Company) -> Beginnings:
    """How far the company has come; two queries."""
    members = Membership.objects.for_company(company).order_by("pk")
    has_payouts, has_second, has_invited = (
        Company.objects.filter(pk=company.pk)
        .values_list(
            Exists(BankAccount.objects.for_company(company)),
            Exists(members[1:]),
            Exists(Invitation.objects.for_company(company)),
        )
        .get()
    )
    return Beginnings(
        card=completeness(card_of(company)),
        has_payouts=has_payouts,
        has_colleagues=has_second or has_invited,
    )
