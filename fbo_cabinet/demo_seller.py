"""The demo seller's own details: card, taxes, bank accounts, people, agreements, warehouses. Each kind is made
where there is none yet, and never touched again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
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
    from collections.abc import Sequence

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
# The first is the one that the marketplaces pay to.
BANK_ACCOUNTS: Final = (
    BankDetails(
        bic="044525225",
        bank_name="ПАО Сбербанк",
        settlement="40702810938000012345",
        purpose="Выплаты маркетплейсов",
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """An agreement: its days are told from today, `ends` is None when it has no end."""

    number: str
    signed: timedelta
    ends: timedelta | None
    note: str = ""


# How long the agreement with Ozon still has: little enough to be reminded of.
_DAY: Final = timedelta(days=1)
_LEFT: Final = 26 * _DAY
_YEAR: Final = 365 * _DAY
AGREEMENTS: Final[Mapping[str, tuple[Paper, ...]]] = {
    "ozon": (
        Paper(number="ИР-38114/24", signed=_LEFT - 2 * _YEAR + _DAY, ends=_LEFT - _YEAR),
        Paper(
            number="ИР-52970/25",
            signed=_LEFT - _YEAR + _DAY,
            ends=_LEFT,
            note="Продлевается дополнительным соглашением.",
        ),
    ),
    "wildberries": (
        Paper(
            number="ОФ-3918274",
            signed=-420 * _DAY,
            ends=None,
            note="Договор оферты: бессрочный, условия меняются уведомлением.",
        ),
    ),
    "yandex_market": (
        Paper(
            number="ОФ-11456789/26",
            signed=-140 * _DAY,
            ends=225 * _DAY,
            note="Договор на размещение, продлевается сам на год.",
        ),
    ),
}


def furnish(
    *,
    company: Company,
    owner: User,
    colleagues: Mapping[str, User],
    accounts: Sequence[MarketplaceAccount],
) -> None:
    """Give the demo company the details that a seller fills in; `colleagues` are the people by e-mail.

    Every one of `accounts` has its agreement, and pays to the first bank account.
    """
    _fill_card(company)
    _add_taxes(company)
    _add_bank_accounts(company)
    _invite(company, owner, colleagues)
    for account in accounts:
        if _sign_agreements(company, account.marketplace):
            _choose_payout(account)
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


def _add_bank_accounts(company: Company) -> None:
    if BankAccount.objects.for_company(company).exists():
        return
    for details in BANK_ACCOUNTS:
        services.add_bank_account(company=company, details=details)


def _choose_payout(account: MarketplaceAccount) -> None:
    """Let the account pay to the demo's own bank account for payouts, where it still is and none was chosen."""
    bank_account = (
        BankAccount.objects.for_company(account.company_id)
        .filter(last4=BANK_ACCOUNTS[0].settlement[-4:], currency="RUB")
        .first()
    )
    if account.payout_account_id is None and bank_account is not None:
        set_payout_account(account=account, bank_account=bank_account)


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


def _sign_agreements(company: Company, marketplace: str) -> bool:
    """Whether the agreements with the marketplace are signed now: there was none of them."""
    if Agreement.objects.for_company(company).filter(marketplace=marketplace).exists():
        return False
    today = business_day(timezone.now(), company.zone)
    for paper in AGREEMENTS[marketplace]:
        terms = AgreementTerms(
            marketplace=marketplace,
            number=paper.number,
            signed_on=today + paper.signed,
            scheme="fbo",
            currency="RUB",
            ends_on=None if paper.ends is None else today + paper.ends,
            note=paper.note,
        )
        add_agreement(company=company, terms=terms)
    return True
