"""Reading one supply: its details, its goods and its boxes."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

import structlog

from marketplaces.contracts.pages import Rejected
from marketplaces.contracts.supplies import SupplySnapshot
from marketplaces.errors import RequestRejected, TurnIsFar
from marketplaces.wildberries.client import SUPPLY_GOODS_A_PAGE, WildberriesClient
from marketplaces.wildberries.statuses import ACCEPTED
from marketplaces.wildberries.supply_rows import (
    VIRTUAL,
    SupplyName,
    box_snapshots,
    line_snapshots,
    supply_snapshot,
)
from marketplaces.wildberries.supply_schemas import SupplyBox, SupplyDetails, SupplyGood

log = structlog.get_logger(__name__)

# They answer so of a pre-order that has become a supply, and name it.
_BECAME: Final = re.compile(r"найдена поставка (\d{1,19})")
_NOT_FOUND: Final = "не найден"
# Only the turns of a base token are so far.
_TOO_FAR: Final = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What was told of a supply and when it was asked; how many units were found missing or too many, None while
    nobody counts."""

    name: SupplyName | None = None
    snapshot: SupplySnapshot | None = None
    rejected: tuple[Rejected, ...] = ()
    discrepancies: int | None = None
    asked_at: datetime | None = None


def read_supply(
    client: WildberriesClient,
    name: SupplyName,
    *,
    skus_of: Callable[[Sequence[SupplyGood]], Mapping[str, str]],
) -> Told:
    """A supply with its goods and boxes.

    Raises RequestRejected when they do not know it, and of a pre-order that has been planned meanwhile (`planned_as`).
    """
    details, asked_at = client.supply(name.number, is_preorder=name.is_preorder)
    if isinstance(details, Rejected):
        return Told(rejected=(replace(details, external_id=name.external_id),), asked_at=asked_at)
    goods, rejected, is_end = _goods(client, name)
    is_whole = is_end and not rejected and (bool(goods) or not details.quantity)
    skus = skus_of(goods)
    boxes = _boxes(client, name, details)
    return Told(
        name=name,
        snapshot=supply_snapshot(
            name,
            details,
            # A part of the goods would read as if the others were not in the supply.
            lines=line_snapshots(goods, details, skus) if is_whole else None,
            boxes=None if boxes is None else box_snapshots(boxes, details, skus),
        ),
        rejected=rejected,
        discrepancies=_discrepancies(details),
        asked_at=asked_at,
    )


def planned_as(name: SupplyName, exc: RequestRejected) -> SupplyName | None:
    """The name of a pre-order with the supply that it has become, as their refusal tells; None when it tells none."""
    became = _BECAME.search(str(exc)) if name.is_preorder else None
    return replace(name, supply_id=became[1]) if became else None


def _goods(
    client: WildberriesClient, name: SupplyName
) -> tuple[list[SupplyGood], tuple[Rejected, ...], bool]:
    """The goods, what could not be read of them, and whether these are all.

    A second thousand is not waited for by a base token: each look begins at the first, and would never come to an end.
    """
    goods: list[SupplyGood] = []
    rejected: tuple[Rejected, ...] = ()
    offset = 0
    while True:
        try:
            rows = client.supply_goods(name.number, is_preorder=name.is_preorder, offset=offset)
        except TurnIsFar as exc:
            if not offset or exc.retry_after < _TOO_FAR:
                raise
            log.warning("reference_unreadable", model="SupplyGood", supply=name.number, error=str(exc))
            return goods, _of(name, rejected), False
        goods += rows.page.rows
        rejected += rows.rejected
        seen = len(rows.page.rows) + len(rows.rejected)
        offset += seen
        if seen < SUPPLY_GOODS_A_PAGE:
            return goods, _of(name, rejected), True


def _of(name: SupplyName, rejected: tuple[Rejected, ...]) -> tuple[Rejected, ...]:
    return tuple(replace(one, external_id=name.external_id) for one in rejected)


def _boxes(client: WildberriesClient, name: SupplyName, details: SupplyDetails) -> list[SupplyBox] | None:
    """The boxes of a planned supply; None when it has none or they cannot be read."""
    if name.is_preorder or details.boxTypeID == VIRTUAL:
        return None
    try:
        rows = client.supply_boxes(name.supply_id)
    except RequestRejected as exc:
        log.warning("reference_unreadable", model="SupplyBox", supply=name.number, error=str(exc))
        return None
    return None if rows.rejected else rows.page.rows


def _discrepancies(details: SupplyDetails) -> int | None:
    """How many units were found missing or too many at acceptance."""
    is_told = details.statusID == ACCEPTED and details.boxTypeID != VIRTUAL
    return details.discrepancies if is_told else None


def is_unknown(exc: RequestRejected) -> bool:
    """Whether they refused because there is no such supply."""
    return _NOT_FOUND in str(exc)
