"""The columns of the report on returns."""

from __future__ import annotations

from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from analytics.tables.report import ReportTable
from core.tables import Column, Sort


class ReturnLevelTable(ReportTable):
    """Products, categories, reasons or places, the most returned first."""

    default_sort: ClassVar[str] = "-returned"

    name = Column(_("Name"), sort="name", width=50)
    sku = Column(_("Article"), on_screen=False, width=20)
    cohort_delivered = Column(
        _("Delivered"), kind="integer", source="now.cohort_delivered", sort="now.cohort_delivered",
        unit=_("pcs."), css="tight",
    )  # fmt: skip
    cohort_returned = Column(
        _("Of them returned"), kind="integer", source="now.cohort_returned", sort="now.cohort_returned",
        unit=_("pcs."), css="tight",
    )  # fmt: skip
    rate = Column(
        _("Return rate"), kind="decimal", sort=Sort(field="rate", is_nullable=True), css="rate-cell", at_start=True
    )  # fmt: skip
    rate_before = Column(_("Return rate before"), kind="decimal", on_screen=False)
    delivered = Column(
        _("Delivered in the days"), kind="integer", source="now.delivered", on_screen=False, width=12
    )
    returned = Column(
        _("Came back"), kind="integer", source="now.returned", sort="now.returned", unit=_("pcs."), css="tight k-mid"
    )  # fmt: skip
    event_rate = Column(_("By the day"), kind="decimal", source="now.event_rate", on_screen=False)
    refused = Column(
        _("Refused"), kind="integer", source="now.all_refused", sort="now.all_refused", unit=_("pcs."),
        css="tight k-mid",
    )  # fmt: skip
    amount = Column(_("Returned, ₽"), kind="money", source="now.amount", sort="now.amount", css="tight k-mid")
    cost = Column(_("Storage and disposal, ₽"), kind="money", source="now.cost", on_screen=False)
    main = Column(_("Main reason"), source="main_reason.name", in_export=False)
