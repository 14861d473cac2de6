"""The columns of the list of listings."""

from __future__ import annotations

from typing import ClassVar

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.tables import BaseTable, Column, Sort
from marketplaces.contracts.products import ListingStatus


class ListingTable(BaseTable):
    """Listings by name."""

    default_sort: ClassVar[str] = "name"

    name = Column(_("Product"), sort="name", css="fit", width=50)
    seller_sku = Column(_("Article"), sort="seller_sku", on_screen=False, width=20)
    marketplace = Column(_("Marketplace"), source="account__marketplace", on_screen=False)
    account = Column(_("Account"), source="account__title", on_screen=False)
    marketplace_sku = Column(pgettext_lazy("column", "SKU"), css="tight", width=16)
    barcode = Column(_("Barcode"), source="barcodes__0", css="tight k-mid", width=18)
    status = Column(_("Status"), statuses=ListingStatus, css="tight", width=18)
    external_status = Column(_("Their status"), on_screen=False, width=18)
    is_archived = Column(_("In the archive"), kind="yes_no", on_screen=False, width=10)
    price = Column(
        _("Price"), kind="money", sort=Sort(field="price", is_nullable=True), unit="₽", css="tight"
    )
    old_price = Column(_("Before discount"), kind="money", unit="₽", css="tight k-mid")
    min_price = Column(_("Lowest price"), kind="money", unit="₽", on_screen=False)
    currency = Column(_("Currency"), on_screen=False, width=8)
    stock_available = Column(
        _("Available"), kind="integer", sort="stock_available", unit=_("pcs."), css="tight", width=12
    )
    observed_at = Column(_("As of"), kind="moment", css="n tight k-mid", width=16)
