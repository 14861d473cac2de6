"""Notices: stored and acknowledged at once, believed only after the object has been read again."""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import structlog
from django.conf import settings
from django.db.models import F, Q
from django.utils import timezone

from marketplaces import registry
from marketplaces.adapter import ReceivesPush
from marketplaces.connections import open_adapter
from marketplaces.contracts.pushes import PushNotice, PushReply
from marketplaces.errors import CredentialsRejected, MarketplaceError, RequestRejected, UnexpectedResponse
from marketplaces.models import MarketplaceAccount, PushMessage, RunOutcome, StreamState, SyncRun
from marketplaces.sync import schedule
from marketplaces.sync.engine import CannotRun, run_stream
from marketplaces.sync.schedule import Trigger
from marketplaces.wire import safe_payload

if TYPE_CHECKING:
    from datetime import datetime

log = structlog.get_logger(__name__)

LARGEST_BODY: Final = 256 * 1024
MOST_ATTEMPTS: Final = 8
# A notice may come before its object can be read: it is looked for again this often.
MOST_SEARCHES: Final = 4
FIRST_PAUSE: Final = timedelta(seconds=10)
# The view hands a notice to a worker at once; one that is still waiting after this was forgotten.
FORGOTTEN_AFTER: Final = timedelta(seconds=15)
# Notices of stock and products come in bursts: one run answers many of them.
COALESCED_IN: Final = timedelta(seconds=20)


class UnknownAddress(LookupError):
    """No account receives notices at this address."""


def receive_push(*, token: str, body: bytes) -> tuple[PushReply, int | None]:
    """Store a notice and give what to answer, and the id of the stored notice when it is new.

    Asks nobody and processes nothing. Raises UnknownAddress.
    """
    account, adapter_class = _receiver(token)
    now = timezone.now()
    notice, document = _parsed(adapter_class, body)
    reply = adapter_class.push_reply(notice, now=now)
    if notice is None:
        log.warning("push_unreadable", account=account.pk, bytes=len(body))
        return reply, None
    message = PushMessage(
        company_id=account.company_id,
        account=account,
        kind=notice.kind[:64],
        dedupe_key=notice.dedupe_key[:80],
        body=safe_payload(document),
        received_at=now,
        not_before=now,
        processed_at=None if notice.stream else now,
        outcome="" if notice.stream else "not_needed",
    )
    PushMessage.all_companies.bulk_create([message], ignore_conflicts=True)
    if not notice.stream:
        return reply, None
    stored = PushMessage.objects.for_company(account.company_id).filter(
        account=account, dedupe_key=message.dedupe_key, received_at=now, processed_at=None
    )
    return reply, stored.values_list("pk", flat=True).first()


def process_push(*, message_id: int) -> str:
    """Read again what a notice tells of; gives the outcome, empty when it waits for another try.

    Safe to call twice and by two workers at once: one of them takes the notice.
    """
    message = _take(message_id)
    if message is None:
        return ""
    adapter_class: Any = registry.adapters()[message.account.marketplace]
    try:
        notice = adapter_class.parse_push(message.body)
    except UnexpectedResponse:
        return _settle(message, "unreadable")
    if notice.stream not in registry.streams():
        return _settle(message, "not_needed")
    if not (notice.external_id and registry.streams()[notice.stream].rereads_one):
        _bring_forward(message.account, notice.stream)
        return _settle(message, "stream_due")
    return _reread(message, notice)


def waiting_pushes(*, most: int = 500) -> Sequence[int]:
    """The notices that should have been processed by now."""
    now = timezone.now()
    return list(
        PushMessage.all_companies.filter(
            processed_at=None, not_before__lte=now, received_at__lte=now - FORGOTTEN_AFTER
        )
        .order_by("not_before")
        .values_list("pk", flat=True)[:most]
    )


def subscribe_push(*, account: MarketplaceAccount) -> bool:
    """Ask the marketplace to send its notices here, when it can and we can be reached.

    Whether it worked; never raises for the marketplace: polling goes on without notices.
    """
    if not (_can_push(account) and is_reachable(settings.PUBLIC_URL, from_host=account.base_url)):
        return False
    try:
        with open_adapter(account) as adapter:
            if isinstance(adapter, ReceivesPush):
                adapter.subscribe(push_url(account))
    except MarketplaceError as exc:
        log.warning("push_not_subscribed", account=account.pk, code=exc.code, why=str(exc))
        is_on = False
    else:
        is_on = True
    MarketplaceAccount.objects.for_company(account.company_id).filter(pk=account.pk).update(push_is_on=is_on)
    account.push_is_on = is_on
    return is_on


