"""The columns of the lists of prices and of their changes."""

from __future__ import annotations

from typing import ClassVar

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from catalog.choices import BatchState, ChangeState
from core.tables import BaseTable, Column, Sort


class PriceTable(BaseTable):
    """Listings by name, with all that is known of their prices."""

    default_sort: ClassVar[str] = "name"

    name = Column(_("Product"), sort="name", css="fit", width=50)
    seller_sku = Column(_("Article"), sort="seller_sku", on_screen=False, width=20)
    account = Column(_("Account"), source="account__title", css="tight", width=20)
    marketplace_sku = Column(pgettext_lazy("column", "SKU"), on_screen=False, width=16)
    price = Column(
        _("Price"), kind="money", sort=Sort(field="price", is_nullable=True), unit="₽", css="tight"
    )
    old_price = Column(_("Before discount"), kind="money", unit="₽", css="tight k-mid")
    min_price = Column(_("Lowest price"), kind="money", unit="₽", css="tight k-mid")
    held_price = Column(_("Held back"), kind="money", unit="₽", css="tight")
    hold_reason = Column(_("Why it is held back"), on_screen=False, width=30)
    currency = Column(_("Currency"), on_screen=False, width=8)
    prices_as_of = Column(_("As of"), kind="moment", css="n tight k-mid", width=16)


class ChangeTable(BaseTable):
    """Rows of a change, the biggest moves first."""

    default_sort: ClassVar[str] = "-moved"

    listing = Column(_("Product"), source="listing__name", sort="listing__name", css="fit", width=50)
    seller_sku = Column(_("Article"), source="listing__seller_sku", on_screen=False, width=20)
    account = Column(_("Account"), source="account__title", css="tight", width=20)
    was_price = Column(_("Was"), kind="money", unit="₽", css="tight")
    price = Column(_("New price"), kind="money", unit="₽", css="tight")
    moved = Column(
        _("Move"), kind="decimal", sort=Sort(field="size_of_move", is_nullable=True), unit="%", css="tight"
    )
    old_price = Column(_("Before discount"), kind="money", unit="₽", css="tight k-mid")
    min_price = Column(_("Lowest price"), kind="money", unit="₽", css="tight k-mid")
    state = Column(_("State"), statuses=ChangeState, css="tight", width=18)
    reason = Column(_("Why"), css="fit", width=50)


class BatchTable(BaseTable):
    """Changes of prices, the newest first."""

    default_sort: ClassVar[str] = "-made_at"

    about = Column(_("What is changed"), css="fit", width=50)
    state = Column(_("State"), statuses=BatchState, css="tight", width=18)
    rows_count = Column(_("Prices"), kind="integer", css="tight", width=10)
    confirmed_rows = Column(_("In force"), kind="integer", css="tight", width=10)
    failed_rows = Column(_("Not taken"), kind="integer", css="tight", width=10)
    open_rows = Column(_("To look at"), kind="integer", css="tight", width=10)
    made_by = Column(_("Who"), source="made_by__name", css="tight k-mid", width=20)
    made_at = Column(_("When"), kind="moment", sort="made_at", css="n tight", width=16)
