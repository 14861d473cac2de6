"""The columns of the list of cost prices."""

from __future__ import annotations

from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from core.tables import BaseTable, Column, Sort


class CostTable(BaseTable):
    """Products by name, with what they cost."""

    default_sort: ClassVar[str] = "name"

    name = Column(_("Product"), sort="name", css="fit", width=50)
    sku = Column(_("Article"), sort="sku", css="tight", width=20)
    cost = Column(
        _("Cost price"), kind="money", sort=Sort(field="cost", is_nullable=True), unit="₽", css="tight"
    )
    since = Column(
        _("Since"), kind="day", sort=Sort(field="since", is_nullable=True), css="n tight", width=12
    )
