"""The columns of the list of supplies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.tables import BaseTable, Column, Sort
from marketplaces.contracts.supplies import SupplyKind, SupplyStatus
from supplies.selectors.deadlines import next_deadline
from supplies.selectors.slots import slot_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from django.db.models import QuerySet

    from supplies.models import Supply


class SupplyTable(BaseTable):
    """Supplies, the latest slot first; those without one last."""

    default_sort: ClassVar[str] = "-slot_from"

    number = Column(_("Supply"), css="tight", width=18)
    external_id = Column(_("Their id"), on_screen=False, width=18)
    marketplace = Column(_("Marketplace"), on_screen=False)
    account = Column(_("Account"), source="account__title", on_screen=False)
    kind = Column(_("Kind"), statuses=SupplyKind, on_screen=False)  # type: ignore[arg-type]  # labels are all it needs
    warehouse_name = Column(_("Warehouse"), css="fit", width=28)
    drop_off_name = Column(_("Drop-off point"), on_screen=False, width=28)
    cluster_name = Column(_("Cluster"), on_screen=False, width=20)
    slot_from = Column(_("Slot"), sort=Sort(field="slot_from", is_nullable=True), css="tight", width=32)
    status = Column(_("Status"), statuses=SupplyStatus, css="tight", width=22)
    external_status = Column(_("Their status"), on_screen=False, width=24)
    planned = Column(_("Planned"), kind="integer", on_screen=False, width=10)
    declared = Column(
        _("Declared"),
        kind="integer",
        sort=Sort(field="declared", is_nullable=True),
        unit=_("pcs."),
        css="tight",
        width=10,
    )
    shipped = Column(_("Shipped, units"), kind="integer", on_screen=False, width=10)
    accepted = Column(_("Accepted, units"), kind="integer", css="tight", width=10)
    on_sale = Column(_("On sale, units"), kind="integer", on_screen=False, width=10)
    surplus = Column(_("Surplus"), kind="integer", on_screen=False, width=10)
    missing_units = Column(_("Missing units"), kind="integer", on_screen=False, width=10)
    missing_amount = Column(
        _("At stake"),
        kind="money",
        sort=Sort(field="missing_amount", is_nullable=True),
        unit="₽",
        css="tight",
        width=14,
    )
    deadline = Column(_("Deadline"), css="tight k-mid", width=40)
    accepted_at = Column(pgettext_lazy("supply", "Accepted"), kind="moment", on_screen=False, width=18)
    changed_at = Column(_("Changed"), kind="moment", sort="changed_at", css="n tight k-wide", width=18)

    @classmethod
    def read(cls, rows: QuerySet[Any], columns: Sequence[Column], *, chunk: int) -> Iterator[tuple[Any, ...]]:
        """The rows of the file, slots and deadlines in words: each in the zone that it is told in."""
        now = timezone.now()
        for supply in rows.select_related("account", "company", "warehouse").iterator(chunk_size=chunk):
            nearest = next_deadline(supply, zone=supply.company.zone, now=now)
            words = {
                "slot_from": slot_text(supply),
                "deadline": f"{nearest.name}: {nearest.note}" if nearest else "",
            }
            yield tuple(
                words[column.name] if column.name in words else _value(supply, column.source)
                for column in columns
            )


def _value(supply: Supply, path: str) -> Any:
    value: Any = supply
    for name in path.split("__"):
        value = getattr(value, name)
    return value
