"""FBO stock: plain quantities, the analytics of stock, warehouses and clusters."""

from collections import defaultdict
from typing import Any

from sandbox.ozon.calls import Call, flag, integers, limit_of, strings
from sandbox.ozon.catalogue import Levels, launched_by, page_filtered, product_id
from sandbox.ozon.errors import bad
from sandbox.ozon.paging import page_of
from sandbox.world.catalog import Product
from sandbox.world.cells import WIDTH, Cell
from sandbox.world.geography import CLUSTERS, WAREHOUSES, Cluster, Warehouse
from sandbox.world.moments import DAY
from sandbox.world.seeds import unit
from sandbox.world.stock import Trouble
from sandbox.world.supplies import Pipeline

_WINDOW = 28
_NO_PIPELINE, _NO_TROUBLE = Pipeline(0, 0, 0), Trouble(0, 0)


def _cells_of(call: Call, products: list[Product]) -> list[Cell]:
    wanted = {product.index: product for product in products}
    cells = [cell for cell in call.world.cells.by_place.values() if cell.product in wanted]
    return sorted(cells, key=lambda cell: (wanted[cell.product].sku, WAREHOUSES[cell.warehouse].id))


def stocks_by_warehouse(call: Call) -> dict[str, Any]:
    """Answer `/v1/product/info/stocks-by-warehouse/fbo`."""
    limit = limit_of(call.body, most=1000)
    skus = integers(call.body, "skus", most=1000)
    offers = strings(call.body, "offer_ids", most=1000)
    products = launched_by(call.world, call.at)
    if skus or offers:
        products = [p for p in products if p.sku in set(skus) or p.offer_id in set(offers)]
    assortment = call.world.assortment
    got = page_of(
        call,
        _cells_of(call, products),
        key=lambda cell: (assortment[cell.product].sku, WAREHOUSES[cell.warehouse].id),
        token=call.body.get("cursor"),
        limit=limit,
    )
    levels = call.world.stock_book.levels(call.at)
    rows = [
        {
            "sku": assortment[cell.product].sku,
            "product_id": product_id(assortment[cell.product]),
            "offer_id": assortment[cell.product].offer_id,
            "warehouse_id": WAREHOUSES[cell.warehouse].id,
            "present": levels[cell.place].present,
            "reserved": levels[cell.place].reserved,
        }
        for cell in got.rows
    ]
    return {"products": rows, "cursor": got.next, "has_next": got.more}


def product_stocks(call: Call) -> dict[str, Any]:
    """Answer `/v4/product/info/stocks`."""
    if "filter" not in call.body:
        raise bad("filter: value is required")
    products, got = page_filtered(call, field="cursor")
    levels = Levels(call)
    items = [
        {
            "product_id": product_id(product),
            "offer_id": product.offer_id,
            "stocks": [
                {
                    "type": "fbo",
                    "sku": product.sku,
                    "present": levels.present[product.index],
                    "reserved": levels.reserved[product.index],
                    "shipment_type": "SHIPMENT_TYPE_GENERAL",
                    "warehouse_ids": [],
                }
            ],
        }
        for product in got.rows
    ]
    return {"items": items, "cursor": got.next, "total_items": len(products)}


class Sales:
    """Units ordered in the last 28 full days, by product and by cluster."""

    def __init__(self, call: Call) -> None:
        """Add up the days before the day of the call."""
        self.by_product: defaultdict[int, int] = defaultdict(int)
        self.by_cluster: defaultdict[tuple[int, int], int] = defaultdict(int)
        self._last: dict[int, int] = {}
        self._last_cluster: dict[tuple[int, int], int] = {}
        today = call.at // DAY
        places = tuple(call.world.cells.by_place)
        for day in range(today - _WINDOW, today):
            units = call.world.stock_book.units_on(day)
            for place in places:
                if units[place]:
                    self._add(
                        place // WIDTH, WAREHOUSES[place % WIDTH].cluster.index, units[place], today - day
                    )

    def _add(self, product: int, cluster: int, units: int, ago: int) -> None:
        self.by_product[product] += units
        self.by_cluster[product, cluster] += units
        self._last[product] = self._last_cluster[product, cluster] = ago - 1

    def idle(self, product: int) -> int:
        """Return for how many full days a product was not ordered."""
        return self._last.get(product, _WINDOW)

    def idle_in(self, product: int, cluster: int) -> int:
        """Return for how many full days a product was not ordered from a cluster."""
        return self._last_cluster.get((product, cluster), _WINDOW)


