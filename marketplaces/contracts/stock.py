"""Stock at a marketplace's warehouses, and the warehouses themselves."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class WarehouseSnapshot:
    """A warehouse of the marketplace. `time_zone` is an IANA name, empty when they do not say."""

    external_id: str
    name: str
    cluster_external_id: str = ""
    cluster_name: str = ""
    address: str = ""
    time_zone: str = ""
    is_active: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class StockQuantities:
    """Units of one listing at one warehouse, by state.

    `available` can be bought now; `reserved` is held by accepted orders; `preparing` is being put on sale;
    `requested` stands in supply requests; `in_transit` is on its way to the warehouse; the rest is not for
    sale. None is never used: a marketplace that does not give a state gives 0 and says so on the capability
    page.
    """

    available: int
    reserved: int = 0
    preparing: int = 0
    requested: int = 0
    in_transit: int = 0
    waiting_docs: int = 0
    expiring: int = 0
    excess: int = 0
    defect: int = 0
    from_customers: int = 0
    to_seller: int = 0
    other: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class StockSnapshot:
    """One listing at one warehouse.

    `ads` is the marketplace's own average of units of the listing sold a day (28 days) over all warehouses,
    `cluster_ads` the same in the cluster of this warehouse; `turnover_grade` its own word for how fast the
    stock goes. None and empty when not given.
    """

    marketplace_sku: str
    warehouse: WarehouseSnapshot
    quantities: StockQuantities
    ads: Decimal | None = None
    cluster_ads: Decimal | None = None
    days_without_sales: int | None = None
    turnover_grade: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StockQuery:
    """Which listings to ask for: the SKUs we hold for the account, in a stable order."""

    marketplace_skus: tuple[str, ...] = field(default_factory=tuple)
