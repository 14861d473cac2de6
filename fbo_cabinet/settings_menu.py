"""The sections of a company's settings: the side navigation of their pages, by the rights of the person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from companies.choices import Permission

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from companies.http import CompanyRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A section: the name of its address, its words, its icon, and the right to look at it."""

    name: str
    label: StrOrPromise
    icon: str
    needs: Permission = Permission.VIEW


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionLink:
    """A section as the navigation shows it."""

    label: StrOrPromise
    url: str
    icon: str
    is_current: bool


SECTIONS: Final[tuple[Section, ...]] = (
    Section(name="settings:company", label=_("Company card"), icon="building-2"),
    Section(name="settings:payout-list", label=_("Payouts"), icon="landmark", needs=Permission.VIEW_PAYOUTS),
    Section(name="marketplaces:agreement-list", label=_("Agreements"), icon="file-text"),
    Section(name="settings:warehouse-list", label=_("Own warehouses"), icon="warehouse"),
    Section(name="settings:member-list", label=_("People and roles"), icon="users"),
    Section(name="settings:audit", label=_("Change log"), icon="history", needs=Permission.VIEW_AUDIT),
)


def settings_menu(request: CompanyRequest) -> list[SectionLink]:
    """The sections that the person may look at, in their order."""
    slug = request.company.slug
    return [
        SectionLink(label=section.label, url=url, icon=section.icon, is_current=request.path.startswith(url))
        for section in SECTIONS
        if request.membership.can(section.needs)
        for url in [reverse(section.name, args=[slug])]
    ]
