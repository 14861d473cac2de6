"""What the workers and the clock call; every task is a thin caller of services and the engine."""

from __future__ import annotations

from datetime import datetime

import structlog
from celery import shared_task
from django.db import transaction
from kombu.exceptions import OperationalError

from companies.actors import Actor, acting
from companies.models import User
from marketplaces import services
from marketplaces.errors import MarketplaceError
from marketplaces.models import MarketplaceAccount
from marketplaces.services import Refresh
from marketplaces.sync.engine import CannotRun, NotDue, run_stream
from marketplaces.sync.leases import StreamBusy
from marketplaces.sync.schedule import Trigger

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
        services.remind_of_end(agreement=agreement) is not None for agreement in services.ending_agreements()
    )


@shared_task(name="marketplaces.check_accounts")
def check_accounts() -> int:
    """Ask what every key may do, warn of those that expire soon, forget old runs; how many keys are good."""
    with acting(Actor(source="task check_accounts")):
        accounts = MarketplaceAccount.all_companies.active().order_by("pk").values_list("pk", flat=True)
        good = sum(_check_account(account_id) for account_id in list(accounts))
    services.forget_old_history()
    return good


def _check_account(account_id: int) -> bool:
    accounts = MarketplaceAccount.all_companies.active().select_related("company")
    account = accounts.filter(pk=account_id).first()
    if account is None:
        # Stopped, disconnected or gone since the list was read.
        return False
    try:
        services.check_account(account=account)
    except (services.NotConnected, MarketplaceAccount.DoesNotExist):
        return False
    except MarketplaceError as exc:
        log.warning("account_check_failed", account=account_id, code=exc.code, why=str(exc))
        is_good = False
    else:
        is_good = True
    checked = MarketplaceAccount.all_companies.select_related("company").filter(pk=account_id).first()
    if checked is not None:
        services.warn_of_expiry(account=checked)
    return is_good


@shared_task(name="marketplaces.erase_account")
def erase_account(account_id: int, requested_by: int | None = None) -> str:
    """Erase a disconnected account with its data, or go on with it; `done`, `more` or `busy`."""
    try:
        with acting(_signature("task erase_account", requested_by)):
            is_done = services.erase_account(account_id=account_id)
    except services.BusyElsewhere:
        return "busy"
    return "done" if is_done else "more"


def _signature(source: str, user_id: int | None) -> Actor:
    """Signed with the person who asked for it, while there is one."""
    person = None if user_id is None else User.objects.filter(pk=user_id).first()
    if person is None:
        return Actor(source=source)
    return Actor(source=source, user_id=person.pk, name=str(person)[:300])


@shared_task(name="marketplaces.go_on_erasing")
def go_on_erasing() -> int:
    """Send the accounts whose erasing has no worker to the workers; how many there were."""
    silent = services.silent_erasures()
    for account_id, requested_by in silent:
        erase_account.apply_async(args=(account_id, requested_by), expires=60, retry=False)
    return len(silent)


def disconnect(*, account: MarketplaceAccount, erases: bool, by: User) -> MarketplaceAccount:
    """Disconnect an account, and start erasing its data at once when that is wanted.

    When the broker does not answer, the erasing still starts with the next round of the schedule.
    """
    held = services.disconnect_account(account=account, erases=erases, actor=by)
    if erases:
        transaction.on_commit(lambda: _start_erasing(held.pk, by.pk))
    return held


def _start_erasing(account_id: int, requested_by: int) -> None:
    try:
        erase_account.apply_async(args=(account_id, requested_by), retry=False)
    except OperationalError:
        log.warning("broker_unreachable", account=account_id)


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