def _grade(daily: float, days: float) -> str:
    if not daily:
        return "NO_SALES"
    return "DEFICIT" if days < 28 else "POPULAR" if days < 56 else "ACTUAL" if days < 120 else "SURPLUS"


def analytics_stocks(call: Call) -> dict[str, Any]:
    """Answer `/v1/analytics/stocks`."""
    skus = integers(call.body, "skus", most=100)
    if not skus:
        raise bad("skus: value must contain between 1 and 100 items, inclusive")
    clusters = integers(call.body, "cluster_ids", most=1000)
    macro = integers(call.body, "macrolocal_cluster_ids", most=1000)
    if clusters and macro:
        raise bad("use only one of cluster_ids or macrolocal_cluster_ids")
    products = [p for p in launched_by(call.world, call.at) if p.sku in set(skus)]
    analysis = _Analysis(call)
    rows = [analysis.row(cell) for cell in _cells_of(call, products)]
    return {"items": [row for row in rows if _wanted(call, row, clusters=clusters, macro=macro)]}


def _wanted(call: Call, row: dict[str, Any], *, clusters: list[int], macro: list[int]) -> bool:
    warehouses = integers(call.body, "warehouse_ids", most=1000)
    tags = strings(call.body, "item_tags", most=100)
    grades = strings(call.body, "turnover_grades", most=100)
    zones = strings(call.body, "placement_zone", most=100)
    tests = (
        not clusters or row["cluster_id"] in clusters,
        not macro or row["macrolocal_cluster_id"] in macro,
        not warehouses or row["warehouse_id"] in warehouses,
        not tags or not set(tags).isdisjoint(row["item_tags"]),
        not grades or row["turnover_grade"] in grades,
        not zones or not set(zones).isdisjoint(row["placement_zone"]),
        not flag(call.body, "unmarked_stocks_only"),
    )
    return all(tests)


class _Analysis:
    """Everything that the rows of one answer share."""

    def __init__(self, call: Call) -> None:
        """Read levels, sales and what is on its way."""
        self._world = call.world
        book = call.world.stock_book
        self._levels = book.levels(call.at)
        self._pipeline = call.world.supply_book.pipeline(call.at)
        self._trouble = book.trouble(call.at)
        self._sales = Sales(call)
        self._day = call.at // DAY
        self._free: defaultdict[int, int] = defaultdict(int)
        self._free_in: defaultdict[tuple[int, int], int] = defaultdict(int)
        for place, level in self._levels.items():
            product, cluster = place // WIDTH, WAREHOUSES[place % WIDTH].cluster.index
            self._free[product] += level.available
            self._free_in[product, cluster] += level.available

    def _defects(self, cell: Cell) -> int:
        return int(unit(self._world.settings.seed, 51, cell.place) ** 6 * 5)

    def row(self, cell: Cell) -> dict[str, Any]:
        """Return the row of a product in a warehouse."""
        product, warehouse = self._world.assortment[cell.product], WAREHOUSES[cell.warehouse]
        ahead = self._pipeline.get(cell.place, _NO_PIPELINE)
        trouble = self._trouble.get(cell.place, _NO_TROUBLE)
        return {
            "sku": product.sku,
            "name": product.name,
            "offer_id": product.offer_id,
            "warehouse_id": warehouse.id,
            "warehouse_name": warehouse.name,
            "cluster_id": warehouse.cluster.id,
            "cluster_name": warehouse.cluster.name,
            "macrolocal_cluster_id": warehouse.cluster.macro_id,
            "item_tags": ["NOVEL"] if self._day - product.launched < 30 else ["ITEM_ATTRIBUTE_NONE"],
            "placement_zone": ["SORT"],
            "available_stock_count": self._levels[cell.place].available,
            "valid_stock_count": ahead.preparing,
            "requested_stock_count": ahead.requested,
            "transit_stock_count": ahead.transit,
            "waiting_docs_stock_count": 0,
            "waiting_docs_to_export_stock_count": 0,
            "expiring_stock_count": 0,
            "excess_stock_count": 0,
            "stock_defect_stock_count": self._defects(cell),
            "transit_defect_stock_count": 0,
            "other_stock_count": trouble.checking,
            "return_from_customer_stock_count": trouble.returning,
            "return_to_seller_stock_count": 0,
            **self._turnover(product, warehouse.cluster),
        }

    def _turnover(self, product: Product, cluster: Cluster) -> dict[str, Any]:
        daily = self._sales.by_product[product.index] / _WINDOW
        local = self._sales.by_cluster[product.index, cluster.index] / _WINDOW
        days = self._free[product.index] / daily if daily else 0.0
        local_days = self._free_in[product.index, cluster.index] / local if local else 0.0
        return {
            "ads": round(daily, 4),
            "ads_cluster": round(local, 4),
            "idc": round(days, 2),
            "idc_cluster": round(local_days, 2),
            "days_without_sales": self._sales.idle(product.index),
            "days_without_sales_cluster": self._sales.idle_in(product.index, cluster.index),
            "turnover_grade": _grade(daily, days),
            "turnover_grade_cluster": _grade(local, local_days),
        }


