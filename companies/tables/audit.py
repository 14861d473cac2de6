"""The columns of the list of changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from companies.selectors.audit import worded
from core.tables import BaseTable, Column

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from django.db.models import QuerySet


class AuditTable(BaseTable):
    """Changes, the newest first. Sources are fields of companies.selectors.audit.ChangeRow."""

    default_sort: ClassVar[str] = "-at"

    at = Column(_("When"), kind="moment", sort="at", css="tight", width=16)
    who = Column(_("Who"), css="tight", width=28)
    on_behalf = Column(pgettext_lazy("a visit", "As whom"), on_screen=False, width=28)
    source = Column(_("By way of"), on_screen=False, width=24)
    address = Column(_("Network address"), on_screen=False, width=18)
    subject = Column(_("What was changed"), source="subject_label", on_screen=False, width=24)
    name = Column(_("Name of what was changed"), on_screen=False, width=32)
    action = Column(_("What was done"), source="action_label", on_screen=False, width=18)
    words = Column(_("What was changed and how"), css="grow k-full", width=80)
    note = Column(_("Note"), on_screen=False, width=40)

    @classmethod
    def read(cls, rows: QuerySet[Any], columns: Sequence[Column], *, chunk: int) -> Iterator[tuple[Any, ...]]:
        """Entries in words, as the page shows them."""
        return worded(rows, [column.source for column in columns], chunk=chunk)
