"""What the lists of the assortment share: freshness, exports and what an exported file says of itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import reverse

from catalog.selectors.choices import freshness
from companies.choices import Permission
from core.exports import About, export_menu
from core.listing import account_ids

if TYPE_CHECKING:
    from catalog.selectors.choices import Freshness
    from companies.http import CompanyRequest
    from core.listing import Listing as ListPage


def fresh_of(request: CompanyRequest, stream: str) -> Freshness:
    """Since when the rows are true, of the account chosen or of all."""
    return freshness(request.company, stream=stream, accounts=account_ids(request.GET))


def exports_of(request: CompanyRequest, found: ListPage, name: str) -> Any:
    """The menu of files, for those who may export and when there is something to."""
    if not request.membership.can(Permission.EXPORT) or not (found.rows or found.is_filtered):
        return []
    return export_menu(lambda form: reverse(name, args=[request.company.slug, form]), found.query)


def about_list(request: CompanyRequest, *, title: str, name: str, stream: str, definition: str) -> About:
    """What the first sheet of an exported file says."""
    return About(
        title=title,
        name=name,
        company=request.company.name,
        zone=request.company.zone,
        as_of=fresh_of(request, stream).at,
        definition=definition,
    )
