"""The columns of the report of sales."""

from __future__ import annotations

from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from analytics.tables.report import ReportTable
from core.tables import Column


class SalesTable(ReportTable):
    """Products, categories or regions, those that bring most first."""

    default_sort: ClassVar[str] = "-amount"

    name = Column(_("Name"), sort="name", css="fit", width=44)
    sku = Column(_("Article"), on_screen=False, width=22)
    units = Column(_("Ordered, pcs."), kind="integer", source="now.ordered_units", sort="now.ordered_units")
    amount = Column(
        _("Ordered"), kind="money", source="now.ordered_amount", sort="now.ordered_amount", unit="₽"
    )
    share = Column(_("Share"), kind="decimal", sort="share", unit="%", width=10)
    letter = Column(_("ABC"), sort="reached", css="tight", width=8)
    average_price = Column(
        _("Average price"),
        kind="money",
        source="now.average_price",
        sort="now.average_price",
        unit="₽",
        css="k-mid",
    )
    before_amount = Column(_("Before"), kind="money", sort="before_amount", unit="₽", css="k-mid")
    change = Column(_("Change"), kind="decimal", sort="change", unit="%")
    buyout = Column(_("Buyout"), kind="decimal", sort="buyout", unit="%")
    on_the_way = Column(_("On the way"), kind="decimal", sort="on_the_way", unit="%", css="k-mid")
    acts = Column(_("What to do"), css="tight", in_export=False)
    cancelled = Column(_("Cancelled, pcs."), kind="integer", source="now.cancelled_units", on_screen=False)
    delivered = Column(_("Delivered, pcs."), kind="integer", source="now.delivered_units", on_screen=False)
    returned = Column(_("Returned, pcs."), kind="integer", source="now.returned_units", on_screen=False)
