"""Supplies planned in the cabinet: whose, where to, when; and the steps that a person marks."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core import formats
from core.locks import lock_until_commit
from marketplaces.contracts.orders import Precision
from marketplaces.contracts.supplies import SupplyStatus
from supplies.choices import SupplyEventKind, SupplySource
from supplies.models import BoxLine, Supply, SupplyBox, SupplyEvent, SupplyLine

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from catalog.models import Warehouse
    from companies.models import Company, User
    from marketplaces.models import MarketplaceAccount

EDITABLE: Final = frozenset({SupplyStatus.DRAFT, SupplyStatus.BOOKED})
_STEPS: Final = {
    SupplyStatus.READY: EDITABLE,
    SupplyStatus.SHIPPED: frozenset({SupplyStatus.READY}),
    SupplyStatus.CANCELLED: EDITABLE | {SupplyStatus.READY, SupplyStatus.SHIPPED},
}
# The boxes may have been changed since the step before: they are looked at on each of these.
_CHECKED: Final = frozenset({SupplyStatus.READY, SupplyStatus.SHIPPED})
# How many empty boxes are named.
_MOST_NAMED: Final = 3
_REOPENED: Final = frozenset({SupplyStatus.READY, SupplyStatus.SHIPPED, SupplyStatus.CANCELLED})


class CannotChange(Exception):
    """What was asked does not fit what the plan is now; the message is for the seller."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where to and when. The slot is in UTC, `slot_zone` the IANA zone in which it is printed."""

    warehouse: Warehouse | None = None
    cluster_name: str = ""
    wished_on: date | None = None
    slot_from: datetime | None = None
    slot_to: datetime | None = None
    slot_zone: str = ""
    note: str = ""


@transaction.atomic
def plan_supply(
    *, company: Company, account: MarketplaceAccount, target: Target, actor: User | None
) -> Supply:
    """A new plan without goods: a draft, with a slot one that is booked."""
    now = timezone.now()
    status = _status_of(target)
    supply: Supply = Supply.objects.for_company(company).create(
        company=company,
        account=account,
        marketplace=account.marketplace,
        is_planned_here=True,
        status=status,
        status_at=now,
        status_precision=Precision.EXACT,
        planned=0,
        observed_at=now,
        planned_at=now,
        changed_at=now,
        **_columns(target),
    )
    note_event(supply, SupplyEventKind.STATUS, actor=actor, old_status="")
    return supply


@transaction.atomic
def change_target(
    *, supply: Supply, target: Target, actor: User | None, seen: Supply | None = None
) -> Supply:
    """Another warehouse, day or slot; what changed stands in the history. Raises CannotChange, also when the plan is
    not as `seen` any more, from which the target was made."""
    held = editable(supply)
    before, after = _told(held), _columns(target)
    if seen is not None and before != _told(seen):
        raise CannotChange(_("Somebody has changed this plan just now. Save again to see what differs."))
    details = {
        name: [_word(before[name]), _word(after[name])] for name in after if before[name] != after[name]
    }
    if not details:
        return held
    for name, value in after.items():
        setattr(held, name, value)
    held.changed_at = timezone.now()
    held.save(update_fields=[*after, "changed_at"])
    note_event(held, SupplyEventKind.CONTENTS, actor=actor, details=_as_slot(details))
    _move(held, _status_of(target), actor=actor)
    return held


@transaction.atomic
def mark(*, supply: Supply, status: SupplyStatus, actor: User | None) -> Supply:
    """Say that a plan is ready, on its way, or not to be. Raises CannotChange with the reason."""
    held = locked(supply)
    if held.external_id:
        raise CannotChange(_("The marketplace says how far this supply has come."))
    if held.status not in _STEPS[status]:
        raise CannotChange(_("This step does not follow on “%(status)s”.") % {"status": _label(held.status)})
    if status in _CHECKED and (problem := unready(held)):
        raise CannotChange(problem)
    if status is SupplyStatus.SHIPPED:
        held.shipped_at, held.shipped = timezone.now(), held.planned
        held.save(update_fields=["shipped_at", "shipped"])
    elif held.status == SupplyStatus.SHIPPED:
        _take_back(held)
    _move(held, status, actor=actor)
    return held


@transaction.atomic
def reopen(*, supply: Supply, actor: User | None) -> Supply:
    """Bring a plan that is ready or cancelled back to be changed, one that is shipped back to ready. Raises
    CannotChange."""
    held = locked(supply)
    if held.external_id or held.status not in _REOPENED:
        raise CannotChange(_("This supply cannot be changed any more."))
    if held.status == SupplyStatus.SHIPPED:
        _take_back(held)
        _move(held, SupplyStatus.READY, actor=actor)
    else:
        _move(held, SupplyStatus.BOOKED if held.slot_from else SupplyStatus.DRAFT, actor=actor)
    return held


