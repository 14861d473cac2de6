"""Who may do what (one table, Role → Permission), and the words of the law: legal forms, tax regimes, VAT."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.statuses import StatusChoices

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class Role(models.TextChoices):
    """What a person is in a company."""

    OWNER = "owner", _("Owner")
    MANAGER = "manager", _("Manager")
    WAREHOUSE = "warehouse", _("Warehouse worker")
    ACCOUNTANT = "accountant", _("Accountant")
    VIEWER = "viewer", _("Viewer")


class Permission(StrEnum):
    """What a page or an action asks for; `PERMISSION_LABELS` says it in words."""

    VIEW = "view"
    EXPORT = "export"
    SYNC = "sync"
    EDIT_CATALOG = "edit_catalog"
    EDIT_PRICES = "edit_prices"
    EDIT_COSTS = "edit_costs"
    EDIT_SUPPLIES = "edit_supplies"
    MANAGE_ACCOUNTS = "manage_accounts"
    DISCONNECT_ACCOUNTS = "disconnect_accounts"
    MANAGE_WAREHOUSES = "manage_warehouses"
    MANAGE_AGREEMENTS = "manage_agreements"
    MANAGE_COMPANY = "manage_company"
    VIEW_PAYOUTS = "view_payouts"
    MANAGE_PAYOUTS = "manage_payouts"
    MANAGE_PEOPLE = "manage_people"
    VIEW_AUDIT = "view_audit"


PERMISSION_LABELS: Final[dict[Permission, StrOrPromise]] = {
    Permission.VIEW: _("See orders, stock, the catalog, figures, the company card and its people"),
    Permission.EXPORT: _("Download lists as CSV and XLSX"),
    Permission.SYNC: _("Refresh data and settle quarantined records"),
    Permission.EDIT_CATALOG: _("Match goods between marketplaces, write down their own dimensions"),
    Permission.EDIT_PRICES: _("Change prices on the marketplaces"),
    Permission.EDIT_COSTS: _("Change cost prices, also from a file"),
    Permission.EDIT_SUPPLIES: _("Plan supplies, pack boxes, print labels"),
    Permission.MANAGE_ACCOUNTS: _("Connect marketplace accounts, replace keys, pause and resume"),
    Permission.DISCONNECT_ACCOUNTS: _("Disconnect marketplace accounts and erase their data"),
    Permission.MANAGE_WAREHOUSES: _("Change the company's own warehouses"),
    Permission.MANAGE_AGREEMENTS: _("Change agreements with marketplaces"),
    Permission.MANAGE_COMPANY: _("Change the company card and taxes"),
    Permission.VIEW_PAYOUTS: _("See payout details, masked"),
    Permission.MANAGE_PAYOUTS: _("Change payout details and see full account numbers"),
    Permission.MANAGE_PEOPLE: _("Invite people, change roles, remove people, require the second factor"),
    Permission.VIEW_AUDIT: _("See who changed what"),
}

_EVERYBODY: Final = frozenset({Permission.VIEW, Permission.EXPORT})

RIGHTS: Final[dict[Role, frozenset[Permission]]] = {
    Role.OWNER: frozenset(Permission),
    Role.MANAGER: _EVERYBODY
    | {
        Permission.SYNC,
        Permission.EDIT_CATALOG,
        Permission.EDIT_PRICES,
        Permission.EDIT_COSTS,
        Permission.EDIT_SUPPLIES,
        Permission.MANAGE_ACCOUNTS,
        Permission.MANAGE_WAREHOUSES,
        Permission.MANAGE_AGREEMENTS,
    },
    Role.WAREHOUSE: _EVERYBODY
    | {
        Permission.SYNC,
        Permission.EDIT_CATALOG,
        Permission.EDIT_SUPPLIES,
        Permission.MANAGE_WAREHOUSES,
    },
    Role.ACCOUNTANT: _EVERYBODY
    | {
        Permission.EDIT_COSTS,
        Permission.MANAGE_AGREEMENTS,
        Permission.MANAGE_COMPANY,
        Permission.VIEW_PAYOUTS,
        Permission.MANAGE_PAYOUTS,
    },
    Role.VIEWER: frozenset({Permission.VIEW}),
}

# What staff keep of a seller's rights while they look into his cabinet: never money, keys or people.
VISIT_RIGHTS: Final = frozenset({Permission.VIEW, Permission.SYNC, Permission.VIEW_AUDIT})


class LegalForm(models.TextChoices):
    """What the seller is by law."""

    LLC = "llc", _("LLC (ООО)")
    JSC = "jsc", _("Joint-stock company (АО)")
    SOLE = "sole", _("Sole proprietor (ИП)")
    SELF_EMPLOYED = "self_employed", _("Self-employed (самозанятый)")

    @property
    def is_person(self) -> bool:
        """Whether the seller is a natural person: INN of 12 digits, no KPP."""
        return self in (LegalForm.SOLE, LegalForm.SELF_EMPLOYED)


class TaxRegime(models.TextChoices):
    """How the seller pays taxes."""

    GENERAL = "general", _("General (ОСНО)")
    SIMPLIFIED_INCOME = "simplified_income", _("Simplified, income (УСН доходы)")
    SIMPLIFIED_PROFIT = "simplified_profit", _("Simplified, income minus expenses (УСН доходы − расходы)")
    AUTOMATED = "automated", _("Automated simplified (АУСН)")
    PATENT = "patent", _("Patent (ПСН)")
    PROFESSIONAL = "professional", _("Tax on professional income (НПД)")


# Which forms may use which regime.
REGIME_FORMS: Final[dict[TaxRegime, frozenset[LegalForm]]] = {
    TaxRegime.GENERAL: frozenset({LegalForm.LLC, LegalForm.JSC, LegalForm.SOLE}),
    TaxRegime.SIMPLIFIED_INCOME: frozenset({LegalForm.LLC, LegalForm.JSC, LegalForm.SOLE}),
    TaxRegime.SIMPLIFIED_PROFIT: frozenset({LegalForm.LLC, LegalForm.JSC, LegalForm.SOLE}),
    TaxRegime.AUTOMATED: frozenset({LegalForm.LLC, LegalForm.JSC, LegalForm.SOLE}),
    TaxRegime.PATENT: frozenset({LegalForm.SOLE}),
    TaxRegime.PROFESSIONAL: frozenset({LegalForm.SOLE, LegalForm.SELF_EMPLOYED}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class VatRate:
    """A rate of VAT in percent, the days on which the law knows it (`until` excluded), and who may use it."""

    percent: Decimal
    since: date
    until: date | None
    regimes: frozenset[TaxRegime]

    def is_valid(self, *, on: date, regime: TaxRegime) -> bool:
        """Whether a seller of the regime may begin to use the rate on the day."""
        return regime in self.regimes and self.since <= on and (self.until is None or on < self.until)


_SIMPLIFIED: Final = frozenset({TaxRegime.SIMPLIFIED_INCOME, TaxRegime.SIMPLIFIED_PROFIT})
_PAYERS: Final = _SIMPLIFIED | {TaxRegime.GENERAL}

VAT_RATES: Final[tuple[VatRate, ...]] = (
    VatRate(percent=Decimal(0), since=date(1992, 1, 1), until=None, regimes=frozenset({TaxRegime.GENERAL})),
    VatRate(percent=Decimal(5), since=date(2025, 1, 1), until=None, regimes=_SIMPLIFIED),
    VatRate(percent=Decimal(7), since=date(2025, 1, 1), until=None, regimes=_SIMPLIFIED),
    VatRate(percent=Decimal(10), since=date(1993, 1, 1), until=None, regimes=_PAYERS),
    VatRate(percent=Decimal(18), since=date(2004, 1, 1), until=date(2019, 1, 1), regimes=_PAYERS),
    VatRate(percent=Decimal(20), since=date(2019, 1, 1), until=date(2026, 1, 1), regimes=_PAYERS),
    VatRate(percent=Decimal(22), since=date(2026, 1, 1), until=None, regimes=_PAYERS),
)


class SignatoryBasis(models.TextChoices):
    """On what the signatory's right rests."""

    CHARTER = "charter", _("Charter")
    REGISTRATION = "registration", _("Registration as a sole proprietor")
    POWER_OF_ATTORNEY = "power_of_attorney", _("Power of attorney")
    SELF = "self", _("In person")


