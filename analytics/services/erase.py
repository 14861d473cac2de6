"""Facts of an account that is erased."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from analytics.models import (
    ClosingStock,
    DailyFact,
    DailyReturns,
    Deliveries,
    HourlyOrders,
    ListingFlow,
    ListingReasons,
    ListingReturns,
    ListingSales,
    MonthlyUnits,
    PlaceDeliveries,
    PlaceReturns,
    ReasonReturns,
    RegionSales,
    StepTimes,
)
from catalog.models import Listing
from core.locks import lock_until_commit
from marketplaces.holdings import AccountHolding

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class Facts(AccountHolding):
    """Facts of an account; erased after the orders and the stock that they are built from."""

    code = "facts"
    title: ClassVar[StrOrPromise] = _("Figures by day")

    @transaction.atomic(savepoint=False)
    def erase(self, *, account_id: int, company_id: int, most: int) -> int:
        """Delete from one table after the other."""
        # A rebuild that has seen the orders still must not write after us.
        lock_until_commit("facts", company_id)
        listings = Listing.objects.for_company(company_id).filter(account_id=account_id).values("pk")
        of_account = (
            DailyFact, ListingSales, RegionSales, HourlyOrders, StepTimes, DailyReturns, Deliveries,
            PlaceDeliveries, MonthlyUnits, ListingReturns, ListingReasons, ReasonReturns, PlaceReturns,
        )  # fmt: skip
        for rows in (
            *(model.objects.for_company(company_id).filter(account_id=account_id) for model in of_account),
            *(
                model.objects.for_company(company_id).filter(listing_id__in=listings)
                for model in (ClosingStock, ListingFlow)
            ),
        ):
            chosen = list(rows.values_list("pk", flat=True)[:most])
            if chosen:
                rows.model.objects.for_company(company_id).filter(pk__in=chosen).delete()
                return len(chosen)
        return 0
