"""One cost price by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from catalog.choices import CostSource
from catalog.models import CostPrice
from core.locks import lock_until_commit

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal

    from catalog.models import Product


@transaction.atomic(savepoint=False)
def set_cost(*, product: Product, valid_from: date, cost: Decimal) -> CostPrice:
    """Say what a unit costs from a day on; a row of the same day is replaced."""
    lock_until_commit("costs", product.company_id)
    held: CostPrice | None = (
        CostPrice.objects.for_company(product.company_id)
        .filter(product=product, valid_from=valid_from)
        .first()
    )
    if held is None:
        new: CostPrice = CostPrice.objects.for_company(product.company_id).create(
            company_id=product.company_id, product=product, valid_from=valid_from, cost=cost
        )
        return new
    if held.cost != cost:
        held.cost, held.source, held.file = cost, CostSource.MANUAL, None
        held.save(update_fields=["cost", "source", "file"])
    return held


@transaction.atomic(savepoint=False)
def delete_cost(*, cost: CostPrice) -> None:
    """Forget a row; the one before it holds on."""
    cost.delete()
