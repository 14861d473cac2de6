"""The history of a return: what is written when its status changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from psycopg.types.json import Jsonb

from core.merge import MergeRule, append, merge
from marketplaces.contracts.orders import Precision
from marketplaces.contracts.returns import ReturnStatus
from returns.choices import ReturnEventKind
from returns.models import ReturnEvent

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from marketplaces.models import MarketplaceAccount
    from returns.models import Return
    from returns.services.told import Told

EVENTS = MergeRule(
    model=ReturnEvent,
    columns=(
        "company_id", "return_of_id", "kind", "old_status", "new_status", "external_status", "details", "happened_at",
        "precision", "recorded_at", "source",
    ),
    key=("return_of_id", "happened_at", "kind", "new_status"),
)  # fmt: skip

# (kind, old status, new status, when, how well that is known)
Change = tuple[ReturnEventKind, str, str, "datetime", Precision]


def append_events(
    *,
    account: MarketplaceAccount,
    steps: Iterable[tuple[int, Return | None, Told]],
    source: str,
    recorded_at: datetime,
) -> None:
    """Write the changes of status of returns: (id, the row before or None, what is known now)."""
    first: list[tuple[Any, ...]] = []
    later: list[tuple[Any, ...]] = []
    for return_id, before, told in steps:
        rows = first if before is None else later
        rows.extend(
            (
                account.company_id,
                return_id,
                kind.value,
                old,
                new,
                told.word if new == told.step.status else "",
                Jsonb({}),
                happened_at,
                precision.value,
                recorded_at,
                source,
            )
            for kind, old, new, happened_at, precision in _changes(before, told)
        )
    append(ReturnEvent, EVENTS.columns, first)
    if later:
        merge(EVENTS, later)


def _changes(before: Return | None, told: Told) -> list[Change]:
    status = told.step.status
    if before is None:
        return _first(told)
    old = str(before.status)
    if status == old:
        return []
    was_final = getattr(before.status, "is_final", False)
    kind = ReturnEventKind.CORRECTION if was_final else ReturnEventKind.STATUS
    return [(kind, old, status, told.status_at, told.precision)]


def _first(told: Told) -> list[Change]:
    """The steps of a return that we see for the first time: those that the marketplace dates, then the present."""
    status = ReturnStatus.of(told.step.status)
    passed: list[tuple[ReturnStatus, datetime]] = []
    began, received = told.values.get("registered_at"), told.values.get("received_at")
    if began is not None and status.rank > ReturnStatus.IN_TRANSIT.rank and status != ReturnStatus.REJECTED:
        passed.append((ReturnStatus.IN_TRANSIT, began))
    if received is not None and status.rank > ReturnStatus.RECEIVED.rank:
        passed.append((ReturnStatus.RECEIVED, received))
    changes: list[Change] = []
    old = ""
    for step, at in passed:
        if at <= told.status_at:
            changes.append((ReturnEventKind.STATUS, old, step.value, at, Precision.EXACT))
            old = step.value
    return [*changes, (ReturnEventKind.STATUS, old, status.value, told.status_at, told.precision)]
