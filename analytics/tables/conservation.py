"""The columns of the balance of units."""

from __future__ import annotations

from typing import ClassVar

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from analytics.selectors.conservation import Verdict
from analytics.tables.report import ReportTable
from core.tables import Column


class BalanceTable(ReportTable):
    """Listings, those that miss the most money first, then those that miss units of no known cost."""

    default_sort: ClassVar[str] = "-missing_amount"

    name = Column(_("Product"), source="listing.name", sort="listing.name", width=50)
    seller_sku = Column(_("Article"), source="listing.seller_sku", on_screen=False, width=20)
    marketplace_sku = Column(
        pgettext_lazy("column", "SKU"), source="listing.marketplace_sku", on_screen=False, width=16
    )
    account = Column(_("Account"), source="listing.account.title", on_screen=False)
    accepted = Column(_("Units accepted"), kind="integer", sort="accepted", css="tight")
    sold = Column(_("Units sold"), kind="integer", sort="sold", css="tight")
    other = Column(_("Other moves"), kind="integer", sort="other", css="tight")
    refused_away = Column(_("Refused, not back"), kind="integer", on_screen=False)
    returned_back = Column(_("Returned, back"), kind="integer", on_screen=False)
    written_off = Column(_("Taken away"), kind="integer", on_screen=False)
    expected = Column(_("Should be there"), kind="integer", sort="expected", css="tight edge")
    present = Column(_("Is there"), kind="integer", sort="present", css="tight")
    available = Column(_("For sale"), kind="integer", on_screen=False)
    preparing = Column(_("Prepared"), kind="integer", on_screen=False)
    in_check = Column(_("In check"), kind="integer", on_screen=False)
    disposed = Column(_("Disposed of"), kind="integer", on_screen=False)
    difference = Column(_("Difference"), kind="integer", sort="difference", css="tight edge")
    missing_amount = Column(_("Missing, ₽"), kind="money", sort="loss", css="tight")
    verdict = Column(_("What it is"), statuses=Verdict, css="tight")
    first_accepted_on = Column(_("Counted since"), kind="day", on_screen=False, width=12)
