"""What a marketplace tells about a key and the seller behind it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

# All that a marketplace could give; an adapter's capabilities speak of each.
NOUNS: Final = ("products", "stock", "orders", "prices", "tariffs", "returns", "supplies", "finance", "push")


@dataclass(frozen=True, slots=True, kw_only=True)
class Capability:
    """One of NOUNS: whether the cabinet reads it (`is_available`), whether the marketplace gives it at all
    (`is_given`), and why not (`since`: an ISO date or empty)."""

    stream: str
    is_available: bool
    is_given: bool = True
    reason: str = ""
    since: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountCheck:
    """The answer to "is this key good?".

    `missing` names the streams whose methods the key may not call; `methods` are the rights as the
    marketplace words them. `ownership_form` and `tax_system` are the marketplace's own words, empty where it
    does not know. `key_kind` is the kind of the key where limits depend on it (MarketplaceAdapter.limits_for).
    """

    seller_external_id: str
    seller_name: str = ""
    legal_name: str = ""
    tax_id: str = ""
    registration_number: str = ""
    ownership_form: str = ""
    tax_system: str = ""
    currency: str = "RUB"
    key_kind: str = ""
    expires_at: datetime | None = None
    roles: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
