"""The columns of the report on turnover."""

from __future__ import annotations

from typing import ClassVar

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from analytics.formulas.turnover import Grade
from analytics.tables.report import ReportTable
from core.tables import Column, Sort


def _by(field: str) -> Sort:
    return Sort(field=field, is_nullable=True)


class TurnoverTable(ReportTable):
    """Listings, those that last shortest first; what is not sold has no days and stands last."""

    default_sort: ClassVar[str] = "cover"

    name = Column(_("Product"), source="listing.name", sort="listing.name", width=50)
    seller_sku = Column(_("Article"), source="listing.seller_sku", on_screen=False, width=20)
    marketplace_sku = Column(
        pgettext_lazy("column", "SKU"), source="listing.marketplace_sku", on_screen=False, width=16
    )
    account = Column(_("Account"), source="listing.account.title", on_screen=False)
    grade = Column(_("Class"), statuses=Grade, css="tight")
    sellable = Column(_("Available"), kind="integer", sort="sellable", unit=_("pcs."), css="tight")
    inbound = Column(_("On its way"), kind="integer", on_screen=False)
    demand = Column(_("Sold"), kind="decimal", sort="demand", unit=_("a day"), css="tight")
    cover = Column(
        _("Lasts"), kind="decimal", sort=_by("cover"), unit=_("days"), css="cover-cell", at_start=True
    )
    ends_on = Column(_("Runs out"), kind="day", on_screen=False)
    their_cover = Column(
        _("By their count"), kind="decimal", sort=_by("their_cover"), unit=_("days"), css="tight k-mid"
    )
    turnover = Column(_("Turnover"), kind="decimal", sort=_by("turnover"), unit=_("days"), css="tight")
    turnover_before = Column(_("Turnover before"), kind="decimal", on_screen=False)
    units = Column(_("Sold in the period"), kind="integer", source="now.units", on_screen=False)
    average_stock = Column(_("Average stock"), kind="decimal", source="now.average_stock", on_screen=False)
    availability = Column(_("Days with stock, share"), kind="decimal", on_screen=False)
    lost_amount = Column(
        _("Missed sales"), kind="money", sort=_by("lost_amount"), unit="₽", css="tight k-mid"
    )
    surplus = Column(_("Surplus"), kind="integer", unit=_("pcs."), on_screen=False)
    surplus_cost = Column(_("Surplus, ₽"), kind="money", on_screen=False)
    their_demand = Column(_("Sold a day by their count"), kind="decimal", on_screen=False)
    their_grade = Column(_("Turnover grade"), on_screen=False, width=16)
