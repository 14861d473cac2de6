"""What is asked beside a request for each of its supplies: goods, cargoes with their contents, acts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from marketplaces.contracts.pages import Rejected
from marketplaces.contracts.supplies import SupplySnapshot, SupplyStatus
from marketplaces.errors import RequestRejected, RightMissing, UnexpectedResponse
from marketplaces.ozon.client import SUPPLIES_OF_CARGOES, OzonClient
from marketplaces.ozon.mapping_supplies import Told, status_of, supply_snapshot
from marketplaces.ozon.schemas_supplies import (
    Act,
    BundleItem,
    Cargo,
    CountedAct,
    OrderedSupply,
    SupplyOrder,
)

# A request, one of its supplies, and whether its cargoes are asked for (else it is read for its numbers only).
Wanted = tuple[SupplyOrder, OrderedSupply, bool]

# An empty or short answer is believed only when it is given this often.
TRIES: Final = 3
LONGEST_DETAIL: Final = 300
# Acts come with the counting.
_WITH_ACTS: Final = (
    SupplyStatus.ACCEPTING,
    SupplyStatus.DISCREPANCY,
    SupplyStatus.ACCEPTED,
    SupplyStatus.UNKNOWN,
)


class Parts:
    """Reads the parts of a page of supplies; `rejected` is what could not be read of them.

    Without the right to cargoes or acts a supply comes without them: what we hold of them stays.
    """

    def __init__(self, client: OzonClient, clusters: Mapping[str, str]) -> None:
        self._client = client
        self._clusters = clusters
        self._rejected: list[Rejected] = []

    @property
    def rejected(self) -> tuple[Rejected, ...]:
        """What could not be read so far."""
        return tuple(self._rejected)

    def snapshots(self, wanted: Iterable[Wanted]) -> tuple[SupplySnapshot, ...]:
        """The supplies with their parts, once each."""
        listed = {supply.supply_id: (order, supply, is_boxed) for order, supply, is_boxed in wanted}
        cargoes = self._cargoes([id_ for id_, (_order, _supply, is_boxed) in listed.items() if is_boxed])
        papers: dict[str, Mapping[str, Sequence[Act]] | None] = {}
        snapshots = []
        for order, supply, _is_boxed in listed.values():
            has_acts = status_of(order, supply) in _WITH_ACTS
            if has_acts and order.order_id not in papers:
                papers[order.order_id] = self._papers(order.order_id)
            of_order = papers.get(order.order_id) if has_acts else None
            boxes = cargoes.get(supply.supply_id)
            told = Told(
                items=self._goods(supply.bundle_id or "", supply.supply_id, where="items"),
                acts=self._counted(supply.supply_id) if has_acts else None,
                cargoes=boxes,
                contents=self._contents(boxes, supply.supply_id),
                papers=None if of_order is None else of_order.get(supply.supply_id, ()),
            )
            snapshots.append(supply_snapshot(order, supply, told=told, clusters=self._clusters))
        return tuple(snapshots)

    # ---- goods --------------------------------------------------------------------------------------------
    def _goods(self, bundle_id: str, supply_id: str, *, where: str) -> Sequence[BundleItem] | None:
        """All the goods of a bundle; None when they are not told, or not all can be read: half of a supply would
        pass for the whole. `where` is the path to them."""
        if not bundle_id:
            return None
        try:
            items, total, rejected = self._bundle(bundle_id)
        except RequestRejected:
            return None  # an edit gives the supply another bundle
        self._rejected += [_of_supply(one, supply_id, where=where) for one in rejected]
        return None if rejected or len(items) < total else tuple(items.values())

    def _bundle(self, bundle_id: str) -> tuple[dict[str, BundleItem], int, list[Rejected]]:
        """The items by SKU, how many there are by Ozon's own count, and those that could not be read."""
        items: dict[str, BundleItem] = {}
        rejected: dict[str, Rejected] = {}
        total = 0
        last_id = ""
        tokens = {last_id}
        while True:
            rows = self._client.bundle(bundle_id, last_id=last_id)
            for _again in range(TRIES - 1):
                if rows.page.items or rows.rejected:
                    break
                rows = self._client.bundle(bundle_id, last_id=last_id)
            items.update((item.sku, item) for item in rows.page.items)
            rejected.update((one.external_id, one) for one in rows.rejected)
            total = max(total, rows.page.total_count or 0)
            last_id = rows.page.last_id or ""
            is_empty = not rows.page.items and not rows.rejected
            if is_empty or rows.page.has_next is False or last_id in {"", *tokens}:
                return items, total, list(rejected.values())
            tokens.add(last_id)

    # ---- cargoes ------------------------------------------------------------------------------------------
    def _cargoes(self, supply_ids: Sequence[str]) -> Mapping[str, Sequence[Cargo]]:
        """Boxes and pallets by supply, of those that the answers name."""
        found: dict[str, Sequence[Cargo]] = {}
        for first in range(0, len(supply_ids), SUPPLIES_OF_CARGOES):
            batch = supply_ids[first : first + SUPPLIES_OF_CARGOES]
            try:
                rows = self._client.cargoes(batch)
            except (RightMissing, RequestRejected):
                return found
            self._rejected += rows.rejected
            found.update((one.supply_id, one.cargoes) for one in rows.page.supply if one.supply_id in batch)
        return found

    def _contents(
        self, cargoes: Sequence[Cargo] | None, supply_id: str
    ) -> Mapping[str, Sequence[BundleItem]]:
        bundles = {cargo.bundle_id: cargo.cargo_id for cargo in cargoes or () if cargo.bundle_id}
        return {
            bundle_id: self._goods(bundle_id, supply_id, where=f"cargoes[{cargo_id}].items") or ()
            for bundle_id, cargo_id in bundles.items()
        }

    # ---- acts ---------------------------------------------------------------------------------------------
    def _counted(self, supply_id: str) -> Sequence[CountedAct] | None:
        """What the acts count; None when it is not told, or not all of it can be read: the others would say that
        nothing was counted of what it names."""
        try:
            rows = self._client.act_products(supply_id)
        except (RightMissing, RequestRejected):
            return None
        self._rejected += [_of_supply(one, supply_id, where="supply_acts") for one in rows.rejected]
        return None if rows.rejected else rows.page.supply_acts

    def _papers(self, order_id: str) -> Mapping[str, Sequence[Act]] | None:
        try:
            summaries = self._client.act_summaries(order_id)
        except (RightMissing, RequestRejected, UnexpectedResponse):
            return None
        return {one.supply_id: one.supply_acts for one in summaries.supplies_acts}


def _of_supply(rejected: Rejected, supply_id: str, *, where: str) -> Rejected:
    """A part that could not be read, under the id of its supply: what settles it is the whole supply. What the part
    is known by goes to the path."""
    detail = f"{where}[{rejected.external_id}].{rejected.detail}"
    return replace(rejected, external_id=supply_id, detail=detail[:LONGEST_DETAIL])
