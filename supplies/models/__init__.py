"""The tables of supplies: what was planned and told, boxes, papers, history, numbers of boxes."""

from supplies.models.imports import PlanImport
from supplies.models.sscc import SsccSeries
from supplies.models.supplies import (
    BROUGHT,
    CAME_AT,
    CAME_AT_NAMES,
    OPEN,
    SHIPMENTS,
    TO_SHIP,
    BoxLine,
    Supply,
    SupplyBox,
    SupplyDocument,
    SupplyEvent,
    SupplyLine,
    SupplyQuerySet,
)

__all__ = [
    "BROUGHT",
    "CAME_AT",
    "CAME_AT_NAMES",
    "OPEN",
    "SHIPMENTS",
    "TO_SHIP",
    "BoxLine",
    "PlanImport",
    "SsccSeries",
    "Supply",
    "SupplyBox",
    "SupplyDocument",
    "SupplyEvent",
    "SupplyLine",
    "SupplyQuerySet",
]
