"""What the clock does for companies; thin callers of services."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from companies import services


@shared_task(name="companies.forget_sign_ins")
def forget_sign_ins() -> int:
    """Delete sign-ins older than the history is kept; how many there were."""
    now, forgotten = timezone.now(), 0
    while count := services.forget_sign_ins(now=now):
        forgotten += count
    return forgotten
