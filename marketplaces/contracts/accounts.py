"""What a marketplace tells about a key and the seller behind it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Capability:
    """A stream that the marketplace gives, or not, and why (`since`: an ISO date or empty)."""

    stream: str
    is_available: bool
    reason: str = ""
    since: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountCheck:
    """The answer to "is this key good?".

    `missing` names the streams whose methods the key may not call; `methods` are the rights as the
    marketplace words them. `ownership_form` and `tax_system` are the marketplace's own words, empty where it
    does not know.
    """

    seller_external_id: str
    seller_name: str = ""
    legal_name: str = ""
    tax_id: str = ""
    registration_number: str = ""
    ownership_form: str = ""
    tax_system: str = ""
    currency: str = "RUB"
    expires_at: datetime | None = None
    roles: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
