"""Erasing a disconnected account with all that was read for it: in portions, each a transaction, until nothing is
left; killed anywhere, it goes on from there."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar, Final

import structlog
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from companies.choices import AuditAction, AuditSubject
from companies.services.audit import note
from core.locks import try_lock_until_commit
from marketplaces import registry
from marketplaces.holdings import AccountHolding
from marketplaces.models import (
    AccountStatus,
    Erasure,
    MarketplaceAccount,
    PushMessage,
    QuarantinedRecord,
    StreamState,
    SyncRun,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django_stubs_ext import StrOrPromise

log = structlog.get_logger(__name__)

PORTION: Final = 5000
# A task does no more at once, so that a release of the workers waits for nobody long.
LONGEST: Final = timedelta(minutes=5)
# Without a sign of life for so long, an erasure has no worker.
SILENT_AFTER: Final = timedelta(seconds=45)


class BusyElsewhere(Exception):
    """Another worker is erasing the account."""


class History(AccountHolding):
    """What the gateway keeps for an account: runs, notices, quarantine, streams."""

    code = "history"
    title: ClassVar[StrOrPromise] = _("History of readings")

    @transaction.atomic(savepoint=False)
    def erase(self, *, account_id: int, company_id: int, most: int) -> int:
        """Delete from one table after the other."""
        for model in (PushMessage, QuarantinedRecord, SyncRun, StreamState):
            rows = model.objects.for_company(company_id)
            chosen = list(rows.filter(account_id=account_id).values_list("pk", flat=True)[:most])
            if chosen:
                rows.filter(pk__in=chosen).delete()
                return len(chosen)
        return 0


def erase_account(*, account_id: int, most: int = PORTION, longest: timedelta = LONGEST) -> bool:
    """Erase portion after portion; whether the account is gone, False when the time is used up.

    Safe to call at any moment and any number of times. Raises BusyElsewhere.
    """
    until = time.monotonic() + longest.total_seconds()
    while erase_portion(account_id=account_id, most=most):
        if time.monotonic() > until:
            return False
    return True


@transaction.atomic
def erase_portion(*, account_id: int, most: int = PORTION) -> bool:
    """Erase one portion of an account that is being erased, at last the account; whether more is left.

    Raises BusyElsewhere.
    """
    if not try_lock_until_commit("erase", account_id):
        raise BusyElsewhere
    erasure: Erasure | None = (
        Erasure.all_companies.select_related("account")
        .filter(account_id=account_id, account__status=AccountStatus.ERASING)
        .first()
    )
    if erasure is None:
        return False
    for code, holding in registry.holdings().items():
        gone = holding().erase(account_id=account_id, company_id=erasure.company_id, most=most)
        if gone:
            erasure.erased = {**erasure.erased, code: erasure.erased.get(code, 0) + gone}
            erasure.seen_at = timezone.now()
            erasure.save(update_fields=["erased", "seen_at"])
            return True
    _forget(erasure)
    return False


def silent_erasures() -> Sequence[tuple[int, int | None]]:
    """The accounts that wait for a worker to erase them, and who asked for it."""
    silent = Erasure.all_companies.filter(seen_at__lt=timezone.now() - SILENT_AFTER)
    return list(silent.order_by("pk").values_list("account_id", "requested_by_id"))


def _forget(erasure: Erasure) -> None:
    """The last step: the account itself. What came in the meantime would keep it, and goes with the next try."""
    account, erased = erasure.account, dict(erasure.erased)
    rows = MarketplaceAccount.objects.for_company(erasure.company_id)
    # Whoever still wants to write for the account waits here, and then finds it gone.
    rows.select_for_update().get(pk=account.pk)
    erasure.delete()
    rows.filter(pk=account.pk).delete()
    note(
        company=erasure.company_id,
        subject=AuditSubject.ACCOUNT,
        action=AuditAction.ERASED,
        subject_id=account.pk,
        subject_name=account.title,
        changes={code: [count, 0] for code, count in erased.items()},
    )
    log.info("account_erased", account=account.pk, company=erasure.company_id, rows=sum(erased.values()))
