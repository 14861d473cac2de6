"""From what is known of a return to its row, and how the rows are merged."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from psycopg.types.json import Jsonb

from core.merge import MergeRule
from core.periods import business_day
from marketplaces.contracts.returns import ReturnKind, ReturnStatus
from returns.models import Return
from returns.services.told import columns_of

if TYPE_CHECKING:
    from datetime import datetime

    from marketplaces.models import MarketplaceAccount
    from returns.selectors.rulebook import Rulebook
    from returns.services.told import Told

# What stands in a row where nobody told.
_DEFAULTS: Final[dict[str, Any]] = {
    "number": "", "kind": ReturnKind.UNKNOWN.value, "order_external_id": "", "order_number": "", "marketplace_sku": "",
    "barcode": "", "seller_sku": "", "name": "", "quantity": 1, "price": None, "currency": "RUB",
    "external_reason_id": "", "external_reason": "", "place_name": "", "place_address": "", "received_at": None,
    "pick_up_until": None, "storage_from": None, "storage_cost": None, "disposal_on": None, "disposal_cost": None,
    "compensation": None, "compensation_status": "",
}  # fmt: skip
_KEY = ("company_id", "account_id", "external_id")
_FIRST_ONLY = ("marketplace", "unmatched", "cluster_to", "created_at")
_COLUMNS = (
    *_KEY,
    *_FIRST_ONLY,
    *_DEFAULTS,
    "status",
    "external_status",
    "status_at",
    "status_precision",
    "registered_at",
    "registered_date",
    "settled_at",
    "amount",
    "reason_id",
    "fingerprint",
    "told",
    "told_at",
    "observed_at",
    "changed_at",
)
# What the order and the listing lend where the marketplace tells none is lent anew by the ties.
RETURNS = MergeRule(
    model=Return,
    columns=_COLUMNS,
    key=_KEY,
    update=dict.fromkeys(name for name in _COLUMNS if name not in (*_KEY, *_FIRST_ONLY)),
    new=("external_id",),
)


def return_row(
    told: Told,
    *,
    account: MarketplaceAccount,
    external_id: str,
    rulebook: Rulebook,
    told_of: bytes,
    observed_at: datetime,
    now: datetime,
) -> tuple[Any, ...]:
    """The row of a return for `RETURNS`; a status that is final without a told end ended when it came to it."""
    values = {**_DEFAULTS, **columns_of(told)}
    status = ReturnStatus.of(told.step.status)
    values |= {
        "company_id": account.company_id,
        "account_id": account.pk,
        "external_id": external_id,
        "marketplace": account.marketplace,
        "unmatched": "",
        "cluster_to": "",
        "created_at": now,
        "status": status.value,
        "external_status": told.word,
        "status_at": told.status_at,
        "status_precision": told.precision.value,
        "registered_at": told.registered_at,
        "registered_date": business_day(told.registered_at, account.company.zone),
        "settled_at": (told.values.get("settled_at") or told.status_at) if status.is_final else None,
        "amount": (values["price"] or Decimal(0)) * values["quantity"],
        "reason_id": rulebook.reason_id(
            account.marketplace, words_id=values["external_reason_id"], words=values["external_reason"]
        ),
        "fingerprint": told_of,
        "told": Jsonb(told.stored()),
        "told_at": told.told_at,
        "observed_at": observed_at,
        "changed_at": observed_at,
    }
    return tuple(values[name] for name in _COLUMNS)
