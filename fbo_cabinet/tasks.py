"""Tasks of the installation itself."""

from __future__ import annotations

from celery import shared_task

from fbo_cabinet import heartbeat


@shared_task(name="fbo_cabinet.heartbeat")
def beat(*, queue: str) -> None:
    """Leave a sign of life for `/readyz`."""
    heartbeat.record_beat(queue)
