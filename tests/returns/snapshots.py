"""Returns as a marketplace tells them, for tests."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from marketplaces.contracts.returns import ReturnKind, ReturnSnapshot, ReturnStatus

BEGAN = datetime(2026, 11, 20, 21, 30, tzinfo=UTC)  # 00:30 of 21 November in Moscow
SEEN = BEGAN + timedelta(days=3)
HOUR = timedelta(hours=1)


def told(
    status: ReturnStatus = ReturnStatus.IN_TRANSIT, *, hours: float | None = 0, **changes: Any
) -> ReturnSnapshot:
    """A whole answer that dates its status `hours` after the return began (None: not dated)."""
    base = ReturnSnapshot(
        external_id="700000001",
        number="700000001",
        order_external_id="48217735-0193-1",
        kind=ReturnKind.CLIENT_RETURN,
        status=status,
        external_status=f"their {status}",
        registered_at=BEGAN,
        changed_at=None if hours is None else BEGAN + hours * HOUR,
        marketplace_sku="1482000001",
        name="Плед 130×170",
        quantity=1,
        price=Decimal("890.00"),
        reason="Не подошёл размер",
    )
    return replace(base, **changes)


def part(
    status: ReturnStatus = ReturnStatus.IN_TRANSIT, *, hours: float | None = 0, **changes: Any
) -> ReturnSnapshot:
    """What one of several sources tells: the status and little else."""
    base = ReturnSnapshot(
        external_id="700000001",
        kind=ReturnKind.UNKNOWN,
        status=status,
        external_status=f"their {status}",
        changed_at=None if hours is None else BEGAN + hours * HOUR,
        is_partial=True,
    )
    return replace(base, **changes)
