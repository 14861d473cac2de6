"""The companies a person may go to, each with his role there and what is wrong there: one query."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allauth.mfa.models import Authenticator
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from companies.selectors.companies import memberships
from core.components import CompanyOption
from marketplaces.models import AccountStatus, MarketplaceAccount

if TYPE_CHECKING:
    from companies.models import Company, User
    from core.statuses import Tone


def company_options(user: User) -> list[CompanyOption]:
    """The person's companies by name."""
    accounts = MarketplaceAccount.objects.for_company(OuterRef("company_id"))
    rows = memberships(user).annotate(
        is_refused=Exists(accounts.filter(status=AccountStatus.REJECTED)),
        has_accounts=Exists(accounts.exclude(status__in=(AccountStatus.DISCONNECTED, AccountStatus.ERASING))),
        has_factor=Exists(Authenticator.objects.filter(user=OuterRef("user"))),
    )
    return [_option(row) for row in rows]


def visited(company: Company, *, role: str) -> CompanyOption:
    """The one company that staff on a visit are shown."""
    return CompanyOption(pk=company.pk, name=company.name, url=company.get_absolute_url(), role=role)


def _option(row: Any) -> CompanyOption:
    note, tone = _state(row)
    return CompanyOption(
        pk=row.company_id,
        name=row.company.name,
        url=row.company.get_absolute_url(),
        role=row.get_role_display(),
        note=note,
        tone=tone,
    )


def _state(row: Any) -> tuple[str, Tone]:
    """The first thing that needs somebody; nothing when all is well."""
    if row.company.requires_second_factor and not row.has_factor:
        return _("a second factor is needed"), "warning"
    if row.is_refused:
        return _("key rejected"), "danger"
    if not row.has_accounts:
        return _("no accounts yet"), "neutral"
    return "", "neutral"
