"""Prices: read, drafted, sent once, and read back until they are decided."""

from catalog.services.prices.confirming import CannotConfirm, accounts_of, confirm_batch, discard_batch
from catalog.services.prices.drafting import (
    MOST_AT_ONCE,
    NothingToChange,
    TooMany,
    draft_prices,
)
from catalog.services.prices.reading import record_prices
from catalog.services.prices.recipes import KeepOr, Recipe, Rounding, Step
from catalog.services.prices.sending import Sending, accounts_to_send, send_next_portion
from catalog.services.prices.settling import accounts_to_settle, settle_next_portion
from catalog.services.prices.wishes import problem_texts

__all__ = [
    "MOST_AT_ONCE",
    "CannotConfirm",
    "KeepOr",
    "NothingToChange",
    "Recipe",
    "Rounding",
    "Sending",
    "Step",
    "TooMany",
    "accounts_of",
    "accounts_to_send",
    "accounts_to_settle",
    "confirm_batch",
    "discard_batch",
    "draft_prices",
    "problem_texts",
    "record_prices",
    "send_next_portion",
    "settle_next_portion",
]
