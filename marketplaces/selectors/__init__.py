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

__all__ = [
    "LAST_RUNS",
    "AccountHealth",
    "CapabilityRow",
    "Freshness",
    "LimitOnPage",
    "StreamHealth",
    "account_health",
    "accounts_health",
    "capabilities",
    "freshness",
    "last_runs",
    "open_quarantine",
    "run_message",
    "running_runs",
    "runs",
]
