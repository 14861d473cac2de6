"""Every change to agreements with marketplaces and their files; the reminder before one ends."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import structlog
from django.db import IntegrityError, transaction
from django.utils import timezone

from companies.choices import AuditAction, AuditSubject, Role
from companies.models import Membership
from companies.services.audit import note
from core import letters
from marketplaces.models import Agreement, AgreementFile
from marketplaces.selectors.agreements import END_REMIND_DAYS, company_day

if TYPE_CHECKING:
    from companies.models import Company, User
    from core.uploads import Pdf

log = structlog.get_logger(__name__)

REMINDED_ROLES = (Role.OWNER, Role.MANAGER)


class AgreementExists(Exception):
    """The company has an agreement with this marketplace of this number and date already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementTerms:
    """What a person fills in about an agreement."""

    marketplace: str
    number: str
    signed_on: date
    scheme: str
    currency: str
    ends_on: date | None = None
    note: str = ""


@transaction.atomic
def add_agreement(
    *, company: Company, terms: AgreementTerms, file: Pdf | None = None, actor: User | None = None
) -> Agreement:
    """Keep an agreement, with its PDF where there is one. Raises AgreementExists."""
    agreement = Agreement(company=company, **asdict(terms))
    _save(agreement)
    if file is not None:
        _put(agreement, file)
    log.info("agreement_added", agreement=agreement.pk, company=company.pk, actor=actor and actor.pk)
    return agreement


@transaction.atomic
def change_agreement(
    *, agreement: Agreement, terms: AgreementTerms, file: Pdf | None = None, actor: User | None = None
) -> Agreement:
    """Change the terms; a file takes the place of the old one. Another last day is reminded of anew.

    Raises AgreementExists.
    """
    held = _locked(agreement)
    if held.ends_on != terms.ends_on:
        held.reminded_days = None
    for name, value in asdict(terms).items():
        setattr(held, name, value)
    _save(held)
    if file is not None:
        _put(held, file)
    log.info("agreement_changed", agreement=held.pk, company=held.company_id, actor=actor and actor.pk)
    return held


@transaction.atomic
def delete_agreement(*, agreement: Agreement, actor: User | None = None) -> None:
    """Forget an agreement and its file."""
    held = _locked(agreement)
    held.delete()
    log.info(
        "agreement_deleted", agreement=agreement.pk, company=agreement.company_id, actor=actor and actor.pk
    )


@transaction.atomic
def delete_agreement_file(*, agreement: Agreement, actor: User | None = None) -> bool:
    """Forget the file of an agreement; whether there was one."""
    held = _locked(agreement)
    old = _take_out(held)
    if old:
        _note_file(held, old, None)
        log.info("agreement_file_deleted", agreement=held.pk, actor=actor and actor.pk)
    return bool(old)


@transaction.atomic
def remind_of_end(*, agreement: Agreement) -> int | None:
    """Tell owners and managers that the agreement soon ends; once for each of END_REMIND_DAYS.

    Gives the threshold that was told of, None when there is nothing to tell. Days are those of the company.
    """
    days = agreement.days_left(company_day(agreement.company))
    if days is None or days < 0:
        return None
    due = [threshold for threshold in END_REMIND_DAYS if days <= threshold]
    if not due or (agreement.reminded_days or max(END_REMIND_DAYS) + 1) <= due[-1]:
        return None
    same = Agreement.objects.for_company(agreement.company_id).filter(
        pk=agreement.pk, ends_on=agreement.ends_on, reminded_days=agreement.reminded_days
    )
    # Whoever writes the mark posts the letters: two workers never post them twice.
    if not same.update(reminded_days=due[-1]):
        return None
    agreement.reminded_days = due[-1]
    for user_id in _recipients(agreement):
        letters.post("agreement_ends", agreement_id=agreement.pk, user_id=user_id)
    log.info("agreement_end_told", agreement=agreement.pk, company=agreement.company_id, days=days)
    return due[-1]


def ending_agreements() -> list[Agreement]:
    """The agreements of all companies that end within the largest threshold, wherever today is."""
    today = timezone.localdate(timezone=timezone.get_default_timezone())
    near = (today - timedelta(days=1), today + timedelta(days=max(END_REMIND_DAYS) + 1))
    return list(
        Agreement.all_companies.filter(ends_on__range=near)
        .select_related("company")
        .order_by("ends_on", "pk")
    )


def _recipients(agreement: Agreement) -> list[int]:
    members = Membership.objects.for_company(agreement.company_id)
    told = members.filter(role__in=REMINDED_ROLES, user__is_active=True)
    return list(told.order_by("pk").values_list("user_id", flat=True))


def _save(agreement: Agreement) -> None:
    try:
        with transaction.atomic():
            agreement.save()
    except IntegrityError as exc:
        if "agreement_once" not in str(exc):
            raise
        raise AgreementExists(agreement.number) from exc


def _put(agreement: Agreement, file: Pdf) -> None:
    old = _take_out(agreement)
    AgreementFile.all_companies.create(
        company_id=agreement.company_id,
        agreement=agreement,
        name=file.name,
        size=file.size,
        sha256=file.sha256,
        content=file.content,
    )
    _note_file(agreement, old, file.name)


def _take_out(agreement: Agreement) -> str | None:
    """Delete the file that is there; its name."""
    files = AgreementFile.objects.for_company(agreement.company_id).filter(agreement=agreement)
    name: str | None = files.values_list("name", flat=True).first()
    if name is not None:
        files.delete()
    return name


def _note_file(agreement: Agreement, old: str | None, new: str | None) -> None:
    """Files are in a table of their own, whose bytes no trigger copies into the trail."""
    note(
        company=agreement.company_id,
        subject=AuditSubject.AGREEMENT,
        subject_id=agreement.pk,
        subject_name=agreement.number,
        action=AuditAction.CHANGED,
        changes={"file": [old, new]},
    )


def _locked(agreement: Agreement) -> Agreement:
    held: Agreement = (
        Agreement.objects.for_company(agreement.company_id).select_for_update().get(pk=agreement.pk)
    )
    return held
