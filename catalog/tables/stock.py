"""The columns of the list of stock."""

from __future__ import annotations

from typing import ClassVar

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.tables import BaseTable, Column, Sort


class StockTable(BaseTable):
    """Stock of each listing at each warehouse, the soonest to end first."""

    default_sort: ClassVar[str] = "cover"

    product = Column(
        _("Product and warehouse"), source="listing__name", sort="listing__name", css="stock__name", width=50
    )
    seller_sku = Column(_("Article"), source="listing__seller_sku", on_screen=False, width=20)
    marketplace_sku = Column(
        pgettext_lazy("column", "SKU"), source="listing__marketplace_sku", on_screen=False, width=16
    )
    account = Column(_("Account"), source="account__title", on_screen=False)
    warehouse = Column(
        _("Warehouse"), source="warehouse__name", sort="warehouse__name", on_screen=False, width=30
    )
    cluster = Column(_("Cluster"), source="warehouse__cluster__name", on_screen=False, width=30)
    units = Column(_("Available"), kind="integer", sort="units", css="tight", width=12)
    available = Column(_("Available as they say"), kind="integer", on_screen=False, width=12)
    held = Column(_("Held by new orders"), kind="integer", on_screen=False, width=12)
    reserved = Column(_("Reserved"), kind="integer", sort="reserved", css="tight", width=12)
    preparing = Column(_("Prepared"), kind="integer", sort="preparing", css="tight", width=12)
    requested = Column(_("Requested"), kind="integer", sort="requested", css="tight k-mid", width=12)
    in_transit = Column(_("In transit"), kind="integer", sort="in_transit", css="tight", width=12)
    from_customers = Column(
        _("From buyers"), kind="integer", sort="from_customers", css="tight k-mid", width=12
    )
    idle = Column(_("Not for sale"), kind="integer", sort="idle", css="tight k-mid", width=12)
    waiting_docs = Column(_("Waits for documents"), kind="integer", on_screen=False, width=12)
    expiring = Column(_("Expiring"), kind="integer", on_screen=False, width=12)
    excess = Column(_("Excess"), kind="integer", on_screen=False, width=12)
    defect = Column(_("Defect"), kind="integer", on_screen=False, width=12)
    to_seller = Column(_("To you"), kind="integer", on_screen=False, width=12)
    other = Column(_("Other states"), kind="integer", on_screen=False, width=12)
    cluster_ads = Column(
        _("Sold"),
        kind="decimal",
        sort=Sort(field="cluster_ads", is_nullable=True),
        unit=_("a day"),
        css="tight edge",
    )
    cover = Column(
        _("Lasts"),
        kind="decimal",
        sort=Sort(field="cover", is_nullable=True),
        css="cover-cell",
        at_start=True,
    )
    days_without_sales = Column(_("Days without sales"), kind="integer", on_screen=False, width=12)
    turnover_grade = Column(_("Turnover grade"), on_screen=False, width=16)
    stock_as_of = Column(_("As of"), source="listing__stock_as_of", kind="moment", on_screen=False, width=16)
