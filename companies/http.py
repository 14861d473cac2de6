"""The request of a company page, for type checkers and readers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

if TYPE_CHECKING:
    from companies.models import Company, Membership, User


class CompanyRequest(HttpRequest):
    """A request whose URL named a company of which the user is a member."""

    user: User
    company: Company
    membership: Membership
    htmx: HtmxDetails
