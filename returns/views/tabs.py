"""The tabs of the section."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.components import Tab

if TYPE_CHECKING:
    from companies.http import CompanyRequest

_PAGES = (
    ("returns:return-list", _("All returns")),
    ("returns:return-reasons", _("Reasons")),
    ("returns:return-pick-up", _("To pick up")),
    ("returns:return-unmatched", _("Without their order")),
)


def tabs_of(request: CompanyRequest, *, current: str) -> list[Tab]:
    """The pages of the section, with the account that the reader has chosen."""
    kept = {name: request.GET[name] for name in ("account", "marketplace") if request.GET.get(name)}
    return [
        Tab(
            label=label,
            url=reverse(name, args=[request.company.slug], query=kept or None),
            is_current=name == current,
        )
        for name, label in _PAGES
    ]
