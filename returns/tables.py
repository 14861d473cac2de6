"""The columns of the lists of returns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.db.models import F, Value
from django.db.models.functions import Coalesce, NullIf
from django.utils.translation import gettext_lazy as _

from core.tables import BaseTable, Column
from marketplaces.contracts.returns import ReturnKind, ReturnStatus
from returns.choices import ReasonGroup, Unmatched

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from django.db.models import QuerySet

_WORDS = {
    "kind": dict(ReturnKind.choices),
    "unmatched": dict(Unmatched.choices),
    "group": dict(ReasonGroup.choices),
}


class ReturnTable(BaseTable):
    """Returns, the last that began first."""

    default_sort: ClassVar[str] = "-registered_at"

    number = Column(_("Return"), source="shown_number", css="tight", width=18)
    marketplace = Column(_("Marketplace"), on_screen=False)
    account = Column(_("Account"), source="account__title", on_screen=False)
    kind = Column(_("Kind"), css="tight k-mid k-hide", width=24)
    status = Column(_("Status"), statuses=ReturnStatus, css="tight", width=20)
    external_status = Column(_("Their status"), on_screen=False, width=20)
    name = Column(_("Product"), css="fit", width=40)
    seller_sku = Column(_("Article"), on_screen=False, width=20)
    quantity = Column(_("Units"), kind="integer", css="tight", width=8)
    amount = Column(_("Amount"), kind="money", unit="₽", css="tight")
    group = Column(_("Who can act"), source="reason__group", on_screen=False, width=16)
    reason = Column(_("Reason"), source="reason__name", css="reason-cell", width=28)
    external_reason = Column(_("Their reason"), on_screen=False, width=36)
    place_name = Column(_("Where it is"), on_screen=False, width=28)
    pick_up_until = Column(_("Pick up by"), kind="day", on_screen=False, width=12)
    storage_cost = Column(_("Storage so far"), kind="money", unit="₽", on_screen=False)
    disposal_on = Column(_("Disposed of on"), kind="day", on_screen=False, width=12)
    compensation = Column(_("Compensation"), kind="money", unit="₽", on_screen=False)
    compensation_status = Column(_("State of the compensation"), on_screen=False, width=20)
    order = Column(_("Order"), source="order_external_id", on_screen=False, width=22)
    unmatched = Column(_("Without its order"), on_screen=False, width=28)
    placed_date = Column(_("Ordered on"), kind="day", on_screen=False, width=12)
    cluster_to = Column(_("Delivered to"), on_screen=False, width=24)
    registered_at = Column(_("Began"), kind="moment", sort="registered_at", css="n tight k-hide", width=16)
    changed_at = Column(_("Changed"), kind="moment", sort="changed_at", on_screen=False, width=16)
    currency = Column(_("Currency"), on_screen=False, width=8)

    @classmethod
    def read(cls, rows: QuerySet[Any], columns: Sequence[Column], *, chunk: int) -> Iterator[tuple[Any, ...]]:
        """The rows of the file: words instead of codes, and the marketplace's id where a return has no number."""
        rows = rows.annotate(shown_number=Coalesce(NullIf(F("number"), Value("")), F("external_id")))
        words = {
            place: {code: str(label) for code, label in _WORDS[column.name].items()}
            for place, column in enumerate(columns)
            if column.name in _WORDS
        }
        for row in super().read(rows, columns, chunk=chunk):
            yield tuple(
                words[place].get(value, value) if place in words else value for place, value in enumerate(row)
            )