def unsubscribe_push(*, account: MarketplaceAccount) -> bool:
    """Ask the marketplace to send no more notices here; whether it worked. Never raises for the marketplace:
    what still comes to the address of a disconnected account is not found."""
    if not (account.push_is_on and _can_push(account)):
        return False
    try:
        with open_adapter(account) as adapter:
            if isinstance(adapter, ReceivesPush):
                adapter.unsubscribe(push_url(account))
    except MarketplaceError as exc:
        log.warning("push_not_unsubscribed", account=account.pk, code=exc.code, why=str(exc))
        return False
    return True


def push_url(account: MarketplaceAccount) -> str:
    """The address at which the marketplace delivers the notices of the account."""
    return f"{settings.PUBLIC_URL.rstrip('/')}/push/{account.push_token}/"


def is_reachable(public_url: str, *, from_host: str) -> bool:
    """Whether a marketplace at `from_host` can reach us: a local address is only good for a local sandbox."""
    return not _is_local(public_url) or _is_local(from_host)


def _is_local(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return host == "localhost" or "." not in host or host.endswith((".local", ".test", ".internal"))


def _can_push(account: MarketplaceAccount) -> bool:
    adapters = registry.adapters()
    return account.marketplace in adapters and issubclass(adapters[account.marketplace], ReceivesPush)


def _receiver(token: str) -> tuple[MarketplaceAccount, type[ReceivesPush]]:
    account = MarketplaceAccount.all_companies.filter(push_token=token).first()
    if account is None or account.status.is_final or not _can_push(account):
        raise UnknownAddress
    adapter_class: Any = registry.adapters()[account.marketplace]
    return account, adapter_class


def _parsed(adapter_class: type[ReceivesPush], body: bytes) -> tuple[PushNotice | None, Any]:
    if len(body) > LARGEST_BODY:
        return None, None
    try:
        document = json.loads(body)
        return adapter_class.parse_push(document), document
    except (ValueError, RecursionError, UnexpectedResponse):
        return None, None


def _take(message_id: int) -> PushMessage | None:
    now = timezone.now()
    waiting = PushMessage.all_companies.filter(pk=message_id, processed_at=None, not_before__lte=now)
    # Taken for a minute: if this worker dies, the notice waits no longer than that.
    if not waiting.update(attempts=F("attempts") + 1, not_before=now + timedelta(minutes=1)):
        return None
    message: PushMessage | None = (
        PushMessage.all_companies.select_related("account").filter(pk=message_id).first()
    )
    return message


def _reread(message: PushMessage, notice: PushNotice) -> str:
    try:
        run = run_stream(
            account_id=message.account_id,
            stream=notice.stream,
            trigger=Trigger.PUSH,
            external_id=notice.external_id,
            changed_at=notice.changed_at,
            changed_to=notice.status,
        )
    except CannotRun:
        return _settle(message, "account_stopped")
    if run.outcome == RunOutcome.DONE:
        return _settle(message, "recorded" if run.inserted + run.changed else "nothing_new")
    return _after_failure(message, run)


def _after_failure(message: PushMessage, run: SyncRun) -> str:
    if run.error_code == CredentialsRejected.code or run.outcome == RunOutcome.STOPPED:
        return _settle(message, "account_stopped")
    if run.error_code == RequestRejected.code and message.attempts >= MOST_SEARCHES:
        return _settle(message, "not_found")
    if message.attempts >= MOST_ATTEMPTS:
        # Polling is the source of truth and brings what the notice told of.
        return _settle(message, "gave_up")
    pause = schedule.backoff(message.attempts, first=FIRST_PAUSE)
    _update(message, not_before=timezone.now() + pause)
    return ""


def _bring_forward(account: MarketplaceAccount, stream: str) -> None:
    soon = timezone.now() + COALESCED_IN
    StreamState.objects.for_company(account.company_id).filter(
        Q(due_at__gt=soon), account=account, stream=stream
    ).update(due_at=soon)


def _settle(message: PushMessage, outcome: str) -> str:
    _update(message, processed_at=timezone.now(), outcome=outcome)
    return outcome


def _update(message: PushMessage, **changes: datetime | str) -> None:
    PushMessage.objects.for_company(message.company_id).filter(pk=message.pk).update(**changes)
