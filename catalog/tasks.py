"""What the workers and the clock call about prices and costs; every task is a thin caller of services."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

import structlog
from celery import shared_task
from django.core.cache import cache
from django.db import transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from catalog.models import PriceBatch
from catalog.services import costs, prices
from companies.actors import Actor, acting
from companies.models import Company

log = structlog.get_logger(__name__)

# A task gives its place to other work after so many requests; the next round of the schedule goes on.
MOST_REQUESTS: Final = 20
_EXPIRES: Final = 60
_LONGEST_PAUSE: Final = timedelta(hours=1)


@shared_task(name="catalog.start_prices")
def start_prices() -> int:
    """Send accounts with queued prices, and those with prices to read back, to the workers; how many."""
    to_send = [account_id for account_id in prices.accounts_to_send() if not cache.get(_pause(account_id))]
    to_settle = prices.accounts_to_settle()
    for account_id in to_send:
        send_prices.apply_async(args=(account_id,), expires=_EXPIRES, retry=False)
    for account_id in to_settle:
        settle_prices.apply_async(args=(account_id,), expires=_EXPIRES, retry=False)
    return len(to_send) + len(to_settle)


@shared_task(name="catalog.send_prices")
def send_prices(account_id: int) -> int:
    """Send the queued prices of an account, portion by portion; how many left."""
    sent = 0
    with acting(Actor(source="task send_prices")):
        for _request in range(MOST_REQUESTS):
            one = prices.send_next_portion(account_id=account_id)
            sent += one.sent
            if one.retry_after is not None:
                pause = min(one.retry_after, _LONGEST_PAUSE)
                cache.set(_pause(account_id), 1, timeout=max(1, int(pause.total_seconds())))
            if not one.has_more or one.retry_after is not None:
                break
    return sent


@shared_task(name="catalog.settle_prices")
def settle_prices(account_id: int) -> int:
    """Read back the sent prices of an account; how many portions."""
    with acting(Actor(source="task settle_prices")):
        for portions in range(MOST_REQUESTS):
            if not prices.settle_next_portion(account_id=account_id):
                return portions
    return MOST_REQUESTS


@shared_task(name="catalog.forget_cost_files")
def forget_cost_files() -> int:
    """Delete the files of cost prices that nobody confirmed; how many there were."""
    now, forgotten = timezone.now(), 0
    while count := costs.forget_unwritten(now=now):
        forgotten += count
    return forgotten


def confirm(*, company: Company, batch_id: int) -> PriceBatch:
    """Confirm a draft and start sending it as soon as the transaction commits.

    When the broker does not answer, it is sent with the next round of the schedule. Raises CannotConfirm,
    PriceBatch.DoesNotExist.
    """
    with transaction.atomic():
        batch = prices.confirm_batch(company=company, batch_id=batch_id)
        accounts = prices.accounts_of(batch)
        transaction.on_commit(lambda: _start(accounts))
    return batch


def _start(accounts: list[int]) -> None:
    try:
        for account_id in accounts:
            send_prices.apply_async(args=(account_id,), expires=_EXPIRES, retry=False)
    except OperationalError:
        log.warning("broker_unreachable", accounts=accounts)


def _pause(account_id: int) -> str:
    return f"prices-pause:{account_id}"
