"""Every change to accounts, streams, quarantine and notices."""

from marketplaces.services.accounts import (
    AlreadyConnected,
    BadCredentials,
    BeingErased,
    NotConnected,
    TitleTaken,
    check_account,
    connect_account,
    make_missing_streams,
    pause_account,
    rename_account,
    replace_credentials,
    resume_account,
    try_credentials,
    warn_of_expiry,
)
from marketplaces.services.agreements import (
    AgreementExists,
    AgreementTerms,
    add_agreement,
    change_agreement,
    delete_agreement,
    delete_agreement_file,
    ending_agreements,
    remind_of_end,
)
from marketplaces.services.disconnect import disconnect_account
from marketplaces.services.erase import BusyElsewhere, erase_account, erase_portion, silent_erasures
from marketplaces.services.history import forget_old_history, reap_lost_runs
from marketplaces.services.payouts import WrongCurrency, set_payout_account
from marketplaces.services.pushes import process_push, receive_push, subscribe_push, waiting_pushes
from marketplaces.services.quarantine import ignore_quarantined, retry_quarantined
from marketplaces.services.refresh import QUEUED_FOR, Refresh, queue_due_streams, request_refresh

__all__ = [
    "QUEUED_FOR",
    "AgreementExists",
    "AgreementTerms",
    "AlreadyConnected",
    "BadCredentials",
    "BeingErased",
    "BusyElsewhere",
    "NotConnected",
    "Refresh",
    "TitleTaken",
    "WrongCurrency",
    "add_agreement",
    "change_agreement",
    "check_account",
    "connect_account",
    "delete_agreement",
    "delete_agreement_file",
    "disconnect_account",
    "ending_agreements",
    "erase_account",
    "erase_portion",
    "forget_old_history",
    "ignore_quarantined",
    "make_missing_streams",
    "pause_account",
    "process_push",
    "queue_due_streams",
    "reap_lost_runs",
    "receive_push",
    "remind_of_end",
    "rename_account",
    "replace_credentials",
    "request_refresh",
    "resume_account",
    "retry_quarantined",
    "set_payout_account",
    "silent_erasures",
    "subscribe_push",
    "try_credentials",
    "waiting_pushes",
    "warn_of_expiry",
]
