"""The tables of the gateway: accounts, streams and runs, notices, agreements, erasures."""

from marketplaces.models.accounts import AccountStatus, MarketplaceAccount, new_push_token
from marketplaces.models.agreements import Agreement, AgreementFile, Scheme
from marketplaces.models.erasures import Erasure
from marketplaces.models.history import HistoryEvent
from marketplaces.models.pushes import PushMessage
from marketplaces.models.sync import QuarantinedRecord, QuarantineState, RunOutcome, StreamState, SyncRun

__all__ = [
    "AccountStatus",
    "Agreement",
    "AgreementFile",
    "Erasure",
    "HistoryEvent",
    "MarketplaceAccount",
    "PushMessage",
    "QuarantineState",
    "QuarantinedRecord",
    "RunOutcome",
    "Scheme",
    "StreamState",
    "SyncRun",
    "new_push_token",
]
