"""The rules that a told supply must keep to be written."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from catalog.models import LONGEST_ARTICLE
from core.money import LARGEST
from marketplaces.contracts.pages import Rejected

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from marketplaces.contracts.supplies import SupplyLineSnapshot, SupplySnapshot

# More units than any warehouse holds; sums of as many lines as a supply has still fit their column.
MOST_UNITS: Final = 10_000_000
_MOST_LINES: Final = 10_000
_MOST_TOGETHER: Final = 2_000_000_000
# What happened cannot lie ahead, but clocks differ; a slot lies ahead, but not by years.
_CLOCKS: Final = timedelta(days=1)
_FAR_AHEAD: Final = timedelta(days=750)
_LONGEST_ID, _LONGEST_BARCODE = 100, 100
_PASSED: Final = ("created_at", "changed_at", "shipped_at", "arrived_at", "accepted_at")
_AHEAD: Final = ("slot_from", "slot_to", "fill_until")
_COUNTS: Final = ("declared", "shipped", "accepted", "on_sale", "shortage", "surplus", "defect")


def sound_ones(
    snapshots: Iterable[SupplySnapshot], *, observed_at: datetime
) -> tuple[list[SupplySnapshot], list[Rejected]]:
    """The snapshots that keep the rules, in their order, and those that do not."""
    sound, rejected = [], []
    for snapshot in snapshots:
        broken = _broken_rule(snapshot, observed_at=observed_at)
        if not broken:
            sound.append(snapshot)
            continue
        reason, detail = broken
        rejected.append(
            Rejected(
                external_id=snapshot.external_id,
                reason=reason,
                detail=detail,
                payload={"id": snapshot.external_id, "status": snapshot.external_status},
            )
        )
    return sound, rejected


def _broken_rule(snapshot: SupplySnapshot, *, observed_at: datetime) -> tuple[str, str] | None:
    if not snapshot.external_id:
        return "missing_field", "external_id"
    if len(snapshot.external_id) > _LONGEST_ID:
        return "out_of_range", "external_id"
    return _broken_time(snapshot, observed_at=observed_at) or _broken_lines(snapshot.lines or ())


def _broken_time(snapshot: SupplySnapshot, *, observed_at: datetime) -> tuple[str, str] | None:
    for name in _PASSED:
        moment = getattr(snapshot, name)
        if moment is not None and moment > observed_at + _CLOCKS:
            return "from_the_future", name
    for name in _AHEAD:
        moment = getattr(snapshot, name)
        if moment is not None and moment > observed_at + _FAR_AHEAD:
            return "out_of_range", name
    if snapshot.slot_from and snapshot.slot_to and snapshot.slot_to < snapshot.slot_from:
        return "out_of_range", "slot_to"
    return None


def _broken_lines(lines: tuple[SupplyLineSnapshot, ...]) -> tuple[str, str] | None:
    if len(lines) > _MOST_LINES:
        return "out_of_range", "lines"
    for place, line in enumerate(lines):
        if not line.marketplace_sku and not line.barcode:
            return "missing_field", f"lines.{place}.marketplace_sku"
        if broken := _broken_line(line):
            return "out_of_range", f"lines.{place}.{broken}"
    for name in _COUNTS:
        if sum(getattr(line, name) or 0 for line in lines) > _MOST_TOGETHER:
            return "out_of_range", f"lines.{name}"
    return None


def _broken_line(line: SupplyLineSnapshot) -> str:
    if len(line.marketplace_sku) > LONGEST_ARTICLE:
        return "marketplace_sku"
    if len(line.barcode) > _LONGEST_BARCODE:
        return "barcode"
    for name in _COUNTS:
        units = getattr(line, name)
        if units is not None and not 0 <= units <= MOST_UNITS:
            return name
    return "price" if line.price is not None and not 0 <= line.price <= LARGEST else ""
