"""What the workers and the clock call; every task is a thin caller of services and the engine."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import structlog
from celery import shared_task
from django.db import transaction
from kombu.exceptions import OperationalError

from marketplaces import services
from marketplaces.errors import MarketplaceError
from marketplaces.models import MarketplaceAccount
from marketplaces.services import Refresh
from marketplaces.sync.engine import CannotRun, NotDue, run_stream
from marketplaces.sync.leases import StreamBusy
from marketplaces.sync.schedule import Trigger

if TYPE_CHECKING:
    from companies.models import User

log = structlog.get_logger(__name__)


@shared_task(name="marketplaces.start_due_streams")
def start_due_streams() -> int:
    """Send every due stream to the workers; how many there were."""
    due = services.queue_due_streams()
    for account_id, stream in due:
        sync_stream.apply_async(
            args=(account_id, stream), expires=services.QUEUED_FOR.total_seconds(), retry=False
        )
    return len(due)


@shared_task(name="marketplaces.sync_stream")
def sync_stream(
    account_id: int,
    stream: str,
    trigger: str = Trigger.SCHEDULE,
    actor_id: int | None = None,
    since: str | None = None,
    external_id: str = "",
) -> str:
    """Run a stream, or read one object again; the outcome, or why there was no run."""
    try:
        run = run_stream(
            account_id=account_id,
            stream=stream,
            trigger=Trigger(trigger),
            actor_id=actor_id,
            since=datetime.fromisoformat(since) if since else None,
            external_id=external_id,
        )
    except (CannotRun, NotDue, StreamBusy, MarketplaceAccount.DoesNotExist) as exc:
        log.info("sync_not_run", account=account_id, stream=stream, why=type(exc).__name__)
        return type(exc).__name__
    return str(run.outcome)


@shared_task(name="marketplaces.process_push")
def process_push(message_id: int) -> str:
    """Read again what a notice tells of."""
    return services.process_push(message_id=message_id)


@shared_task(name="marketplaces.process_waiting_pushes")
def process_waiting_pushes() -> int:
    """Send the notices that still wait to the workers; how many there were."""
    waiting = services.waiting_pushes()
    for message_id in waiting:
        process_push.apply_async(args=(message_id,), expires=60, retry=False)
    return len(waiting)


@shared_task(name="marketplaces.reap_lost_runs")
def reap_lost_runs() -> int:
    """Close the runs whose worker died."""
    return services.reap_lost_runs()


@shared_task(name="marketplaces.remind_of_agreements")
def remind_of_agreements() -> int:
    """Tell of the agreements that end soon; how many were told of."""
    return sum(
        services.remind_of_end(agreement=agreement) is not None
        for agreement in services.ending_agreements()
    )


@shared_task(name="marketplaces.check_accounts")
def check_accounts() -> int:
    """Ask what every key may do, warn of those that expire soon, forget old runs; how many keys are good."""
    good = 0
    for account in MarketplaceAccount.all_companies.active().select_related("company").order_by("pk"):
        try:
            services.check_account(account=account)
        except MarketplaceError as exc:
            log.warning("account_check_failed", account=account.pk, code=exc.code, why=str(exc))
        else:
            good += 1
        account.refresh_from_db(from_queryset=MarketplaceAccount.all_companies.select_related("company"))
        services.warn_of_expiry(account=account)
    services.forget_old_history()
    return good


def refresh(
    *, account: MarketplaceAccount, by: User | None, stream: str | None = None, external_id: str = ""
) -> Refresh:
    """ "Refresh now" of a page: an account, a stream or one object, started as soon as the transaction commits.

    When the broker does not answer, streams still start with the next round of the schedule.
    """
    answer = services.request_refresh(account=account, stream=stream, external_id=external_id)
    if answer.is_accepted:
        transaction.on_commit(lambda: _start(account, answer, by=by, external_id=external_id))
    return answer


def _start(account: MarketplaceAccount, answer: Refresh, *, by: User | None, external_id: str) -> None:
    try:
        for stream in answer.streams:
            sync_stream.apply_async(
                args=(account.pk, stream),
                kwargs={
                    "trigger": Trigger.MANUAL.value,
                    "actor_id": by.pk if by else None,
                    "external_id": external_id,
                },
                expires=services.QUEUED_FOR.total_seconds(),
                retry=False,
            )
    except OperationalError:
        log.warning("broker_unreachable", account=account.pk)
