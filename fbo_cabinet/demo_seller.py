"""The demo seller's own details: card, taxes, bank accounts, people, agreements, warehouses. Each kind is made
where there is none yet, and never touched again."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from django.utils import timezone

from companies import services
from companies.choices import LegalForm, Role, SignatoryBasis, TaxRegime
from companies.models import BankAccount, Invitation, LegalDetails, Membership, OwnWarehouse, TaxPeriod
from companies.services import BankDetails
from companies.services.invitations import link
from companies.services.warehouses import WarehouseDetails, add_warehouse
from core.periods import business_day
from marketplaces.models import Agreement
from marketplaces.services import AgreementTerms, add_agreement, set_payout_account

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from companies.models import Company, User
    from marketplaces.models import MarketplaceAccount

# INN and OGRN are those that the sandbox tells. The names are not: the seller has changed his name, and Ozon
# still knows the old one, so that the card shows what a difference looks like.
CARD: Final[Mapping[str, str]] = {
    "full_name": "Общество с ограниченной ответственностью «Льняная лавка Иваново»",
    "short_name": "ООО «Льняная лавка Иваново»",
    "inn": "3702420266",
    "kpp": "370201001",
    "ogrn": "1183702420263",
    "legal_address": "153000, Ивановская обл., г. Иваново, ул. Смирнова, д. 12, офис 304",
    "postal_address": "153012, Ивановская обл., г. Иваново, а/я 27",
    "signatory_name": "Льнова Анна Сергеевна",
    "signatory_position": "Генеральный директор",
    "email": "office@example.com",
    "phone": "+79106671204",
}
TAXES: Final = (
    (date(2021, 1, 1), TaxRegime.SIMPLIFIED_INCOME, None),
    (date(2024, 1, 1), TaxRegime.SIMPLIFIED_PROFIT, None),
    (date(2025, 1, 1), TaxRegime.SIMPLIFIED_PROFIT, Decimal(5)),
    (date(2026, 1, 1), TaxRegime.SIMPLIFIED_PROFIT, Decimal(7)),
)
# The first is the one that Ozon pays to.
BANK_ACCOUNTS: Final = (
    BankDetails(
        bic="044525225",
        bank_name="ПАО Сбербанк",
        settlement="40702810938000012345",
        purpose="Выплата по договору оферты Ozon",
    ),
    BankDetails(
        bic="044525593",
        bank_name="АО «Альфа-Банк»",
        settlement="40702156002450000731",
        purpose="Расчёты с поставщиками в Китае",
    ),
)
COLLEAGUES: Final = (
    ("manager@example.com", "Илья Тканёв", Role.MANAGER),
    ("warehouse@example.com", "Пётр Складов", Role.WAREHOUSE),
    ("accountant@example.com", "Марина Счётова", Role.ACCOUNTANT),
)
INVITED: Final = ("analyst@example.com", Role.VIEWER)
WAREHOUSES: Final = (
    WarehouseDetails(
        name="Цех на Смирнова",
        address="153000, Ивановская обл., г. Иваново, ул. Смирнова, д. 12, стр. 2",
        time_zone="Europe/Moscow",
        contact_name="Пётр Складов",
        contact_phone="+79106671205",
    ),
    WarehouseDetails(
        name="Сортировка в Екатеринбурге",
        address="620024, Свердловская обл., г. Екатеринбург, ул. Бисертская, д. 1",
        time_zone="Asia/Yekaterinburg",
        contact_name="Ольга Рядова",
        contact_phone="+79122840310",
    ),
)
# How long the agreement in force still has: little enough to be reminded of.
_AGREEMENT_LEFT: Final = timedelta(days=26)


def furnish(
    *,
    company: Company,
    owner: User,
    colleagues: Mapping[str, User],
    accounts: Sequence[MarketplaceAccount],
) -> None:
    """Give the demo company the details that a seller fills in; `colleagues` are the people by e-mail.

    The agreements and the account for payouts are those of the first of `accounts`.
    """
    account = accounts[0]
    _fill_card(company)
    _add_taxes(company)
    _add_bank_accounts(company, account)
    _invite(company, owner, colleagues)
    _sign_agreements(company, account)
    if not OwnWarehouse.objects.for_company(company).exists():
        for details in WAREHOUSES:
            add_warehouse(company=company, details=details)


def _fill_card(company: Company) -> None:
    if LegalDetails.objects.for_company(company).exists():
        return
    services.save_card(
        company=company,
        name=company.name,
        time_zone=company.time_zone,
        form=LegalForm.LLC,
        basis=SignatoryBasis.CHARTER,
        values=CARD,
    )


def _add_taxes(company: Company) -> None:
    if TaxPeriod.objects.for_company(company).exists():
        return
    for starts_on, regime, vat_percent in TAXES:
        services.add_tax_period(company=company, regime=regime, vat_percent=vat_percent, starts_on=starts_on)


def _add_bank_accounts(company: Company, account: MarketplaceAccount) -> None:
    if BankAccount.objects.for_company(company).exists():
        return
    first, *_others = [
        services.add_bank_account(company=company, details=details) for details in BANK_ACCOUNTS
    ]
    set_payout_account(account=account, bank_account=first)


def _invite(company: Company, owner: User, colleagues: Mapping[str, User]) -> None:
    is_alone = not Membership.objects.for_company(company).exclude(user=owner).exists()
    if not is_alone or Invitation.objects.for_company(company).exists():
        return
    for email, _name, role in COLLEAGUES:
        invitation = services.invite(email, company=company, role=role, invited_by=owner)
        token = link(invitation).rstrip("/").rsplit("/", 1)[-1]
        services.accept_invitation(token, user=colleagues[email])
    email, role = INVITED
    services.invite(email, company=company, role=role, invited_by=owner)


def _sign_agreements(company: Company, account: MarketplaceAccount) -> None:
    if Agreement.objects.for_company(company).exists():
        return
    ends_on = business_day(timezone.now(), company.zone) + _AGREEMENT_LEFT
    signed_on = ends_on - timedelta(days=364)
    before = AgreementTerms(
        marketplace=account.marketplace,
        number="ИР-38114/24",
        signed_on=signed_on - timedelta(days=365),
        scheme="fbo",
        currency="RUB",
        ends_on=signed_on - timedelta(days=1),
    )
    now = AgreementTerms(
        marketplace=account.marketplace,
        number="ИР-52970/25",
        signed_on=signed_on,
        scheme="fbo",
        currency="RUB",
        ends_on=ends_on,
        note="Продлевается дополнительным соглашением.",
    )
    for terms in (before, now):
        add_agreement(company=company, terms=terms)
