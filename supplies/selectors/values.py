"""What a unit is worth to the seller: its cost price of the day where there is one, else the price he asks."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from catalog.models import CostPrice, Listing
from supplies.choices import Worth

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitValue:
    """What one unit is worth, and by what that is told."""

    amount: Decimal
    by: Worth


def unit_values(*, company_id: int, listing_ids: Collection[int], on: date) -> dict[int, UnitValue]:
    """The worth of a unit of each listing on a day; a listing with neither cost nor price is absent."""
    if not listing_ids:
        return {}
    rows = list(
        Listing.objects.for_company(company_id)
        .filter(pk__in=listing_ids)
        .values_list("pk", "product_id", "price")
    )
    costs = _costs(company_id, {product_id for _pk, product_id, _price in rows}, on)
    return {
        pk: UnitValue(amount=costs[product_id], by=Worth.COST)
        if product_id in costs
        else UnitValue(amount=price, by=Worth.PRICE)
        for pk, product_id, price in rows
        if product_id in costs or price is not None
    }


def _costs(company_id: int, product_ids: Collection[int], on: date) -> dict[int, Decimal]:
    rows = (
        CostPrice.objects.for_company(company_id)
        .filter(product_id__in=product_ids, valid_from__lte=on)
        .order_by("product_id", "-valid_from")
        .distinct("product_id")
    )
    return dict(rows.values_list("product_id", "cost"))