class InvitationStatus(StatusChoices):
    """What became of an invitation."""

    SENT = "sent", "progress", "mail", False, _("Sent")
    EXPIRED = "expired", "warning", "clock", True, _("Expired")
    ACCEPTED = "accepted", "success", "check", True, _("Accepted")
    WITHDRAWN = "withdrawn", "neutral", "x", True, _("Withdrawn")


class SignInOutcome(StatusChoices):
    """How an attempt to sign in ended."""

    DONE = "done", "success", "check", True, _("Signed in")
    FAILED = "failed", "warning", "x", True, _("Wrong password or code")
    LOCKED = "locked", "danger", "lock", True, _("Locked out")


class AuditAction(StatusChoices):
    """What was done, for the list of changes."""

    CREATED = "created", "success", "plus", True, pgettext_lazy("a thing", "Added")
    CHANGED = "changed", "progress", "pencil", True, pgettext_lazy("a thing", "Changed")
    DELETED = "deleted", "danger", "trash-2", True, pgettext_lazy("a thing", "Deleted")
    SHOWN = "shown", "warning", "eye", True, _("Shown in full")
    VISIT_STARTED = "visit_started", "warning", "log-in", True, _("Staff came in")
    VISIT_ENDED = "visit_ended", "neutral", "log-out", True, _("Staff left")
    ERASED = "erased", "danger", "eraser", True, _("Data erased")


