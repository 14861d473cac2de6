"""What the page of the company's own warehouses shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.db.models.functions import Lower
from django.utils import timezone

from companies.choices import ZONES
from companies.models import OwnWarehouse
from core.phones import shown_phone

if TYPE_CHECKING:
    from companies.models import Company


@dataclass(frozen=True, slots=True, kw_only=True)
class WarehouseRow:
    """A warehouse with its words: the name of its zone, the clock there now, the phone in groups."""

    warehouse: OwnWarehouse
    zone: str
    clock: str
    phone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Warehouses:
    """Those in use, and those in the archive; each by name."""

    in_use: tuple[WarehouseRow, ...]
    archived: tuple[WarehouseRow, ...]


def own_warehouses(*, company: Company) -> Warehouses:
    """Every warehouse of the company; one query."""
    rows = [_row(found) for found in _by_name(company)]
    return Warehouses(
        in_use=tuple(row for row in rows if row.warehouse.is_active),
        archived=tuple(row for row in rows if not row.warehouse.is_active),
    )


def _by_name(company: Company) -> list[OwnWarehouse]:
    return list(OwnWarehouse.objects.for_company(company).order_by(Lower("name"), "pk"))


def _row(warehouse: OwnWarehouse) -> WarehouseRow:
    there = timezone.localtime(timezone=ZoneInfo(warehouse.time_zone))
    return WarehouseRow(
        warehouse=warehouse,
        zone=str(dict(ZONES).get(warehouse.time_zone, warehouse.time_zone)),
        clock=f"{there:%H:%M}",
        phone=shown_phone(warehouse.contact_phone),
    )
