"""What the clock does for supplies; thin callers of services."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from supplies.services import imports


@shared_task(name="supplies.forget_lists")
def forget_lists() -> int:
    """Delete the lists of goods that nobody put into a plan; how many there were."""
    now, forgotten = timezone.now(), 0
    while count := imports.forget_unwritten(now=now):
        forgotten += count
    return forgotten
