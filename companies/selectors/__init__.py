"""What the pages of companies ask for."""

from companies.selectors.companies import free_slug, memberships_of
from companies.selectors.legal import Told, card_of, completeness, told_of
from companies.selectors.payouts import (
    PaidAccount,
    Payer,
    Payouts,
    Unpaid,
    bank_accounts,
    payee,
    payouts,
)
from companies.selectors.profile import (
    is_known_device,
    sessions_of,
    sign_in_rows,
    sign_ins_of,
    wait_for_codes,
)
from companies.selectors.taxes import tax_history, tax_on
from companies.selectors.warehouses import WarehouseRow, Warehouses, own_warehouses

__all__ = [
    "PaidAccount",
    "Payer",
    "Payouts",
    "Told",
    "Unpaid",
    "WarehouseRow",
    "Warehouses",
    "bank_accounts",
    "card_of",
    "completeness",
    "free_slug",
    "is_known_device",
    "memberships_of",
    "own_warehouses",
    "payee",
    "payouts",
    "sessions_of",
    "sign_in_rows",
    "sign_ins_of",
    "tax_history",
    "tax_on",
    "told_of",
    "wait_for_codes",
]
