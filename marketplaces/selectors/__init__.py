"""What the pages of accounts ask for."""

from marketplaces.selectors.health import (
    LAST_RUNS,
    AccountHealth,
    CapabilityRow,
    Freshness,
    LimitOnPage,
    StreamHealth,
    account_health,
    accounts_health,
    capabilities,
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

__all__ = [
    "LAST_RUNS",
    "AccountHealth",
    "CapabilityRow",
    "Freshness",
    "LimitOnPage",
    "PayoutPanel",
    "StreamHealth",
    "account_health",
    "accounts_health",
    "capabilities",
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
]
