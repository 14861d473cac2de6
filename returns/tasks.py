"""What the workers call about returns; every task is a thin caller of services."""

from __future__ import annotations

from celery import shared_task

from returns.services import reasons


@shared_task(name="returns.remap_reasons")
def remap_reasons() -> int:
    """Give all returns the reasons that the rules mean now; how many moved."""
    return reasons.remap_reasons().returns
