"""A file of cost prices from upload to the written rows."""

from __future__ import annotations

import hashlib
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from django.db import transaction
from django.utils import timezone

from catalog.choices import CostSource, ImportState
from catalog.models import CostImport, CostPrice, Product
from catalog.services.costs.reading import read_costs
from core.locks import lock_until_commit
from core.merge import MergeRule, merge

if TYPE_CHECKING:
    from datetime import datetime

    from companies.models import Company, User

# How long a file that was not written is kept.
KEEP_UNWRITTEN: Final = timedelta(days=7)
_COSTS = MergeRule(
    model=CostPrice,
    columns=(
        "company_id",
        "product_id",
        "valid_from",
        "cost",
        "currency",
        "source",
        "file_id",
        "created_at",
    ),
    key=("company_id", "product_id", "valid_from"),
    update={"cost": None, "source": None, "file_id": None},
    when="t.cost <> EXCLUDED.cost",
)


class AlreadySettled(Exception):
    """The file was written or discarded before."""


def upload_costs(
    *, company: Company, name: str, content: bytes, today: date, user: User | None
) -> CostImport:
    """Read a file and keep what it says until somebody confirms it; no cost is written. Raises BadUpload."""
    table = read_costs(company=company, content=content, today=today)
    kept: CostImport = CostImport.objects.for_company(company).create(
        company=company,
        file_name=name[:200],
        checksum=hashlib.sha256(content).hexdigest(),
        rows=table.rows,
        errors=table.errors,
        uploaded_by=user,
    )
    return kept


@transaction.atomic
def apply_import(*, file: CostImport) -> int:
    """Write every good row, all or none, and say how many changed something. Raises AlreadySettled."""
    lock_until_commit("costs", file.company_id)
    held = _settle(file, ImportState.APPLIED)
    wanted = {row["product"] for row in held.rows}
    here = set(
        Product.objects.for_company(file.company_id).filter(pk__in=wanted).values_list("pk", flat=True)
    )
    written = merge(_COSTS, [_row(held, row) for row in held.rows if row["product"] in here])
    return len(written)


@transaction.atomic
def discard_import(*, file: CostImport) -> None:
    """Forget a file. Raises AlreadySettled."""
    _settle(file, ImportState.DISCARDED)


def forget_unwritten(*, now: datetime, most: int = 500) -> int:
    """Delete the oldest files of all companies that nobody confirmed in KEEP_UNWRITTEN, at most so many at once; how
    many there were."""
    rows = CostImport.all_companies.exclude(state=ImportState.APPLIED)
    old = (
        rows.filter(uploaded_at__lt=now - KEEP_UNWRITTEN).order_by("uploaded_at").values_list("pk", flat=True)
    )
    deleted, _by_model = rows.filter(pk__in=list(old[:most])).delete()
    return deleted


def _settle(file: CostImport, state: ImportState) -> CostImport:
    held: CostImport = CostImport.objects.for_company(file.company_id).select_for_update().get(pk=file.pk)
    if held.state != ImportState.PREVIEW:
        raise AlreadySettled
    held.state, held.settled_at = state, timezone.now()
    held.save(update_fields=["state", "settled_at"])
    return held


def _row(file: CostImport, row: dict[str, Any]) -> tuple[Any, ...]:
    return (
        file.company_id,
        row["product"],
        date.fromisoformat(row["valid_from"]),
        Decimal(row["cost"]),
        "RUB",
        CostSource.FILE.value,
        file.pk,
        timezone.now(),
    )
