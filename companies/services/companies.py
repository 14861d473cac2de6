"""Every change to companies and their people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction

from companies.choices import Role
from companies.models import Company, Membership
from companies.slugs import RESERVED_SLUGS

if TYPE_CHECKING:
    from companies.models import User


class SlugTaken(Exception):
    """Another company, or the cabinet itself, has this address."""


def create_company(name: str, *, slug: str, time_zone: str, owner: User) -> Company:
    """Create a company whose owner is the person. Raises SlugTaken."""
    if slug in RESERVED_SLUGS:
        raise SlugTaken(slug)
    try:
        with transaction.atomic():
            company = Company.objects.create(name=name, slug=slug, time_zone=time_zone)
            Membership.all_companies.create(company=company, user=owner, role=Role.OWNER)
    except IntegrityError as exc:
        if "slug" not in str(exc):
            raise
        raise SlugTaken(slug) from exc
    return company
