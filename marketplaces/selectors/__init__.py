"""What the pages of accounts ask for."""

from marketplaces.selectors.agreements import (
    AgreementRow,
    AgreementState,
    MarketplaceAgreements,
    agreements,
    ending,
    file_of,
)
from marketplaces.selectors.erasures import ErasureProgress, ErasureStep, account_amounts, erasures
from marketplaces.selectors.health import (
    LAST_RUNS,
    AccountHealth,
    Freshness,
    LimitOnPage,
    StreamHealth,
    account_health,
    accounts_health,
    freshness,
    last_runs,
    open_quarantine,
    run_message,
    running_runs,
    runs,
)
from marketplaces.selectors.payouts import (
    PayoutPanel,
    marketplace_title,
    payers,
    payout_currencies,
    payout_panel,
)
from marketplaces.selectors.sellers import told_of_seller

__all__ = [
    "LAST_RUNS",
    "AccountHealth",
    "AgreementRow",
    "AgreementState",
    "ErasureProgress",
    "ErasureStep",
    "Freshness",
    "LimitOnPage",
    "MarketplaceAgreements",
    "PayoutPanel",
    "StreamHealth",
    "account_amounts",
    "account_health",
    "accounts_health",
    "agreements",
    "ending",
    "erasures",
    "file_of",
    "freshness",
    "last_runs",
    "marketplace_title",
    "open_quarantine",
    "payers",
    "payout_currencies",
    "payout_panel",
    "run_message",
    "running_runs",
    "runs",
    "told_of_seller",
]
