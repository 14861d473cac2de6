"""What the clock does for companies; thin callers of services."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from companies import services
from companies.actors import Actor, acting
from companies.services import visits


@shared_task(name="companies.end_lapsed_visits")
def end_lapsed_visits() -> int:
    """End the visits of staff whose time ran out; how many there were."""
    with acting(Actor(source="task companies.end_lapsed_visits")):
        return visits.end_lapsed_visits()


@shared_task(name="companies.forget_sign_ins")
def forget_sign_ins() -> int:
    """Delete sign-ins older than the history is kept; how many there were."""
    now, forgotten = timezone.now(), 0
    while count := services.forget_sign_ins(now=now):
        forgotten += count
    return forgotten
