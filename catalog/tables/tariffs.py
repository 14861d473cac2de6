"""The columns of the list of tariffs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.utils.translation import gettext_lazy as _

from catalog.selectors.tariffs import UNITS
from core.tables import BaseTable, Column
from marketplaces.contracts.tariffs import ChargeKind, TariffSubject

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from django.db.models import QuerySet


class TariffTable(BaseTable):
    """Tariffs, the latest change first."""

    default_sort: ClassVar[str] = "-valid_from"

    subject_name = Column(_("Tariff of"), source="subject_name", css="fit", width=40)
    subject = Column(_("What it is of"), on_screen=False, width=14)
    subject_id = Column(_("Their id"), on_screen=False, width=20)
    seller_sku = Column(_("Article"), source="listing__seller_sku", on_screen=False, width=20)
    marketplace = Column(_("Marketplace"), source="account__marketplace", on_screen=False)
    account = Column(_("Account"), source="account__title", on_screen=False)
    kind = Column(_("What is charged for"), css="tight", width=24)
    raw_name = Column(_("Their word"), on_screen=False, width=34)
    value = Column(_("Value"), kind="decimal", css="tight")
    before = Column(_("Before"), kind="decimal", css="tight k-mid")
    change = Column(_("Moved by"), kind="decimal", css="tight")
    unit = Column(_("Unit"), on_screen=False, width=20)
    currency = Column(_("Currency"), on_screen=False, width=8)
    valid_from = Column(_("Since"), kind="day", sort="valid_from", css="n tight", width=12)
    valid_to = Column(_("Until"), kind="day", css="n tight k-mid", width=12)
    seen_on = Column(_("Last read on"), kind="day", on_screen=False, width=12)

    @classmethod
    def read(cls, rows: QuerySet[Any], columns: Sequence[Column], *, chunk: int) -> Iterator[tuple[Any, ...]]:
        """The rows of the file, in words."""
        words: dict[str, dict[str, str]] = {
            "kind": {one.value: str(one.label) for one in ChargeKind},
            "subject": {one.value: str(one.label) for one in TariffSubject},
            "unit": {name: str(label) for name, label in UNITS.items()},
        }
        known = [words.get(column.name, {}) for column in columns]
        for row in super().read(rows, columns, chunk=chunk):
            yield tuple(
                labels.get(value, value) if labels else value
                for labels, value in zip(known, row, strict=True)
            )
