"""The requests of signed-in pages and of company pages, for type checkers and readers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

if TYPE_CHECKING:
    from companies.models import Company, Membership, StaffVisit, User


class SignedInRequest(HttpRequest):
    """A request of a person who has signed in."""

    user: User
    htmx: HtmxDetails


class CompanyRequest(SignedInRequest):
    """A request whose URL named a company of which the user is a member."""

    company: Company
    membership: Membership
    # Only while staff look into the cabinet of a seller.
    visit: StaffVisit
