"""Which companies a person belongs to, and which addresses are free."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any

from companies.models import Company, Membership
from companies.slugs import RESERVED_SLUGS, latin_slug, numbered

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from companies.models import User


def memberships_of(user: User) -> list[Membership]:
    """What the person is in which company, by the company's name."""
    return list(memberships(user))


def memberships(user: User) -> QuerySet[Any]:
    """The same as a queryset, for pages that ask more of each company."""
    return (
        Membership.all_companies.select_related("company")
        .filter(user=user)
        .order_by("company__name", "company_id")
    )


def free_slug(name: str) -> str:
    """An address made from the name that no company holds and the cabinet does not keep for itself."""
    wanted = latin_slug(name) or "company"
    taken = set(Company.objects.filter(slug__startswith=wanted[:40]).values_list("slug", flat=True))
    taken |= RESERVED_SLUGS
    if wanted not in taken:
        return wanted
    return next(slug for number in count(2) if (slug := numbered(wanted, number)) not in taken)
