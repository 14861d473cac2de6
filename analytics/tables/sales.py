"""The columns of the report of sales."""

from __future__ import annotations

from typing import ClassVar

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from analytics.tables.report import ReportTable
from core.tables import Column


class SalesTable(ReportTable):
    """Products, categories or regions, those that bring most first."""

    default_sort: ClassVar[str] = "-amount"

    name = Column(_("Name"), sort="name", css="fit", width=44)
    sku = Column(_("Article"), on_screen=False, width=22)
    units = Column(
        _("Ordered"),
        kind="integer",
        source="now.ordered_units",
        sort="now.ordered_units",
        unit=_("pcs."),
        css="tight",
    )
    amount = Column(
        _("Ordered"),
        kind="money",
        source="now.ordered_amount",
        sort="now.ordered_amount",
        unit="₽",
        css="tight",
    )
    share = Column(_("Share"), kind="decimal", sort="share", unit="%", width=10, css="tight")
    letter = Column(_("ABC"), sort="reached", css="tight", width=8)
    average_price = Column(
        _("Average price"),
        kind="money",
        source="now.average_price",
        sort="now.average_price",
        unit="₽",
        css="tight k-mid",
    )
    before_amount = Column(_("Ordered before"), kind="money", unit="₽", on_screen=False)
    change = Column(_("Growth"), kind="decimal", sort="change", unit="%", css="tight")
    buyout = Column(_("Buyout"), kind="decimal", sort="buyout", unit="%", css="tight")
    on_the_way = Column(_("On the way"), kind="decimal", unit="%", on_screen=False)
    cancelled = Column(
        pgettext_lazy("units", "Cancelled"),
        kind="integer",
        source="now.cancelled_units",
        unit=_("pcs."),
        on_screen=False,
    )
    delivered = Column(
        pgettext_lazy("units", "Delivered"),
        kind="integer",
        source="now.delivered_units",
        unit=_("pcs."),
        on_screen=False,
    )
    returned = Column(
        pgettext_lazy("units", "Returned"),
        kind="integer",
        source="now.returned_units",
        unit=_("pcs."),
        on_screen=False,
    )
    acts = Column(_("What to do"), css="tight", in_export=False)
