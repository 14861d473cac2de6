"""The events of a supply: which steps and numbers an answer changed, and when."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, Final

from marketplaces.contracts.orders import Precision
from marketplaces.contracts.supplies import SupplyStatus
from supplies.choices import SupplyEventKind
from supplies.services.folding import STATUS

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime

    from supplies.services.folding import Folded
    from supplies.services.lines import Line
    from supplies.services.rows import Held, Sums

# Which moment of a snapshot dates which step.
MOMENTS: Final = {
    SupplyStatus.DRAFT: "created_at",
    SupplyStatus.SHIPPED: "shipped_at",
    SupplyStatus.ARRIVED: "arrived_at",
    SupplyStatus.ACCEPTED: "accepted_at",
}
# How many lines an event names; a supply written anew would name hundreds.
_MOST_NAMED: Final = 20
# Counted as goods come on sale, which would be an event every quarter of an hour.
_QUIET: Final = frozenset({"on_sale", "lines_count", "missing_amount", "declared"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened to a supply."""

    kind: SupplyEventKind
    old: str
    new: str
    happened_at: datetime
    precision: str
    details: dict[str, list[Any]] = field(default_factory=dict)


def status_stamp(folded: Folded, held: Held | None) -> tuple[datetime, str]:
    """Since when the supply has its status, and how well that is known."""
    if folded.status is None or STATUS not in folded.versions:
        if held is not None:
            return held.status_at, held.status_precision
        return _changed_at(folded, held)
    told = folded.told.get(MOMENTS.get(folded.status, ""))
    if told is not None:
        return told, Precision.EXACT.value
    if held is not None and held.status == folded.status:
        return held.status_at, held.status_precision
    return _version_stamp(folded, held)


def _version_stamp(folded: Folded, held: Held | None) -> tuple[datetime, str]:
    """When the answer that told the status was given, or what it tells of was changed there."""
    version = folded.versions[STATUS]
    if version.told_at is None:
        return version.asked_at, Precision.OBSERVED.value
    # Of a change that we saw it is the moment; of a supply new to us the last of its changes.
    return version.told_at, (Precision.ESTIMATED if held is None else Precision.EXACT).value


def steps(folded: Folded, held: Held | None, *, stamp: tuple[datetime, str]) -> list[Event]:
    """The steps to tell of: those whose moment is told and that were passed since, then the one it came to."""
    status = folded.status
    if status is None or (held is not None and held.status == status):
        return []
    old = held.status if held else ""
    came_from = held.status.rank if held and isinstance(held.status, SupplyStatus) else 0
    events = []
    for passed, name in MOMENTS.items():
        moment = folded.told.get(name)
        if moment is not None and came_from < passed.rank < status.rank and moment < stamp[0]:
            events.append(_step(old, passed, (moment, Precision.EXACT.value)))
            old = passed
    is_correction = isinstance(old, SupplyStatus) and old.is_final
    kind = SupplyEventKind.CORRECTION if is_correction else SupplyEventKind.STATUS
    if held is not None and _has_been_there(folded, held, since=stamp[0]):
        stamp = _version_stamp(folded, held)
    return [*events, _step(old, status, stamp, kind=kind)]


def _has_been_there(folded: Folded, held: Held, *, since: datetime) -> bool:
    """Whether the moment that dates the status is that of an earlier stay: it came back to it later than that."""
    name = MOMENTS.get(folded.status or SupplyStatus.UNKNOWN, "")
    is_back = isinstance(held.status, SupplyStatus) and held.status.rank > (folded.status or held.status).rank
    is_known = bool(name) and held.told.get(name) == folded.told.get(name) is not None
    return since <= held.status_at and (is_back or is_known)


def changes(
    *, folded: Folded, held: Held, sums: Sums, before: Collection[Line], after: Collection[Line]
) -> list[Event]:
    """What changed besides the status: counted numbers, and what the supply is of."""
    status = str(folded.status or held.status)
    moment, precision = _changed_at(folded, held)
    found = [
        (SupplyEventKind.NUMBERS, _numbers(held.sums, sums)),
        (SupplyEventKind.CONTENTS, _contents(folded, held, before, after)),
    ]
    return [
        Event(kind=kind, old=status, new=status, happened_at=moment, precision=precision, details=details)
        for kind, details in found
        if details
    ]


def _changed_at(folded: Folded, held: Held | None) -> tuple[datetime, str]:
    """When it changed: as the marketplace says, if it says that it changed since we looked last."""
    newest = folded.newest
    if newest is None:
        raise ValueError(f"nothing was told of the supply {folded.external_id}")
    if newest.told_at is not None and (held is None or newest.told_at != held.told_at):
        return newest.told_at, Precision.EXACT.value
    return newest.asked_at, Precision.OBSERVED.value


def _step(
    old: str,
    new: SupplyStatus,
    stamp: tuple[datetime, str],
    *,
    kind: SupplyEventKind = SupplyEventKind.STATUS,
) -> Event:
    return Event(kind=kind, old=str(old), new=str(new), happened_at=stamp[0], precision=stamp[1])


def _numbers(old: Sums, new: Sums) -> dict[str, list[Any]]:
    """Totals that changed; those on sale only when all have come."""
    names = [one.name for one in fields(new) if one.name not in _QUIET]
    changed = {
        name: [getattr(old, name), getattr(new, name)]
        for name in names
        if getattr(old, name) != getattr(new, name)
    }
    is_all_on_sale = new.on_sale is not None and new.on_sale == new.accepted
    if is_all_on_sale and old.on_sale != new.on_sale:
        changed["on_sale"] = [old.on_sale, new.on_sale]
    return changed


def _contents(
    folded: Folded, held: Held, before: Collection[Line], after: Collection[Line]
) -> dict[str, list[Any]]:
    """The slot, and the declared units of each article, where they are others than before."""
    changed: dict[str, list[Any]] = {
        name: [_iso(held.told.get(name)), _iso(folded.told.get(name))]
        for name in ("slot_from", "slot_to")
        if held.told.get(name) != folded.told.get(name)
    }
    if not held.sums.lines_count:
        return changed
    old, new = ({line.pk or line.key: line for line in lines} for lines in (before, after))
    names = _names(old | new)
    moved = {
        names[one]: [there.declared if there else None for there in (old.get(one), new.get(one))]
        for one in old.keys() | new.keys()
    }
    named = sorted(name for name, (was, now) in moved.items() if was != now)
    changed |= {name: moved[name] for name in named[:_MOST_NAMED]}
    if len(named) > _MOST_NAMED:
        changed["more"] = [None, len(named) - _MOST_NAMED]
    return changed


def _names(lines: Mapping[Any, Line]) -> dict[Any, str]:
    """What the lines are called: by the article, and where several share it, as the sizes of a card do, by the barcode
    too."""
    shared = Counter(line.seller_sku for line in lines.values())
    return {
        one: f"line:{line.seller_sku or line.key}"
        if shared[line.seller_sku] == 1 or not line.seller_sku
        else f"line:{line.seller_sku} · {line.barcode or line.key}"
        for one, line in lines.items()
    }


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
