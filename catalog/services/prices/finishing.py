"""Deciding rows, and closing the batches of which every row is decided."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef
from django.utils import timezone

from catalog.choices import BatchState, ChangeState
from catalog.models import PriceBatch, PriceChange

if TYPE_CHECKING:
    from collections.abc import Iterable

_OPEN = (ChangeState.DRAFT, ChangeState.QUEUED, ChangeState.SENT)
_CODE, _REASON = 100, 500


def decide(rows: Any, *, state: ChangeState, code: str = "", reason: str = "") -> int:
    """Write the same end to the rows, and close their batches; how many there were. Inside a transaction."""
    batches = list(rows.order_by().values_list("company_id", "batch_id").distinct())
    decided: int = rows.update(
        state=state,
        reason_code=code[:_CODE],
        reason=reason[:_REASON],
        check_at=None,
        decided_at=timezone.now(),
    )
    for company_id in {company for company, _batch in batches}:
        finish_batches(
            company_id=company_id, batch_ids=[batch for company, batch in batches if company == company_id]
        )
    return decided


def finish_batches(*, company_id: int, batch_ids: Iterable[int]) -> None:
    """Close the confirmed batches in which nothing is left to decide. Inside a transaction.

    They are locked first: of two workers that decide the last rows at once, the second sees what the first did.
    """
    ids = sorted(batch_ids)
    batches = PriceBatch.objects.for_company(company_id).filter(pk__in=ids, state=BatchState.CONFIRMED)
    list(batches.order_by("pk").select_for_update(no_key=True, of=("self",)).values_list("pk"))
    undecided = PriceChange.objects.for_company(company_id).filter(batch=OuterRef("pk"), state__in=_OPEN)
    batches.filter(~Exists(undecided)).update(state=BatchState.DONE, settled_at=timezone.now())
