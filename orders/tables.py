"""The columns of the list of orders."""

from __future__ import annotations

from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from core.tables import BaseTable, Column
from marketplaces.contracts.orders import OrderStatus


class OrderTable(BaseTable):
    """Orders, those that changed last first."""

    default_sort: ClassVar[str] = "-changed_at"

    external_id = Column(_("Order"), css="tight", width=22)
    marketplace = Column(_("Marketplace"), on_screen=False)
    account = Column(_("Account"), source="account__title", on_screen=False)
    amount = Column(_("Amount"), kind="money", sort="amount", unit="₽", css="tight")
    status = Column(_("Status"), statuses=OrderStatus, css="tight", width=20)
    external_status = Column(_("Their status"), on_screen=False, width=20)
    changed_at = Column(_("Changed"), kind="moment", sort="changed_at", css="n tight", width=16)
    title = Column(_("Contents"), css="fit", width=40)
    units = Column(_("Units"), kind="integer", css="tight", width=8)
    warehouse_name = Column(_("Warehouse"), on_screen=False, width=24)
    cluster_from = Column(_("From cluster"), on_screen=False, width=24)
    cluster_to = Column(_("Where to"), css="k-mid", width=24)
    placed_at = Column(_("Placed"), kind="moment", sort="placed_at", css="n tight k-mid", width=16)
    expected_to = Column(_("Expected until"), kind="moment", on_screen=False, width=16)
    delivered_at = Column(_("Delivered"), kind="moment", on_screen=False, width=16)
    cancel_reason = Column(_("Cancel reason"), on_screen=False, width=30)
    currency = Column(_("Currency"), on_screen=False, width=8)