class AuditSubject(models.TextChoices):
    """Of what an entry speaks; the triggers write these words."""

    COMPANY = "company", _("Company")
    LEGAL = "legal", _("Company card")
    TAX = "tax", _("Taxes")
    BANK_ACCOUNT = "bank_account", _("Payout details")
    MEMBER = "member", _("People")
    INVITATION = "invitation", _("Invitations")
    OWN_WAREHOUSE = "own_warehouse", _("Own warehouses")
    ACCOUNT = "account", _("Marketplace accounts")
    AGREEMENT = "agreement", _("Agreements")
    LISTING_MOVE = "listing_move", _("Matching of goods")
    COST_PRICE = "cost_price", _("Cost prices")
    PRICE_BATCH = "price_batch", _("Prices")
    VISIT = "visit", _("Visits of staff")


class VisitEnding(models.TextChoices):
    """How a visit of staff ended."""

    LEFT = "left", _("by the button")
    EXPIRED = "expired", _("its time ran out")
    SIGNED_OUT = "signed_out", _("signed out")
    REPLACED = "replaced", _("another visit began")
    NOT_STAFF = "not_staff", _("no longer on the staff")
    MEMBER_GONE = "member_gone", _("the person left the company")


# The zones in which a seller's day may begin, from west to east.
ZONES = (
    ("Europe/Kaliningrad", _("Kaliningrad")),
    ("Europe/Moscow", _("Moscow")),
    ("Europe/Samara", _("Samara")),
    ("Asia/Yekaterinburg", _("Yekaterinburg")),
    ("Asia/Omsk", _("Omsk")),
    ("Asia/Krasnoyarsk", _("Krasnoyarsk")),
    ("Asia/Irkutsk", _("Irkutsk")),
    ("Asia/Yakutsk", _("Yakutsk")),
    ("Asia/Vladivostok", _("Vladivostok")),
    ("Asia/Magadan", _("Magadan")),
    ("Asia/Kamchatka", _("Kamchatka")),
)
