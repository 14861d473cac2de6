"""The columns of the report of processing."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from analytics.tables.report import ReportTable
from core.tables import Column

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


def _pair(step: str, half: StrOrPromise, most: StrOrPromise) -> tuple[Column, Column]:
    """Hours within which half, and nine of ten, of the orders were through a step: on the screen in one cell."""
    unit = pgettext_lazy("unit", "h")
    return (
        Column(half, kind="decimal", source=f"{step}.median", sort=f"{step}.median", unit=unit, css="tight"),
        Column(most, kind="decimal", source=f"{step}.p90", unit=unit, on_screen=False),
    )


class ProcessingTable(ReportTable):
    """Warehouses or clusters, those with most orders first."""

    default_sort: ClassVar[str] = "-orders"

    name = Column(_("Where"), sort="name", css="fit", width=30)
    orders = Column(_("Orders"), kind="integer", sort="orders", css="tight")
    assembly, assembly_p90 = _pair("assembly", _("Packing"), _("Packing, 9 of 10"))
    handover, handover_p90 = _pair("handover", _("Hand-over"), _("Hand-over, 9 of 10"))
    delivery, delivery_p90 = _pair("delivery", _("Delivery"), _("Delivery, 9 of 10"))
    whole, whole_p90 = _pair("whole", _("Whole way"), _("Whole way, 9 of 10"))
    acts = Column(_("What to do"), css="tight", in_export=False)


class WeekTable(ReportTable):
    """Weeks of placed orders, the latest first."""

    default_sort: ClassVar[str] = "-day"

    day = Column(_("Week from"), kind="day", sort="day", css="fit")
    orders = Column(_("Orders"), kind="integer", sort="orders", css="tight")
    assembly, assembly_p90 = _pair("assembly", _("Packing"), _("Packing, 9 of 10"))
    handover, handover_p90 = _pair("handover", _("Hand-over"), _("Hand-over, 9 of 10"))
    delivery, delivery_p90 = _pair("delivery", _("Delivery"), _("Delivery, 9 of 10"))
    whole, whole_p90 = _pair("whole", _("Whole way"), _("Whole way, 9 of 10"))
    acts = Column(_("What to do"), css="tight", in_export=False)
