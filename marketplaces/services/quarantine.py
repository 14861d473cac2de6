"""What a person does with a record in quarantine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from marketplaces import registry
from marketplaces.models import QuarantinedRecord, QuarantineState, RunOutcome, StreamState
from marketplaces.sync.engine import CannotRun, run_stream
from marketplaces.sync.schedule import Trigger

if TYPE_CHECKING:
    from companies.models import User


def retry_quarantined(*, record: QuarantinedRecord, by: User | None) -> QuarantinedRecord:
    """Read the object again and record it; the record is settled when that works.

    What cannot be read by its id waits for the next run of its stream, which is brought forward. Raises
    CannotRun when the account is stopped.
    """
    if record.account.status.is_final:
        raise CannotRun(f"the account {record.account_id} is {record.account.status}")
    stream = registry.stream_named(record.stream)
    if not (record.external_id and stream.rereads_one):
        StreamState.objects.for_company(record.company_id).filter(
            account_id=record.account_id, stream=record.stream
        ).update(due_at=timezone.now(), cursor={}, queued_until=None)
        return record
    run = run_stream(
        account_id=record.account_id,
        stream=record.stream,
        trigger=Trigger.RETRY,
        actor_id=by.pk if by else None,
        external_id=record.external_id,
    )
    if run.outcome == RunOutcome.DONE and not run.quarantined and run.pages:
        return _settle(record, QuarantineState.RESOLVED, by)
    record.refresh_from_db(from_queryset=QuarantinedRecord.all_companies.all())
    return record


def ignore_quarantined(*, record: QuarantinedRecord, by: User | None) -> QuarantinedRecord:
    """Leave the record out for good; if it comes again it stays ignored."""
    return _settle(record, QuarantineState.IGNORED, by)


@transaction.atomic
def _settle(record: QuarantinedRecord, state: QuarantineState, by: User | None) -> QuarantinedRecord:
    held: QuarantinedRecord = (
        QuarantinedRecord.objects.for_company(record.company_id).select_for_update().get(pk=record.pk)
    )
    held.state = state
    held.settled_at = timezone.now()
    held.settled_by = by
    held.save(update_fields=["state", "settled_at", "settled_by"])
    return held