def clusters_v2(call: Call) -> dict[str, Any]:
    """Answer `/v2/cluster/list`."""
    del call
    return {"result": [_macro(cluster) for cluster in CLUSTERS]}


def _of(cluster: Cluster) -> list[Warehouse]:
    return [warehouse for warehouse in WAREHOUSES if warehouse.cluster is cluster]


def _macro(cluster: Cluster) -> dict[str, Any]:
    country = {"name": cluster.country, "uid": "398" if cluster.country == "Казахстан" else "643"}
    return {
        "macrolocal_cluster_id": cluster.macro_id,
        "data": {
            "macrolocal_cluster": {"name": cluster.name, "country": country},
            "fulfillments": [{"warehouse_id": w.id, "name": w.name} for w in _of(cluster)],
        },
    }


def clusters_v1(call: Call) -> dict[str, Any]:
    """Answer `/v1/cluster/list`."""
    kind = call.body.get("cluster_type")
    if kind not in ("CLUSTER_TYPE_OZON", "CLUSTER_TYPE_CIS"):
        raise bad("cluster_type: value must be one of CLUSTER_TYPE_OZON, CLUSTER_TYPE_CIS")
    ids = integers(call.body, "cluster_ids", most=1000)
    rows = [
        {
            "id": cluster.id,
            "macrolocal_cluster_id": cluster.macro_id,
            "name": cluster.name,
            "type": kind,
            "logistic_clusters": [
                {
                    "warehouses": [
                        {"warehouse_id": w.id, "name": w.name, "type": "FULL_FILLMENT"} for w in _of(cluster)
                    ]
                }
            ],
        }
        for cluster in CLUSTERS
        if (cluster.country == "Россия") is (kind == "CLUSTER_TYPE_OZON") and (not ids or cluster.id in ids)
    ]
    return {"clusters": rows}


def warehouses(call: Call) -> dict[str, Any]:
    """Answer `/v1/warehouse/ozon/list`."""
    kinds = strings(call.body, "warehouse_types", most=100)
    rows = [_warehouse(warehouse) for warehouse in WAREHOUSES]
    return {"warehouses": [row for row in rows if not kinds or row["warehouse_type"] in kinds]}


def _warehouse(warehouse: Warehouse) -> dict[str, Any]:
    return {
        "warehouse_id": warehouse.id,
        "name": warehouse.name,
        "short_name": warehouse.name.removesuffix("_НОВЫЙ").removesuffix("_РФЦ"),
        "address": warehouse.address,
        "timezone": warehouse.timezone,
        "is_active": True,
        "warehouse_type": "FULL_FILLMENT",
        "country_iso_numeric": 398 if warehouse.cluster.country == "Казахстан" else 643,
        "is_cross_dock": False,
        "is_distribution_center": False,
        "is_edo": False,
        "is_express": False,
        "is_for_supply": True,
    }
