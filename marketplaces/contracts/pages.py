"""A page of a pull: snapshots, what could not be read, and where the next run goes on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Generic, TypeVar

Snapshot = TypeVar("Snapshot")
# JSON that only the adapter which wrote it understands; the engine keeps it with the page.
Cursor = Mapping[str, Any]
# What an adapter holds under this name in a cursor outlives its pulls: one that begins anew (a deep one, one whose
# place was forgotten) is given that and nothing else. A cursor without anything else is a beginning.
KEPT: Final = "kept"
# The reason of those that are `absent`.
NOT_LISTED: Final = "not_listed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """One record that could not be turned into a snapshot: it goes to quarantine, the page goes on.

    `reason` is a code of the error catalogue (`wrong_type`, `missing_field`, `out_of_range`, …), `detail`
    says where (a field path, never a secret), `payload` is the record as it came, buyers' data dropped.
    """

    external_id: str
    reason: str
    detail: str
    payload: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[Snapshot]):
    """One answer of a marketplace.

    `cursor` is where the next run resumes once this page is committed. `observed_at` is the moment our
    request was sent: what it says is at least as new as that. `done`/`total` are the records pulled so far
    in this run and the best guess of all of them (None: unknown). `is_last` marks the end of the pull.
    `covers` are the keys (stock: marketplace SKUs) that this page speaks of wholly: what it does not name of
    them is zero. `settled` are ids of records that could be read and that no snapshot bears, such as a request that
    holds supplies: what stands in quarantine under them is settled. `absent` are records that we hold, that were
    asked for and that the marketplace lists no more: they go to quarantine too, but are no answer.
    """

    snapshots: tuple[Snapshot, ...]
    rejected: tuple[Rejected, ...] = ()
    cursor: Cursor = field(default_factory=dict)
    observed_at: datetime
    done: int = 0
    total: int | None = None
    covers: tuple[str, ...] = ()
    settled: tuple[str, ...] = ()
    absent: tuple[Rejected, ...] = ()
    is_last: bool = False
