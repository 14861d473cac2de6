"""Recording supplies as a marketplace tells them: rows, lines, boxes, papers, events, and what follows of them."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING, Any, Final

from django.db import transaction
from django.utils import timezone

from catalog.services.days import touch_days
from catalog.services.warehouses import warehouses_named
from core.locks import lock_until_commit
from core.merge import append, merge
from core.periods import business_day
from marketplaces.contracts.supplies import SupplyKind, SupplyStatus
from marketplaces.models import StreamState
from marketplaces.streams import PageResult
from supplies.choices import BoxKind
from supplies.models import CAME_AT_NAMES, BoxLine, Supply, SupplyBox
from supplies.selectors.values import unit_values
from supplies.services.days import touch_days_of
from supplies.services.folding import Folded
from supplies.services.history import Event, changes, status_stamp, steps
from supplies.services.laying import Unlisted, laid_over
from supplies.services.lines import (
    Line,
    added_up,
    held_lines,
    known_listings,
    waiting,
    write_lines,
)
from supplies.services.rows import BOXES, EVENTS, PAPERS, SUPPLIES, Held, Sums, held_supplies, supply_row
from supplies.services.sanity import sound_ones
from supplies.services.tie import tie_plans

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime
    from decimal import Decimal

    from marketplaces.contracts.supplies import BoxSnapshot, SupplySnapshot
    from marketplaces.models import MarketplaceAccount

# What a warehouse has taken in shows in these streams next.
_FOLLOWING: Final = ("products", "stock")


@dataclass(slots=True, kw_only=True)
class _Change:
    """A supply that an answer made new or other: what stood, what is told, and what will stand."""

    folded: Folded
    held: Held | None
    before: list[Line]
    after: list[Line]
    unlisted: Unlisted
    stamp: tuple[datetime, str]
    sums: Sums = field(default_factory=Sums)
    pk: int = 0

    @property
    def status(self) -> SupplyStatus:
        return self.folded.status or SupplyStatus.UNKNOWN

    def came_at(self) -> list[datetime]:
        """Since when its units counted, and since when they count now; nothing where they do not."""
        moments = []
        if self.held and _counts(self.held.status, self.before):
            moments.append(_came_at(self.held.told, self.held.status_at))
        if _counts(self.status, self.after):
            moments.append(_came_at(self.folded.told, self.stamp[0]))
        return moments

    def events(self) -> list[Event]:
        told = steps(self.folded, self.held, stamp=self.stamp)
        if self.held is None:
            return told
        return told + changes(
            folded=self.folded, held=self.held, sums=self.sums, before=self.before, after=self.after
        )


@transaction.atomic(savepoint=False)
def record_supplies(
    *, account: MarketplaceAccount, snapshots: Sequence[SupplySnapshot], observed_at: datetime, source: str
) -> PageResult:
    """Write supplies with their lines, boxes and papers, and the events of real changes.

    `observed_at` is when the request was sent. An answer that is older than what we hold (by the marketplace's own
    word, else by when we asked) changes nothing but what was never told; a supply goes back a step only on the
    marketplace's word that it changed since. Snapshots that break a rule come back as rejected. When goods are
    accepted, the products and the stock of the account are read again soon.
    """
    lock_until_commit("supplies", account.pk)
    sound, rejected = sound_ones(snapshots, observed_at=observed_at)
    held = held_supplies(account, {one.external_id for one in sound})
    folded = _folded(sound, held, observed_at=observed_at)
    changed = {key: one for key, one in folded.items() if _says_more(one, held.get(key))}
    found = _changes(account, changed, held)
    _write_supplies(account=account, folded=folded, held=held, changes=found, observed_at=observed_at)
    if found:
        _write_parts(account, found.values())
        _write_events(account, found.values(), source=source)
        _mark_split(account, found.values())
        _touch_days(account, found.values())
        _let_follow(account, found.values())
        tie_plans(account=account, supply_ids=[one.pk for one in found.values() if one.folded.lines])
    inserted = sum(1 for one in found.values() if one.held is None)
    return PageResult(
        inserted=inserted,
        changed=len(found) - inserted,
        unchanged=len(snapshots) - len(rejected) - len(found),
        rejected=tuple(rejected),
    )


def _folded(
    sound: Sequence[SupplySnapshot], held: Mapping[str, Held], *, observed_at: datetime
) -> dict[str, Folded]:
    """What is told of each supply laid over what we hold of it."""
    folded: dict[str, Folded] = {}
    for snapshot in sound:
        key = snapshot.external_id
        if key not in folded:
            folded[key] = held[key].folded(key) if key in held else Folded(external_id=key)
        folded[key].lay(snapshot, asked_at=observed_at)
    return folded


def _says_more(folded: Folded, held: Held | None) -> bool:
    """Whether anything but how new it is differs from what we hold."""
    return held is None or folded.status != held.status or folded.fingerprint != held.fingerprint


def _changes(
    account: MarketplaceAccount, changed: Mapping[str, Folded], held: Mapping[str, Held]
) -> dict[str, _Change]:
    pks = [held[key].pk for key in changed if key in held]
    lines = held_lines(company_id=account.company_id, supply_ids=pks) if pks else {}
    known = known_listings(account, chain.from_iterable(one.named for one in changed.values()))
    found = {}
    for key, one in changed.items():
        there = held.get(key)
        before = lines[there.pk] if there else []
        after, unlisted = laid_over(before, there.unlisted if there else [], one, known=known)
        if {line.key for line in before} != {line.key for line in after}:
            # What was in the boxes hangs on the lines.
            one.forget_boxes()
        found[key] = _Change(
            folded=one,
            held=there,
            before=before,
            after=waiting(
                after, before=before, since=_came_at(one.told, _told_at(one)), told_at=_told_at(one)
            ),
            unlisted=unlisted,
            stamp=status_stamp(one, there),
        )
    values = _values(account, [line for change in found.values() for line in change.after])
    for change in found.values():
        change.sums = added_up(change.after, status=change.status, values=values)
    return found


def _told_at(folded: Folded) -> datetime:
    """When it was told of last."""
    newest = folded.newest
    return (newest.told_at or newest.asked_at) if newest else timezone.now()


def _values(account: MarketplaceAccount, lines: Collection[Line]) -> dict[int, Decimal]:
    """What a unit of the listings is worth of which something may be missing."""
    listings = {line.listing_id for line in lines if line.listing_id and line.missing(is_counted=True)}
    today = business_day(timezone.now(), account.company.zone)
    values = unit_values(company_id=account.company_id, listing_ids=listings, on=today)
    return {pk: value.amount for pk, value in values.items()}


def _write_supplies(
    *,
    account: MarketplaceAccount,
    folded: Mapping[str, Folded],
    held: Mapping[str, Held],
    changes: Mapping[str, _Change],
    observed_at: datetime,
) -> None:
    """Write those that changed, and of the others how new they are by now."""
    now = timezone.now()
    names = {
        one.told["warehouse_external_id"]: one.told.get("warehouse_name", "")
        for one in folded.values()
        if one.told.get("warehouse_external_id")
    }
    warehouses = warehouses_named(account=account, names=names) if names else {}
    rows = []
    for key, one in folded.items():
        there, change = held.get(key), changes.get(key)
        if change is None and there is not None and one.versions == there.folded(key).versions:
            continue
        rows.append(
            supply_row(
                one,
                account=account,
                stamp=change.stamp if change else status_stamp(one, there),
                warehouse_id=warehouses.get(one.told.get("warehouse_external_id", "")),
                sums=change.sums if change else there.sums if there else Sums(),
                unlisted=change.unlisted if change else there.unlisted if there else [],
                changed_at=there.changed_at if there and not change else observed_at,
                now=now,
            )
        )
    for pk, _is_new, key in merge(SUPPLIES, rows) if rows else ():
        if key in changes:
            changes[key].pk = pk


def _write_parts(account: MarketplaceAccount, found: Collection[_Change]) -> None:
    company_id = account.company_id
    write_lines(company_id=company_id, changes={one.pk: (one.before, one.after) for one in found})
    papers = {
        (company_id, one.pk, paper.kind[:64], paper.number[:100]): paper.created_at
        for one in found
        for paper in one.folded.papers
    }
    if papers:
        now = timezone.now()
        merge(PAPERS, [(*key, issued_at, True, now) for key, issued_at in papers.items()])
    boxed = [one for one in found if one.folded.boxes is not None]
    if boxed:
        _write_boxes(account, boxed)


def _write_boxes(account: MarketplaceAccount, found: Collection[_Change]) -> None:
    """Write the boxes told anew; contents of products that the supply does not name are left out."""
    company_id = account.company_id
    SupplyBox.objects.for_company(company_id).filter(
        supply_id__in=[one.pk for one in found], is_told=True
    ).delete()
    boxes = {
        (one.pk, position): (one, box)
        for one in found
        for position, box in enumerate(one.folded.boxes or (), start=1)
    }
    rows = [
        (
            company_id,
            supply_id,
            position,
            (BoxKind.PALLET if box.is_pallet else BoxKind.BOX).value,
            box.code[:64],
            True,
            box.external_status[:64],
        )
        for (supply_id, position), (_one, box) in boxes.items()
    ]
    ids = {(supply_id, position): pk for pk, _is_new, supply_id, position in merge(BOXES, rows)}
    lines = held_lines(company_id=company_id, supply_ids=[one.pk for one in found])
    contents = [
        (company_id, ids[place], line_id, units)
        for place, (_one, box) in boxes.items()
        for line_id, units in _contents(box, lines[place[0]]).items()
    ]
    append(BoxLine, ("company_id", "box_id", "line_id", "quantity"), contents)


def _contents(box: BoxSnapshot, lines: Collection[Line]) -> dict[int, int]:
    by_name = {name: line.pk for line in lines for name in (line.barcode, line.key) if name}
    units: dict[int, int] = {}
    for name, quantity in box.contents:
        line_id = by_name.get(name)
        if line_id is not None and quantity > 0:
            units[line_id] = units.get(line_id, 0) + quantity
    return units


def _write_events(account: MarketplaceAccount, found: Collection[_Change], *, source: str) -> None:
    now = timezone.now()
    rows: dict[Any, tuple[Any, ...]] = {}
    for one in found:
        for event in one.events():
            rows[one.pk, event.kind, event.new, event.happened_at] = (
                account.company_id,
                one.pk,
                event.kind.value,
                event.old,
                event.new,
                str(one.folded.told.get("external_status", "")),
                json.dumps(event.details),
                event.happened_at,
                event.precision,
                now,
                source,
            )
    if rows:
        merge(EVENTS, rows.values())


def _mark_split(account: MarketplaceAccount, found: Collection[_Change]) -> None:
    """A supply that others name as the one they were split from is not counted beside them."""
    rows = Supply.objects.for_company(account.company_id).filter(account=account)
    parents = {one.folded.told.get("parent_external_id") or "" for one in found} - {""}
    ids = [one.folded.external_id for one in found]
    parents |= set(rows.filter(parent_external_id__in=ids).values_list("parent_external_id", flat=True))
    if parents:
        whole = rows.filter(external_id__in=parents, is_split=False)
        touch_days_of(account.company, whole)
        whole.update(is_split=True)


def _touch_days(account: MarketplaceAccount, found: Collection[_Change]) -> None:
    """Build the facts again of the days on which the goods counted, and of those on which they count now."""
    moments = [moment for one in found for moment in one.came_at()]
    zone = account.company.zone
    touch_days(company_id=account.company_id, days={business_day(moment, zone) for moment in moments})


def _counts(status: SupplyStatus | str, lines: Collection[Line]) -> bool:
    return status == SupplyStatus.ACCEPTED or any(line.accepted for line in lines)


def _came_at(told: Mapping[str, Any], status_at: datetime) -> datetime:
    """CAME_AT of what is told."""
    known = {**told, "status_at": status_at}
    moment: datetime = next(known[name] for name in CAME_AT_NAMES if known.get(name))
    return moment


def _let_follow(account: MarketplaceAccount, found: Collection[_Change]) -> None:
    """What was accepted moves the stock: read products and stock soon."""
    if not any(_took_in(one) for one in found):
        return
    StreamState.objects.for_company(account.company_id).filter(
        account=account, stream__in=_FOLLOWING, is_on=True, due_at__gt=timezone.now()
    ).update(due_at=timezone.now())


def _took_in(change: _Change) -> bool:
    old = change.held.sums if change.held else Sums()
    is_shipment = change.folded.told.get("kind") in (SupplyKind.SUPPLY, None)
    return is_shipment and (old.accepted, old.on_sale) != (change.sums.accepted, change.sums.on_sale)
