"""Every change to the company's own warehouses; they are archived, never deleted: supplies point to them."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import structlog
from django.db import transaction

from companies.models import Company, OwnWarehouse

if TYPE_CHECKING:
    from companies.models import User

log = structlog.get_logger(__name__)


class NameTaken(Exception):
    """Another warehouse of the company has this name, whatever its capitals."""

    def __init__(self, warehouse: OwnWarehouse) -> None:
        super().__init__(f"warehouse {warehouse.pk} has this name already")
        self.warehouse = warehouse


@dataclass(frozen=True, slots=True, kw_only=True)
class WarehouseDetails:
    """What a person fills in about a warehouse; the phone as core.phones keeps it."""

    name: str
    address: str
    time_zone: str
    contact_name: str = ""
    contact_phone: str = ""


@transaction.atomic
def add_warehouse(*, company: Company, details: WarehouseDetails, actor: User | None = None) -> OwnWarehouse:
    """Keep a warehouse of the company. Raises NameTaken."""
    _hold(company.pk)
    _refuse_second(company.pk, details.name)
    warehouse: OwnWarehouse = OwnWarehouse.all_companies.create(company=company, **asdict(details))
    log.info("warehouse_added", warehouse=warehouse.pk, company=company.pk, actor=actor and actor.pk)
    return warehouse


@transaction.atomic
def change_warehouse(
    *, warehouse: OwnWarehouse, details: WarehouseDetails, actor: User | None = None
) -> OwnWarehouse:
    """Change what is known of a warehouse. Raises NameTaken."""
    held = _locked(warehouse)
    _refuse_second(held.company_id, details.name, but=held.pk)
    for name, value in asdict(details).items():
        setattr(held, name, value)
    held.save(update_fields=list(asdict(details)))
    log.info("warehouse_changed", warehouse=held.pk, company=held.company_id, actor=actor and actor.pk)
    return held


@transaction.atomic
def archive_warehouse(*, warehouse: OwnWarehouse, actor: User | None = None) -> OwnWarehouse:
    """Offer the warehouse for nothing new; what came from it stays. Archiving twice is the same as once."""
    return _set_active(warehouse, is_active=False, actor=actor)


@transaction.atomic
def restore_warehouse(*, warehouse: OwnWarehouse, actor: User | None = None) -> OwnWarehouse:
    """Take the warehouse back into use."""
    return _set_active(warehouse, is_active=True, actor=actor)


def _set_active(warehouse: OwnWarehouse, *, is_active: bool, actor: User | None) -> OwnWarehouse:
    held = _locked(warehouse)
    if held.is_active != is_active:
        held.is_active = is_active
        held.save(update_fields=["is_active"])
        word = "warehouse_restored" if is_active else "warehouse_archived"
        log.info(word, warehouse=held.pk, company=held.company_id, actor=actor and actor.pk)
    return held


def _hold(company_id: int) -> None:
    """Changes of one company's warehouses come one after another: names are compared without their capitals."""
    Company.objects.select_for_update(no_key=True).get(pk=company_id)


def _locked(warehouse: OwnWarehouse) -> OwnWarehouse:
    _hold(warehouse.company_id)
    held: OwnWarehouse = (
        OwnWarehouse.objects.for_company(warehouse.company_id).select_for_update().get(pk=warehouse.pk)
    )
    return held


def _refuse_second(company_id: int, name: str, *, but: int | None = None) -> None:
    named = OwnWarehouse.objects.for_company(company_id).filter(name__iexact=name).exclude(pk=but)
    other = named.first()
    if other is not None:
        raise NameTaken(other)
