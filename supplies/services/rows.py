"""The rows of supplies and their lines: how they are read, and the rules by which they are merged."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from core.merge import MergeRule
from marketplaces.contracts.supplies import SupplyKind, SupplyStatus
from supplies.models import Supply, SupplyBox, SupplyDocument, SupplyEvent, SupplyLine
from supplies.services.folding import COUNTS, Folded, unpacked, versions_of

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from marketplaces.models import MarketplaceAccount

# Column → field of the snapshot.
_FIELDS: Final = {
    "number": "number",
    "kind": "kind",
    "external_status": "external_status",
    "external_substatus": "external_substatus",
    "planned_at": "created_at",
    "slot_from": "slot_from",
    "slot_to": "slot_to",
    "slot_zone": "slot_zone",
    "fill_until": "fill_until",
    "shipped_at": "shipped_at",
    "arrived_at": "arrived_at",
    "accepted_at": "accepted_at",
    "warehouse_name": "warehouse_name",
    "drop_off_name": "drop_off_name",
    "cluster_name": "cluster_name",
    "parent_external_id": "parent_external_id",
    "reason": "reason",
}
_TEXTS = frozenset({
    "number", "external_status", "external_substatus", "slot_zone", "warehouse_name", "drop_off_name", "cluster_name",
    "parent_external_id", "reason",
})  # fmt: skip
_STATUS = ("status", "status_at", "status_precision")
_SUMS = (
    "declared", "shipped", "accepted", "on_sale", "surplus", "missing_units", "missing_amount", "lines_count",
)  # fmt: skip
_STAMPS = ("fingerprint", "versions", "unlisted", "told_at", "observed_at", "changed_at")
# Every column that a marketplace's word decides: what goes over to the plan that a supply is tied to.
TOLD: Final = ("external_id", *_STATUS, "warehouse_id", *_FIELDS, *_SUMS, *_STAMPS)

SUPPLIES = MergeRule(
    model=Supply,
    columns=(
        "company_id",
        "account_id",
        "marketplace",
        "is_planned_here",
        "is_split",
        "note",
        "created_at",
        *TOLD,
    ),
    key=("company_id", "account_id", "external_id"),
    among="external_id <> ''",
    update=dict.fromkeys(name for name in TOLD if name != "external_id"),
    new=("external_id",),
)

LINE_NUMBERS: Final = ("declared", "shipped", *COUNTS)
# Columns of a line that a marketplace's word decides.
LINE_TOLD: Final = (
    "marketplace_sku", "barcode", "seller_sku", "name", *LINE_NUMBERS, "price", "waiting_since",
)  # fmt: skip

LINES = MergeRule(
    model=SupplyLine,
    columns=("company_id", "supply_id", "key", "listing_id", *LINE_TOLD),
    key=("supply_id", "key"),
    update={**dict.fromkeys(LINE_TOLD), "listing_id": "coalesce(EXCLUDED.listing_id, t.listing_id)"},
)

PAPERS = MergeRule(
    model=SupplyDocument,
    columns=("company_id", "supply_id", "kind", "number", "issued_at", "is_told", "recorded_at"),
    key=("supply_id", "kind", "number"),
    update={"issued_at": None},
    when="EXCLUDED.issued_at IS NOT NULL AND t.issued_at IS DISTINCT FROM EXCLUDED.issued_at",
)

EVENTS = MergeRule(
    model=SupplyEvent,
    columns=(
        "company_id",
        "supply_id",
        "kind",
        "old_status",
        "new_status",
        "external_status",
        "details",
        "happened_at",
        "precision",
        "recorded_at",
        "source",
    ),
    key=("supply_id", "happened_at", "kind", "new_status"),
)
BOX_COLUMNS: Final = ("company_id", "supply_id", "position", "kind", "code", "is_told", "external_status")
BOXES = MergeRule(
    model=SupplyBox,
    columns=BOX_COLUMNS,
    key=("supply_id", "is_told", "position"),
    new=("supply_id", "position"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """The units of a supply's lines, added up; None: not told of any of them."""

    declared: int | None = None
    shipped: int | None = None
    accepted: int | None = None
    on_sale: int | None = None
    surplus: int | None = None
    missing_units: int | None = None
    missing_amount: Decimal | None = None
    lines_count: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A supply as it stands: what decides whether an answer says anything new, and what it stays."""

    pk: int
    status: SupplyStatus | str
    status_at: datetime
    status_precision: str
    warehouse_id: int | None
    told: Mapping[str, Any]
    versions: Mapping[str, list[str | None]]
    fingerprint: bytes
    unlisted: list[dict[str, Any]]
    sums: Sums
    told_at: datetime | None
    changed_at: datetime

    def folded(self, external_id: str) -> Folded:
        """The same as a ground to lay answers on."""
        return Folded(
            external_id=external_id,
            status=self.status if isinstance(self.status, SupplyStatus) else None,
            told=dict(self.told),
            versions=versions_of(self.versions, self.fingerprint),
            prints=unpacked(self.fingerprint),
        )


def held_supplies(account: MarketplaceAccount, external_ids: Collection[str]) -> dict[str, Held]:
    """What we hold of the supplies, by their ids there."""
    rows = (
        Supply.objects.for_company(account.company_id)
        .filter(account=account, external_id__in=external_ids)
        .values("pk", *TOLD, "warehouse__external_id")
    )
    return {row["external_id"]: _held(row) for row in rows}


def supply_row(
    folded: Folded,
    *,
    account: MarketplaceAccount,
    stamp: tuple[datetime, str],
    warehouse_id: int | None,
    sums: Sums,
    unlisted: list[dict[str, Any]],
    changed_at: datetime,
    now: datetime,
) -> tuple[Any, ...]:
    """The row of a supply for `SUPPLIES`; `stamp` is since when it has its status, and how well that is known."""
    newest = folded.newest
    if newest is None or folded.status is None:
        raise ValueError(f"nothing was told of the supply {folded.external_id}")
    return (
        account.company_id,
        account.pk,
        account.marketplace,
        False,
        False,
        "",
        now,
        folded.external_id,
        folded.status.value,
        *stamp,
        warehouse_id,
        *(_column(folded, column) for column in _FIELDS),
        *(getattr(sums, one.name) for one in fields(sums)),
        folded.fingerprint,
        _versions_json(folded),
        json.dumps(unlisted),
        newest.told_at,
        newest.asked_at,
        changed_at,
    )


def _held(row: dict[str, Any]) -> Held:
    told = {name: row[column] for column, name in _FIELDS.items()}
    return Held(
        pk=row["pk"],
        status=row["status"],
        status_at=row["status_at"],
        status_precision=row["status_precision"],
        warehouse_id=row["warehouse_id"],
        told={**told, "warehouse_external_id": row["warehouse__external_id"] or ""},
        versions=row["versions"],
        fingerprint=bytes(row["fingerprint"]),
        unlisted=row["unlisted"],
        sums=Sums(**{name: row[name] for name in _SUMS}),
        told_at=row["told_at"],
        changed_at=row["changed_at"],
    )


def _column(folded: Folded, column: str) -> Any:
    value = folded.told.get(_FIELDS[column])
    if column == "kind":
        return SupplyKind(value or SupplyKind.SUPPLY).value
    return value or "" if column in _TEXTS else value


def _versions_json(folded: Folded) -> str:
    return json.dumps({part: version.as_json() for part, version in sorted(folded.versions.items())})
