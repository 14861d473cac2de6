"""Which business days the facts of supplies stand on, and the asking for them to be built again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from catalog.services.days import touch_days
from core.periods import business_day
from supplies.models import CAME_AT

if TYPE_CHECKING:
    from companies.models import Company
    from supplies.models import SupplyQuerySet


def touch_days_of(company: Company, supplies: SupplyQuerySet) -> None:
    """Ask for the facts of the days to be built again on which these supplies came."""
    moments = supplies.order_by().annotate(came_at=CAME_AT).values_list("came_at", flat=True)
    touch_days(company_id=company.pk, days={business_day(moment, company.zone) for moment in moments})
