"""Tasks that belong to no app: sending letters."""

from __future__ import annotations

from celery import shared_task

from core import letters


@shared_task(
    name=letters.TASK,
    autoretry_for=(letters.NotSent,),
    retry_backoff=30,
    # Shorter than the broker's visibility timeout, or a waiting task would be delivered a second time.
    retry_backoff_max=900,
    retry_jitter=True,
    max_retries=12,
)
def send_letter(*, kind: str, ids: dict[str, int], mark: str) -> None:
    """Write and send a letter; tried for some two hours while the mail server does not take it."""
    letters.deliver_once(kind, ids, mark=mark)
