"""As whom staff may look into a cabinet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from companies.models import Membership

if TYPE_CHECKING:
    from companies.models import Company


def visitable_members(company: Company) -> list[Membership]:
    """The members of a company who can sign in, those who came first in front."""
    members = Membership.objects.for_company(company).filter(user__is_active=True)
    return list(members.select_related("user", "company").order_by("joined_at", "pk"))
