"""What the page of agreements shows: by marketplace, those in force first, with the days that are left."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from core.periods import business_day
from core.statuses import StatusChoices
from marketplaces import registry
from marketplaces.models import Agreement, AgreementFile

if TYPE_CHECKING:
    from collections.abc import Iterable

    from companies.models import Company
    from companies.scoping import CompanyQuerySet
    from core.statuses import Tone

# So many days before the end people are told of it, the largest first.
END_REMIND_DAYS: Final = (30, 7, 1)
# From so few days on the word stands in red.
_URGENT_DAYS: Final = 7


class AgreementState(StatusChoices):
    """Whether an agreement is in force."""

    IN_FORCE = "in_force", "success", "check", False, gettext_lazy("In force")
    ENDS_SOON = "ends_soon", "warning", "clock", False, gettext_lazy("Ends soon")
    ENDED = "ended", "neutral", "ban", True, gettext_lazy("Ended")


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementRow:
    """An agreement as its row shows it; `left` says how many days are left or gone, where that matters."""

    agreement: Agreement
    file: AgreementFile | None
    state: AgreementState
    left: str
    tone: Tone


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketplaceAgreements:
    """The agreements with one marketplace."""

    marketplace: str
    title: str
    rows: tuple[AgreementRow, ...]


def agreements(*, company: Company) -> list[MarketplaceAgreements]:
    """Every agreement by marketplace, in the order of the registry; two queries, no content of a file."""
    today = company_day(company)
    found = list(Agreement.objects.for_company(company))
    files = {file.agreement_id: file for file in _files(company)}
    rows = sorted((_row(agreement, files.get(agreement.pk), today) for agreement in found), key=_order)
    known = list(registry.adapters())
    codes = sorted(
        {row.agreement.marketplace for row in rows},
        key=lambda code: (known.index(code) if code in known else len(known), code),
    )
    return [
        MarketplaceAgreements(
            marketplace=code,
            title=registry.adapters().title(code),
            rows=tuple(row for row in rows if row.agreement.marketplace == code),
        )
        for code in codes
    ]


def file_of(agreement: Agreement) -> AgreementFile | None:
    """The file of an agreement, without its content."""
    file: AgreementFile | None = _files(agreement.company_id).filter(agreement=agreement).first()
    return file


def ending(groups: Iterable[MarketplaceAgreements]) -> list[AgreementRow]:
    """The rows that end soon, the soonest first."""
    rows = [row for group in groups for row in group.rows if row.state == AgreementState.ENDS_SOON]
    return sorted(rows, key=_order)


def company_day(company: Company) -> date:
    """Today, where the company's days begin and end."""
    return business_day(timezone.now(), company.zone)


def _files(company: Company | int) -> CompanyQuerySet:
    found: CompanyQuerySet = AgreementFile.objects.for_company(company).defer("content")
    return found


def _row(agreement: Agreement, file: AgreementFile | None, today: date) -> AgreementRow:
    days = agreement.days_left(today)
    if days is None or days > max(END_REMIND_DAYS):
        return AgreementRow(
            agreement=agreement, file=file, state=AgreementState.IN_FORCE, left="", tone="neutral"
        )
    if days < 0:
        return AgreementRow(
            agreement=agreement, file=file, state=AgreementState.ENDED, left="", tone="neutral"
        )
    return AgreementRow(
        agreement=agreement,
        file=file,
        state=AgreementState.ENDS_SOON,
        left=_left(days),
        tone="danger" if days <= _URGENT_DAYS else "warning",
    )


def _left(days: int) -> str:
    if days == 0:
        return _("today is the last day")
    return ngettext("%(days)s day left", "%(days)s days left", days) % {"days": days}


def _order(row: AgreementRow) -> tuple[bool, date, int]:
    """Those in force first, the one that ends soonest at the top; then the ended ones, the newest first."""
    ends_on = row.agreement.ends_on or date.max
    if row.state != AgreementState.ENDED:
        return False, ends_on, row.agreement.pk
    return True, date.fromordinal(date.max.toordinal() - ends_on.toordinal()), -row.agreement.pk
