"""What the workers call about returns; every task is a thin caller of services."""

from __future__ import annotations

from celery import shared_task

from companies.models import User
from returns.services import reasons


@shared_task(name="returns.remap_reasons")
def remap_reasons(actor_id: int | None = None) -> int:
    """Give all returns the reasons that the rules mean now, as somebody asked; how many moved."""
    actor = User.objects.filter(pk=actor_id).first() if actor_id else None
    return reasons.remap_reasons(actor=actor).returns