def unready(supply: Supply) -> str:
    """Why the plan is not ready to be shipped; empty when it is."""
    lines = SupplyLine.objects.for_company(supply.company_id).filter(supply=supply)
    planned = {pk: quantity or 0 for pk, quantity in lines.values_list("pk", "planned")}
    if not planned:
        return _("There are no goods in the plan yet.")
    packed = dict.fromkeys(planned, 0)
    rows = BoxLine.objects.for_company(supply.company_id).filter(box__supply=supply, box__is_told=False)
    for line, quantity in rows.values_list("line_id", "quantity"):
        packed[line] = packed.get(line, 0) + quantity
    if any(packed.values()) and packed != planned:
        return _("The boxes do not hold what is planned: pack them anew.")
    return _empty_boxes(supply)


def _empty_boxes(supply: Supply) -> str:
    """What is said of boxes with nothing in them, by their codes; empty when there are none."""
    rows = SupplyBox.objects.for_company(supply.company_id).filter(
        supply=supply, is_told=False, contents=None
    )
    codes = list(rows.order_by("position").values_list("code", flat=True))
    if not codes:
        return ""
    text = ngettext(
        "%(count)s box is empty (%(codes)s): put goods into it or take it out.",
        "%(count)s boxes are empty (%(codes)s): put goods into them or take them out.",
        len(codes),
    )
    named = ", ".join(codes[:_MOST_NAMED]) + (", …" if len(codes) > _MOST_NAMED else "")
    return text % {"count": formats.number(len(codes)), "codes": named}


def locked(supply: Supply) -> Supply:
    """The supply as it stands, held until the transaction ends against the sync and other people."""
    lock_until_commit("supplies", supply.account_id)
    held: Supply = (
        Supply.objects.for_company(supply.company_id).select_related("account", "company").get(pk=supply.pk)
    )
    return held


def editable(supply: Supply) -> Supply:
    """The same, when its goods may be changed. Raises CannotChange."""
    held = locked(supply)
    if not is_editable(held):
        raise CannotChange(_("This supply cannot be changed any more."))
    return held


def is_editable(supply: Supply) -> bool:
    """Whether it is a plan of our own that is neither ready nor tied to the marketplace's supply."""
    return supply.is_planned_here and not supply.external_id and supply.status in EDITABLE


def note_event(
    supply: Supply,
    kind: SupplyEventKind,
    *,
    actor: User | None,
    old_status: str | None = None,
    details: Mapping[str, list[Any]] | None = None,
) -> None:
    """An entry of the history, by a person, now."""
    now = timezone.now()
    SupplyEvent.objects.for_company(supply.company_id).create(
        company_id=supply.company_id,
        supply=supply,
        kind=kind,
        old_status=supply.status if old_status is None else old_status,
        new_status=supply.status,
        details=dict(details or {}),
        happened_at=now,
        precision=Precision.EXACT,
        recorded_at=now,
        source=SupplySource.PERSON,
        actor=actor,
    )


def _move(supply: Supply, status: SupplyStatus, *, actor: User | None) -> None:
    old = supply.status
    if old == status:
        return
    now = timezone.now()
    supply.status, supply.status_at, supply.status_precision = status, now, Precision.EXACT
    supply.changed_at = now
    supply.save(update_fields=["status", "status_at", "status_precision", "changed_at"])
    note_event(supply, SupplyEventKind.STATUS, actor=actor, old_status=old)


def _take_back(supply: Supply) -> None:
    """What the step “Shipped” wrote."""
    supply.shipped_at = supply.shipped = None
    supply.save(update_fields=["shipped_at", "shipped"])


def _status_of(target: Target) -> SupplyStatus:
    return SupplyStatus.BOOKED if target.slot_from else SupplyStatus.DRAFT


def _columns(target: Target) -> dict[str, Any]:
    columns = {one.name: getattr(target, one.name) for one in fields(target)}
    warehouse = target.warehouse
    cluster = warehouse.cluster.name if warehouse and warehouse.cluster else target.cluster_name
    return {**columns, "warehouse_name": warehouse.name if warehouse else "", "cluster_name": cluster}


def _told(supply: Supply) -> dict[str, Any]:
    names = ("warehouse_name", *(one.name for one in fields(Target)))
    return {name: getattr(supply, name) for name in names}


def _as_slot(details: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """Both ends of the slot in one entry, as the sync tells it; the warehouse goes by its name."""
    ends = [details.pop(name, [None, None]) for name in ("slot_from", "slot_to")]
    details.pop("warehouse", None)
    details.pop("slot_zone", None)
    slots = ["/".join(end or "" for end in pair) if any(pair) else None for pair in zip(*ends, strict=True)]
    return {**details, "slot": slots} if slots[0] != slots[1] else details


def _word(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else str(value) if value is not None else None


def _label(status: Any) -> str:
    return str(getattr(status, "label", status))
