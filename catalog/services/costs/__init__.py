"""Cost prices: written by hand, or read from a file, shown, and written when confirmed."""

from catalog.services.costs.imports import (
    AlreadySettled,
    apply_import,
    discard_import,
    forget_unwritten,
    upload_costs,
)
from catalog.services.costs.prices import delete_cost, set_cost

__all__ = [
    "AlreadySettled",
    "apply_import",
    "delete_cost",
    "discard_import",
    "forget_unwritten",
    "set_cost",
    "upload_costs",
]
