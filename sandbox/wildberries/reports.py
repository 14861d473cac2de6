"""Reports that are ordered, waited for and fetched: what remains in the warehouses."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from sandbox.wildberries.calls import Call
from sandbox.wildberries.errors import short
from sandbox.wildberries.stocks import Heap, heaps
from sandbox.wildberries.words import BRAND, ON_WAY_BACK, ON_WAY_TO, TOTAL, WAREHOUSE_RU
from sandbox.world.catalog import Product
from sandbox.world.moments import HOUR, SECOND
from sandbox.world.seeds import mix

_NEW, _READY, _PURGED = 2 * SECOND, 6 * SECOND, 2 * HOUR
_GROUPS = ("groupByBrand", "groupBySubject", "groupBySa", "groupByNm", "groupByBarcode", "groupBySize")
_ORIGIN = "seller-analytics"


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A report that was ordered: when, and by what its rows are told apart."""

    id: str
    at: int
    groups: frozenset[str]

    def status(self, at: int) -> str:
        """Return how far the report is."""
        age = at - self.at
        if age >= _PURGED:
            return "purged"
        return "new" if age < _NEW else "processing" if age < _READY else "done"


def create(call: Call) -> dict[str, Any]:
    """Answer `/api/v1/warehouse_remains`: order the report."""
    groups = set()
    for name in _GROUPS:
        word = call.asked(name).lower() or "false"
        if word not in ("true", "false"):
            raise short(f"{name}: boolean expected", at=call.now, origin=_ORIGIN)
        groups |= {name} if word == "true" else set()
    number = len(call.shop.reports)
    stir = f"{mix(call.at, number, 95):016x}{mix(call.at, number, 96):016x}"
    task = Task(
        id="-".join((stir[:8], stir[8:12], stir[12:16], stir[16:20], stir[20:])),
        at=call.at,
        groups=frozenset(groups),
    )
    call.shop.reports[task.id] = task
    return {"data": {"taskId": task.id}}


def status(call: Call) -> dict[str, Any]:
    """Answer `…/tasks/{task_id}/status`."""
    return {"data": {"id": call.target, "status": _task(call).status(call.at)}}


def download(call: Call) -> list[dict[str, Any]] | None:
    """Answer `…/tasks/{task_id}/download`; nothing (204) when the report is empty."""
    task = _task(call)
    if task.status(call.at) != "done":
        raise short("report is not ready or is deleted already", at=call.now, status=404, origin=_ORIGIN)
    return _rows(call, task) or None


def _task(call: Call) -> Task:
    task = call.shop.reports.get(call.target)
    if not isinstance(task, Task):
        raise short("no such task", at=call.now, status=404, origin=_ORIGIN)
    return task


def _rows(call: Call, task: Task) -> list[dict[str, Any]]:
    """Add up what is not told apart. Goods on the way stand among the warehouses, and so does the total."""
    sums: defaultdict[tuple[Any, ...], list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for index, heap in heaps(call.world, task.at).items():
        if any(heap):
            product = call.world.assortment[index]
            row = sums[_key(call, task, product)]
            for place, units in enumerate(heap):
                row[place] += units
            row[3] = max(row[3], _volume(product))
    return [_row(key, Heap(*units[:3]), units[3]) for key, units in sums.items()]


def _key(call: Call, task: Task, product: Product) -> tuple[Any, ...]:
    listed, card = call.world.listed[product.index], call.shop.cards.by_product[product.index]
    told = {
        "groupByBrand": BRAND,
        "groupBySubject": product.family.kind_name,
        "groupBySa": listed.article,
        "groupByNm": card.nm_id,
        "groupByBarcode": listed.barcodes[0],
        "groupBySize": listed.size,
    }
    return tuple(told[name] if name in task.groups else None for name in _GROUPS)


def _volume(product: Product) -> int:
    """Return the volume of a product in cubic centimetres."""
    length, width, height = product.family.box
    return length * width * height // 1000


def _row(key: tuple[Any, ...], heap: Heap, volume: int) -> dict[str, Any]:
    brand, subject, article, nm_id, barcode, size = key
    places = (
        (ON_WAY_TO, heap.to_client),
        (ON_WAY_BACK, heap.from_client),
        (TOTAL, heap.quantity),
        (WAREHOUSE_RU, heap.quantity),
    )
    return {
        "brand": brand or "",
        "subjectName": subject or "",
        "vendorCode": article or "",
        "nmId": nm_id or 0,
        "barcode": barcode or "",
        "techSize": size or "",
        "volume": volume / 1000,
        "warehouses": [{"warehouseName": name, "quantity": units} for name, units in places if units],
    }
